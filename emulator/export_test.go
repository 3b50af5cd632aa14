package emulator

import (
	"context"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/world"
	"github.com/portico-emulator/portico/fixtures"
)

// Plan is the vendors, linked and routed, for tests of their tables.
var Plan = plan

// Judged grows a built-in fixture with every document held against the schema of its kind.
func Judged(name string, seedOf uint64) error {
	p, err := plan()
	if err != nil {
		return err
	}
	f, err := seed.Open(fixtures.FS, name)
	if err != nil {
		return err
	}
	_, err = world.Grow(p.Catalog, name, seedOf, func(tx api.Tx) error { return f.Grow(context.Background(), tx, seedOf, judge) })
	return err
}

// GrowText grows a fixture that is given as text, with every document held against the schema of its kind.
func GrowText(text []byte, seedOf uint64) error {
	p, err := plan()
	if err != nil {
		return err
	}
	f, err := seed.Read("fixture", text)
	if err != nil {
		return err
	}
	_, err = world.Grow(p.Catalog, "fixture", seedOf, func(tx api.Tx) error { return f.Grow(context.Background(), tx, seedOf, judge) })
	return err
}

// Bases is how many grown fixtures the process keeps, and how many it may.
func Bases() (kept, most int) {
	bases.Lock()
	defer bases.Unlock()
	return len(bases.grown), mostBases
}

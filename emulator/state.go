package emulator

import (
	"context"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/persist"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
	"github.com/portico-emulator/portico/fixtures"
)

// State tells of the file that keeps the default world.
type State struct {
	File      string // "": there is none
	Documents int    // in the default world
	Commits   uint64 // that were ever written to the file: changes, and what the admin API did beside
}

// State tells of the state file.
func (e *Emulator) State() State {
	if e.file == nil {
		return State{}
	}
	out := State{File: e.config.State, Commits: e.file.Events()}
	for _, n := range e.server.Store.World(server.DefaultWorld).Counts() {
		out.Documents += n
	}
	return out
}

// open takes the state file.
func (e *Emulator) open(h *host) error {
	born, err := h.Base(context.Background(), e.config.Fixture, *e.config.Seed)
	if err != nil {
		return err
	}
	e.file, err = persist.Open(e.config.State, persist.Options{
		Version: Version,
		Base:    born,
		Builtin: slices.Contains(seed.Names(fixtures.FS), e.config.Fixture),
		Clock:   e.config.Clock,
		Bases: func(fixture string) (*world.Base, error) {
			return h.Base(context.Background(), fixture, *e.config.Seed)
		},
		Resource: h.Plan().Catalog.Resource,
	}, e.config.Log)
	if err == nil && e.config.StateLimit > 0 {
		e.file.Limit = e.config.StateLimit
	}
	return err
}

package emulator

import (
	"context"
	"net"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/app"
	"github.com/portico-emulator/portico/emulator/internal/fixture"
	"github.com/portico-emulator/portico/emulator/internal/store"
	"github.com/portico-emulator/portico/fixtures"
)

// What tests of the whole emulator need of the package behind it.
var (
	Plan          = app.Plan
	Vendors       = app.Vendors
	Operations    = app.Operations
	OpenAPI       = app.OpenAPI
	CheckScenario = app.CheckScenario
)

type (
	Operation = app.Operation
	Variable  = app.Variable
)

func (e *Emulator) State() app.State               { return e.app.State() }
func (e *Emulator) World(name string) *store.World { return e.app.World(name) }

func (e *Emulator) Clients(vendor, url string) ([]Variable, error) { return e.app.Clients(vendor, url) }

func (e *Emulator) Serve(ctx context.Context, listeners ...net.Listener) error {
	return e.app.Serve(ctx, listeners...)
}

// Judged creates the documents of a built-in fixture and checks each against the schema of its kind.
func Judged(name string, seedOf uint64) error {
	f, err := fixture.Open(fixtures.FS, name)
	if err != nil {
		return err
	}
	return grow(f, name, seedOf)
}

// GrowText creates the documents of a fixture that is given as text and checks each against the schema of its kind.
func GrowText(text []byte, seedOf uint64) error {
	f, err := fixture.Read("fixture", text)
	if err != nil {
		return err
	}
	return grow(f, "fixture", seedOf)
}

func grow(f *fixture.Fixture, name string, seedOf uint64) error {
	p, err := app.Plan()
	if err != nil {
		return err
	}
	_, err = store.Grow(p.Catalog, name, seedOf, func(tx api.Tx) error { return f.Populate(context.Background(), tx, seedOf, app.Judge) })
	return err
}

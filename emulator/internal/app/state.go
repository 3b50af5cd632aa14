package app

import (
	"context"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/fixture"
	"github.com/portico-emulator/portico/emulator/internal/ledger"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/store"
	"github.com/portico-emulator/portico/fixtures"
)

// State describes the file that keeps the default world.
type State struct {
	File      string // "": there is none
	Documents int    // in the default world
	Commits   uint64 // ever written to the file: changes of documents, and other calls of the admin API
}

// State describes the state file. It is zero if there is none.
func (e *Emulator) State() State {
	if e.ledger == nil {
		return State{}
	}
	out := State{File: e.config.State, Commits: e.ledger.Events()}
	for _, n := range e.server.Store.World(server.DefaultWorld).Counts() {
		out.Documents += n
	}
	return out
}

// open opens the state file.
func (e *Emulator) open(h *host) error {
	born, err := h.Base(context.Background(), e.config.Fixture, *e.config.Seed)
	if err != nil {
		return err
	}
	e.ledger, err = ledger.Open(e.config.State, ledger.Birth{
		Version: Version,
		Base:    born,
		Builtin: slices.Contains(fixture.Names(fixtures.FS), e.config.Fixture),
		Clock:   e.config.Clock,
		Bases: func(fixture string) (*store.Base, error) {
			return h.Base(context.Background(), fixture, *e.config.Seed)
		},
		Resource: h.Plan().Catalog.Resource,
	}, e.config.Log)
	if err == nil && e.config.StateLimit > 0 {
		e.ledger.Limit = e.config.StateLimit
	}
	return err
}

// Package admin is /_portico: the emulator's own API, a table like the vendors'.
package admin

import (
	"context"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/scenario"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// Host is the emulator that the admin plane acts on.
type Host interface {
	Version() string
	AdminToken() string   // "": none is needed
	AdminHosts() []string // names of hosts, as AdminHost gives them, under which the admin API answers beside the usual ones
	Plan() *server.Plan
	Store() *world.Set
	Judge() seed.Checker
	Fixtures() []string // names of the built-in fixtures
	Configured() string // the server's own fixture
	NewWorld(context.Context, WorldSpec) (*world.World, error)
	Base(ctx context.Context, fixture string, seed uint64) (*world.Base, error) // what a world is born from
	Library() []*scenario.Scenario                                              // the built-in scenarios
}

// WorldSpec is what a new world is to be like; zero fields are as in From, or as the server was configured.
type WorldSpec struct {
	Name    string
	Fixture string
	Seed    *uint64
	From    *world.World
	Clock   time.Time
	TTL     time.Duration
}

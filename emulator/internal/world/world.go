// Package world holds what a test wants to itself: documents, clock, faults, scenarios, journal and coverage, under a name. A
// new world, a snapshot and a reset cost the same whatever the number of documents. The package knows no vendor and no HTTP.
package world

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/coverage"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/scenario"
	"github.com/portico-emulator/portico/emulator/internal/store"
)

// Base is the documents of a fixture, from which worlds are made. It does not change, and is safe for concurrent use.
type Base struct {
	Fixture string
	Seed    uint64
	mu      sync.Mutex
	state   *store.State
	sum     func() string
}

// Grow makes a base. The function fill stores its documents.
func Grow(c *store.Catalog, fixture string, seed uint64, fill func(api.Tx) error) (*Base, error) {
	tx := newTx(store.NewState(c), seed)
	if err := fill(tx); err != nil {
		return nil, err
	}
	return newBase(fixture, seed, tx.state), nil
}

func newBase(fixture string, seed uint64, s *store.State) *Base {
	return &Base{Fixture: fixture, Seed: seed, state: s, sum: sync.OnceValue(s.Sum)}
}

// Sum returns a checksum of the documents, in hexadecimal.
func (b *Base) Sum() string { return b.sum() }

func (b *Base) fork() *store.State {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.Fork()
}

// World is what one test may want to itself. Its methods are safe for concurrent use.
type World struct {
	name    string
	seed    uint64
	catalog *store.Catalog
	TTL     time.Duration
	Clock   *clock.Clock // to be set by SetClock and Advance only, so that the log has it
	// Journal is the calls that were made, Coverage which operations and codes they tried.
	Journal  *journal.Journal
	Coverage *coverage.Coverage
	// Faults are the fault rules that are set.
	Faults fault.Set
	// Scenarios are those that run, or did.
	Scenarios scenario.Stage

	requests atomic.Uint64
	used     atomic.Int64 // real time of the last use, Unix ns

	mu        sync.RWMutex
	base      *Base       // what the world was made from last
	initial   clock.State // of the clock when the world was created
	state     *store.State
	deletions deletions
	versions  []version // of the documents, the oldest first, as long as reads may lag
	snapshots map[string]*snapshot
	log       Log // nil: the world is in memory only
}

// Name returns the name of the world.
func (w *World) Name() string { return w.name }

// Seed returns the seed of everything that is random in the world.
func (w *World) Seed() uint64 { return w.seed }

// Fixture returns the name of the fixture that the world was made from.
func (w *World) Fixture() string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.base.Fixture
}

// InitialClock returns what the clock showed when the world was created; one that runs has run on since.
func (w *World) InitialClock() clock.Reading { return clock.New(w.initial).Read() }

// Request counts a request and returns its number, from 1.
func (w *World) Request() uint64 {
	w.Touch()
	return w.requests.Add(1)
}

// Requests returns how many requests were counted.
func (w *World) Requests() uint64 { return w.requests.Load() }

// Touch records that the world is used now, which counts for its TTL.
func (w *World) Touch() {
	if w.TTL > 0 {
		w.used.Store(time.Now().UnixNano())
	}
}

// idle reports whether the world was not used for its TTL.
func (w *World) idle(now time.Time) bool {
	return w.TTL > 0 && now.UnixNano()-w.used.Load() > int64(w.TTL)
}

// Counts returns how many documents there are of each kind; kinds without any are left out.
func (w *World) Counts() map[string]int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.state.Counts()
}

// Documents returns how many documents there are of all kinds together.
func (w *World) Documents() int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.state.Len()
}

// Contains reports whether there is a document of a kind with an id.
func (w *World) Contains(kind, id string) (found bool) {
	w.View(func(tx api.Tx) { found = tx.Get(kind, id) != nil })
	return found
}

package world

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/coverage"
	"github.com/portico-emulator/portico/emulator/internal/journal"
)

// MaxWorlds is how many worlds a set holds at most.
const MaxWorlds = 10000

// Set is a set of worlds. It is safe for concurrent use.
type Set struct {
	mu     sync.RWMutex
	worlds map[string]*World
	order  []*World // the same, the oldest first
	swept  int      // position in order up to which idle worlds were looked for

	// Entries is how many entries the journal of a new world holds.
	Entries  int
	budget   journal.Budget
	coverage *coverage.Coverage
}

// NewSet returns a set without worlds.
func NewSet() *Set {
	return &Set{worlds: map[string]*World{}, Entries: journal.DefaultEntries, coverage: coverage.New(nil)}
}

// Coverage returns what was called in all worlds, deleted ones included.
func (s *Set) Coverage() *coverage.Coverage { return s.coverage }

// Recorded returns the size of all journals in bytes.
func (s *Set) Recorded() int64 { return s.budget.Bytes() }

// Options says what a new world is like.
type Options struct {
	Name  string
	Base  *Base
	Seed  uint64
	Clock *clock.Clock  // nil: a copy of the clock of From, else real time
	TTL   time.Duration // after which the world is deleted when it is not used; 0: never
	From  *World        // world whose documents, counter and clock are copied; nil: those of Base
}

// Create adds a world. It refuses with the code conflict a name that is taken, and a world beyond MaxWorlds.
func (s *Set) Create(o Options) (*World, error) {
	w := &World{name: o.Name, seed: o.Seed, base: o.Base, Clock: o.Clock, TTL: o.TTL}
	if from := o.From; from != nil {
		from.mu.Lock()
		w.base = newBase(from.base.Fixture, from.base.Seed, from.state.Fork())
		if w.Clock == nil {
			w.Clock = from.Clock.Copy()
		}
		from.mu.Unlock()
	}
	if w.Clock == nil {
		w.Clock = &clock.Clock{}
	}
	w.state = w.base.fork()
	w.catalog = w.state.Catalog()
	w.initial = w.Clock.State()
	w.used.Store(time.Now().UnixNano())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(sweepOnCreate)
	if old := s.worlds[o.Name]; old != nil && !s.expire(old, time.Now()) {
		return nil, api.Fail(api.Conflict, "world %q exists already", o.Name)
	}
	if len(s.order) >= MaxWorlds {
		s.sweep(len(s.order))
	}
	if len(s.order) >= MaxWorlds {
		return nil, api.Fail(api.Conflict, "there are %d worlds already, which is the limit: delete some, or give them a ttl", MaxWorlds)
	}
	w.Journal = journal.New(s.Entries, &s.budget)
	w.Coverage = coverage.New(s.coverage)
	s.worlds[o.Name] = w
	s.order = append(s.order, w)
	return w, nil
}

// How many worlds are looked at for idle ones, so that the cost of creating one does not grow with their number. More are
// deleted than created as long as nobody uses them.
const (
	sweepOnCreate = 8
	sweepOnList   = 1000
)

// sweep deletes idle worlds among the next n, and goes on after them when it is called again.
func (s *Set) sweep(n int) {
	now := time.Now()
	for range min(n, len(s.order)) {
		if s.swept >= len(s.order) {
			s.swept = 0
		}
		if !s.expire(s.order[s.swept], now) {
			s.swept++
		}
	}
}

// expire deletes a world if it is idle, and reports whether it was.
func (s *Set) expire(w *World, now time.Time) bool {
	idle := w.idle(now)
	if idle {
		s.drop(w)
	}
	return idle
}

// drop deletes a world, unless that was done already.
func (s *Set) drop(w *World) {
	if s.worlds[w.name] != w {
		return
	}
	w.Journal.Close()
	delete(s.worlds, w.name)
	i := slices.Index(s.order, w)
	s.order = slices.Delete(s.order, i, i+1)
}

// World returns the world with a name, or nil.
func (s *Set) World(name string) *World {
	s.mu.RLock()
	w := s.worlds[name]
	s.mu.RUnlock()
	if w != nil && w.TTL > 0 && w.idle(time.Now()) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.drop(w)
		return nil
	}
	return w
}

// Delete deletes the world with a name, and reports whether it existed.
func (s *Set) Delete(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.worlds[name]
	if w != nil {
		s.drop(w)
	}
	return w != nil
}

// Count returns how many worlds there are. Idle ones may count for a while if there are more than a thousand.
func (s *Set) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(sweepOnList)
	return len(s.order)
}

// Worlds returns all worlds by name. It takes time in proportion to their number: to look for something, use Recent.
func (s *Set) Worlds() []*World {
	s.mu.Lock()
	s.sweep(sweepOnList)
	out := slices.Clone(s.order)
	s.mu.Unlock()
	return living(out)
}

// Recent returns at most n worlds, n being at least one, by name: the oldest, which as a rule is the default world, and the
// newest.
func (s *Set) Recent(n int) []*World {
	s.mu.RLock()
	var out []*World
	rest := s.order
	if len(rest) > n {
		out, rest = append(out, rest[0]), rest[len(rest)-n+1:]
	}
	out = append(out, rest...)
	s.mu.RUnlock()
	return living(out)
}

// living returns those worlds that are not idle, by name, in the memory of the slice.
func living(worlds []*World) []*World {
	now := time.Now()
	worlds = slices.DeleteFunc(worlds, func(w *World) bool { return w.idle(now) })
	slices.SortFunc(worlds, func(a, b *World) int { return strings.Compare(a.name, b.name) })
	return worlds
}

package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/coverage"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/scenario"
)

// Base is a fixture grown once: what worlds are born from. It never changes.
type Base struct {
	Fixture string
	Seed    uint64
	cat     *Catalog
	mu      sync.Mutex
	state   *state
	sum     func() string
}

// Grow makes a base by filling an empty state.
func Grow(c *Catalog, fixture string, seed uint64, fill func(api.Tx) error) (*Base, error) {
	s := newState(c)
	tx := &Tx{catalog: c, state: s, writing: true, world: &World{seed: seed}}
	if err := fill(tx); err != nil {
		return nil, err
	}
	return &Base{Fixture: fixture, Seed: seed, cat: c, state: s, sum: sync.OnceValue(s.sum)}, nil
}

func (b *Base) fork() *state {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.fork()
}

// World is everything that one test may want to itself.
type World struct {
	name  string
	place uint64 // among the store's worlds, by when they were made
	seed  uint64
	cat   *Catalog
	base  *Base        // what it was born from
	Clock *clock.Clock // moved by SetClock and Advance alone, so that a keeper hears of it
	// Journal is what the world was asked, Coverage what of the vendors' tables was tried.
	Journal  *journal.Journal
	Coverage *coverage.Coverage
	// Faults are the rules that are armed in the world.
	Faults fault.Set
	// Scenarios are those that play in the world, or did.
	Scenarios scenario.Stage
	born      *clock.Clock // the clock as it was at birth
	TTL       time.Duration

	mu       sync.RWMutex
	state    *state
	requests atomic.Uint64
	commits  uint64
	used     atomic.Int64 // real time of the last use, Unix ns
	gone     tombs

	snapshots map[string]*snapshot
	versions  []version // of the documents, the oldest first, as long as reads may lag
	keeper    Keeper    // nil: the world is kept in memory alone
}

// Name of the world.
func (w *World) Name() string { return w.name }

// Seed of all chance in the world.
func (w *World) Seed() uint64 { return w.seed }

// Fixture is the name of the fixture that the world was born from.
func (w *World) Fixture() string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.base.Fixture
}

// Request counts a request and gives its number, from 1.
func (w *World) Request() uint64 {
	w.Touch()
	return w.requests.Add(1)
}

// Requests tells how many were counted.
func (w *World) Requests() uint64 { return w.requests.Load() }

// Touch keeps the world from being idle.
func (w *World) Touch() {
	if w.TTL > 0 {
		w.used.Store(time.Now().UnixNano())
	}
}

// View calls look with a transaction that reads. The transaction has ended when View returns, also by a panic of look.
func (w *World) View(look func(api.Tx)) {
	var tx Tx
	w.Open(&tx, false)
	defer tx.Rollback()
	look(&tx)
}

// Update calls change with a transaction that writes, and commits it for a request. Where change or the commit fails, or
// change panics, what it did is undone.
func (w *World) Update(request string, change func(api.Tx) error) error {
	var tx Tx
	w.Open(&tx, true)
	done := false
	defer func() {
		if !done {
			tx.Rollback()
		}
	}()
	err := change(&tx)
	if err == nil {
		err = tx.Commit(request)
	}
	done = err == nil
	return err
}

// Open begins a transaction in memory of the caller's: a zero Tx, or one that has ended. One that writes has the world to
// itself until Commit or Rollback, one that reads keeps writers out. Whoever calls Open must end the transaction whatever
// panics in between; View and Update do.
func (w *World) Open(tx *Tx, writing bool) {
	if writing {
		w.mu.Lock()
	} else {
		w.mu.RLock()
	}
	tx.world, tx.catalog, tx.state, tx.writing = w, w.cat, w.state, writing
	tx.seq, tx.counter = w.state.seq, w.state.counter
	tx.log, tx.before = tx.room[:0], nil
	if writing && w.Faults.Lag() > 0 {
		tx.before = w.state.fork()
	}
}

func (w *World) catalog() *Catalog { return w.cat }

// Commit ends a transaction and keeps what it did. The request is remembered for what it deleted. Where the world's keeper
// fails, the error says so, with the code unavailable, and the transaction waits for Rollback.
func (tx *Tx) Commit(request string) error {
	if !tx.writing {
		tx.world.mu.RUnlock()
		return nil
	}
	w := tx.world
	news := w.keeper != nil && (len(tx.log) > 0 || tx.state.counter != tx.counter)
	if news {
		if err := w.keep(func() Event { return tx.event(Committed) }); err != nil {
			return err
		}
	}
	if len(tx.log) > 0 {
		w.commits++
		w.age(tx.before)
		for _, c := range tx.log {
			if c.after == nil {
				w.gone.add(c.table.res.Kind, c.before.ID, request)
			}
		}
	}
	if news {
		w.rest()
	}
	w.mu.Unlock()
	return nil
}

// Rollback ends a transaction and undoes what it did.
func (tx *Tx) Rollback() {
	if !tx.writing {
		tx.world.mu.RUnlock()
		return
	}
	defer tx.world.mu.Unlock()
	for _, c := range slices.Backward(tx.log) {
		tx.state.change(c.table, c.after, c.before, c.table.keys(c.before, &tx.keys))
	}
	tx.state.seq, tx.state.counter = tx.seq, tx.counter
}

// Counts tells how many documents there are of each kind; kinds without any are left out.
func (w *World) Counts() map[string]int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	out := map[string]int{}
	for i, t := range w.state.tables {
		if t != nil && t.byID.n > 0 {
			out[w.catalog().order[i].res.Kind] = t.byID.n
		}
	}
	return out
}

// Contains tells whether a document of a kind has an id.
func (w *World) Contains(kind, id string) (is bool) {
	w.View(func(tx api.Tx) { is = tx.Get(kind, id) != nil })
	return is
}

// tombs remembers the last deletions.
type tombs struct {
	byDoc map[string]string
	queue []string
	next  int
}

const tombsKept = 4096

func (t *tombs) add(kind, id, request string) {
	if t.byDoc == nil {
		t.byDoc = map[string]string{}
	}
	key := kind + Joint + id
	if _, again := t.byDoc[key]; again {
		t.byDoc[key] = request
		return
	}
	if len(t.queue) < tombsKept {
		t.queue = append(t.queue, key)
	} else {
		delete(t.byDoc, t.queue[t.next])
		t.queue[t.next] = key
		t.next = (t.next + 1) % tombsKept
	}
	t.byDoc[key] = request
}

func (t *tombs) by(kind, id string) string { return t.byDoc[kind+Joint+id] }

// MaxWorlds is how many worlds a store keeps at most.
const MaxWorlds = 10000

// Store is a set of worlds.
type Store struct {
	first  atomic.Pointer[World] // the one that was made while there was no other, which is asked for most
	mu     sync.RWMutex
	worlds map[string]*World
	order  []*World // the same, the oldest first
	made   uint64   // worlds so far
	swept  int      // how far in order idle worlds were looked for

	// Entries is how many entries the journals of new worlds keep.
	Entries  int
	budget   journal.Budget
	coverage *coverage.Coverage
}

// New is a store without worlds.
func New() *Store {
	return &Store{worlds: map[string]*World{}, Entries: journal.DefaultEntries, coverage: coverage.New(nil)}
}

// Coverage is what was tried in all worlds, those that are gone included.
func (s *Store) Coverage() *coverage.Coverage { return s.coverage }

// Recorded is what all journals take in bytes.
func (s *Store) Recorded() int64 { return s.budget.Bytes() }

// Birth says what a new world is like.
type Birth struct {
	Name  string
	Base  *Base
	Seed  uint64
	Clock *clock.Clock // nil: that of From, else real time
	TTL   time.Duration
	From  *World // documents, counter and clock are copied from there
}

// Create adds a world. It refuses a name that is taken with the code conflict, and one world too many.
func (s *Store) Create(b Birth) (*World, error) {
	w := &World{name: b.Name, seed: b.Seed, base: b.Base, Clock: b.Clock, TTL: b.TTL}
	if from := b.From; from != nil {
		from.mu.Lock()
		w.state = from.state.fork()
		born := from.state.fork()
		w.base = &Base{Fixture: from.base.Fixture, Seed: from.base.Seed, state: born, cat: from.base.cat, sum: sync.OnceValue(born.sum)}
		if w.Clock == nil {
			w.Clock = from.Clock.Copy()
		}
		from.mu.Unlock()
	} else {
		w.state = b.Base.fork()
	}
	if w.Clock == nil {
		w.Clock = &clock.Clock{}
	}
	w.cat = w.base.cat
	w.born = w.Clock.Copy()
	w.used.Store(time.Now().UnixNano())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(sweepOnCreate)
	if old := s.worlds[b.Name]; old != nil && !s.expire(old, time.Now()) {
		return nil, &api.Error{Code: api.Conflict, Message: fmt.Sprintf("world %q exists already", b.Name)}
	}
	if len(s.order) >= MaxWorlds {
		s.sweep(len(s.order))
	}
	if len(s.order) >= MaxWorlds {
		return nil, &api.Error{Code: api.Conflict, Message: fmt.Sprintf("there are %d worlds already, the most that are kept; delete some, or give them a ttl", MaxWorlds)}
	}
	w.Journal = journal.New(s.Entries, &s.budget)
	w.Coverage = coverage.New(s.coverage)
	if len(s.worlds) == 0 {
		s.first.Store(w)
	}
	s.made++
	w.place = s.made
	s.worlds[b.Name] = w
	s.order = append(s.order, w)
	return w, nil
}

// idle tells whether nobody has used the world for its ttl.
func (w *World) idle(now time.Time) bool {
	return w.TTL > 0 && now.UnixNano()-w.used.Load() > int64(w.TTL)
}

// How many worlds are looked at for idle ones, so that creating many costs no more for each. More go than come, as long as
// nobody uses them.
const (
	sweepOnCreate = 8
	sweepOnList   = 1000
)

// sweep removes idle worlds among the next few, in turns.
func (s *Store) sweep(few int) {
	now := time.Now()
	for range min(few, len(s.order)) {
		if s.swept >= len(s.order) {
			s.swept = 0
		}
		if !s.expire(s.order[s.swept], now) {
			s.swept++
		}
	}
}

// expire removes a world if it is idle.
func (s *Store) expire(w *World, now time.Time) bool {
	idle := w.idle(now)
	if idle {
		s.drop(w)
	}
	return idle
}

// drop removes a world, unless it is gone already.
func (s *Store) drop(w *World) {
	if s.worlds[w.name] != w {
		return
	}
	s.first.CompareAndSwap(w, nil)
	w.Journal.Close()
	delete(s.worlds, w.name)
	i, _ := slices.BinarySearchFunc(s.order, w.place, func(w *World, place uint64) int { return cmp.Compare(w.place, place) })
	s.order = slices.Delete(s.order, i, i+1)
}

// World finds a world, or nil.
func (s *Store) World(name string) *World {
	w := s.first.Load()
	if w == nil || w.name != name {
		s.mu.RLock()
		w = s.worlds[name]
		s.mu.RUnlock()
	}
	if w != nil && w.TTL > 0 && w.idle(time.Now()) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.drop(w)
		return nil
	}
	return w
}

// Delete removes a world and tells whether it was there.
func (s *Store) Delete(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.worlds[name]
	if w != nil {
		s.drop(w)
	}
	return w != nil
}

// Count is how many worlds there are. Idle ones may count for a while where there are more than a thousand.
func (s *Store) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(sweepOnList)
	return len(s.order)
}

// Worlds lists the worlds by name. It takes as long as there are worlds: whoever looks for something asks Recent.
func (s *Store) Worlds() []*World {
	s.mu.Lock()
	s.sweep(sweepOnList)
	out := slices.Clone(s.order)
	s.mu.Unlock()
	now := time.Now()
	return byName(slices.DeleteFunc(out, func(w *World) bool { return w.idle(now) }))
}

// Recent lists at most n worlds, n being at least one, by name: the one that was made first, which as a rule is the default
// one, and those that were made last.
func (s *Store) Recent(n int) []*World {
	s.mu.RLock()
	var out []*World
	rest := s.order
	if len(rest) > n {
		out, rest = append(out, rest[0]), rest[len(rest)-n+1:]
	}
	out = append(out, rest...)
	s.mu.RUnlock()
	now := time.Now()
	return byName(slices.DeleteFunc(out, func(w *World) bool { return w.idle(now) }))
}

func byName(worlds []*World) []*World {
	slices.SortFunc(worlds, func(a, b *World) int { return strings.Compare(a.name, b.name) })
	return worlds
}

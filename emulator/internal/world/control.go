package world

import (
	"slices"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/store"
)

// MaxSnapshots is how many snapshots a world holds at most.
const MaxSnapshots = 1000

// snapshot is a world's documents, counter and clock at one moment.
type snapshot struct {
	state *store.State
	clock clock.Reading
}

// SnapshotInfo describes a snapshot.
type SnapshotInfo struct {
	Name      string    `json:"name"`
	Taken     time.Time `json:"taken"` // by the world's clock
	Documents int       `json:"documents"`
}

// Reset gives the world back the documents, the counters and the clock that it started with.
func (w *World) Reset() error {
	w.Scenarios.Halt()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.restart(w.base, newTx(w.base.fork(), w.seed), w.initial)
}

// Restart makes the world as if it had been created from a base, with documents that a function adds, and its clock frozen at
// an instant, or as it was at creation if that is zero. If it fails, the world stays as it was.
func (w *World) Restart(b *Base, at time.Time, add func(api.Tx) error) error {
	tx := newTx(b.fork(), w.seed)
	if err := add(tx); err != nil {
		return err
	}
	to := w.initial
	if !at.IsZero() {
		var err error
		if to, err = clock.From(clock.Reading{Now: at, Frozen: true}); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.restart(b, tx, to)
}

func (w *World) restart(b *Base, tx *Tx, to clock.State) error {
	return w.do(Event{Type: Started, Base: b, Delta: tx.Delta(), Clock: &to, fresh: tx.state})
}

// Replace replaces all documents by those that a function stores, and sets the clock unless the reading is zero. If it fails,
// the world stays as it was.
func (w *World) Replace(to clock.Reading, fill func(api.Tx) error) error {
	tx := newTx(store.NewState(w.catalog), w.seed)
	if err := fill(tx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	at := w.Clock.State()
	if !to.Now.IsZero() {
		var err error
		if at, err = clock.From(to); err != nil {
			return err
		}
	}
	tx.state.Continue(w.state)
	return w.do(Event{Type: Replaced, Delta: tx.Delta(), Clock: &at, fresh: tx.state})
}

// SetClock sets the world's clock to an instant, frozen or running. It fails with clock.ErrRange if no world's clock can show
// that instant.
func (w *World) SetClock(now time.Time, frozen bool) error {
	return w.turn(func(clock.State) (clock.State, error) { return clock.From(clock.Reading{Now: now, Frozen: frozen}) })
}

// Advance moves the world's clock by a duration, which may be negative. It fails with clock.ErrRange if no world's clock can
// show the instant that this leads to.
func (w *World) Advance(by time.Duration) error {
	return w.turn(func(now clock.State) (clock.State, error) { return now.Moved(by) })
}

func (w *World) turn(next func(clock.State) (clock.State, error)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	to, err := next(w.Clock.State())
	if err != nil {
		return err
	}
	return w.do(Event{Type: ClockSet, Clock: &to})
}

// Snapshot takes a snapshot of the world under a name, in place of one that has the name. It refuses with the code conflict
// one beyond MaxSnapshots.
func (w *World) Snapshot(name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.snapshots[name] == nil && len(w.snapshots) >= MaxSnapshots {
		return api.Fail(api.Conflict, "the world has %d snapshots already, which is the limit: delete some", MaxSnapshots)
	}
	return w.do(Event{Type: SnapshotTaken, Name: name, Reading: w.Clock.Read()})
}

// Restore makes the world as it was when a snapshot was taken, and reports whether there is such a snapshot.
func (w *World) Restore(name string) (found bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.snapshots[name]
	if s == nil {
		return false, nil
	}
	to, err := clock.From(s.clock)
	if err != nil {
		return true, err
	}
	return true, w.do(Event{Type: SnapshotRestored, Name: name, Clock: &to})
}

// DropSnapshot deletes a snapshot and reports whether there was one.
func (w *World) DropSnapshot(name string) (found bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.snapshots[name] == nil {
		return false, nil
	}
	return true, w.do(Event{Type: SnapshotDropped, Name: name})
}

// Snapshots returns the snapshots by name.
func (w *World) Snapshots() []SnapshotInfo {
	w.mu.RLock()
	defer w.mu.RUnlock()
	out := []SnapshotInfo{}
	for name, s := range w.snapshots {
		out = append(out, SnapshotInfo{name, s.clock.Now, s.state.Len()})
	}
	slices.SortFunc(out, func(a, b SnapshotInfo) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Diff returns what changed since a snapshot, or since the world's start if the name is empty; false if there is no such
// snapshot.
func (w *World) Diff(from string) ([]store.Change, bool) {
	w.mu.Lock()
	old := w.base.state
	if from != "" {
		s := w.snapshots[from]
		if s == nil {
			w.mu.Unlock()
			return nil, false
		}
		old = s.state
	}
	now := w.state.Fork()
	w.mu.Unlock()
	return store.Diff(old, now), true
}

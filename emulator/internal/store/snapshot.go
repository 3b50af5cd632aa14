package store

import (
	"slices"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
)

// snapshot is a world at one moment: documents, id counter, clock.
type snapshot struct {
	state *state
	clock clock.Reading
}

// SnapshotInfo is what is told of a snapshot.
type SnapshotInfo struct {
	Name      string    `json:"name"`
	Taken     time.Time `json:"taken"`
	Documents int       `json:"documents"`
}

// MaxSnapshots is how many a world keeps at most.
const MaxSnapshots = 1000

// Snapshot keeps the world as it is now under a name, in place of what had the name.
func (w *World) Snapshot(name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.snapshots[name] == nil && len(w.snapshots) >= MaxSnapshots {
		return api.Fail(api.Conflict, "there are %d snapshots already, the most that a world keeps; delete some", MaxSnapshots)
	}
	reading := w.Clock.Read()
	if err := w.keep(func() Event { return Event{What: Taken, Name: name, Reading: reading} }); err != nil {
		return err
	}
	w.take(name, reading)
	w.rest()
	return nil
}

func (w *World) take(name string, at clock.Reading) {
	if w.snapshots == nil {
		w.snapshots = map[string]*snapshot{}
	}
	w.snapshots[name] = &snapshot{state: w.state.fork(), clock: at}
}

// Restore makes the world as it was when the snapshot was taken, and tells whether there is such a snapshot.
func (w *World) Restore(name string) (there bool, err error) {
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
	if err := w.keep(func() Event { return Event{What: Restored, Name: name, Clock: &to} }); err != nil {
		return true, err
	}
	w.restore(s, to)
	w.rest()
	return true, nil
}

func (w *World) restore(s *snapshot, to clock.State) {
	w.state, w.versions = s.state.fork(), nil
	w.Clock.Become(to)
}

// DropSnapshot forgets a snapshot and tells whether it was there.
func (w *World) DropSnapshot(name string) (there bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.snapshots[name] == nil {
		return false, nil
	}
	if err := w.keep(func() Event { return Event{What: Dropped, Name: name} }); err != nil {
		return true, err
	}
	delete(w.snapshots, name)
	w.rest()
	return true, nil
}

// Snapshots lists the snapshots by name.
func (w *World) Snapshots() []SnapshotInfo {
	w.mu.RLock()
	defer w.mu.RUnlock()
	out := []SnapshotInfo{}
	for name, s := range w.snapshots {
		out = append(out, SnapshotInfo{name, s.clock.Now, s.state.count()})
	}
	slices.SortFunc(out, func(a, b SnapshotInfo) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Documents tells how many documents there are of all kinds together.
func (w *World) Documents() int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.state.count()
}

func (s *state) count() int {
	n := 0
	for _, t := range s.tables {
		if t != nil {
			n += t.byID.n
		}
	}
	return n
}

// Difference is a document that is not what it was; Before or After is nil where it was not there.
type Difference struct{ Before, After *api.Doc }

// Diff gives what changed since a snapshot, or since birth where the name is empty; false if there is no such snapshot.
// Kinds that nobody touched cost nothing.
func (w *World) Diff(from string) ([]Difference, bool) {
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
	now := w.state.fork()
	w.mu.Unlock()
	var out []Difference
	for i := range now.tables {
		out = append(out, differences(old.tables[i], now.tables[i])...)
	}
	return out, true
}

func differences(old, now *table) []Difference {
	if old == now {
		return nil
	}
	var out []Difference
	if old != nil {
		for _, i := range old.byID.sorted() {
			before, after := i.value, now.get(i.key)
			if after != before && (after == nil || !api.Same(after.JSON, before.JSON) || !slices.Equal(after.In, before.In)) {
				out = append(out, Difference{before, after})
			}
		}
	}
	if now != nil {
		for _, i := range now.byID.sorted() {
			if old.get(i.key) == nil {
				out = append(out, Difference{nil, i.value})
			}
		}
	}
	return out
}

// Load stores documents that were stored before, as they are: no hook completes or judges them. References may point
// forward. It refuses what collides, refers to nothing, or lives in nothing, tells which one that is by its position, and
// leaves its traces to Rollback.
func (tx *Tx) Load(docs []*api.Doc) (at int, err error) {
	tx.mustWrite()
	for i, d := range docs {
		t, tab := tx.table(d.Res.Kind)
		if tab != nil {
			if _, twice := tab.byID.get(d.ID); twice {
				return i, api.Fail(api.Conflict, "%s %q stands twice", d.Res.Kind, d.ID)
			}
		}
		if err := tx.unique(t, tab, d, t.keys(d, &tx.keys)); err != nil {
			return i, err
		}
		tx.state.seq++
		d.Seq = tx.state.seq
		tx.date(t, d)
		tx.apply(t, nil, d)
	}
	for i, d := range docs {
		if err := tx.housed(d); err != nil {
			return i, err
		}
		t, _ := tx.table(d.Res.Kind)
		if err := tx.references(t, nil, d); err != nil {
			e := api.AsError(err)
			return i, api.Fail(api.Invalid, "%s %q: %s", d.Res.Kind, d.ID, e.Violations[0].Plain())
		}
	}
	return 0, nil
}

// housed refuses a document that lives where nothing is, or elsewhere than its owner.
func (tx *Tx) housed(d *api.Doc) error {
	parent := d.Res.Parent()
	if parent == "" {
		if len(d.In) > 0 {
			return api.Fail(api.Invalid, "%s %q lives in nothing, but _in is %q", d.Res.Kind, d.ID, d.In)
		}
		return nil
	}
	owner := tx.Get(parent, d.Owner())
	if owner == nil {
		return api.Fail(api.Invalid, "%s %q lives in the %s %q, which is not there", d.Res.Kind, d.ID, parent, d.Owner())
	}
	if want := append(slices.Clone(owner.In), owner.ID); !slices.Equal(want, d.In) {
		return api.Fail(api.Invalid, "%s %q: _in is %q, but its %s lives so that it must be %q", d.Res.Kind, d.ID, d.In, parent, want)
	}
	return nil
}

// Replace gives the world other documents, born by a function that fills an empty state, and another clock unless it is
// the zero one; or it leaves the world as it was.
func (w *World) Replace(to clock.Reading, fill func(api.Tx) error) error {
	fresh := newState(w.catalog())
	tx := &Tx{catalog: w.catalog(), state: fresh, writing: true, world: &World{seed: w.seed}}
	if err := fill(tx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	fresh.counter = w.state.counter
	at := w.Clock.State()
	if !to.Now.IsZero() {
		var err error
		if at, err = clock.From(to); err != nil {
			return err
		}
	}
	err := w.keep(func() Event {
		e := tx.event(Replaced)
		e.Clock = &at
		return e
	})
	if err == nil {
		w.replace(fresh, at)
		w.rest()
	}
	return err
}

func (w *World) replace(fresh *state, at clock.State) {
	w.state, w.versions = fresh, nil
	w.gone = tombs{}
	w.Clock.Become(at)
}

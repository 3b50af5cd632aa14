package world

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/store"
)

// Log records the events of a world, so that they can be replayed.
type Log interface {
	// Append records an event before it takes effect. If it fails, the event does not happen. It must not keep the event.
	Append(e Event) error
	// Compact is called, while the world is locked, after an event has taken effect. The function events returns the fewest
	// events that make the world what it is now: a log may start anew with them.
	Compact(events func() []Event)
}

// ErrNotLogged is in the errors of what was not done because the world's log failed.
var ErrNotLogged = errors.New("not logged")

// EventType is a type of event.
type EventType string

// The types of events.
const (
	Committed        EventType = "commit"   // documents were stored and deleted
	Started          EventType = "begin"    // the world started from a base and changes to it
	Replaced         EventType = "replace"  // all documents were replaced by others
	SnapshotTaken    EventType = "snapshot" // a snapshot was taken
	SnapshotRestored EventType = "restore"  // the world became what a snapshot holds
	SnapshotDropped  EventType = "drop"     // a snapshot was deleted
	ClockSet         EventType = "clock"    // the clock was set or moved
)

// Event is one thing that happened to a world. Which fields count depends on its type.
type Event struct {
	Type    EventType
	Base    *Base         // of Started
	Delta   store.Delta   // of Committed; of Started, to the base's documents; of Replaced, to none
	Clock   *clock.State  // of Started, Replaced, SnapshotRestored and ClockSet: what the clock is set to
	Name    string        // of a snapshot
	Reading clock.Reading // of SnapshotTaken: what the clock showed
	fresh   *store.State  // of Started and Replaced: the documents, unless they are to be made from Base and Delta
}

// LogTo gives the world a log, which may compact itself at once, and then gets every event.
func (w *World) LogTo(l Log) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = l
	l.Compact(w.events)
}

// append records an event, if there is a log.
func (w *World) append(e Event) error {
	if w.log == nil {
		return nil
	}
	err := w.log.Append(e)
	if err == nil {
		return nil
	}
	return &api.Error{
		Code: api.Unavailable, Message: "the change could not be written to the state file, so it was not made",
		Cause: fmt.Errorf("%w: %w", ErrNotLogged, err),
	}
}

// do records an event and lets it take effect. The caller holds the lock.
func (w *World) do(e Event) error {
	if err := w.append(e); err != nil {
		return err
	}
	if err := w.apply(&e); err != nil {
		return err
	}
	if w.log != nil {
		w.log.Compact(w.events)
	}
	return nil
}

// Replay repeats an event, on a world that was created as the first one was and went through all events before. An error says
// what does not fit; the world is then of no use.
func (w *World) Replay(e Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.apply(&e)
}

func (w *World) apply(e *Event) error {
	s := w.snapshots[e.Name]
	switch e.Type {
	case Committed:
		return w.state.Apply(e.Delta)
	case Started, Replaced:
		return w.start(e)
	case SnapshotTaken:
		if w.snapshots == nil {
			w.snapshots = map[string]*snapshot{}
		}
		w.snapshots[e.Name] = &snapshot{w.state.Fork(), e.Reading}
	case SnapshotRestored, SnapshotDropped:
		if s == nil {
			return fmt.Errorf("no snapshot %q", e.Name)
		}
		if e.Type == SnapshotDropped {
			delete(w.snapshots, e.Name)
			break
		}
		w.state, w.versions = s.state.Fork(), nil
		w.Clock.Become(*e.Clock)
	case ClockSet:
		w.Clock.Become(*e.Clock)
	default:
		return fmt.Errorf("unknown event %q", e.Type)
	}
	return nil
}

// start replaces the documents, and with a new base all else that the world recorded since its creation.
func (w *World) start(e *Event) error {
	fresh := e.fresh
	if fresh == nil {
		if fresh = store.NewState(w.catalog); e.Type == Started {
			fresh = e.Base.fork()
		}
		if err := fresh.Apply(e.Delta); err != nil {
			return err
		}
	}
	w.state, w.versions, w.deletions = fresh, nil, deletions{}
	if e.Type == Started {
		w.base = e.Base
		w.requests.Store(0)
		w.Faults.Clear()
		w.Journal.Clear()
		w.Coverage.Clear()
	}
	w.Clock.Become(*e.Clock)
	return nil
}

// events returns the fewest events that make a world that was just created what this one is.
func (w *World) events() []Event {
	at := w.Clock.State()
	last := w.base.state
	started := Event{Type: Started, Base: w.base, Clock: &at}
	started.Delta, _ = store.Between(last, last)
	out := []Event{started}
	move := func(to *store.State) {
		if d, changed := store.Between(last, to); changed {
			out = append(out, Event{Type: Committed, Delta: d})
		}
		last = to
	}
	var names []string
	for name := range w.snapshots {
		names = append(names, name)
	}
	// Snapshots that were taken one after the other differ least.
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(store.Compare(w.snapshots[a].state, w.snapshots[b].state), strings.Compare(a, b))
	})
	for _, name := range names {
		s := w.snapshots[name]
		move(s.state)
		out = append(out, Event{Type: SnapshotTaken, Name: name, Reading: s.clock})
	}
	move(w.state)
	return out
}

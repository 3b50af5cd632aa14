package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
)

// Keeper writes down what happens to a world, so that it can happen again.
type Keeper interface {
	// Keep writes an event down before it counts. Where it fails, the event does not happen.
	Keep(e Event) error
	// Rest is called, while the world is locked, after an event has happened. Whole gives the fewest events that make the
	// world what it is now: a keeper may begin anew with them.
	Rest(whole func() []Event)
}

// ErrUnkept is in the errors of whatever did not happen because the world's keeper failed.
var ErrUnkept = errors.New("not kept")

// What is a kind of event.
type What string

// The kinds of events.
const (
	Committed What = "commit"   // documents were put and deleted
	Began     What = "begin"    // a life began with the documents of a base, some of them changed
	Replaced  What = "replace"  // all documents gave way to others
	Taken     What = "snapshot" // the world was kept as it was then
	Restored  What = "restore"  // the world became what a snapshot has
	Dropped   What = "drop"     // a snapshot was forgotten
	Turned    What = "clock"    // the clock was set or moved
)

// Event is one thing that happened to a world. Which members count depends on what it was.
type Event struct {
	What    What
	Base    *Base         // began
	Changes []Change      // committed; began: to the base's documents; replaced: to none at all
	Seq     uint64        // of the youngest document, and
	Counter uint64        // of ids that the world made, after them
	Clock   *clock.State  // began, replaced, restored, turned
	Name    string        // of a snapshot
	Reading clock.Reading // of the clock when it was taken
}

// Change is a document that was put, or one that was deleted: then Doc is nil.
type Change struct {
	Kind, ID string
	Doc      *api.Doc
}

// Watch gives the world a keeper, which hears of everything from now on and may rest first.
func (w *World) Watch(k Keeper) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keeper = k
	w.rest()
}

// keep has an event written down, if there is a keeper.
func (w *World) keep(event func() Event) error {
	if w.keeper == nil {
		return nil
	}
	if err := w.keeper.Keep(event()); err != nil {
		return &api.Error{Code: api.Unavailable, Message: "what was asked for could not be kept, so it was not done", Cause: fmt.Errorf("%w: %w", ErrUnkept, err)}
	}
	return nil
}

func (w *World) rest() {
	if w.keeper != nil {
		w.keeper.Rest(w.whole)
	}
}

// event is what the transaction did.
func (tx *Tx) event(what What) Event {
	e := Event{What: what, Changes: make([]Change, len(tx.log)), Seq: tx.state.seq, Counter: tx.state.counter}
	for i, c := range tx.log {
		d := c.after
		if d == nil {
			d = c.before
		}
		e.Changes[i] = Change{d.Res.Kind, d.ID, c.after}
	}
	return e
}

// Replay lets an event happen again, to a world that was born as the first one was and lived through all events before. An
// error says what does not fit; the world is then of no use.
func (w *World) Replay(e Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.snapshots[e.Name]
	switch e.What {
	case Committed:
		return w.redo(w.state, &e)
	case Began:
		fresh := e.Base.fork()
		if err := w.redo(fresh, &e); err != nil {
			return err
		}
		w.begin(e.Base, fresh, *e.Clock)
	case Replaced:
		fresh := newState(w.cat)
		if err := w.redo(fresh, &e); err != nil {
			return err
		}
		w.replace(fresh, *e.Clock)
	case Taken:
		w.take(e.Name, e.Reading)
	case Restored, Dropped:
		if s == nil {
			return fmt.Errorf("no snapshot %q", e.Name)
		}
		if e.What == Dropped {
			delete(w.snapshots, e.Name)
		} else {
			w.restore(s, *e.Clock)
		}
	case Turned:
		w.Clock.Become(*e.Clock)
	default:
		return fmt.Errorf("no event %q", e.What)
	}
	return nil
}

// redo makes the changes of an event to a state.
func (w *World) redo(s *state, e *Event) error {
	tx := &Tx{catalog: w.cat, state: s}
	for _, c := range e.Changes {
		t := w.cat.table(c.Kind)
		if t == nil {
			return fmt.Errorf("no kind %q", c.Kind)
		}
		var before *api.Doc
		tab := s.tables[t.no]
		if tab != nil {
			before, _ = tab.byID.get(c.ID)
		}
		keys := t.keys(c.Doc, &tx.keys)
		switch {
		case c.Doc == nil && before == nil:
			return fmt.Errorf("no %s %q to delete", c.Kind, c.ID)
		case c.Doc == nil:
		case c.Doc.Seq == 0 || c.Doc.Seq > e.Seq:
			return fmt.Errorf("%s %q is document %d of %d", c.Kind, c.ID, c.Doc.Seq, e.Seq)
		default:
			if err := tx.unique(t, tab, c.Doc, keys); err != nil {
				return err
			}
		}
		s.change(t, before, c.Doc, keys)
	}
	s.seq, s.counter = e.Seq, e.Counter
	return nil
}

// whole is the fewest events that make a newborn world what this one is.
func (w *World) whole() []Event {
	at := w.Clock.State()
	now := w.base.state
	out := []Event{{What: Began, Base: w.base, Seq: now.seq, Counter: now.counter, Clock: &at}}
	move := func(to *state) {
		if changes := differing(now, to); len(changes) > 0 || now.seq != to.seq || now.counter != to.counter {
			out = append(out, Event{What: Committed, Changes: changes, Seq: to.seq, Counter: to.counter})
		}
		now = to
	}
	var names []string
	for name := range w.snapshots {
		names = append(names, name)
	}
	// Neighbours in time are alike, so that less has to be told.
	slices.SortFunc(names, func(a, b string) int {
		x, y := w.snapshots[a].state, w.snapshots[b].state
		return cmp.Or(cmp.Compare(x.counter, y.counter), cmp.Compare(x.seq, y.seq), strings.Compare(a, b))
	})
	for _, name := range names {
		s := w.snapshots[name]
		move(s.state)
		out = append(out, Event{What: Taken, Name: name, Reading: s.clock})
	}
	move(w.state)
	return out
}

// differing is what turns a state into another. What gives way goes first, so that no two documents ever claim one key.
func differing(old, now *state) []Change {
	var gone, come []Change
	for i := range now.tables {
		a, b := old.tables[i], now.tables[i]
		if a == b {
			continue
		}
		if a != nil {
			for _, i := range a.byID.sorted() {
				if d := i.value; !same(d, b.get(i.key)) {
					gone = append(gone, Change{d.Res.Kind, i.key, nil})
				}
			}
		}
		if b != nil {
			for _, i := range b.byID.sorted() {
				if d := i.value; !same(d, a.get(i.key)) {
					come = append(come, Change{d.Res.Kind, i.key, d})
				}
			}
		}
	}
	return append(gone, come...)
}

func (t *table) get(id string) *api.Doc {
	if t == nil {
		return nil
	}
	d, _ := t.byID.get(id)
	return d
}

// same tells whether two documents are the same in all that a world knows of them.
func same(a, b *api.Doc) bool {
	return a == b || b != nil && a.Seq == b.Seq && a.At == b.At && a.Implicit == b.Implicit && string(a.JSON) == string(b.JSON) && slices.Equal(a.In, b.In)
}

// Sum is a text that bases have in common only if they have all documents in common.
func (b *Base) Sum() string { return b.sum() }

func (s *state) sum() string {
	h := sha256.New()
	var room []byte
	text := func(parts ...string) {
		for _, p := range parts {
			room = append(binary.AppendUvarint(room, uint64(len(p))), p...)
		}
	}
	for _, t := range s.tables {
		if t == nil {
			continue
		}
		for _, i := range t.byID.sorted() {
			d := i.value
			room = room[:0]
			text(d.Res.Kind, d.ID, string(d.JSON))
			room = binary.AppendUvarint(room, uint64(len(d.In)))
			text(d.In...)
			room = binary.AppendVarint(binary.AppendUvarint(room, d.Seq), d.At)
			if d.Implicit {
				room = append(room, 'k')
			}
			_, _ = h.Write(room)
		}
	}
	room = binary.AppendUvarint(binary.AppendUvarint(room[:0], s.seq), s.counter)
	_, _ = h.Write(room)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

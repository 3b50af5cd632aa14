package store

import (
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
)

// Reset gives the world back the documents, the counters and the clock that it was born with.
func (w *World) Reset() error {
	w.Scenarios.Halt()
	w.mu.Lock()
	defer w.mu.Unlock()
	tx := &Tx{state: w.base.fork()}
	return w.start(tx, w.base, w.born.State())
}

// Rebirth makes the world as if it had been born from another base, with documents that a function adds, at an instant
// where its clock stands still, or by the clock of its birth where that is zero; or it leaves the world as it was.
func (w *World) Rebirth(b *Base, at time.Time, add func(api.Tx) error) error {
	tx := &Tx{catalog: w.cat, state: b.fork(), writing: true, world: &World{seed: w.seed}}
	if err := add(tx); err != nil {
		return err
	}
	to := w.born.State()
	if !at.IsZero() {
		var err error
		if to, err = clock.From(clock.Reading{Now: at, Frozen: true}); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.start(tx, b, to)
}

// start keeps and makes a new life out of a base and a transaction on it.
func (w *World) start(tx *Tx, b *Base, to clock.State) error {
	err := w.keep(func() Event {
		e := tx.event(Began)
		e.Base, e.Clock = b, &to
		return e
	})
	if err == nil {
		w.begin(b, tx.state, to)
		w.rest()
	}
	return err
}

// Born is the clock as it was at the world's birth.
func (w *World) Born() clock.Reading { return w.born.Copy().Read() }

// begin is the start of a life, with documents and nothing else.
func (w *World) begin(b *Base, fresh *state, to clock.State) {
	w.base, w.state = b, fresh
	w.versions = nil
	w.gone = tombs{}
	w.requests.Store(0)
	w.Faults.Clear()
	w.Journal.Clear()
	w.Coverage.Clear()
	w.Clock.Become(to)
}

// SetClock moves the world's clock to an instant and holds it there or lets it run. It is clock.ErrRange where the instant is none
// of a world.
func (w *World) SetClock(now time.Time, frozen bool) error {
	return w.clock(func(clock.State) (clock.State, error) { return clock.From(clock.Reading{Now: now, Frozen: frozen}) })
}

// Advance moves the world's clock by a span, which may be negative. It is clock.ErrRange where that leads to an instant that is
// none of a world.
func (w *World) Advance(by time.Duration) error {
	return w.clock(func(now clock.State) (clock.State, error) { return now.Moved(by) })
}

func (w *World) clock(turn func(clock.State) (clock.State, error)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	to, err := turn(w.Clock.State())
	if err != nil {
		return err
	}
	if err := w.keep(func() Event { return Event{What: Turned, Clock: &to} }); err != nil {
		return err
	}
	w.Clock.Become(to)
	w.rest()
	return nil
}

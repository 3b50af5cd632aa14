// Package clock is the time of a world: real or held still, and moved at will.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock tells a world's time. The zero Clock runs with real time. It is safe for use by several goroutines.
type Clock struct {
	state atomic.Pointer[State] // nil: the zero State
}

// At is a clock that stands still at an instant.
func At(t time.Time) *Clock { return in(State{Frozen: true, At: t.UTC()}) }

func in(s State) *Clock {
	c := &Clock{}
	c.state.Store(&s)
	return c
}

// Fits tells whether an instant can be a world's: documents keep the time of their birth as 64 bits of nanoseconds.
func Fits(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1678 && year < 2262
}

// Reading is a clock's state.
type Reading struct {
	Now    time.Time
	Frozen bool
}

// State is what makes a clock go as it does, whenever it is looked at.
type State struct {
	Frozen bool
	At     time.Time     // where it stands, if frozen
	Shift  time.Duration // from real time, if not
}

// From is the state of a clock that is set to a reading now.
func From(r Reading) State {
	if r.Frozen {
		return State{Frozen: true, At: r.Now.UTC()}
	}
	return State{Shift: time.Until(r.Now)}
}

// Moved is the state of a clock that is moved by a span, which may be negative.
func (s State) Moved(by time.Duration) State {
	if s.Frozen {
		s.At = s.At.Add(by)
	} else {
		s.Shift += by
	}
	return s
}

// State is the clock's.
func (c *Clock) State() State {
	if s := c.state.Load(); s != nil {
		return *s
	}
	return State{}
}

// Become gives the clock a state.
func (c *Clock) Become(s State) { c.state.Store(&s) }

// Now is the clock's time, in UTC.
func (c *Clock) Now() time.Time { return c.When(time.Now()) }

// When is the clock's time at an instant of real time.
func (c *Clock) When(now time.Time) time.Time { return c.State().when(now) }

func (s State) when(now time.Time) time.Time {
	if s.Frozen {
		return s.At
	}
	return now.Add(s.Shift).UTC().Round(0)
}

// Read gives time and state together.
func (c *Clock) Read() Reading {
	s := c.State()
	return Reading{s.when(time.Now()), s.Frozen}
}

// Copy is a clock of its own in the same state.
func (c *Clock) Copy() *Clock {
	return in(c.State())
}

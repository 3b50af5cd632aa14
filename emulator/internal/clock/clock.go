// Package clock is the time of a world: real or held still, and moved at will.
package clock

import (
	"errors"
	"sync/atomic"
	"time"
)

// Clock tells a world's time. The zero Clock runs with real time. It is safe for use by several goroutines.
type Clock struct {
	state atomic.Pointer[State] // nil: the zero State
}

// At is a clock that stands still at an instant.
func At(t time.Time) *Clock { return New(State{Frozen: true, At: t.UTC()}) }

// New returns a clock in a state.
func New(s State) *Clock {
	c := &Clock{}
	c.state.Store(&s)
	return c
}

// Documents keep the time of their birth as 64 bits of nanoseconds, so these are the first and the last instant that a
// world's clock shows.
var (
	first = time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC)
	last  = time.Date(2262, 1, 1, 0, 0, 0, -1, time.UTC)
)

// ErrRange refuses other instants.
var ErrRange = errors.New("want an instant in the years 1678 to 2261")

// Fits tells whether an instant can be a world's.
func Fits(t time.Time) bool { return !t.Before(first) && !t.After(last) }

// Reading is a clock's state.
type Reading struct {
	Now    time.Time
	Frozen bool
}

// State is what makes a clock go as it does, whenever it is looked at. The zero State is real time.
type State struct {
	Frozen bool
	At     time.Time // what the clock shows: always, if frozen, else at the Unix epoch of real time
}

// epoch is an instant of real time. No duration reaches from one end of the range to the other, but from here to any time
// at which this runs.
var epoch = time.Unix(0, 0).UTC()

// From is the state of a clock that is set to a reading now. It is ErrRange where the reading is none of a world.
func From(r Reading) (State, error) {
	switch now := r.Now.UTC().Round(0); {
	case !Fits(now):
		return State{}, ErrRange
	case r.Frozen:
		return State{Frozen: true, At: now}, nil
	default:
		return State{At: now.Add(-time.Since(epoch))}, nil
	}
}

// Shifted is the state of a clock that is a span ahead of real time.
func Shifted(by time.Duration) State {
	if by == 0 {
		return State{}
	}
	return State{At: epoch.Add(by)}
}

// Shift is how far a clock that runs is ahead of real time. It is false where no duration is so long.
func (s State) Shift() (by time.Duration, ok bool) {
	if s.At.IsZero() {
		return 0, true
	}
	by = s.At.Sub(epoch)
	return by, epoch.Add(by).Equal(s.At)
}

// Moved is the state of a clock that is moved by a span, which may be negative. It is ErrRange where that leads to an instant
// that is none of a world.
func (s State) Moved(by time.Duration) (State, error) {
	return From(Reading{s.when(time.Now()).Add(by), s.Frozen})
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

// when stands still where the clock has run to the end of its range.
func (s State) when(now time.Time) time.Time {
	switch {
	case s.Frozen:
		return s.At
	case s.At.IsZero():
		return now.UTC().Round(0)
	}
	t := s.At.Add(now.Sub(epoch))
	if t.After(last) {
		return last
	}
	if t.Before(first) { // real time was set back
		return first
	}
	return t
}

// Read gives time and state together.
func (c *Clock) Read() Reading {
	s := c.State()
	return Reading{s.when(time.Now()), s.Frozen}
}

// Copy is a clock of its own in the same state.
func (c *Clock) Copy() *Clock {
	return New(c.State())
}

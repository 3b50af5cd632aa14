// Package clock is the time of a world: real or held still, and moved at will.
package clock

import (
	"sync"
	"time"
)

// Clock tells a world's time. The zero Clock runs with real time. It is safe for use by several goroutines.
type Clock struct {
	mu     sync.Mutex
	frozen bool
	at     time.Time     // when frozen
	shift  time.Duration // from real time, when not
}

// At is a clock that stands still at an instant.
func At(t time.Time) *Clock { return &Clock{frozen: true, at: t.UTC()} }

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

// Now is the clock's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.frozen {
		return c.at
	}
	return time.Now().Add(c.shift).UTC().Round(0)
}

// Read gives time and state together.
func (c *Clock) Read() Reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Reading{c.now(), c.frozen}
}

// Set moves the clock to an instant and holds it there or lets it run.
func (c *Clock) Set(now time.Time, frozen bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = frozen
	c.at = now.UTC()
	c.shift = 0
	if !frozen {
		c.shift = time.Until(now)
	}
}

// Advance moves the clock by a span, which may be negative.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen {
		c.at = c.at.Add(by)
		return
	}
	c.shift += by
}

// Copy is a clock of its own in the same state.
func (c *Clock) Copy() *Clock {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &Clock{frozen: c.frozen, at: c.at, shift: c.shift}
}

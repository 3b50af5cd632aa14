package admin

import (
	"errors"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

type reading struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
}

func tell(w *world.World) reading {
	r := w.Clock.Read()
	return reading{r.Now, r.Frozen}
}

func getClock(c *api.Call) (any, error) { return tell(worldOf(c)), nil }

func setClock(c *api.Call) (any, error) {
	w, body := worldOf(c), c.Body.Object
	r := w.Clock.Read()
	if body.Has("now") {
		r.Now, _ = time.Parse(time.RFC3339Nano, body.Str("now")) // what cannot be read is out of range
	}
	if body.Has("frozen") {
		r.Frozen = body.True("frozen")
	}
	if err := w.SetClock(r.Now, r.Frozen); err != nil {
		return nil, outOfRange("now", err)
	}
	return tell(w), nil
}

func advanceClock(c *api.Call) (any, error) {
	w := worldOf(c)
	by, err := time.ParseDuration(c.Body.Object.Str("by"))
	if err != nil {
		return nil, api.Refuse(api.Violation{Path: []string{"by"}, Rule: api.Other, Text: "want a duration such as 24h"})
	}
	if err := w.Advance(by); err != nil {
		return nil, outOfRange("by", err)
	}
	return tell(w), nil
}

// outOfRange says which member led to an instant that is none of a world.
func outOfRange(member string, err error) error {
	if errors.Is(err, clock.ErrRange) {
		return api.Refuse(api.Violation{Path: []string{member}, Rule: api.Other, Text: err.Error()})
	}
	return err
}

package admin

import (
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/store"
)

// years says what clocks can show.
const years = "want an instant in the years 1678 to 2261"

type reading struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
}

func tell(w *store.World) reading {
	r := w.Clock.Read()
	return reading{r.Now, r.Frozen}
}

func getClock(c *api.Call) (any, error) { return tell(worldOf(c)), nil }

func setClock(c *api.Call) (any, error) {
	w, body := worldOf(c), c.Body.Object
	r := w.Clock.Read()
	if body.Has("now") {
		if r.Now, _ = time.Parse(time.RFC3339Nano, body.Str("now")); !clock.Fits(r.Now) {
			return nil, api.Refuse(api.Violation{Path: []string{"now"}, Rule: api.Other, Text: years})
		}
	}
	if body.Has("frozen") {
		r.Frozen = body.True("frozen")
	}
	if err := w.SetClock(r.Now, r.Frozen); err != nil {
		return nil, err
	}
	return tell(w), nil
}

func advanceClock(c *api.Call) (any, error) {
	w := worldOf(c)
	by, err := time.ParseDuration(c.Body.Object.Str("by"))
	if err != nil {
		return nil, api.Refuse(api.Violation{Path: []string{"by"}, Rule: api.Other, Text: "want a duration such as 24h"})
	}
	if !clock.Fits(w.Clock.Now().Add(by)) {
		return nil, api.Refuse(api.Violation{Path: []string{"by"}, Rule: api.Other, Text: years})
	}
	if err := w.Advance(by); err != nil {
		return nil, err
	}
	return tell(w), nil
}

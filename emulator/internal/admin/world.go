package admin

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/near"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

type worldInfo struct {
	Name      string  `json:"name"`
	Seed      uint64  `json:"seed"`
	Fixture   string  `json:"fixture"`
	Clock     reading `json:"clock"`
	TTL       string  `json:"ttl,omitempty"`
	Documents int     `json:"documents"`
	Requests  uint64  `json:"requests"`
}

func show(w *world.World) worldInfo {
	out := worldInfo{Name: w.Name(), Seed: w.Seed(), Fixture: w.Fixture(), Clock: tell(w), Documents: w.Documents(), Requests: w.Requests()}
	if w.TTL > 0 {
		out.TTL = w.TTL.String()
	}
	return out
}

func listWorlds(c *api.Call) (any, error) {
	out := []worldInfo{}
	for _, w := range hostOf(c).Store().Worlds() {
		out = append(out, show(w))
	}
	return out, nil
}

// hinted is how many worlds a hint may name: comparing names takes most of the time of a call for an unknown world.
const hinted = 16

func named(c *api.Call, name string) (*world.World, error) {
	if w := hostOf(c).Store().World(name); w != nil {
		return w, nil
	}
	var names []string
	for _, w := range hostOf(c).Store().Recent(hinted) {
		names = append(names, w.Name())
	}
	return nil, api.Fail(unknownWorld, "no world %q%s", name, near.Hint(name, names...))
}

func getWorld(c *api.Call) (any, error) {
	w, err := named(c, c.Arg("name"))
	if err != nil {
		return nil, err
	}
	return show(w), nil
}

func createWorld(c *api.Call) (any, error) {
	spec, err := wanted(c)
	if err != nil {
		return nil, err
	}
	w, err := hostOf(c).NewWorld(c.Context(), spec)
	var refused *api.Error
	switch {
	case errors.As(err, &refused):
		return nil, err
	case err != nil: // the server's own fixture is a file that has changed since
		return nil, api.Fail(api.Invalid, "%s", err)
	}
	return show(w), nil
}

// wanted reads the world that the body describes, and finds all that is wrong with it.
func wanted(c *api.Call) (WorldSpec, error) {
	body := c.Body.Object
	spec := WorldSpec{Name: body.Str("name"), Fixture: body.Str("fixture")}
	var bad []api.Violation
	wrong := func(name, text string) {
		bad = append(bad, api.Violation{Path: []string{name}, Rule: api.Other, Text: text})
	}
	if spec.Fixture != "" {
		h := hostOf(c)
		names := h.Fixtures()
		switch known := slices.Contains(names, spec.Fixture) || spec.Fixture == h.Configured(); {
		case body.Has("from"):
			wrong("fixture", "a world that is copied from another has its documents; leave fixture or from out")
		case !known:
			wrong("fixture", fmt.Sprintf("no fixture %q; there are %s, and the one that the server was started with%s",
				spec.Fixture, strings.Join(names, ", "), near.Hint(spec.Fixture, names...)))
		}
	}
	if raw := body.Raw("seed"); raw != nil {
		n, err := strconv.ParseUint(string(raw), 10, 64)
		if err != nil {
			wrong("seed", "want a whole number from 0 to 18446744073709551615")
		}
		spec.Seed = &n
	}
	if body.Has("clock") {
		if spec.Clock, _ = time.Parse(time.RFC3339Nano, body.Str("clock")); !clock.Fits(spec.Clock) {
			wrong("clock", clock.ErrRange.Error())
		}
	}
	if body.Has("ttl") {
		var err error
		if spec.TTL, err = time.ParseDuration(body.Str("ttl")); err != nil || spec.TTL <= 0 {
			wrong("ttl", "want a duration above 0 such as 30m")
		}
	}
	if bad != nil {
		return spec, api.Refuse(bad...)
	}
	var err error
	if body.Has("from") {
		spec.From, err = named(c, body.Str("from"))
	}
	return spec, err
}

func deleteWorld(c *api.Call) (any, error) {
	w, err := named(c, c.Arg("name"))
	if err != nil {
		return nil, err
	}
	if w.Name() == server.DefaultWorld {
		return nil, api.Fail(api.Conflict, "the world %q always exists; POST /_portico/reset makes it as it was born", w.Name())
	}
	hostOf(c).Store().Delete(w.Name())
	return nil, nil
}

func reset(c *api.Call) (any, error) {
	return nil, worldOf(c).Reset()
}

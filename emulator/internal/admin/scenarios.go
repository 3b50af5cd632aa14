package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/near"
	"github.com/portico-emulator/portico/emulator/internal/scenario"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// Words are those that scenarios of a plan may use.
func Words(p *server.Plan, fixtures []string) *scenario.Words {
	w := &scenario.Words{Kinds: map[string]*api.Resource{}, Fixtures: fixtures}
	for _, v := range Vendors(p) {
		for i := range v.Operations {
			w.Operations = append(w.Operations, &v.Operations[i])
		}
	}
	for _, r := range p.Catalog.Resources() {
		w.Kinds[r.Kind] = r
	}
	return w
}

func words(h Host) *scenario.Words {
	w := Words(h.Plan(), append(slices.Clone(h.Fixtures()), h.Configured()))
	w.Check = h.Judge()
	return w
}

// placeOf is a world for scenarios to play in.
func placeOf(h Host, w *world.World) scenario.Place {
	return scenario.Place{
		World: w, Clock: w.Clock, Faults: &w.Faults, Words: words(h),
		Read:  w.View,
		Write: func(change func(api.Tx) error) error { return w.Update(Name, change) },
		Turn:  w.Advance,
	}
}

// ResumeScenario lets a scenario play from its beginning in a world that has lived with it before: its documents, its
// fixture and its clock had their time.
func ResumeScenario(h Host, w *world.World, one *scenario.Scenario) error {
	return w.Scenarios.Start(one, placeOf(h, w), func() error { return nil })
}

// StartScenario lets a scenario play in a world. One with a fixture makes the world be born anew from it; one that cannot
// start, before the context ends, leaves the world as it was.
func StartScenario(ctx context.Context, h Host, w *world.World, one *scenario.Scenario) error {
	place := placeOf(h, w)
	return w.Scenarios.Start(one, place, func() error {
		now := w.Clock.Now()
		if one.Fixture != "" {
			now = w.InitialClock().Now
		}
		if !one.Clock.IsZero() {
			now = one.Clock
		}
		bear := func(tx api.Tx) error { return one.Bear(ctx, tx, w, now, place.Words.Check) }
		if one.Fixture == "" {
			if err := place.Write(bear); err != nil {
				return err
			}
		} else {
			base, err := h.Base(ctx, one.Fixture, w.Seed())
			if err != nil {
				return err
			}
			return w.Restart(base, one.Clock, bear)
		}
		if !one.Clock.IsZero() {
			return w.SetClock(one.Clock, true)
		}
		return nil
	})
}

// scenariosOf are those that the call's world may play: those that were put there, then the built-in ones.
func scenariosOf(c *api.Call) []*scenario.Scenario {
	out := worldOf(c).Scenarios.Known()
	for _, one := range hostOf(c).Library() {
		if !slices.ContainsFunc(out, func(own *scenario.Scenario) bool { return own.Name == one.Name }) {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b *scenario.Scenario) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func scenarioOf(c *api.Call) (*scenario.Scenario, error) {
	var names []string
	for _, one := range scenariosOf(c) {
		if one.Name == c.Arg("name") {
			return one, nil
		}
		names = append(names, one.Name)
	}
	return nil, api.Fail(api.NotFound, "no scenario %q%s", c.Arg("name"), near.Hint(c.Arg("name"), names...))
}

type scenarioHead struct {
	Name    string   `json:"name"`
	Summary string   `json:"summary"`
	Advice  string   `json:"advice,omitempty"`
	Vendors []string `json:"vendors"`
	Running bool     `json:"running"`
}

type scenarioReport struct {
	scenarioHead
	Held         bool              `json:"held"`
	Expectations []scenario.Judged `json:"expectations"`
	Faults       []scenario.Fault  `json:"faults"`
	Steps        []scenario.Step   `json:"steps"`
}

func head(one *scenario.Scenario, running bool) scenarioHead {
	h := scenarioHead{one.Name, one.Summary, one.Advice, one.Vendors, running}
	if h.Vendors == nil {
		h.Vendors = []string{}
	}
	return h
}

func reported(c *api.Call, one *scenario.Scenario) scenarioReport {
	r := worldOf(c).Scenarios.Report(one)
	return scenarioReport{head(one, r.Playing), r.Held, r.Expectations, r.Faults, r.Steps}
}

func listScenarios(c *api.Call) (any, error) {
	out, running := []scenarioHead{}, worldOf(c).Scenarios.Running()
	for _, one := range scenariosOf(c) {
		out = append(out, head(one, running[one.Name]))
	}
	return out, nil
}

func getScenario(c *api.Call) (any, error) {
	one, err := scenarioOf(c)
	if err != nil {
		return nil, err
	}
	return reported(c, one), nil
}

// putScenario takes a scenario as JSON or YAML.
func putScenario(c *api.Call) (any, error) {
	name := c.Arg("name")
	one, err := scenario.Read(name, c.Raw, words(hostOf(c)))
	if err != nil {
		return nil, api.Fail(api.Invalid, "%v", err)
	}
	if one.Name != name {
		return nil, api.Fail(api.Invalid, "the scenario is called %q, but the path says %q", one.Name, name)
	}
	if err := worldOf(c).Scenarios.Put(one); err != nil {
		return nil, err
	}
	return reported(c, one), nil
}

func startScenario(c *api.Call) (any, error) {
	one, err := scenarioOf(c)
	if err != nil {
		return nil, err
	}
	if err := StartScenario(c.Context(), hostOf(c), worldOf(c), one); err != nil {
		if e := api.AsError(err); e.Code == api.Conflict || e.Code == api.Unavailable {
			return nil, err
		}
		return nil, api.Fail(api.Invalid, "%s", fmt.Sprint(err))
	}
	return reported(c, one), nil
}

func stopScenario(c *api.Call) (any, error) {
	one, err := scenarioOf(c)
	if err != nil {
		return nil, err
	}
	if !worldOf(c).Scenarios.Stop(one.Name) {
		return nil, api.Fail(api.Conflict, "the scenario %q does not play", one.Name)
	}
	return reported(c, one), nil
}

package testkit

import (
	"net/http"
	"strings"

	"github.com/portico-emulator/portico/emulator"
)

// RunningScenario is a scenario that was started in a world.
type RunningScenario struct {
	p    *Portico
	Name string
}

// Expectation is what a scenario expects of whoever calls, and whether it is so.
type Expectation struct {
	What string
	Held bool
	Why  string // what there was
}

// Scenario lets a scenario play in this world: a built-in one by its name, or a file. At the end of the test it is judged
// and stopped, and what does not hold fails the test. A scenario one of whose faults never acted does not hold.
func (p *Portico) Scenario(name string) *RunningScenario {
	p.t.Helper()
	one, err := emulator.ReadScenario(name)
	if err != nil {
		p.t.Fatalf("portico: %v", err)
	}
	s := &RunningScenario{p, one.Name}
	if !one.Builtin {
		p.admin(p.t, http.MethodPut, "/scenarios/"+one.Name, text(one.Text), nil)
	}
	p.admin(p.t, http.MethodPost, "/scenarios/"+one.Name+"/start", nil, nil)
	p.t.Cleanup(func() {
		p.t.Helper()
		told := s.told()
		if told.Running {
			s.Stop()
		}
		var unmet []string
		for _, x := range told.Expectations {
			if !x.Held {
				unmet = append(unmet, "\n  "+x.What+": "+x.Why)
			}
		}
		if unmet != nil {
			p.t.Errorf("scenario %s does not hold:%s\n%s", one.Name, strings.Join(unmet, ""), one.Advice)
		}
	})
	return s
}

// Expectations judges the scenario by what has happened so far.
func (s *RunningScenario) Expectations() []Expectation {
	s.p.t.Helper()
	return s.told().Expectations
}

// Held tells whether all expectations hold so far.
func (s *RunningScenario) Held() bool {
	s.p.t.Helper()
	return s.told().Held
}

type report struct {
	Running      bool
	Held         bool
	Expectations []Expectation
}

func (s *RunningScenario) told() (r report) {
	s.p.t.Helper()
	s.p.admin(s.p.t, http.MethodGet, "/scenarios/"+s.Name, nil, &r)
	return r
}

// Stop disarms the scenario's faults and ends its script; documents stay. It is still judged at the end of the test.
func (s *RunningScenario) Stop() {
	s.p.t.Helper()
	s.p.admin(s.p.t, http.MethodPost, "/scenarios/"+s.Name+"/stop", nil, nil)
}

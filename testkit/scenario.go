package testkit

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
)

// RunningScenario is a scenario that was started in a world.
type RunningScenario struct {
	p    *Portico
	Name string
}

// Expectation is what a scenario expects of its client, and whether that holds.
type Expectation struct {
	What string
	Held bool
	Why  string // what was found instead
}

// Scenario starts a scenario in this world: one that the world knows, such as a built-in one, by its name, or a file. At the
// end of the test it is stopped, and the test fails if an expectation does not hold or a fault of the scenario never acted.
func (p *Portico) Scenario(name string) *RunningScenario {
	p.t.Helper()
	var known []struct{ Name string }
	p.admin(p.t, http.MethodGet, "/scenarios", nil, &known)
	var names []string
	for _, one := range known {
		names = append(names, one.Name)
	}
	s := &RunningScenario{p, name}
	if !slices.Contains(names, name) {
		s.Name = p.putScenario(name, names)
	}
	p.admin(p.t, http.MethodPost, "/scenarios/"+s.Name+"/start", nil, nil)
	p.t.Cleanup(func() {
		p.t.Helper()
		report := s.report()
		if report.Running {
			s.Stop()
		}
		var unmet []string
		for _, x := range report.Expectations {
			if !x.Held {
				unmet = append(unmet, "\n  "+x.What+": "+x.Why)
			}
		}
		if unmet != nil {
			p.t.Errorf("scenario %s does not hold:%s\n%s", s.Name, strings.Join(unmet, ""), report.Advice)
		}
	})
	return s
}

// scenarioName finds the name in a scenario file, YAML or JSON.
var scenarioName = regexp.MustCompile(`(?m)^\s*\{?\s*["']?name["']?\s*:\s*["']?([A-Za-z0-9][\w.-]*)`)

// putScenario gives the world the scenario of a file and returns its name. It fails the test if there is no such file.
func (p *Portico) putScenario(file string, known []string) (name string) {
	p.t.Helper()
	data, err := os.ReadFile(file) //nolint:gosec // the test names the file
	if errors.Is(err, fs.ErrNotExist) {
		p.t.Fatalf("portico: no scenario %q: the world has %s, anything else is a file", file, strings.Join(known, ", "))
	}
	if err != nil {
		p.t.Fatalf("portico: scenario: %v", err)
	}
	name = "scenario"
	if m := scenarioName.FindSubmatch(data); m != nil {
		name = string(m[1])
	}
	r, err := p.request(http.MethodPut, adminPrefix+"/scenarios/"+name, p.bearer(), text(data))
	if err == nil {
		var a answer
		if a, err = read(line{p}.RoundTrip(r)); err == nil && a.status >= http.StatusBadRequest {
			problem := a.problem()
			if place, ok := strings.CutPrefix(problem, name+":"); ok { // which begins with line and column
				problem = file + ":" + place
			}
			err = errors.New(problem)
		}
	}
	if err != nil {
		p.t.Fatalf("portico: scenario %s: %v", file, err)
	}
	return name
}

// Expectations judges the scenario by what has happened so far.
func (s *RunningScenario) Expectations() []Expectation {
	s.p.t.Helper()
	return s.report().Expectations
}

// Held reports whether all expectations hold so far.
func (s *RunningScenario) Held() bool {
	s.p.t.Helper()
	return s.report().Held
}

type scenarioReport struct {
	Running      bool
	Advice       string
	Held         bool
	Expectations []Expectation
}

func (s *RunningScenario) report() (r scenarioReport) {
	s.p.t.Helper()
	s.p.admin(s.p.t, http.MethodGet, "/scenarios/"+s.Name, nil, &r)
	return r
}

// Stop disarms the scenario's faults and ends its script; documents stay. It is still judged at the end of the test.
func (s *RunningScenario) Stop() {
	s.p.t.Helper()
	s.p.admin(s.p.t, http.MethodPost, "/scenarios/"+s.Name+"/stop", nil, nil)
}

package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/fixture"
)

// duplicates counts the documents that say what others in the same place say.
func (x *expectation) duplicates(tx api.Tx) map[string]int {
	if x.twins == nil {
		return nil
	}
	out := map[string]int{}
	for d := range tx.All(x.twins.kind) {
		words := make([]string, 0, len(x.twins.get)+1)
		for _, get := range x.twins.get {
			words = append(words, get(d))
		}
		out[strings.Join(words, ", ")+api.Key("", d.Owner())]++
	}
	maps.DeleteFunc(out, func(_ string, n int) bool { return n < 2 })
	return out
}

// Report is what became of a scenario.
type Report struct {
	Playing      bool
	Started      time.Time // by the world's clock; zero: never
	Held         bool
	Expectations []Judged
	Faults       []Fault
	Steps        []Step
}

// Judged is an expectation and what became of it.
type Judged struct {
	What string `json:"what"`
	Held bool   `json:"held"`
	Why  string `json:"why"`
}

// Fault is a rule and what became of it.
type Fault struct {
	Name  string `json:"name"`
	Armed bool   `json:"armed"`
	Hits  int    `json:"hits"`
	Fired int    `json:"fired"`
}

// Step is a step and what became of it.
type Step struct {
	When    string `json:"when"`
	Done    bool   `json:"done"`
	Problem string `json:"problem,omitempty"`
}

// Report judges a scenario by what has happened so far.
func (s *Stage) Report(one *Scenario) Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.run(one.Name)
	if r == nil {
		r = &run{Scenario: one}
	}
	return r.report()
}

func (r *run) report() Report {
	out := Report{Playing: r.playing, Started: r.began, Held: true, Expectations: []Judged{}, Faults: []Fault{}, Steps: []Step{}}
	add := func(what string, held bool, why string) {
		if r.began.IsZero() {
			held, why = false, "the scenario was never started, or a reset has ended it"
		}
		out.Held = out.Held && held
		out.Expectations = append(out.Expectations, Judged{what, held, why})
	}
	for i, rule := range r.rules {
		f := Fault{Name: rule.Name}
		if r.roles != nil {
			f.Hits, f.Fired = r.counts(&r.roles[i])
			f.Armed = r.roles[i].armed != nil && r.place.Faults.Has(r.roles[i].armed)
		}
		out.Faults = append(out.Faults, f)
		if r.forbidden(rule) {
			continue
		}
		why := fmt.Sprintf("it acted on %d of the %d calls that it matched", f.Fired, f.Hits)
		switch {
		case f.Hits == 0:
			why = fmt.Sprintf("no call of %s matched it", rule.On)
		case f.Fired == 0:
			why = fmt.Sprintf("it matched %d calls and acted on none", f.Hits)
		}
		add(fmt.Sprintf("the fault %q acts at all", rule.Name), f.Fired > 0, why)
	}
	for i, s := range r.steps {
		one := Step{When: s.when}
		if r.done != nil {
			one.Done, one.Problem = r.done[i].is, r.done[i].problem
		}
		out.Steps = append(out.Steps, one)
		if one.Problem != "" {
			add("the step "+s.when+" can be done", false, one.Problem)
		}
	}
	for i := range r.expect {
		r.judge(&r.expect[i], i, out.Faults, add)
	}
	if len(out.Expectations) == 0 {
		add("the scenario is started", !r.began.IsZero(), "it was")
	}
	return out
}

// forbidden tells whether a rule is there to show that it never acts.
func (r *run) forbidden(rule *fault.Rule) bool {
	for _, x := range r.expect {
		if x.rule == rule && slices.ContainsFunc(x.wanted, func(w wanted) bool { return w.what == "fired" && w.Max != nil && *w.Max == 0 }) {
			return true
		}
	}
	return false
}

func (r *run) judge(x *expectation, i int, faults []Fault, add func(what string, held bool, why string)) {
	var t tally
	if r.tallies != nil {
		t = r.tallies[i]
	}
	if x.twins != nil {
		r.judgeTwins(x, t, add)
		return
	}
	for _, w := range x.wanted {
		var got int
		what := fmt.Sprintf("%s: %s %s", x.name, w.what, w.text())
		switch {
		case x.rule != nil:
			f := faults[slices.Index(r.rules, x.rule)]
			got = f.Fired
			if w.what == "hits" {
				got = f.Hits
			}
		case x.documents != nil:
			what = fmt.Sprintf("documents of %s: %s", x.documents.words(), w.text())
			n, err := r.number(x.documents)
			if err != nil {
				add(what, false, err.Error())
				continue
			}
			got = n
		case w.status != 0:
			what = fmt.Sprintf("%s: answered %d %s", x.name, w.status, w.text())
			got = t.statuses[w.status]
		case w.what == "calls":
			got = t.calls
		case w.what == "succeeded":
			got = t.succeeded
		default:
			got = t.calls - t.succeeded
		}
		if x.within > 0 {
			what += " within " + x.within.String()
		}
		why := fmt.Sprintf("got %d", got)
		if x.on != nil {
			why += t.told()
		}
		add(what, !w.TooFew(got) && !w.TooMany(got), why)
	}
}

func (r *run) judgeTwins(x *expectation, t tally, add func(what string, held bool, why string)) {
	what := fmt.Sprintf("no two of %s with the same %s", x.twins.kind, strings.Join(x.twins.by, ", "))
	if r.place.Read == nil {
		add(what, false, "")
		return
	}
	var now map[string]int
	r.place.Read(func(tx api.Tx) { now = x.duplicates(tx) })
	var bad []string
	for _, key := range slices.Sorted(maps.Keys(now)) {
		if now[key] > t.before[key] {
			value, _, _ := strings.Cut(key, api.Key("", ""))
			bad = append(bad, fmt.Sprintf("%d are %s", now[key], value))
		}
	}
	why := "there are none"
	if bad != nil {
		why = strings.Join(bad, "; ")
	}
	add(what, bad == nil, why)
}

// number counts documents.
func (r *run) number(s *set) (n int, err error) {
	if r.place.Read == nil {
		return 0, nil
	}
	r.place.Read(func(tx api.Tx) {
		editor := &fixture.Editor{Tx: tx, Seed: r.place.Seed, Now: r.place.Clock.Now(), Check: r.place.Words.Check}
		var owner string
		if owner, err = editor.Within(r.file, s.in); err != nil {
			return
		}
		var found []*api.Doc
		found, err = r.find(editor, s.kind, owner, s.where)
		n = len(found)
	})
	return n, err
}

// words is which documents are meant.
func (s *set) words() string {
	if len(s.where) == 0 {
		return s.kind
	}
	parts := make([]string, len(s.where))
	for i, w := range s.where {
		parts[i] = w.name + " " + string(w.want.JSON(nil))
	}
	return s.kind + " with " + strings.Join(parts, ", ")
}

// text returns the times in words.
func (w wanted) text() string {
	if w.Min != nil && w.Max != nil && *w.Min == *w.Max {
		return strconv.Itoa(*w.Min)
	}
	return w.String()
}

// told says how the calls were answered; 0 is not at all.
func (t *tally) told() string {
	if t.calls == 0 {
		return ": there was no such call"
	}
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(t.statuses)) {
		text := strconv.Itoa(status)
		if status == 0 {
			text = "no answer"
		}
		parts = append(parts, fmt.Sprintf("%d × %s", t.statuses[status], text))
	}
	return fmt.Sprintf(" of %d calls: %s", t.calls, strings.Join(parts, ", "))
}

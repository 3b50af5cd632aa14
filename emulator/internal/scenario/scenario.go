// Package scenario plays scripts in worlds: documents, faults, steps that move with the calls or with the world's clock, and
// expectations of whoever calls. It knows no vendor and no database.
package scenario

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/fixture"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// Scenario is a script as it is written.
type Scenario struct {
	Name    string
	Summary string
	Advice  string // what a client should do
	Fixture string // that the world is born anew from; "": it stays
	Clock   time.Time
	Vendors []string // that it is about
	Text    []byte

	file      string
	documents *fixture.Fixture
	rules     []*fault.Rule
	waiting   []bool // for each rule, whether a step has to arm it first
	steps     []step
	expect    []expectation
}

// Words are those that scenarios may use.
type Words struct {
	Operations []*api.Operation
	Kinds      map[string]*api.Resource
	Fixtures   []string
	Check      fixture.Checker
}

func (w *Words) operations() []string {
	out := make([]string, len(w.Operations))
	for i, op := range w.Operations {
		out[i] = op.Full
	}
	return out
}

// step is done once: after the n-th call of some operations, or at a time after the start.
type step struct {
	node *yaml.Node
	when string // in words
	on   map[*api.Operation]bool
	nth  int
	at   time.Duration
	then []action
}

// action is one thing that a step does; of the fields one counts.
type action struct {
	set         *set
	arm, disarm *fault.Rule
	advance     time.Duration
}

// set changes the documents that it finds, or brings one into being.
type set struct {
	node     *yaml.Node
	kind     string
	in       []*yaml.Node
	where    []condition
	document *yaml.Node
	birth    *fixture.Fixture
}

type condition struct {
	name  string
	steps []string // of the JSON path
	want  *yaml.Node
}

const (
	maxNodes = 100_000
	maxSpan  = 10 * 365 * 24 * time.Hour // of the world's clock
	maxItems = 1000                      // of each list but that of documents
)

// Read reads a scenario, as JSON or YAML. The name of the file stands in errors, which say line and column.
func Read(file string, text []byte, words *Words) (*Scenario, error) {
	root, err := yaml.Parse(text, maxNodes)
	if err != nil {
		return nil, placed(file, err)
	}
	s := &Scenario{file: file, Text: text}
	r := reader{s: s, words: words, about: map[string]bool{}, rules: map[string]int{}}
	if err := r.scenario(root); err != nil {
		return nil, placed(file, err)
	}
	for name := range r.about {
		s.Vendors = append(s.Vendors, name)
	}
	slices.Sort(s.Vendors)
	return s, nil
}

// placed says in which file an error is.
func placed(file string, err error) error {
	if at, ok := errors.AsType[*yaml.Error](err); ok {
		return &fixture.Error{File: file, Line: at.Line, Column: at.Column, Message: at.Message}
	}
	return err
}

type reader struct {
	s     *Scenario
	words *Words
	about map[string]bool // vendors
	rules map[string]int  // positions of the rules by name
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (r *reader) scenario(n *yaml.Node) error {
	s := r.s
	var steps, expect *yaml.Node
	later := func(to **yaml.Node) yaml.Reader {
		return func(v *yaml.Node) error {
			*to = v
			return nil
		}
	}
	err := n.Read("a scenario", map[string]yaml.Reader{
		"name": func(v *yaml.Node) error {
			if v.Kind != yaml.String || !nameForm.MatchString(v.Text) {
				return yaml.Fault(v, "name: want a letter or digit, then at most 63 letters, digits, dots, dashes, underscores")
			}
			return v.Into(&s.Name)
		},
		"summary": func(v *yaml.Node) error { return v.Into(&s.Summary) },
		"advice":  func(v *yaml.Node) error { return v.Into(&s.Advice) },
		"fixture": func(v *yaml.Node) error {
			return v.Choice("fixture", &s.Fixture, r.words.Fixtures)
		},
		"clock": func(v *yaml.Node) error {
			at, err := time.Parse(time.RFC3339Nano, v.Text)
			if err != nil || !clock.Fits(at) {
				return yaml.Fault(v, "clock: want an RFC 3339 instant such as 2026-03-01T09:00:00Z, in the years 1678 to 2261")
			}
			s.Clock = at.UTC()
			return nil
		},
		"documents": r.documents,
		"faults":    r.faults,
		"steps":     later(&steps),
		"expect":    later(&expect),
	})
	if err != nil {
		return err
	}
	if s.Name == "" {
		return yaml.Fault(n, "name: a scenario needs one")
	}
	s.waiting = make([]bool, len(s.rules))
	if steps != nil {
		if err := r.steps(steps); err != nil {
			return err
		}
	}
	if expect != nil {
		return r.expectations(expect)
	}
	return nil
}

func list(n *yaml.Node, what string, most int, each func(*yaml.Node) error) error {
	if n.Kind != yaml.Sequence {
		return yaml.Fault(n, "%s: want a list", what)
	}
	if len(n.Items) > most {
		return yaml.Fault(n, "%s: %d are too many; want at most %d", what, len(n.Items), most)
	}
	for _, item := range n.Items {
		if err := each(item); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) documents(n *yaml.Node) error {
	if err := list(n, "documents", maxNodes, r.record); err != nil {
		return err
	}
	var err error
	r.s.documents, err = fixture.Records(r.s.file, n)
	return err
}

// record checks the words of a document to be born, and of those in it.
func (r *reader) record(n *yaml.Node) error {
	res, err := r.kind(n)
	if err != nil {
		return err
	}
	if in := n.Get("in"); in != nil {
		if err := r.references(in); err != nil {
			return err
		}
	}
	if d := n.Get("document"); d != nil {
		if err := r.fields(res, d); err != nil {
			return err
		}
	}
	if has := n.Get("has"); has != nil {
		return list(has, "has", maxNodes, r.record)
	}
	return nil
}

func (r *reader) kind(n *yaml.Node) (*api.Resource, error) {
	k := n.Get("kind")
	if n.Kind != yaml.Mapping || k == nil {
		return nil, yaml.Fault(n, "want kind, such as konnect.portal")
	}
	return r.known(k, k.Text)
}

func (r *reader) known(n *yaml.Node, kind string) (*api.Resource, error) {
	res := r.words.Kinds[kind]
	if res == nil {
		var kinds []string
		for k := range r.words.Kinds {
			kinds = append(kinds, k)
		}
		slices.Sort(kinds)
		return nil, yaml.Fault(n, "no kind %q%s", kind, suggest.Hint(kind, kinds...))
	}
	vendor, _, _ := strings.Cut(kind, ".")
	r.about[vendor] = true
	return res, nil
}

// fields checks that a kind has the members of a document.
func (r *reader) fields(res *api.Resource, n *yaml.Node) error {
	if n.Kind != yaml.Mapping {
		return yaml.Fault(n, "document: want a mapping")
	}
	for i := range n.Members {
		m := &n.Members[i]
		if err := r.field(res, m.Place(), m.Name); err != nil {
			return err
		}
		if err := r.references(m.Value); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) field(res *api.Resource, n *yaml.Node, name string) error {
	if len(res.Shape.Names) == 0 || slices.Contains(res.Shape.Names, name) {
		return nil
	}
	return yaml.Fault(n, "%s has no member %q%s", res.Kind, name, suggest.Hint(name, res.Shape.Names...))
}

// references checks the kinds of references such as @konnect.portal[0].
func (r *reader) references(n *yaml.Node) error {
	for i := range n.Members {
		if err := r.references(n.Members[i].Value); err != nil {
			return err
		}
	}
	for _, item := range n.Items {
		if err := r.references(item); err != nil {
			return err
		}
	}
	if kind, _, ok := strings.Cut(strings.TrimPrefix(n.Text, "@"), "["); ok && strings.HasPrefix(n.Text, "@") {
		_, err := r.known(n, kind)
		return err
	}
	return nil
}

func (r *reader) faults(n *yaml.Node) error {
	names := r.words.operations()
	return list(n, "faults", fault.MaxRules, func(item *yaml.Node) error {
		rule, err := fault.FromNode(item, names)
		if err != nil {
			return err
		}
		if _, twice := r.rules[rule.Name]; twice {
			return yaml.Fault(item, "a second rule is called %q; give one of them a name", rule.Name)
		}
		r.rules[rule.Name] = len(r.s.rules)
		r.s.rules = append(r.s.rules, rule)
		r.matching(rule.On)
		return nil
	})
}

// ruleNamed reads the name of one of the scenario's rules.
func (r *reader) ruleNamed(n *yaml.Node) (*fault.Rule, error) {
	if i, there := r.rules[n.Text]; there {
		return r.s.rules[i], nil
	}
	var names []string
	for _, rule := range r.s.rules {
		names = append(names, rule.Name)
	}
	return nil, yaml.Fault(n, "no rule %q among the scenario's faults%s", n.Text, suggest.Hint(n.Text, names...))
}

// matching is the operations that a name or a glob means.
func (r *reader) matching(glob string) map[*api.Operation]bool {
	out := map[*api.Operation]bool{}
	for _, op := range r.words.Operations {
		if journal.Globs(glob, op.Full) {
			out[op] = true
			r.about[op.Vendor.Name] = true
		}
	}
	return out
}

func (r *reader) operation(n *yaml.Node) (map[*api.Operation]bool, error) {
	if err := journal.CheckGlob(n.Text); err != nil {
		return nil, yaml.Fault(n, "%s", err)
	}
	if found := r.matching(n.Text); n.Kind == yaml.String && len(found) > 0 {
		return found, nil
	}
	return nil, yaml.Fault(n, "no operation %q%s", n.Text, suggest.Hint(n.Text, r.words.operations()...))
}

package scenario

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/fixture"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

func (r *reader) steps(n *yaml.Node) error {
	named := map[*fault.Rule]bool{}
	return list(n, "steps", maxItems, func(item *yaml.Node) error {
		s := step{node: item, nth: 1}
		err := item.Read("a step", map[string]yaml.Reader{
			"on": func(v *yaml.Node) (err error) {
				s.on, err = r.operation(v)
				s.when = v.Text
				return err
			},
			"nth": func(v *yaml.Node) error { return v.Whole(1, &s.nth) },
			"at":  func(v *yaml.Node) error { return v.Span(maxSpan, &s.at) },
			"then": func(v *yaml.Node) error {
				return list(v, "then", maxItems, func(one *yaml.Node) error {
					a, err := r.action(one)
					s.then = append(s.then, a)
					return err
				})
			},
		})
		timed := item.Get("at") != nil
		switch {
		case err != nil:
			return err
		case timed == (s.on != nil):
			return yaml.Fault(item, "a step is done after a call (on) or at a time after the start (at): want one of them")
		case timed && item.Get("nth") != nil:
			return yaml.Fault(item.Get("nth"), "nth belongs to on")
		case len(s.then) == 0:
			return yaml.Fault(item, "then: want what is done: set, arm, disarm or advance")
		case timed:
			s.when = "at " + s.at.String()
		default:
			s.when = "after call " + strconv.Itoa(s.nth) + " of " + s.when
		}
		// The first step that names a rule says how the rule begins: one that is armed has to wait for it.
		for _, a := range s.then {
			if rule := cmp.Or(a.arm, a.disarm); rule != nil && !named[rule] {
				named[rule] = true
				r.s.waiting[r.rules[rule.Name]] = a.arm == rule
			}
		}
		r.s.steps = append(r.s.steps, s)
		return nil
	})
}

func (r *reader) action(n *yaml.Node) (action, error) {
	var a action
	err := n.Read("what a step does", map[string]yaml.Reader{
		"set": func(v *yaml.Node) (err error) {
			a.set, err = r.set(v)
			return err
		},
		"arm": func(v *yaml.Node) (err error) {
			a.arm, err = r.ruleNamed(v)
			return err
		},
		"disarm": func(v *yaml.Node) (err error) {
			a.disarm, err = r.ruleNamed(v)
			return err
		},
		"advance": func(v *yaml.Node) error { return v.Span(maxSpan, &a.advance) },
	})
	if err == nil && len(n.Members) != 1 {
		err = yaml.Fault(n, "want one of set, arm, disarm and advance")
	}
	return a, err
}

func (r *reader) set(n *yaml.Node) (*set, error) {
	s := &set{node: n}
	res, err := r.kind(n)
	if err != nil {
		return nil, err
	}
	s.kind = res.Kind
	members := r.chosen(s, res)
	members["document"] = func(v *yaml.Node) error {
		s.document = v
		return r.fields(res, v)
	}
	err = n.Read("set", members)
	if err == nil && s.document == nil {
		err = yaml.Fault(n, "set: want document, the members that change")
	}
	if err != nil {
		return nil, err
	}
	s.birth, err = fixture.Records(r.s.file, s.born())
	return s, err
}

// born is the list of the one document that is born where none is found.
func (s *set) born() *yaml.Node {
	at := func(kind yaml.Kind) *yaml.Node {
		return &yaml.Node{Kind: kind, Line: s.node.Line, Column: s.node.Column}
	}
	document := at(yaml.Mapping)
	changes := map[string]bool{}
	for i := range s.document.Members {
		changes[s.document.Members[i].Name] = true
	}
	for _, w := range s.where {
		if !changes[w.name] && !strings.HasPrefix(w.name, "$") && w.want.Get("matches") == nil {
			document.Members = append(document.Members, yaml.Member{Name: w.name, Value: w.want})
		}
	}
	document.Members = append(document.Members, s.document.Members...)
	record := at(yaml.Mapping)
	record.Members = []yaml.Member{{Name: "kind", Value: s.node.Get("kind")}, {Name: "document", Value: document}}
	if in := s.node.Get("in"); in != nil {
		record.Members = append(record.Members, yaml.Member{Name: "in", Value: in})
	}
	out := at(yaml.Sequence)
	out.Items = []*yaml.Node{record}
	return out
}

// where reads conditions on documents: members, or JSON paths, to values.
func (r *reader) where(res *api.Resource, n *yaml.Node) ([]condition, error) {
	if n.Kind != yaml.Mapping {
		return nil, yaml.Fault(n, "where: want a mapping of members to values")
	}
	if len(n.Members) > journal.MaxConditions {
		return nil, yaml.Fault(n, "where: %d conditions are too many; want at most %d", len(n.Members), journal.MaxConditions)
	}
	var out []condition
	for i := range n.Members {
		m := &n.Members[i]
		path := m.Name
		if !strings.HasPrefix(path, "$") {
			if err := r.field(res, m.Place(), path); err != nil {
				return nil, err
			}
			path = "$['" + path + "']"
		}
		steps, err := object.Path(path)
		if err == nil {
			_, err = journal.Matches(m.Value.JSON(nil))
		}
		if err != nil {
			return nil, yaml.Fault(m.Place(), "%s", err)
		}
		if err := r.references(m.Value); err != nil {
			return nil, err
		}
		if err := fixture.Templates(r.s.file, m.Value); err != nil {
			return nil, err
		}
		out = append(out, condition{m.Name, steps, m.Value})
	}
	return out, nil
}

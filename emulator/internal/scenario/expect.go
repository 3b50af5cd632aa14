package scenario

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// expectation is what the calls, the rules or the documents are to have become; of the first four fields one counts.
type expectation struct {
	rule      *fault.Rule
	on        map[*api.Operation]bool
	twins     *twins
	documents *set // kind, in and where
	name      string
	within    time.Duration // of the world's clock, after the start; 0: always
	wanted    []wanted
}

// wanted is how often something is to be.
type wanted struct {
	what   string // fired, hits, calls, succeeded, failed, count
	status int    // calls with that one
	journal.Times
}

// twins are documents of a kind that say the same.
type twins struct {
	kind string
	by   []string
	get  []func(*api.Doc) string
}

// tally is what was counted for an expectation.
type tally struct {
	calls, succeeded int
	statuses         map[int]int
	before           map[string]int // documents that said the same at the start
}

func (t *tally) count(x *expectation, op *api.Operation, status int, whole bool, after time.Duration) {
	if !x.on[op] || x.within > 0 && after > x.within {
		return
	}
	t.calls++
	if whole && status >= 200 && status < 400 {
		t.succeeded++
	}
	if t.statuses == nil {
		t.statuses = map[int]int{}
	}
	t.statuses[status]++
}

func (r *reader) expectations(n *yaml.Node) error {
	return list(n, "expect", maxItems, func(item *yaml.Node) error {
		var x expectation
		times := func(what string) yaml.Reader {
			return func(v *yaml.Node) error {
				t, err := readTimes(v)
				x.wanted = append(x.wanted, wanted{what: what, Times: t})
				return err
			}
		}
		err := item.Read("an expectation", map[string]yaml.Reader{
			"fault": func(v *yaml.Node) (err error) {
				x.rule, err = r.ruleNamed(v)
				x.name = v.Text
				return err
			},
			"operation": func(v *yaml.Node) (err error) {
				about := maps.Clone(r.about) // what is looked at is not what it is about
				x.on, err = r.operation(v)
				x.name, r.about = v.Text, about
				return err
			},
			"no_duplicates": func(v *yaml.Node) (err error) {
				x.twins, err = r.twins(v)
				return err
			},
			"documents": func(v *yaml.Node) (err error) {
				x.documents, err = r.among(v)
				return err
			},
			"within":    func(v *yaml.Node) error { return v.Span(maxSpan, &x.within) },
			"fired":     times("fired"),
			"hits":      times("hits"),
			"calls":     times("calls"),
			"succeeded": times("succeeded"),
			"failed":    times("failed"),
			"count":     times("count"),
			"statuses": func(v *yaml.Node) error {
				if v.Kind != yaml.Mapping {
					return yaml.Fault(v, "statuses: want a mapping such as {429: {max: 3}}")
				}
				for i := range v.Members {
					m := &v.Members[i]
					status, err := strconv.Atoi(m.Name)
					if err != nil || status < 100 || status > 599 {
						return yaml.Fault(m.Place(), "statuses: want an HTTP status, got %q", m.Name)
					}
					t, err := readTimes(m.Value)
					if err != nil {
						return err
					}
					x.wanted = append(x.wanted, wanted{m.Name, status, t})
				}
				return nil
			},
		})
		if err != nil {
			return err
		}
		if err := x.fits(item); err != nil {
			return err
		}
		r.s.expect = append(r.s.expect, x)
		return nil
	})
}

func readTimes(n *yaml.Node) (journal.Times, error) {
	t, err := journal.ReadTimes(n.JSON(nil))
	if err != nil {
		err = yaml.Fault(n, "%s", err)
	}
	return t, err
}

// fits refuses an expectation of nothing, of two things, or of what the thing does not have.
func (x *expectation) fits(n *yaml.Node) error {
	subjects, may := 0, []string(nil)
	for _, s := range []struct {
		is  bool
		may []string
	}{
		{x.rule != nil, []string{"fired", "hits"}},
		{x.on != nil, []string{"calls", "succeeded", "failed", "statuses", "within"}},
		{x.twins != nil, []string{}},
		{x.documents != nil, []string{"count"}},
	} {
		if s.is {
			subjects++
			may = s.may
		}
	}
	if subjects != 1 {
		return yaml.Fault(n, "an expectation is about a fault, an operation, documents or no_duplicates: want one of them")
	}
	for i := range n.Members {
		m := &n.Members[i]
		if slices.Contains([]string{"fault", "operation", "no_duplicates", "documents"}, m.Name) || slices.Contains(may, m.Name) {
			continue
		}
		return yaml.Fault(m.Place(), "%s does not belong here; want %s", m.Name, strings.Join(may, ", "))
	}
	if x.twins == nil && len(x.wanted) == 0 {
		return yaml.Fault(n, "how often? want %s", strings.Join(may, ", "))
	}
	return nil
}

func (r *reader) among(n *yaml.Node) (*set, error) {
	res, err := r.kind(n)
	if err != nil {
		return nil, err
	}
	s := &set{node: n, kind: res.Kind}
	return s, n.Read("documents", r.chosen(s, res))
}

// chosen reads which documents of a kind are meant.
func (r *reader) chosen(s *set, res *api.Resource) map[string]yaml.Reader {
	return map[string]yaml.Reader{
		"kind": func(*yaml.Node) error { return nil },
		"in": func(v *yaml.Node) error {
			if s.in = v.Items; v.Kind == yaml.String {
				s.in = []*yaml.Node{v}
			}
			return r.references(v)
		},
		"where": func(v *yaml.Node) (err error) {
			s.where, err = r.where(res, v)
			return err
		},
	}
}

func (r *reader) twins(n *yaml.Node) (*twins, error) {
	res, err := r.kind(n)
	if err != nil {
		return nil, err
	}
	t := &twins{kind: res.Kind}
	err = n.Read("no_duplicates", map[string]yaml.Reader{
		"kind": func(*yaml.Node) error { return nil },
		"by": func(v *yaml.Node) error {
			fields := v.Items
			if v.Kind == yaml.String {
				fields = []*yaml.Node{v}
			}
			if len(fields) > journal.MaxConditions {
				return yaml.Fault(v, "by: %d members are too many; want at most %d", len(fields), journal.MaxConditions)
			}
			for _, f := range fields {
				if err := r.by(res, t, f); err != nil {
					return err
				}
			}
			return nil
		},
	})
	if err == nil && t.by == nil {
		err = yaml.Fault(n, "no_duplicates: want by, the member that tells documents apart")
	}
	return t, err
}

func (r *reader) by(res *api.Resource, t *twins, n *yaml.Node) error {
	t.by = append(t.by, n.Text)
	if !strings.HasPrefix(n.Text, "$") {
		t.get = append(t.get, func(d *api.Doc) string { return d.Get(n.Text).Raw })
		head, _, _ := strings.Cut(n.Text, ".")
		return r.field(res, n, head)
	}
	steps, err := object.Path(n.Text)
	if err != nil {
		return yaml.Fault(n, "%s", err)
	}
	t.get = append(t.get, func(d *api.Doc) string { return object.NewTree(d.JSON).At(steps).Raw })
	return nil
}

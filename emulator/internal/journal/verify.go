package journal

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

// Expectation is what calls are looked for, and how many.
type Expectation struct {
	Operation string                     `json:"operation"`
	Method    string                     `json:"method"`
	Path      string                     `json:"path"`
	Status    int                        `json:"status"`
	Body      map[string]json.RawMessage `json:"body"` // JSON path → value or matcher
	Times     json.RawMessage            `json:"times"`
	List      bool                       `json:"list"` // the verdict lists the calls that were counted
}

// Verdict is what was found.
type Verdict struct {
	Count   int    `json:"count"`
	Dropped uint64 `json:"dropped,omitempty"` // calls that are kept no longer, and may have counted
	Matched []Miss `json:"matched,omitempty"` // the newest of those that were counted, where they were too many
	Nearest []Miss `json:"nearest,omitempty"` // what nearly counted, where too little did
	Calls   []Told `json:"calls,omitempty"`   // those that were counted, the newest first, if they are to be listed

	Counted []*Entry `json:"-"` // what Calls shows
}

// Miss is a call, and how it differs from what was looked for.
type Miss struct {
	ID        string   `json:"id"`
	Operation string   `json:"operation"`
	Method    string   `json:"method"`
	Path      string   `json:"path"`
	Status    int      `json:"status"`
	Differed  []string `json:"differed,omitempty"`
}

// mostMisses is how many calls of a kind a verdict names.
const mostMisses = 3

// Verify counts the calls that are as expected and names the nearest misses: those in which least differs, then those
// that differ least, then the newest.
func (x *Expectation) Verify(entries []*Entry, r *Redactor) (Verdict, error) {
	tests, err := x.compile(r)
	if err != nil {
		return Verdict{}, err
	}
	var v Verdict
	type candidate struct {
		entry    *Entry
		differed int
		far      float64
	}
	var missed []candidate
	work := QuestionWork
	for _, e := range entries {
		one := candidate{entry: e}
		body := e.tree()
		for _, test := range tests {
			if _, far := test(e, body, &work); far > 0 {
				one.differed++
				one.far += far
			}
		}
		switch {
		case work.Spent():
			return Verdict{}, errSpent
		case one.differed > 0:
			missed = append(missed, one)
		default:
			if x.List {
				v.Counted = append(v.Counted, e)
			}
			if v.Count++; v.Count <= mostMisses {
				v.Matched = append(v.Matched, e.miss(nil, r))
			}
		}
	}
	slices.SortStableFunc(missed, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.differed, b.differed), cmp.Compare(a.far, b.far))
	})
	for _, c := range missed[:min(len(missed), mostMisses)] {
		v.Nearest = append(v.Nearest, c.entry.miss(tests, r))
	}
	return v, nil
}

var errSpent = errors.New("the calls and what they are compared with are too large together: " +
	"name the operation or the path, want less of the body, or forget former calls with DELETE /_portico/requests")

// miss tells of an entry, and of what differs in it.
func (e *Entry) miss(tests []test, r *Redactor) Miss {
	m := Miss{ID: e.ID, Operation: e.Operation(), Method: e.Method, Path: r.Text(e.Path), Status: e.Status}
	body, work := e.tree(), QuestionWork
	for _, test := range tests {
		if what, far := test(e, body, &work); far > 0 {
			m.Differed = append(m.Differed, r.Words(what()))
		}
	}
	return m
}

// test says how far an entry is off, from 0 for not at all to 1, and words what differs, which takes longer.
type test func(e *Entry, body *object.Tree, work *Work) (what func() string, far float64)

func (x *Expectation) compile(r *Redactor) ([]test, error) {
	var out []test
	if x.Operation != "" {
		out = append(out, differs("operation", x.Operation, (*Entry).Operation, Globs))
	}
	if x.Method != "" {
		out = append(out, differs("method", strings.ToUpper(x.Method), func(e *Entry) string { return e.Method }, nil))
	}
	if x.Path != "" {
		out = append(out, differs("path", x.Path, func(e *Entry) string { return e.Path }, nil))
	}
	if x.Status != 0 {
		out = append(out, differs("status", strconv.Itoa(x.Status), func(e *Entry) string { return strconv.Itoa(e.Status) }, nil))
	}
	for _, p := range slices.Sorted(maps.Keys(x.Body)) {
		t, err := bodyTest(p, x.Body[p], r)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func differs(what, want string, get func(*Entry) string, fits func(want, got string) bool) test {
	return func(e *Entry, _ *object.Tree, _ *Work) (func() string, float64) {
		got := get(e)
		switch {
		case got == want || fits != nil && fits(want, got):
			return nil, 0
		case got == "":
			return func() string { return fmt.Sprintf("%s: got none, want %s", what, want) }, 1
		}
		return func() string { return fmt.Sprintf("%s: got %s, want %s", what, got, want) }, unlike(got, want)
	}
}

// unlike is how far two texts are apart, from above 0 to 1.
func unlike(a, b string) float64 {
	const most = 64 // bytes of each that are compared
	a, b = a[:min(len(a), most)], b[:min(len(b), most)]
	return max(float64(suggest.Distance(a, b, most))/float64(max(len(a), len(b), 1)), 0.01)
}

func bodyTest(path string, want json.RawMessage, r *Redactor) (test, error) {
	steps, err := object.Path(path)
	if err != nil {
		return nil, err
	}
	good, err := Matches(want)
	if err != nil {
		return nil, fmt.Errorf("body %s: %w", path, err)
	}
	secret := slices.ContainsFunc(steps, secretName.MatchString)
	return func(e *Entry, body *object.Tree, work *Work) (func() string, float64) {
		got := body.At(steps)
		switch {
		case !body.At(nil).Exists() && e.Length > 0:
			return func() string {
				why := "is no JSON"
				if e.Length > len(e.Body) {
					why = fmt.Sprintf("is longer than the %d bytes that are kept", MaxBody)
				}
				return fmt.Sprintf("body %s: the body %s, want %s", path, why, want)
			}, 1
		case good.Fits(got, work):
			return nil, 0
		case !got.Exists():
			return func() string { return fmt.Sprintf("body %s: absent, want %s", path, want) }, 1
		case secret:
			return func() string { return fmt.Sprintf("body %s: got %s, want another", path, hidden) }, 0.5
		}
		return func() string {
			return fmt.Sprintf("body %s: got %s, want %s", path, clip(r.JSON(got.Raw)), want)
		}, unlike(got.Raw, string(want)) / 2
	}, nil
}

package journal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
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
}

// Verdict is what was found.
type Verdict struct {
	Count   int    `json:"count"`
	Dropped uint64 `json:"dropped,omitempty"` // calls that are kept no longer, and may have counted
	Matched []Miss `json:"matched,omitempty"` // the newest of those that were counted, where they were too many
	Nearest []Miss `json:"nearest,omitempty"` // what nearly counted, where too little did
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
		miss Miss
		far  float64
	}
	var missed []candidate
	for _, e := range entries {
		one := candidate{miss: Miss{ID: e.ID, Operation: e.Operation(), Method: e.Method, Path: r.Text(e.Path), Status: e.Status}}
		for _, test := range tests {
			if d, far := test(e); far > 0 {
				one.miss.Differed = append(one.miss.Differed, r.Words(d))
				one.far += far
			}
		}
		switch {
		case one.far > 0:
			missed = append(missed, one)
		default:
			if v.Count++; v.Count <= mostMisses {
				v.Matched = append(v.Matched, one.miss)
			}
		}
	}
	slices.SortStableFunc(missed, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(len(a.miss.Differed), len(b.miss.Differed)), cmp.Compare(a.far, b.far))
	})
	for _, c := range missed[:min(len(missed), mostMisses)] {
		v.Nearest = append(v.Nearest, c.miss)
	}
	return v, nil
}

// test says what differs and how far it is off, from 0 for nothing to 1.
type test func(*Entry) (what string, far float64)

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
	return func(e *Entry) (string, float64) {
		got := get(e)
		if got == want || fits != nil && fits(want, got) {
			return "", 0
		}
		if got == "" {
			return fmt.Sprintf("%s: got none, want %s", what, want), 1
		}
		return fmt.Sprintf("%s: got %s, want %s", what, got, want), unlike(got, want)
	}
}

// unlike is how far two texts are apart, from above 0 to 1.
func unlike(a, b string) float64 {
	const most = 256 // letters of each that are compared
	a, b = a[:min(len(a), most)], b[:min(len(b), most)]
	return max(float64(suggest.Distance(a, b))/float64(max(len(a), len(b), 1)), 0.01)
}

// Matches tells whether a value is as wanted: equal, or as a matcher {"matches": regular expression} says.
func Matches(want json.RawMessage) (func(got gjson.Result) bool, error) {
	w := gjson.ParseBytes(want)
	if m := w.Get("matches"); w.IsObject() && m.Exists() && len(w.Map()) == 1 {
		if m.Type != gjson.String {
			return nil, fmt.Errorf("matches: want a regular expression, got %s", m.Raw)
		}
		re, err := regexp.Compile(m.String())
		if err != nil {
			return nil, fmt.Errorf("matches: %w", err)
		}
		return func(got gjson.Result) bool { return got.Exists() && re.MatchString(got.String()) }, nil
	}
	return func(got gjson.Result) bool { return got.Exists() && api.Same([]byte(got.Raw), want) }, nil
}

func bodyTest(path string, want json.RawMessage, r *Redactor) (test, error) {
	steps, err := Steps(path)
	if err != nil {
		return nil, err
	}
	good, err := Matches(want)
	if err != nil {
		return nil, fmt.Errorf("body %s: %w", path, err)
	}
	secret := slices.ContainsFunc(steps, secretName.MatchString)
	return func(e *Entry) (string, float64) {
		body := e.json()
		if body == nil && e.Length > 0 {
			why := "is no JSON"
			if e.Length > len(e.Body) {
				why = fmt.Sprintf("is longer than the %d bytes that are kept", MaxBody)
			}
			return fmt.Sprintf("body %s: the body %s, want %s", path, why, want), 1
		}
		got := follow(body, steps)
		switch {
		case good(got):
			return "", 0
		case !got.Exists():
			return fmt.Sprintf("body %s: absent, want %s", path, want), 1
		case secret:
			return fmt.Sprintf("body %s: got %s, want another", path, hidden), 0.5
		}
		return fmt.Sprintf("body %s: got %s, want %s", path, clip(r.JSON(got.Raw)), want), unlike(got.Raw, string(want)) / 2
	}, nil
}

// Path reads a JSON path of the forms $.a.b[0] and $['x'].
func Path(path string) (func(document []byte) gjson.Result, error) {
	steps, err := Steps(path)
	if err != nil {
		return nil, err
	}
	return func(document []byte) gjson.Result {
		if !gjson.ValidBytes(document) {
			return gjson.Result{}
		}
		return follow(document, steps)
	}, nil
}

// follow gives what stands where the steps lead in valid JSON.
func follow(document []byte, steps []string) gjson.Result {
	v := gjson.ParseBytes(document)
	for _, s := range steps {
		if v = step(v, s); !v.Exists() {
			break
		}
	}
	return v
}

func step(v gjson.Result, s string) gjson.Result {
	if v.IsArray() {
		list := v.Array()
		if i, err := strconv.Atoi(s); err == nil && i >= 0 && i < len(list) {
			return list[i]
		}
		return gjson.Result{}
	}
	var out gjson.Result
	if v.IsObject() {
		v.ForEach(func(k, m gjson.Result) bool {
			if k.Str == s {
				out = m
			}
			return true
		})
	}
	return out
}

var stepForm = regexp.MustCompile(`^(?:\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])`)

// Steps reads a JSON path of the forms $.a.b[0] and $['x'].
func Steps(path string) ([]string, error) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, fmt.Errorf("%q is no JSON path: it begins with $, as in $.a.b[0] or $['x']", path)
	}
	var out []string
	for rest != "" {
		m := stepForm.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("%q is no JSON path at %q: steps are .name, [0] and ['name']", path, rest)
		}
		out = append(out, m[1]+m[2]+strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`).Replace(m[3]+m[4]))
		rest = rest[len(m[0]):]
	}
	return out, nil
}

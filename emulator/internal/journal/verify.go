package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
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
	Nearest []Miss `json:"nearest,omitempty"`
}

// Miss is a call that nearly was what was looked for.
type Miss struct {
	ID        string   `json:"id"`
	Operation string   `json:"operation"`
	Method    string   `json:"method"`
	Path      string   `json:"path"`
	Status    int      `json:"status"`
	Differed  []string `json:"differed"`
}

// mostMisses is how many near misses a verdict names.
const mostMisses = 3

// Verify counts the calls that are as expected, and names the nearest misses.
func (x *Expectation) Verify(entries []*Entry, r *Redactor) (Verdict, error) {
	tests, err := x.compile()
	if err != nil {
		return Verdict{}, err
	}
	var v Verdict
	type candidate struct {
		entry *Entry
		miss  Miss
	}
	var near []candidate
	for _, e := range entries {
		var differed []string
		for _, test := range tests {
			if d := test(e); d != "" {
				differed = append(differed, r.Text(d))
			}
		}
		if len(differed) == 0 {
			v.Count++
			continue
		}
		if len(differed) < len(tests) || len(tests) == 1 {
			near = append(near, candidate{e, Miss{e.ID, e.Operation(), e.Method, r.Text(e.Path), e.Status, differed}})
		}
	}
	sort.SliceStable(near, func(i, j int) bool { return len(near[i].miss.Differed) < len(near[j].miss.Differed) })
	for _, c := range near[:min(len(near), mostMisses)] {
		v.Nearest = append(v.Nearest, c.miss)
	}
	return v, nil
}

// test says what differs, or "".
type test func(*Entry) string

func (x *Expectation) compile() ([]test, error) {
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
	paths := make([]string, 0, len(x.Body))
	for p := range x.Body {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		t, err := bodyTest(p, x.Body[p])
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func differs(what, want string, get func(*Entry) string, fits func(want, got string) bool) test {
	return func(e *Entry) string {
		got := get(e)
		if got == want || fits != nil && fits(want, got) {
			return ""
		}
		return fmt.Sprintf("%s: got %s, want %s", what, got, want)
	}
}

// Matches tells whether a value is as wanted: equal, or as a matcher {"matches": regular expression} says.
func Matches(want json.RawMessage) (func(got gjson.Result) bool, error) {
	w := gjson.ParseBytes(want)
	if m := w.Get("matches"); w.IsObject() && m.Exists() && len(w.Map()) == 1 {
		re, err := regexp.Compile(m.String())
		if err != nil {
			return nil, fmt.Errorf("matches: %w", err)
		}
		return func(got gjson.Result) bool { return got.Exists() && re.MatchString(got.String()) }, nil
	}
	return func(got gjson.Result) bool { return got.Exists() && api.Same([]byte(got.Raw), want) }, nil
}

func bodyTest(path string, want json.RawMessage) (test, error) {
	get, err := Path(path)
	if err != nil {
		return nil, err
	}
	good, err := Matches(want)
	if err != nil {
		return nil, fmt.Errorf("body %s: %w", path, err)
	}
	return func(e *Entry) string {
		body := e.Parsed
		if body == nil {
			body = e.Body
		}
		got := get(body)
		switch {
		case good(got):
			return ""
		case !got.Exists():
			return fmt.Sprintf("body %s: absent, want %s", path, want)
		}
		return fmt.Sprintf("body %s: got %s, want %s", path, got.Raw, want)
	}, nil
}

// Path reads a JSON path of the forms $.a.b[0] and $['x'].
func Path(path string) (func(document []byte) gjson.Result, error) {
	steps, err := steps(path)
	if err != nil {
		return nil, err
	}
	return func(document []byte) gjson.Result {
		if !gjson.ValidBytes(document) {
			return gjson.Result{}
		}
		v := gjson.ParseBytes(document)
		for _, s := range steps {
			if v = step(v, s); !v.Exists() {
				break
			}
		}
		return v
	}, nil
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

func steps(path string) ([]string, error) {
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

// errTimes says what times may be.
var errTimes = errors.New(`times: want a whole number, or {"min": N, "max": N}`)

// Held tells whether a count is as expected: at least one, unless times says otherwise.
func (x *Expectation) Held(count int) (bool, error) {
	if len(x.Times) == 0 || string(x.Times) == "null" {
		return count > 0, nil
	}
	t := gjson.ParseBytes(x.Times)
	if t.Type == gjson.Number {
		if t.Num != float64(int(t.Num)) || t.Num < 0 {
			return false, errTimes
		}
		return count == int(t.Num), nil
	}
	var span struct{ Min, Max *int }
	d := json.NewDecoder(strings.NewReader(t.Raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&span); err != nil || !t.IsObject() || span.Min == nil && span.Max == nil {
		return false, errTimes
	}
	return (span.Min == nil || count >= *span.Min) && (span.Max == nil || count <= *span.Max), nil
}

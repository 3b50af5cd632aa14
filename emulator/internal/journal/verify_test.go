package journal_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
)

func expect(t *testing.T, text string) *journal.Expectation {
	t.Helper()
	var x journal.Expectation
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		t.Fatal(err)
	}
	return &x
}

// calls are recorded oldest first and given newest first.
func calls() []*journal.Entry {
	j := journal.New(10, nil)
	for i, e := range []*journal.Entry{
		{Op: &api.Operation{Full: "v.create"}, Method: "POST", Path: "/things", Status: 201, Body: []byte(`{"name":"a","tags":["x",{"y/z":1.0}],"password":"hush-hush"}`)},
		{Op: &api.Operation{Full: "v.create"}, Method: "POST", Path: "/things", Status: 400, Body: []byte(`{"name":"b"}`)},
		{Op: &api.Operation{Full: "v.list"}, Method: "GET", Path: "/things", Status: 200},
		{Method: "GET", Path: "/thing", Status: 404},
		{Op: &api.Operation{Full: "v.create"}, Method: "POST", Path: "/things", Status: 201, Body: []byte(strings.Repeat("x", 70_000))},
	} {
		e.ID = fmt.Sprint(i + 1)
		j.Record(e)
	}
	entries, _ := j.Entries()
	return entries
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want  string
		count int
	}{
		{`{}`, 5},
		{`{"operation":"v.create"}`, 3},
		{`{"operation":"v.*","status":201}`, 2},
		{`{"method":"get"}`, 2},
		{`{"path":"/thing"}`, 1},
		{`{"body":{"$.name":"a"}}`, 1},
		{`{"body":{"$.name":{"matches":"^[ab]$"}}}`, 2},
		{`{"body":{"$['tags'][1]['y/z']":1}}`, 1},
		{`{"body":{"$.tags":["x",{"y/z":1}]}}`, 1},
		{`{"body":{"$.none":null}}`, 0},
	} {
		v, err := expect(t, c.want).Verify(calls(), redactor())
		if err != nil || v.Count != c.count {
			t.Errorf("%s: got %d, error %v, want %d", c.want, v.Count, err, c.count)
		}
	}
}

func TestNearestMisses(t *testing.T) {
	t.Parallel()
	v, err := expect(t, `{"operation":"v.create","status":201,"body":{"$.name":"c","$.password":"guess"}}`).Verify(calls(), redactor())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range v.Nearest {
		got = append(got, m.ID+": "+strings.Join(m.Differed, "; "))
	}
	want := []string{
		`1: body $.name: got "a", want "c"; body $.password: got [redacted], want another`,
		`5: body $.name: the body is longer than the 65536 bytes that are kept, want "c"; body $.password: the body is longer than the 65536 bytes that are kept, want "guess"`,
		`2: status: got 400, want 201; body $.name: got "b", want "c"; body $.password: absent, want "guess"`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	// Where nothing fits, the one that differs least still helps.
	v, err = expect(t, `{"path":"/thingz"}`).Verify(calls(), redactor())
	if err != nil || len(v.Nearest) != 3 || v.Nearest[0].Differed[0] != "path: got /things, want /thingz" {
		t.Errorf("got %+v, error %v", v.Nearest, err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ x, want string }{
		{`{"body":{"name":1}}`, `"name" is no JSON path: it begins with $, as in $.a.b[0] or $['x']`},
		{`{"body":{"$.a..b":1}}`, `"$.a..b" is no JSON path at "..b": steps are .name, [0] and ['name']`},
		{`{"body":{"$.a":{"matches":"("}}}`, `body $.a: matches: "(" is no regular expression: missing closing ) at "("`},
		{`{"body":{"$.a":{"matches":1}}}`, "body $.a: matches: want a regular expression, got 1"},
	} {
		if _, err := expect(t, c.x).Verify(calls(), redactor()); fmt.Sprint(err) != c.want {
			t.Errorf("%s: got %v, want %s", c.x, err, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	const refused = `want a whole number from 0, or {"min": N, "max": N}`
	for _, c := range []struct {
		times, words string
		held         []int
		not          []int
	}{
		{`null`, "at least 1", []int{1, 9}, []int{0}},
		{`0`, "none", []int{0}, []int{1}},
		{`2`, "exactly 2", []int{2}, []int{1, 3}},
		{`{"min":2}`, "at least 2", []int{2, 3}, []int{1}},
		{`{"max":2}`, "at most 2", []int{0, 2}, []int{3}},
		{`{"min":1,"max":2}`, "1 to 2", []int{1, 2}, []int{0, 3}},
		{`-1`, refused, nil, nil},
		{`1.5`, refused, nil, nil},
		{`{}`, refused, nil, nil},
		{`{"min":"2"}`, refused, nil, nil},
		{`{"mni":2}`, refused, nil, nil},
		{`{"min":3,"max":2}`, "max is less than min", nil, nil},
	} {
		wanted, err := expect(t, `{"times":`+c.times+`}`).Wanted()
		words := wanted.String
		if err != nil {
			words = err.Error
		}
		if got := words(); got != c.words {
			t.Errorf("%s: got %q, want %q", c.times, got, c.words)
		}
		for _, n := range c.held {
			if wanted.TooFew(n) || wanted.TooMany(n) {
				t.Errorf("%s: %d does not hold", c.times, n)
			}
		}
		for _, n := range c.not {
			if !wanted.TooFew(n) && !wanted.TooMany(n) {
				t.Errorf("%s: %d holds", c.times, n)
			}
		}
	}
}

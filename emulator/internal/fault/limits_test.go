package fault_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/fault"
)

// What a rule may hold has limits, and what is too much is refused with them.
func TestLimits(t *testing.T) {
	t.Parallel()
	_, names := rows()
	many := func(n int, item string) string { return strings.Repeat(item+",", n-1) + item }
	numbered := func(n int, item string) string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf(item, i)
		}
		return strings.Join(out, ",")
	}
	body := func(value string) string {
		return `{"on":"toy.list-things","when":{"body":{"$.a":` + value + `}},"give":{"error":"internal"}}`
	}
	long := strings.Repeat("x", 4097)
	for _, c := range []struct{ rule, want string }{
		{`{"on":"toy.*","plan":[` + many(1000, `"fail"`) + `],"give":{"error":"internal"}}`, ""},
		{`{"on":"toy.*","plan":[` + many(1001, `"fail"`) + `],"give":{"error":"internal"}}`, "plan: 1001 words are too many; want at most 1000: the last one repeats"},
		{`{"on":"toy.*","when":{"header":{` + numbered(50, `"h%d":"x"`) + `},"query":{` + numbered(50, `"q%d":"x"`) + `}},"give":{"error":"internal"}}`, ""},
		{`{"on":"toy.*","when":{"header":{` + numbered(50, `"h%d":"x"`) + `},"body":{` + numbered(51, `"$.b%d":"x"`) + `}},"give":{"error":"internal"}}`, "when: 101 conditions are too many; want at most 100"},
		{`{"on":"toy.*","give":{"headers":{` + numbered(101, `"h%d":"x"`) + `}}}`, "headers: 101 are too many; want at most 100"},
		{`{"on":"toy.*","give":{"patch":[` + many(101, `{"op":"remove","path":"/a"}`) + `]}}`, "patch: 101 operations are too many; want at most 100"},
		{`{"on":"toy.*` + strings.Repeat("*", 4096) + `","give":{"error":"internal"}}`, "on: a glob of 4101 bytes is too long; want at most 4096"},
		{`{"name":"` + long + `","on":"toy.*","give":{"error":"internal"}}`, "name: 4097 bytes are too long; want at most 4096"},
		{`{"on":"toy.*","when":{"body":{"$.` + long + `":1}},"give":{"error":"internal"}}`, "a JSON path of 4099 bytes is too long; want at most 4096"},
		{body(`{"matches":"x{1000}"}`), ""},
		{body(`{"matches":"` + long + `"}`), "matches: a regular expression of 4097 bytes is too long; want at most 4096"},
		{body(`{"matches":"x{1000}{1000}"}`), `matches: "x{1000}{1000}" is no regular expression: invalid nested repetition operator at "{1000}{1000}"`},
		{body(`{"matches":"(x{1000}){1000}"}`), `matches: the regular expression "(x{1000}){1000}" is too large at "{1000}": nest and repeat less, at most 1000 times`},
		{body(`{"matches":"x{1001}"}`), `matches: the regular expression "x{1001}" is too large at "{1001}": nest and repeat less, at most 1000 times`},
		{body(`{"matches":"(x{1000})(y{1000})"}`), `matches: the regular expression "(x{1000})(y{1000})" is too large: it has more than 2000 states with its repetitions written out; repeat less`},
		{body(`{"matches":"` + strings.Repeat("(", 2000) + strings.Repeat(")", 2000) + `"}`), `nest and repeat less, at most 1000 times`},
		{body(`{"matches":"a[b"}`), `matches: "a[b" is no regular expression: missing closing ] at "[b"`},
	} {
		_, err := fault.Read([]byte(c.rule), names)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%.80s: got %v", c.rule, err)
		case c.want != "" && (err == nil || !strings.HasSuffix(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "1:")):
			t.Errorf("%.80s: got %v, want %s", c.rule, err, c.want)
		}
	}
}

// A world has a thousand rules armed; one more is refused until one is disarmed.
func TestMaxRules(t *testing.T) {
	t.Parallel()
	operations, _ := rows()
	var s fault.Set
	r := rule(t, "{on: '*', give: {error: internal}}")
	for range fault.MaxRules {
		if _, err := s.Arm(r, operations); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Arm(r, operations)
	if want := "1000 fault rules are armed, and a world has at most 1000; disarm some with DELETE /_portico/faults/{id}, or all with DELETE /_portico/faults"; !api.IsCode(err, api.Conflict) || api.AsError(err).Message != want {
		t.Errorf("got %v, want a conflict: %s", err, want)
	}
	if s.Disarm("f7"); s.Room(1) != nil || s.Room(2) == nil {
		t.Error("a rule that is disarmed makes room for one")
	}
	if _, err := s.Arm(r, operations); err != nil {
		t.Error(err)
	}
}

// A rule is meant by its id, or else by its name, which several may have.
func TestMeant(t *testing.T) {
	t.Parallel()
	var s fault.Set
	for _, name := range []string{"twice", "once", "twice", "f2"} {
		arm(t, &s, "{name: "+name+", on: '*', give: {error: internal}}")
	}
	for word, want := range map[string]string{"f1": "f1", "f2": "f2", "once": "f2", "twice": "f1", "f4": "f4", "f9": "", "": ""} {
		if got, ok := s.Rule(word); got.ID != want || ok != (want != "") {
			t.Errorf("Rule(%q): got %q, %t, want %q", word, got.ID, ok, want)
		}
	}
	left := func() string {
		var ids []string
		for _, r := range s.Rules() {
			ids = append(ids, r.ID)
		}
		return strings.Join(ids, " ")
	}
	for _, c := range []struct {
		word  string
		there bool
		left  string
	}{{"twice", true, "f2 f4"}, {"twice", false, "f2 f4"}, {"f2", true, "f4"}, {"f2", true, ""}, {"f2", false, ""}} {
		if got := s.Disarm(c.word); got != c.there || left() != c.left {
			t.Errorf("Disarm(%q): got %t, %q are left, want %t, %q", c.word, got, left(), c.there, c.left)
		}
	}
}

// fastest is the least time that something takes of several, which nothing else on the machine makes longer than it is.
func fastest(runs int, do func()) time.Duration {
	best := time.Hour
	for range runs {
		began := time.Now()
		do()
		best = min(best, time.Since(began))
	}
	return best
}

// asked is a call with a body that rules are compared with.
func asked(t testing.TB, body string) *api.Call {
	t.Helper()
	operations, _ := rows()
	c := call(operations[1])
	c.Request, c.Query = &http.Request{Header: http.Header{}}, url.Values{}
	var err error
	if c.Body, err = api.Parse([]byte(body)); err != nil {
		t.Fatal(err)
	}
	return c
}

// Arming ten times as many rules takes some ten times as long, and so does deciding about a call with them armed.
func TestRulesAreLinear(t *testing.T) {
	t.Parallel()
	operations, _ := rows()
	c := asked(t, `{"name":"x","deep":{"er":["y"]}}`)
	r := rule(t, `{on: 'toy.*', when: {body: {$.deep.er: [z], $.name: x}}, give: {error: internal}}`)
	cost := func(rules int) (arming, deciding time.Duration) {
		var s fault.Set
		arming = fastest(5, func() {
			s.Clear()
			for range rules {
				if _, err := s.Arm(r, operations); err != nil {
					t.Fatal(err)
				}
			}
		})
		return arming, fastest(20, func() { s.Decide(c, none) })
	}
	few, decided := cost(100)
	many, decidedMany := cost(1000)
	if many > 40*few {
		t.Errorf("arming 100 rules takes %s, 1,000 rules %s", few, many)
	}
	if decidedMany > 40*decided {
		t.Errorf("deciding by 100 rules takes %s, by 1,000 rules %s", decided, decidedMany)
	}
}

// A large body is read once for all conditions of all rules.
func TestLargeBodyIsReadOnce(t *testing.T) {
	t.Parallel()
	members := make([]string, 20_000)
	for i := range members {
		members[i] = fmt.Sprintf(`"member %d":{"value":%d}`, i, i)
	}
	c := asked(t, `{"in":{`+strings.Join(members, ",")+`}}`)
	cost := func(rules int) time.Duration {
		var s fault.Set
		for n := range rules {
			arm(t, &s, fmt.Sprintf(`{"on":"toy.*","when":{"body":{"$.in['member %d'].value":%d,"$.in['member 20'].other":2}},"give":{"error":"internal"}}`, n, n))
		}
		return fastest(3, func() { s.Decide(c, none) })
	}
	one, hundred := cost(1), cost(100)
	if hundred > 10*one {
		t.Errorf("one rule takes %s, a hundred %s", one, hundred)
	}
}

// What regular expressions take is bounded for all rules together. A rule that was not compared says so and does not act.
func TestPatternsAreBounded(t *testing.T) {
	t.Parallel()
	c := asked(t, `{"a":"`+strings.Repeat("x", 1<<20)+`"}`)
	var s fault.Set
	mean := arm(t, &s, `{"name":"mean","on":"toy.*","when":{"body":{"$.a":{"matches":"(x+x+){30}y"}}},"give":{"error":"internal"}}`)
	for range 100 {
		arm(t, &s, `{"on":"toy.*","when":{"body":{"$.a":{"matches":"(x+x+){30}y"}}},"give":{"error":"internal"}}`)
	}
	other := arm(t, &s, `{"name":"header","on":"toy.*","when":{"header":{"X-Trace":"abc"},"body":{"$.a":{"matches":"x"}}},"give":{"error":"internal"}}`)
	plain := arm(t, &s, `{"name":"plain","on":"toy.*","when":{"body":{"$.a":"y"}},"give":{"error":"internal"}}`)
	last := arm(t, &s, `{"name":"last","on":"toy.*","give":{"error":"conflict"}}`)
	acting := s.Decide(c, none)
	if acting == nil || acting.Rule != last.Rule {
		t.Fatalf("got %+v, want the rule without conditions", acting)
	}
	for a, want := range map[*fault.Armed]int{mean: 1, other: 0, plain: 0, last: 0} {
		if got, _ := s.Rule(a.ID); got.Skipped != want || got.Hits != got.Fired {
			t.Errorf("%s: got %+v, want %d skipped", a.Rule.Name, got, want)
		}
	}
	// A usual pattern reads a whole body of the largest size.
	s.Clear()
	arm(t, &s, `{"on":"toy.*","when":{"body":{"$.a":{"matches":"^[a-z]+$"}}},"give":{"error":"internal"}}`)
	if s.Decide(c, none) == nil {
		t.Error("a usual pattern does not match a large body")
	}
}

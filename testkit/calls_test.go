package testkit_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/testkit"
)

// someCalls are made in each world of the tests below: the first portal is created, the second refused, the third is in the
// first one's way.
func someCalls(t *testing.T, w *testkit.Portico) {
	t.Helper()
	c, header, base := w.Client(), w.Header("konnect", "admin"), w.Base("konnect")
	for _, x := range [][3]string{
		{"POST", "/portals", `{"name":"Partners","labels":{"a-b":"1"}}`},
		{"POST", "/portals", `{"name":"Guests","isPublic":true}`},
		{"POST", "/portals", `{"name":"Partners"}`},
		{"GET", "/portals?page[size]=1", ""},
	} {
		call(t, c, header, x[0], base+x[1], x[2])
	}
}

// Every assertion, held and not, with the whole of what a failed test says.
func TestCalls(t *testing.T) {
	t.Parallel()
	const (
		first  = "request 1: POST /v2/portals answered 201"
		second = "request 2: POST /v2/portals answered 400"
		third  = "request 3: POST /v2/portals answered 409"
		fourth = "request 4: GET /v2/portals answered 200"
		member = `why: there is no member isPublic; did you mean "is_public"? (rule unknown of the schema CreatePortal)`
		taken  = `why: name "Partners" is taken by the konnect.portal 28efe333-b266-4103-98c1-096df007bcb9`
	)
	create := func(w *testkit.Portico) *testkit.Calls { return w.Calls("konnect.create-portal") }
	for name, tt := range map[string]struct {
		do   func(*testkit.Portico)
		want []string // lines
	}{
		"times": {func(w *testkit.Portico) { create(w).Times(3) }, nil},
		"narrowed": {func(w *testkit.Portico) {
			create(w).Status(201).Method("post").Path("/v2/portals").With("$.name", "Partners").With("$.labels['a-b']", "1").Once()
			w.Calls("konnect.*").AtLeast(4).AtMost(4)
			w.Calls("").Times(4)
			w.Calls("konnect.create-portal").With("$.name", testkit.Matches("^P")).Times(2)
			w.Calls("konnect.delete-portal").Never()
			create(w).Body(map[string]string{"name": "Partners"}).Once()
		}, nil},
		"too few": {func(w *testkit.Portico) { create(w).Status(201).With("$.name", "Guests").Once() }, []string{
			`calls of konnect.create-portal answered 201 with $.name = "Guests":`,
			"    got  0 calls", "    want exactly 1 call", "Nearest:",
			"    " + first, `        body $.name: got "Partners", want "Guests"`,
			"    " + second, "        status: got 400, want 201", "        " + member,
			"    " + third, "        status: got 409, want 201", `        body $.name: got "Partners", want "Guests"`, "        " + taken,
		}},
		"too many": {func(w *testkit.Portico) { create(w).AtMost(1) }, []string{
			"calls of konnect.create-portal:", "    got  3 calls", "    want at most 1 call", "These were made:",
			"    " + third, "    " + second, "    " + first,
		}},
		"none wanted": {func(w *testkit.Portico) { w.Calls("konnect.list-portals").Never() }, []string{
			"calls of konnect.list-portals:", "    got  1 call", "    want no call", "These were made:", "    " + fourth,
		}},
		"another method": {func(w *testkit.Portico) { w.Calls("").Method("PUT").With("$.x", testkit.Matches("^y")).AtLeast(2) }, []string{
			"calls of any operation PUT with $.x matching ^y:", "    got  0 calls", "    want at least 2 calls", "Nearest:",
			"    " + third, "        method: got POST, want PUT", `        body $.x: absent, want {"matches":"^y"}`, "        " + taken,
			"    " + second, "        method: got POST, want PUT", `        body $.x: absent, want {"matches":"^y"}`, "        " + member,
			"    " + first, "        method: got POST, want PUT", `        body $.x: absent, want {"matches":"^y"}`,
		}},
		"a whole body": {func(w *testkit.Portico) {
			create(w).Status(201).Body(map[string]any{"name": "Partners", "labels": map[string]string{"a-b": "2"}}).Once()
		}, []string{
			`calls of konnect.create-portal answered 201 with $ = {"labels":{"a-b":"2"},"name":"Partners"}:`,
			"    got  0 calls", "    want exactly 1 call", "Nearest:",
			"    " + first, "        body (- want, + got):",
			"              {", `                "labels": {`, `            -     "a-b": "2"`, `            +     "a-b": "1"`, "                },", `                "name": "Partners"`, "              }",
			"    " + third, "        status: got 409, want 201", "        body (- want, + got):",
			"              {", `            -   "labels": {`, `            -     "a-b": "2"`, "            -   },", `                "name": "Partners"`, "              }", "        " + taken,
			"    " + second, "        status: got 400, want 201", "        body (- want, + got):",
			"              {", `            -   "labels": {`, `            -     "a-b": "2"`, "            -   },", `            -   "name": "Partners"`,
			`            +   "isPublic": true,`, `            +   "name": "Guests"`, "              }", "        " + member,
		}},
		"no such operation": {func(w *testkit.Portico) { w.Calls("konnect.creat-portal").Once() }, []string{
			`portico: calls of konnect.creat-portal: operation: there is none called "konnect.creat-portal"; did you mean "konnect.create-portal"?`,
		}},
		"no JSON path": {func(w *testkit.Portico) { create(w).With("name", 1).Once() }, []string{
			`portico: calls of konnect.create-portal with name = 1: body: "name" is no JSON path: it begins with $, as in $.a.b[0] or $['x']`,
		}},
		"no last one": {func(w *testkit.Portico) { create(w).Status(202).Last() }, []string{
			"calls of konnect.create-portal answered 202:", "    got  0 calls", "    want at least 1 call", "Nearest:",
			"    " + first, "        status: got 201, want 202",
			"    " + third, "        status: got 409, want 202", "        " + taken,
			"    " + second, "        status: got 400, want 202", "        " + member,
			"portico: there is no last call of konnect.create-portal answered 202",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := record(t, func(r *recorder) {
				w := testkit.Start(r, still)
				someCalls(t, w)
				tt.do(w)
			})
			var got []string
			if said := r.said(); said != "" {
				got = strings.Split(said, "\n")
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// A world that was asked nothing says so.
func TestCallsOfNobody(t *testing.T) {
	t.Parallel()
	r := record(t, func(r *recorder) { testkit.Start(r).Calls("konnect.list-portals").Once() })
	want := "calls of konnect.list-portals:\n    got  0 calls\n    want exactly 1 call\nThe world was asked nothing."
	if got := r.said(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever fails a test, the line is that of the test, and not one of the testkit.
func TestFailuresAreTheCallers(t *testing.T) {
	t.Parallel()
	calls := func(w *testkit.Portico) *testkit.Calls { return w.Calls("konnect.list-portals") }
	for name, do := range map[string]func(*testkit.Portico) (line string){
		"Times": func(w *testkit.Portico) string {
			calls(w).Times(2)
			return here()
		},
		"Once": func(w *testkit.Portico) string {
			calls(w).Once()
			return here()
		},
		"AtLeast": func(w *testkit.Portico) string {
			calls(w).AtLeast(2)
			return here()
		},
		"Empty": func(w *testkit.Portico) string {
			w.Put("konnect.portal", map[string]string{"name": "P"})
			w.Diff("").Empty()
			return here()
		},
		"no such operation": func(w *testkit.Portico) (line string) {
			defer func() { line = here() }()
			w.Calls("konnect.nothing").Once()
			return ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var after string
			r := record(t, func(r *recorder) { after = do(testkit.Start(r)) })
			if name == "no such operation" { // which ends the test
				if len(r.lines) != 1 || !strings.HasPrefix(r.lines[0], "calls_test.go:") {
					t.Errorf("got %v", r.lines)
				}
				return
			}
			if len(r.lines) != 1 || r.lines[0] != before(after) {
				t.Errorf("got %v, want [%s]", r.lines, before(after))
			}
		})
	}
	r := record(t, func(r *recorder) { nowhere(t, testkit.Start(r)) })
	if len(r.lines) != 1 || strings.HasPrefix(r.lines[0], "end.go") || strings.HasPrefix(r.lines[0], "host.go") {
		t.Errorf("at the end: got %v, want what called the Cleanup", r.lines) // testing tells of the line that registered it
	}
}

// before is the line before a line.
func before(line string) string {
	file, n, _ := strings.Cut(line, ":")
	i, _ := strconv.Atoi(n)
	return file + ":" + strconv.Itoa(i-1)
}

// What a call was can be read.
func TestAll(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	someCalls(t, w)
	all := w.Calls("konnect.create-portal").All()
	if len(all) != 3 || all[0].ID != "1" || all[2].ID != "3" {
		t.Fatalf("got %v, want requests 1 to 3", all)
	}
	var sent, answered struct{ Name string }
	if err := all[0].Body.Into(&sent); err != nil || sent.Name != "Partners" {
		t.Errorf("sent: got %+v, %v", sent, err)
	}
	if err := all[0].Answer.Body.Into(&answered); err != nil || answered.Name != "Partners" {
		t.Errorf("answered: got %+v, %v", answered, err)
	}
	refused := w.Calls("").Status(http.StatusBadRequest).Last()
	for what, pair := range map[string][2]any{
		"the body":       {refused.Body.At("$.isPublic"), true},
		"a member":       {refused.Body.At("$.nothing"), nil},
		"the answer":     {refused.Answer.Body.At("$.invalid_parameters[0].field"), "isPublic"},
		"the media type": {refused.Answer.Headers.Get("Content-Type"), "application/problem+json; charset=utf-8"},
		"unread":         {fmt.Sprint(refused.Unread), "[isPublic]"},
		"caller":         {refused.Caller, "admin"},
		"authorization":  {refused.Headers.Get("Authorization"), "Bearer [konnect.admin]"},
		"why":            {strings.Contains(strings.Join(refused.Why, "\n"), `did you mean "is_public"?`), true},
		"the time":       {refused.WorldAt.Format("2006-01-02"), "2026-03-01"},
		"the query":      {w.Calls("konnect.list-portals").Last().Query.Get("page[size]"), "1"},
		"a line":         {w.Calls("konnect.list-portals").Last().String(), "request 4: GET /v2/portals?page[size]=1 answered 200"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %v, want %v", what, pair[0], pair[1])
		}
	}
	for what, pair := range map[string][2]int{
		"a label":    {len(w.Calls("").With("$.labels['a-b']", "1").All()), 1},
		"a pattern":  {len(w.Calls("").With("$.name", testkit.Matches("^[PG]")).All()), 3},
		"a bool":     {len(w.Calls("").With("$.isPublic", true).All()), 1},
		"a path":     {len(w.Calls("").Path("/v2/portals").Method("GET").All()), 1},
		"nothing":    {len(w.Calls("").Path("/v2").All()), 0},
		"a count":    {w.Calls("konnect.create-portal").Count(), 3},
		"no count":   {w.Calls("konnect.create-portal").Status(500).Count(), 0},
		"a document": {len(w.Calls("").Body(map[string]string{"name": "Partners"}).All()), 1},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %d, want %d", what, pair[0], pair[1])
		}
	}
}

// Secrets are told by nobody, but can be counted.
func TestCallsWithSecrets(t *testing.T) {
	t.Parallel()
	r := record(t, func(r *recorder) {
		w := testkit.Start(r, testkit.AllowUnmatched())
		call(t, w.Client(), "", "POST", w.Base("konnect")+"/nowhere", `{"password":"correct horse"}`)
		w.Calls("").With("$.password", "correct horse").Once()
		w.Calls("").With("$.password", "battery staple").Never()
		all := w.Calls("").With("$.password", "correct horse").All()
		if len(all) != 1 || all[0].Body.String() != `{"password":"[redacted]"}` {
			t.Errorf("got %v, want the call with its password redacted", all)
		}
		w.Calls("").With("password", "x").All()
	})
	const want = `portico: calls of any operation with password = "x": body: "password" is no JSON path: it begins with $, as in $.a.b[0] or $['x']`
	if got := r.said(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

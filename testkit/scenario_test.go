package testkit_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// written is a file with a scenario.
func written(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// unmet are the expectations that do not hold.
func unmet(s *testkit.RunningScenario) string {
	var out []string
	for _, x := range s.Expectations() {
		if !x.Held {
			out = append(out, x.What+": "+x.Why)
		}
	}
	return strings.Join(out, "\n")
}

// A scenario from its birth to its end: fixture, clock, documents, steps by calls and by the clock, expectations.
func TestScenario(t *testing.T) {
	t.Parallel()
	file := written(t, `
name: own
fixture: empty
clock: 2026-03-01T09:00:00Z
documents:
  - {kind: konnect.portal, document: {name: Stage}}
  - {kind: konnect.developer, in: ["@konnect.portal[0]"], document: {email: a@b.example, full_name: A, status: pending}}
faults:
  - {name: busy, on: konnect.list-portals, give: {error: unavailable}}
  - {name: later, on: konnect.list-portals, times: 1, give: {error: rate-limited}}
steps:
  - on: konnect.list-portals
    nth: 2
    then:
      - disarm: busy
      - set: {kind: konnect.developer, where: {email: {matches: "^a@"}}, document: {status: revoked}}
      - set: {kind: konnect.developer, in: ["@konnect.portal[0]"], where: {email: c@d.example}, document: {full_name: C}}
      - set: {kind: konnect.developer, where: {email: a@b.example}, document: {status: approved}}
      - advance: 1h
  - {at: 2h, then: [{arm: later}]}
  - {at: 90m, then: [{set: {kind: konnect.portal, where: {name: Stage}, document: {description: at half past}}}]}
  - {at: 3h, then: [{set: {kind: konnect.portal, where: {name: Stage}, document: {name: "@konnect.portal[9]"}}}]}
expect:
  - {fault: busy, fired: 2}
  - {operation: konnect.list-portals, succeeded: {min: 1}, within: 90m}
  - {operation: konnect.list-portals, calls: {max: 4}, statuses: {429: 1, 503: 2}}
  - {documents: {kind: konnect.developer, where: {status: approved}}, count: 1}
  - {no_duplicates: {kind: konnect.developer, by: email}}
`)
	j := &judge{T: t}
	w := testkit.Start(j, testkit.Fixture("small"))
	w.Put("konnect.portal", map[string]any{"name": "gone with the old world"})
	s := w.Scenario(file)
	if got := len(w.Documents("konnect.portal")); got != 1 || !w.Now().Equal(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("got %d portals at %s, want one at nine", got, w.Now())
	}
	list := func(want int) {
		t.Helper()
		if got, body := call(t, w.Client(), w.Header("konnect", "admin"), "GET", w.Base("konnect")+"/portals", ""); got != want {
			t.Errorf("got %d %s, want %d", got, body, want)
		}
	}
	list(503)
	if got := unmet(s); !strings.Contains(got, `the fault "later" acts at all: no call of konnect.list-portals matched it`) {
		t.Errorf("got %s", got)
	}
	list(503)
	var names []string
	for _, d := range w.Documents("konnect.developer") {
		var dev struct{ Email, Status string }
		if err := d.Into(&dev); err != nil {
			t.Fatal(err)
		}
		names = append(names, dev.Email+" "+dev.Status)
	}
	if got := strings.Join(names, ", "); got != "a@b.example approved, c@d.example pending" && got != "a@b.example approved, c@d.example approved" {
		t.Errorf("got %s", got)
	}
	if got := w.Now(); got.Hour() != 10 {
		t.Errorf("got %s, want an hour later", got)
	}
	list(200)
	w.Advance(time.Hour)
	list(429)
	if got := string(w.Documents("konnect.portal")[0].JSON); !strings.Contains(got, `"updated_at":"2026-03-01T10:30:00.000Z"`) {
		t.Errorf("got %s, want it changed at half past ten", got)
	}
	t.Log(unmet(s))
	w.Advance(time.Hour)
	if got := unmet(s); !strings.Contains(got, "the step at 3h0m0s can be done: ") || !strings.Contains(got, "there is no such document") {
		t.Errorf("got %s, want the step that cannot be done", got)
	}
	s.Stop()
	list(200)
	j.end()
	if len(j.verdict) != 1 || !strings.HasPrefix(j.verdict[0], "scenario own does not hold:\n  the step at 3h") {
		t.Errorf("got %q", j.verdict)
	}
}

// Several scenarios play at a time, one that needs the world for itself does not join them, and a reset ends all.
func TestScenariosTogether(t *testing.T) {
	t.Parallel()
	j := &judge{T: t}
	w := testkit.Start(j, testkit.Scenario("quota-exhausted"), testkit.Scenario("eventual-consistency"))
	admin := func(method, path, body string, want int, text string) {
		t.Helper()
		if got, answer := call(t, w.Client(), "", method, "http://portico.invalid/_portico"+path, body); got != want || !strings.Contains(answer, text) {
			t.Errorf("%s %s: got %d %s, want %d %s", method, path, got, answer, want, text)
		}
	}
	admin("GET", "/faults", "", 200, `"reads lag writes"`)
	admin("GET", "/scenarios", "", 200, `"name":"quota-exhausted","summary":"After`)
	admin("POST", "/scenarios/quota-exhausted/start", "", 409, "plays already")
	admin("PUT", "/scenarios/mine", "name: mine\nfixture: empty", 200, `"why":"the scenario was never started, or a reset has ended it"`)
	admin("POST", "/scenarios/mine/start", "", 409, "born anew")
	admin("PUT", "/scenarios/mine", "name: yours", 400, `called \"yours\"`)
	admin("PUT", "/scenarios/mine", "name: mine\nfixture: empyt", 400, `mine:2:10: fixture: want one of`)
	admin("GET", "/scenarios/quota-exausted", "", 404, `did you mean \"quota-exhausted\"?`)
	admin("POST", "/scenarios/mine/stop", "", 409, "does not play")
	admin("POST", "/reset", "", 204, "")
	admin("GET", "/faults", "", 200, "[]")
	admin("POST", "/scenarios/mine/start", "", 200, `"held":true`)
	admin("GET", "/worlds/default", "", 200, `"fixture":"empty"`)
	admin("PUT", "/scenarios/mine", "name: mine", 409, "stop it first")
	// Documents that cannot be born leave the world as it was.
	admin("PUT", "/scenarios/bad", "name: bad\ndocuments:\n  - {kind: konnect.portal, document: {name: Once}}\n  - {kind: konnect.portal, document: {name: Once}}", 200, "")
	admin("POST", "/scenarios/bad/start", "", 400, "bad:4:6: konnect.portal: conflict")
	admin("GET", "/state/konnect.portal", "", 200, "[]")
}

// The same seed and the same calls give the same run.
func TestScenarioRepeats(t *testing.T) {
	t.Parallel()
	file := written(t, `
name: dice
faults:
  - {name: sometimes, on: "konnect.*", odds: 0.4, give: {error: unavailable}}
  - {name: seldom, on: "konnect.*", odds: 0.2, give: {status: 418}}
steps: [{on: konnect.list-portals, nth: 10, then: [{disarm: sometimes}]}, {on: konnect.list-portals, nth: 15, then: [{arm: sometimes}]}]
expect: [{operation: konnect.list-portals, calls: 40}]
`)
	run := func(seed uint64) string {
		w := testkit.Start(t, testkit.Seed(seed), testkit.Scenario(file))
		var out []string
		for range 40 {
			status, _ := call(t, w.Client(), w.Header("konnect", "admin"), "GET", w.Base("konnect")+"/portals", "")
			out = append(out, strconv.Itoa(status))
		}
		return strings.Join(out, " ")
	}
	first := run(7)
	if again := run(7); again != first {
		t.Errorf("got %s\nwant %s", again, first)
	}
	if other := run(8); other == first {
		t.Errorf("another seed gives the same %s", other)
	}
}

// Steps and counts are exact also when many call at a time.
func TestScenarioAmongParallelCalls(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t)
	s := w.Scenario(written(t, `
name: crowd
faults: [{name: now, on: konnect.list-portals, times: 7, give: {error: conflict}}]
steps: [{on: konnect.list-portals, nth: 50, then: [{arm: now}]}]
expect: [{operation: konnect.list-portals, calls: 200, failed: 7, statuses: {409: 7}}, {fault: now, hits: {min: 7}}]
`))
	header := w.Header("konnect", "admin")
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() { _, _, _ = read(t.Context(), w.Client(), header, w.Base("konnect")+"/portals") })
	}
	wg.Wait()
	if got := unmet(s); got != "" {
		t.Error(got)
	}
}

// A scenario with a mistake is refused with its place and what was meant perhaps.
func TestBadScenarios(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t)
	for text, want := range map[string]string{
		"summary: x":           `x:1:1: name: a scenario needs one`,
		"name: x\nfault: []":   `x:2:1: a scenario has no member "fault"; did you mean "faults"?`,
		"name: x\nclock: noon": `x:2:8: clock: want an RFC 3339 instant`,
		"name: x\ndocuments:\n  - {kind: konnect.protal}":                                              `x:3:12: no kind "konnect.protal"; did you mean "konnect.portal"?`,
		"name: x\ndocuments:\n  - {kind: konnect.portal, document: {nam: N}}":                          `x:3:39: konnect.portal has no member "nam"; did you mean "name"?`,
		"name: x\ndocuments:\n  - {kind: konnect.team, in: ['@konnect.portl[0]'], document: {}}":       `x:3:31: no kind "konnect.portl"; did you mean "konnect.portal"?`,
		"name: x\nfaults:\n  - {on: konnect.lst-portals, give: {error: internal}}":                     `x:3:10: on: no operation "konnect.lst-portals"; did you mean "konnect.list-portals"?`,
		"name: x\nfaults:\n  - {on: '*', give: {stale: 0s}}":                                           `x:3:29: stale: want a duration above 0`,
		"name: x\nfaults:\n  - {on: '*', give: {error: internal}}\n  - {on: '*', give: {wire: reset}}": `x:4:6: a second rule is called "*"`,
		"name: x\nsteps:\n  - {on: konnect.x, then: []}":                                               `x:3:10: no operation "konnect.x"`,
		"name: x\nsteps:\n  - {on: '*', then: []}":                                                     `x:3:6: then: want what is done`,
		"name: x\nsteps:\n  - {on: '*', at: 5m, then: [{advance: 1s}]}":                                `x:3:6: a step is done after a call (on) or at a time`,
		"name: x\nsteps:\n  - {at: 5m, nth: 2, then: [{advance: 1s}]}":                                 `x:3:19: nth belongs to on`,
		"name: x\nsteps:\n  - {at: soon, then: [{advance: 1s}]}":                                       `x:3:10: want a duration`,
		"name: x\nsteps:\n  - {at: 5m, then: [{arm: y}]}":                                              `x:3:27: no rule "y" among the scenario's faults`,
		"name: x\nsteps:\n  - {at: 5m, then: [{set: {kind: konnect.portal, where: {nme: N}}}]}":        `x:3:58: konnect.portal has no member "nme"; did you mean "name"?`,
		"name: x\nsteps:\n  - {at: 5m, then: [{set: {kind: konnect.portal}}]}":                         `x:3:28: set: want document`,
		"name: x\nsteps:\n  - {at: 5m, then: [{rearm: y}]}":                                            `x:3:22: what a step does has no member "rearm"; did you mean "arm"?`,
		"name: x\nexpect:\n  - {fired: 1}":                                                             `x:3:6: an expectation is about a fault`,
		"name: x\nexpect:\n  - {operation: konnect.*}":                                                 `x:3:6: how often? want calls`,
		"name: x\nexpect:\n  - {operation: konnect.*, fired: 1}":                                       `x:3:28: fired does not belong here; want calls`,
		"name: x\nexpect:\n  - {operation: konnect.*, succeeded: {min: 2, max: 1}}":                    `x:3:40: max is less than min`,
		"name: x\nexpect:\n  - {operation: konnect.*, statuses: {20: 1}}":                              `x:3:39: statuses: want an HTTP status`,
		"name: x\nexpect:\n  - {no_duplicates: {kind: konnect.portal, by: nme}}":                       `x:3:48: konnect.portal has no member "nme"; did you mean "name"?`,
		"name: x\nexpect:\n  - {documents: {kind: konnect.portal, where: {$.[: 1}}, count: 1}":         `x:3:`,
		"name: x\nname: y": `x:2:1: mapping key "name" already defined`,
		"[]":               `x:1:1: a scenario is a mapping`,
		"name: [":          `x:1:`,
	} {
		status, body := call(t, w.Client(), "", "PUT", "http://portico.invalid/_portico/scenarios/x", text)
		body = strings.ReplaceAll(body, `\"`, `"`)
		if status != 400 || !strings.Contains(body, want) {
			t.Errorf("%s\n got %d %s\nwant %s", text, status, body, want)
		}
	}
}

// Reads lag behind writes by the world's clock, for a while; writes never do.
func TestStaleReads(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	w.Fault(testkit.Fault{On: "konnect.*", Give: testkit.Give{Stale: testkit.Duration(2 * time.Second)}})
	header := w.Header("konnect", "admin")
	has := func(path, text string) bool {
		_, body := call(t, w.Client(), header, "GET", w.Base("konnect")+path, "")
		return strings.Contains(body, text)
	}
	patch := func(name string) {
		if status, body := call(t, w.Client(), header, "PATCH", w.Base("konnect")+"/portals/"+portalA, `{"name":"`+name+`"}`); status != 200 || !strings.Contains(body, name) {
			t.Errorf("got %d %s", status, body)
		}
	}
	seen := func(want string) {
		t.Helper()
		for _, path := range []string{"/portals", "/portals/" + portalA} {
			for _, name := range []string{"Portal A", "second", "third"} {
				if got := has(path, `"name":"`+name+`"`); got != (name == want) {
					t.Errorf("%s shows %s: %t, want %s", path, name, got, want)
				}
			}
		}
	}
	patch("second")
	seen("Portal A")
	w.Advance(time.Second)
	patch("third")
	seen("Portal A")
	w.Advance(time.Second)
	seen("second")
	w.Advance(time.Second)
	seen("third")
}

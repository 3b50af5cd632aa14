//nolint:thelper // bodies of tests: a failure reports their lines
package suite

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// refusals come as often as they were ordered, in the vendor's words, and nothing has happened.
func refusals(t *testing.T, p *testkit.Portico) {
	w := p.World(t)
	admin := as(t, w, "konnect", "admin")
	f := w.Fault(testkit.Fault{On: "konnect.create-portal", Times: 2, Give: testkit.Give{Error: "rate-limited", RetryAfter: testkit.Duration(2 * time.Second)}})
	for range 2 {
		a := admin.want(http.StatusTooManyRequests, "POST", "/portals", `{"name":"Again"}`)
		if a.header.Get("Retry-After") != "2" || !strings.Contains(a.body, `"title":"Rate Limited"`) {
			t.Errorf("got %s with %v", a, a.header)
		}
	}
	admin.create("/portals", `{"name":"Again"}`)
	if f.Hits() != 3 || f.Fired() != 2 {
		t.Errorf("got %d hits, %d fired, want 3 and 2", f.Hits(), f.Fired())
	}
	w.Calls("konnect.create-portal").Status(http.StatusTooManyRequests).Times(2)
}

// lostAnswers: the client sees a failure, and the thing is there.
func lostAnswers(t *testing.T, p *testkit.Portico) {
	w := p.World(t)
	admin := as(t, w, "konnect", "admin")
	w.Fault(testkit.Fault{On: "konnect.create-portal", Stage: "after", Times: 1, Give: testkit.Give{Wire: "empty"}})
	if a := admin.do("POST", "/portals", `{"name":"There"}`); a.err == nil {
		t.Errorf("got %s, want no answer", a)
	}
	admin.want(http.StatusConflict, "POST", "/portals", `{"name":"There"}`)
	w.Fault(testkit.Fault{On: "konnect.create-portal", Times: 1, Give: testkit.Give{Wire: "empty"}})
	if a := admin.do("POST", "/portals", `{"name":"Nowhere"}`); a.err == nil {
		t.Errorf("got %s, want no answer", a)
	}
	admin.create("/portals", `{"name":"Nowhere"}`)
}

// wire: each damage, as a client sees it. Between a container and its client stands a proxy of the engine: how a
// connection was broken is lost there, that it was broken is not.
func wire(t *testing.T, p *testkit.Portico) {
	broken := func(a answer) bool {
		return errors.Is(a.err, syscall.ECONNRESET) || errors.Is(a.err, io.EOF) || errors.Is(a.err, io.ErrUnexpectedEOF)
	}
	for name, seen := range map[string]func(a, whole answer) bool{
		"reset":           func(a, _ answer) bool { return broken(a) && a.status == 0 },
		"empty":           func(a, _ answer) bool { return broken(a) && a.status == 0 },
		"truncate":        func(a, whole answer) bool { return broken(a) && a.body != "" && strings.HasPrefix(whole.body, a.body) },
		"malformed-chunk": func(a, _ answer) bool { return a.err != nil },
		"garbage": func(a, whole answer) bool {
			return a.err == nil && a.body != whole.body && len(a.body) == len(whole.body)
		},
		"dribble": func(a, whole answer) bool { return a.err == nil && a.body == whole.body },
		"hang":    func(a, _ answer) bool { return errors.Is(a.err, context.DeadlineExceeded) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := p.World(t)
			admin := as(t, w, "konnect", "admin")
			whole := admin.want(http.StatusOK, "GET", "/portal-roles", "")
			// Not just once: Go's client tries a GET again, by itself, where a connection that it had used before breaks.
			f := w.Fault(testkit.Fault{On: "konnect.list-portal-roles", Give: testkit.Give{Wire: name}})
			patience := 20 * time.Second
			if name == "hang" {
				patience = 300 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if a := admin.within(ctx, "GET", "/portal-roles", ""); !seen(a, whole) {
				t.Errorf("got %s", a)
			}
			f.Disarm()
			if again := admin.want(http.StatusOK, "GET", "/portal-roles", ""); again.body != whole.body {
				t.Errorf("the next call: got %s, want %s", again, whole)
			}
		})
	}
}

// gateway: a proxy's page instead of JSON, late.
func gateway(t *testing.T, p *testkit.Portico) {
	w := p.World(t)
	admin := as(t, w, "axway", "admin")
	w.Fault(testkit.Fault{On: "axway.*", Times: 1, Give: testkit.Give{Gateway: 502, Delay: testkit.Duration(50 * time.Millisecond)}})
	began := time.Now()
	a := admin.want(http.StatusBadGateway, "GET", "/applications", "")
	if took := time.Since(began); took < 50*time.Millisecond || !strings.Contains(a.header.Get("Content-Type"), "text/html") {
		t.Errorf("got %s %v after %s, want a page after 50 ms", a, a.header, took)
	}
	admin.want(http.StatusOK, "GET", "/applications", "")
}

// scenario: a built-in one plays, and holds for a client that waits.
func scenario(t *testing.T, p *testkit.Portico) {
	w := p.World(t, testkit.Clock(instant), testkit.Scenario("rate-limit-storm"))
	admin := as(t, w, "konnect", "admin")
	admin.create("/portals", `{"name":"First"}`)
	a := admin.want(http.StatusTooManyRequests, "POST", "/portals", `{"name":"Second"}`)
	if a.header.Get("Retry-After") != "10" {
		t.Errorf("got %v, want Retry-After 10", a.header)
	}
	w.Advance(20 * time.Second)
	admin.create("/portals", `{"name":"Second"}`)
}

const script = `
name: approval
fixture: empty
clock: 2026-03-01T09:00:00Z
documents:
  - {kind: konnect.portal, document: {name: Stage}}
  - {kind: konnect.developer, in: ["@konnect.portal[0]"], document: {email: a@b.example, full_name: A, status: pending}}
faults:
  - {name: busy, on: konnect.list-portals, times: 1, give: {error: unavailable}}
steps:
  - {at: 1h, then: [{set: {kind: konnect.developer, where: {email: a@b.example}, document: {status: approved}}}]}
expect:
  - {fault: busy, fired: 1}
  - {documents: {kind: konnect.developer, where: {status: approved}}, count: 1}
`

// ownScenario: a file of the test's machine plays.
func ownScenario(t *testing.T, p *testkit.Portico) {
	w := p.World(t)
	s := w.Scenario(write(t, "approval.yaml", script))
	if s.Held() {
		t.Error("it holds before anything happened")
	}
	admin := as(t, w, "konnect", "admin")
	admin.want(http.StatusServiceUnavailable, "GET", "/portals", "")
	w.Advance(time.Hour)
	if a := admin.want(http.StatusOK, "GET", "/portals", ""); !strings.Contains(a.body, `"total":1`) {
		t.Errorf("got %s, want the portal of the scenario alone", a)
	}
	if !s.Held() {
		t.Errorf("got %+v", s.Expectations())
	}
}

// write makes a file of this machine.
func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

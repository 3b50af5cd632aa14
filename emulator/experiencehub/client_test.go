package experiencehub_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
)

// What the fixture small holds.
const (
	root    = "5a673b98-92f4-459d-b950-daeed7a8165d"
	foreign = "f0000000-0000-4000-8000-000000000001"

	connection = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
	sandbox    = "aaaaaaaa-0000-4000-8000-000000000002"
	portal     = "550e8400-e29b-41d4-a716-446655440000"
	site       = "77777777-7777-7777-7777-777777777777" // of the portal
	uat        = "55555555-5555-5555-5555-555555555555" // portal of the sandbox

	everyone   = portal
	admins     = "550e8400-e29b-41d4-a716-4466554400ad"
	developers = "660e8400-e29b-41d4-a716-446655440001"
	gold       = "dddddddd-dddd-dddd-dddd-dddddddddddd"
	partners   = "660e8400-e29b-41d4-a716-446655440003" // below gold
	pilots     = "660e8400-e29b-41d4-a716-446655440004" // below partners
	hackathon  = "660e8400-e29b-41d4-a716-446655440006"
	elsewhere  = "55555555-0000-4000-8000-000000000000" // Everyone of uat

	jane  = "11111111-1111-4111-8111-000000000001"
	luis  = "11111111-1111-4111-8111-000000000002" // in everyone, developers and gold
	maria = "880e8400-e29b-41d4-a716-446655440004" // the first of five pending prospects
	omar  = "880e8400-e29b-41d4-a716-446655440005"
	ann   = "880e8400-e29b-41d4-a716-446655440009" // approved

	idp = "eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee" // the default
	sso = "eeeeeeee-0000-4000-8000-000000000002"

	finance  = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
	commerce = "bbbbbbbb-0000-4000-8000-000000000002"

	nowhere = "00000000-0000-4000-8000-000000000000" // an id that nothing has
)

const (
	base     = "/api-experience-hub/api/v1"
	inPortal = base + "/connections/" + connection + "/apiPortals/" + portal
	inUAT    = base + "/connections/" + sandbox + "/apiPortals/" + uat
)

// start makes an emulator that checks its own replies, at an instant that stays.
func start(t testing.TB) *emulator.Emulator {
	t.Helper()
	return grown(t, "small")
}

func grown(t testing.TB, fixture string) *emulator.Emulator {
	t.Helper()
	e, err := emulator.New(emulator.Config{
		Clock: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Prove: true, Fixture: fixture,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// client calls an emulator.
type client struct {
	t     testing.TB
	h     http.Handler
	token string
}

// connect calls an emulator of its own as the administrator.
func connect(t testing.TB) client {
	t.Helper()
	return client{t, start(t), "portico-anypoint-admin"}
}

// as is the client with another token.
func (c client) as(token string) client {
	c.token = token
	return c
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// get reads a value of the body.
func (a answer) get(path string) gjson.Result { return gjson.Get(a.body, path) }

// check compares a value of a body with what it should be.
func (a answer) check(t testing.TB, path, want string) {
	t.Helper()
	if got := a.get(path).String(); got != want {
		t.Errorf("%s: got %s, want %s", path, got, want)
	}
}

// call sends a request, with further headers name by name.
func (c client) call(method, path, body string, headers ...string) answer {
	c.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	res := w.Result()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(data)}
}

// must calls and ends the test unless the answer has that status.
func (c client) must(status int, method, path, body string, headers ...string) answer {
	c.t.Helper()
	a := c.call(method, path, body, headers...)
	if a.status != status {
		c.t.Fatalf("%s %s %s: got %d %s, want %d", method, path, body, a.status, a.body, status)
	}
	return a
}

// get shows what is at a path, which must be there.
func (c client) get(path string, headers ...string) answer {
	c.t.Helper()
	return c.must(200, "GET", path, "", headers...)
}

// refused calls, expects a 400 with that code, and that nothing has changed.
func (c client) refused(code, method, path, body string, headers ...string) answer {
	c.t.Helper()
	before := c.state()
	a := c.must(400, method, path, body, headers...)
	a.check(c.t, "details.0.code", code)
	if after := c.state(); after != before {
		c.t.Errorf("%s %s was refused: got another world afterwards", method, path)
	}
	return a
}

// state is every document of this vendor.
func (c client) state() string {
	c.t.Helper()
	var b strings.Builder
	for _, kind := range []string{"experience-hub.user-group", "experience-hub.group-mapping", "experience-hub.portal-user", "experience-hub.prospect", "experience-hub.portal-asset", "mulesoft.asset-share"} {
		b.WriteString(c.get("/_portico/state/" + kind).body)
	}
	return b.String()
}

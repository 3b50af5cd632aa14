package exchange_test

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
	finance   = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
	commerce  = "bbbbbbbb-0000-4000-8000-000000000002"
	logistics = "bbbbbbbb-0000-4000-8000-000000000003"

	john    = "99685226-c802-4fc6-8c7d-d159737784bb" // who has shares alone
	doe     = "cccccccc-cccc-cccc-cccc-cccccccccccc" // who made most assets
	paula   = "10000000-0000-4000-8000-000000000003" // who administers portals, and may view Finance and Commerce
	locked  = "10000000-0000-4000-8000-000000000008" // disabled
	cleo    = "10000000-0000-4000-8000-000000000010" // who made loyalty-api
	alien   = "f0000000-0000-4000-8000-000000000002" // of another organization
	nowhere = "00000000-0000-4000-8000-000000000000" // an id that nothing has
)

const (
	assets   = "/exchange/api/v1/assets/"
	payment  = assets + "com.example/payment-api/users"
	tracking = assets + logistics + "/tracking-api/users"
	portal   = "/api-experience-hub/api/v1/connections/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/apiPortals/550e8400-e29b-41d4-a716-446655440000"
)

// start makes an emulator that checks its own replies, at an instant that stays.
func start(t testing.TB) *emulator.Emulator {
	t.Helper()
	e, err := emulator.New(emulator.Config{
		Clock: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Prove: true,
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

// refused calls, expects that status in Exchange's envelope, and that nothing has changed.
func (c client) refused(status int, method, path, body string, headers ...string) answer {
	c.t.Helper()
	before := c.get("/_portico/state/mulesoft.asset-share").body
	a := c.must(status, method, path, body, headers...)
	if !strings.HasPrefix(a.body, `{"status":`) || !a.get("details").IsObject() || a.get("name").Exists() {
		c.t.Errorf("%s %s: got %s, want status, message and an object of details", method, path, a.body)
	}
	if after := c.get("/_portico/state/mulesoft.asset-share").body; after != before {
		c.t.Errorf("%s %s was refused: got %s afterwards, want %s", method, path, after, before)
	}
	return a
}

// one is an assignment.
func one(user, role string) string { return `{"userId": "` + user + `", "role": "` + role + `"}` }

// list is a body of assignments.
func list(some ...string) string { return "[" + strings.Join(some, ", ") + "]" }

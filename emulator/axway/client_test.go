package axway_test

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

const base = "/api/portal/v1.2"

// What the fixture small holds.
const (
	acme      = "3e21b76a-defa-49ab-9682-a9cd60387e37"
	globex    = "f7842fdc-ab83-4bca-82c9-7eac76eeef99"
	community = "a1f00000-0000-4000-8000-000000000002"

	apiadmin  = "b2f00000-0000-4000-8000-000000000001"
	acmeAdmin = "b2f00000-0000-4000-8000-000000000002"
	anna      = "de077cd8-83b7-46d1-b06f-2eaaf1548898" // manages the iPhone app
	ben       = "46a6e874-a341-4c2d-870e-55e4c6ec27dc" // manages the loyalty card
	bella     = "b03f88d2-411d-46aa-9245-21be1748011f" // views the iPhone app
	dora      = "b2f00000-0000-4000-8000-000000000004" // of Globex
	paula     = "b2f00000-0000-4000-8000-000000000007" // of Acme, pending

	iPhone     = "b76a3e23-deca-49ab-9682-79cd503b7e3a" // Acme's, disabled
	storefront = "05d2d25e-d037-4742-a1fb-eea5480ec18c" // Acme's
	warehouse  = "a4f00000-0000-4000-8000-000000000001" // Acme's, with a quota
	loyalty    = "a4f00000-0000-4000-8000-000000000002" // Acme's, pending
	foreign    = "c95b7c70-fe01-4e31-8f1f-cdd977812d7d" // Globex's, named as Acme's warehouse app
	nowhere    = "00000000-0000-4000-8000-000000000000" // an id that nothing has

	petStore = "925129c4-0c4b-4adb-95c4-fdbc741eb333"
	orders   = "e41f217e-d19f-4ee7-b845-fff017cfa098" // Acme may use it, Globex's access is disabled
	orders2  = "3a83e303-2bd5-49a4-b37c-f4a89979846f"
	payments = "f88f1648-d0f0-42a9-af99-d610154ab7dd"
	pay      = "c1c49b19-5877-4b51-9cbb-93a02c09d861" // method of payments
	shipping = "c1c63d3b-5283-4755-ade7-e2377bd35049" // Acme may not use it

	anAccess  = "ecc2f2c5-1aa8-43e4-baf6-6a2158c44121" // of the iPhone app to orders2
	aPending  = "c3f00000-0000-4000-8000-000000000011" // of the iPhone app to payments
	aKey      = "19da5d5e-b18a-4217-abec-291033cd939c" // of the iPhone app; its external client bears the same id
	annaEntry = "c3f00000-0000-4000-8000-000000000001"
	aView     = "46a6e874-a341-4c2d-870e-55e4c6ec27dc" // bella's permission
	aScope    = "512a4170-5ab5-4b4f-9c5b-e18f78011f46" // of the storefront
	aQuota    = "a1c70859-702b-4f3a-a1ad-a61067fdc4c7" // of the warehouse app
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

// client calls an emulator as a user.
type client struct {
	t    testing.TB
	h    http.Handler
	user string
}

// connect calls an emulator of its own as the administrator.
func connect(t testing.TB) client {
	t.Helper()
	return client{t, start(t), "apiadmin"}
}

// as is the client in another user's name.
func (c client) as(user string) client {
	c.user = user
	return c
}

func password(user string) string {
	if user == "apiadmin" {
		return "changeme"
	}
	return "portico-" + user
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
		t.Errorf("%s: got %s, want %s\n%s", path, got, want, a.body)
	}
}

// send answers a request to a path on the emulator, with headers as name and value.
func (c client) send(method, path, body string, headers ...string) answer {
	c.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	if c.user != "" {
		r.SetBasicAuth(c.user, password(c.user))
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
	// As a client reads them off the wire.
	header := http.Header{}
	for name, values := range res.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	return answer{res.StatusCode, header, string(data)}
}

// call sends a request below the vendor's base.
func (c client) call(method, path, body string) answer {
	c.t.Helper()
	return c.send(method, base+path, body, "Content-Type", "application/json")
}

// must calls and ends the test unless the answer has that status.
func (c client) must(status int, method, path, body string) answer {
	c.t.Helper()
	a := c.call(method, path, body)
	if a.status != status {
		c.t.Fatalf("%s: %s %s %s: got %d %s, want %d", c.user, method, path, body, a.status, a.body, status)
	}
	return a
}

// get shows what is at a path, which must be there.
func (c client) get(path string) answer {
	c.t.Helper()
	return c.must(200, "GET", path, "")
}

// refused checks status and text of a refusal.
func (c client) refused(status int, message, method, path, body string) {
	c.t.Helper()
	if got := c.must(status, method, path, body).get("errors.0.message").Str; got != message {
		c.t.Errorf("%s %s %s: got %q, want %q", method, path, body, got, message)
	}
}

// state calls the admin API on documents.
func (c client) state(status int, method, path, body string) answer {
	c.t.Helper()
	a := c.send(method, "/_portico/state/axway."+path, body, "Content-Type", "application/json", "Authorization", "")
	if a.status != status {
		c.t.Fatalf("%s %s %s: got %d %s, want %d", method, path, body, a.status, a.body, status)
	}
	return a
}

// settings changes the portal's settings.
func (c client) settings(patch string) {
	c.t.Helper()
	c.state(200, "PATCH", "config/config", patch)
}

func app(id, rest string) string { return "/applications/" + id + rest }

// Texts of refusals.
const (
	notFound  = "The entity could not be found.  Please refresh your session."
	forbidden = "You do not have permission to access this resource"
	taken     = "resource already exists"
)

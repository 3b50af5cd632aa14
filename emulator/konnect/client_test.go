package konnect_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/testkit"
)

// What the fixture small holds.
const (
	adminToken  = "kpat_portico-admin"
	viewerToken = "kpat_portico-viewer" // may only read
	nobodyToken = "kpat_portico-nobody" // may do nothing

	portalA      = "9f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	publicPortal = "8f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	nowhere      = "00000000-0000-4000-8000-000000000000" // an id that nothing has

	jane  = "5f9fd312-a987-4628-b4c5-bb4f4fddd5f7" // approved, App 1
	james = "d32d905a-ed33-46a3-a093-d8f536af9a8a" // approved, App 2
	john  = "4cd9feff-b4da-4a9f-ba49-cbe83c75ff22" // revoked, App 3
	jim   = "df120cb4-f60b-47bc-a2f8-6a28e6a3c63b" // pending

	partner  = "d32d905a-ed33-46a3-a093-d8f536af9a8a"
	internal = "af91db4c-6e51-403e-a2bf-33d27ae50c0a"
	root     = "bc11db4c-6e51-403e-a2bf-33d27ae50c0a"

	app1 = "5f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	app2 = "b15e2460-ba40-431d-9df0-4957fcffacda"
	app3 = "e15e2460-ba40-431d-9df0-4957fcff7cda"

	payments   = "9b4f4829-d540-4a3a-aefc-839852bdb3e8"
	paymentsV1 = "5f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	orders     = "edf3d192-3591-4b03-ac0b-69bad1fcba05"
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

// client calls an emulator over HTTP, as the administrator.
type client struct {
	t   testing.TB
	url string
}

// connect serves an emulator of its own.
func connect(t testing.TB) client {
	t.Helper()
	p := testkit.Start(t, testkit.Clock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)), testkit.Prove())
	return client{t, strings.TrimSuffix(p.URL("konnect"), "/v2")}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// get reads a value of the body.
func (a answer) get(path string) gjson.Result { return gjson.Get(a.body, path) }

// total is how many objects a list has on all its pages.
func (a answer) total() int { return int(a.get("meta.page.total").Int()) }

// call sends a request; a body goes as JSON.
func (c client) call(method, path, body string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+adminToken)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(data)}
}

// must calls and ends the test unless the answer has that status.
func (c client) must(status int, method, path, body string) answer {
	c.t.Helper()
	a := c.call(method, path, body)
	if a.status != status {
		c.t.Fatalf("%s %s %s: got %d %s, want %d", method, path, body, a.status, a.body, status)
	}
	return a
}

// get shows what is at a path, which must be there.
func (c client) get(path string) answer {
	c.t.Helper()
	return c.must(200, "GET", path, "")
}

// born brings a document into the world as no operation of the vendor can, and gives its id.
func (c client) born(kind, in, document string) string {
	c.t.Helper()
	return c.must(201, "POST", "/_portico/state/"+kind, `{"in": ["`+in+`"], "document": `+document+`}`).get("_id").Str
}

// gone checks that nothing is at the paths any more.
func (c client) gone(paths ...string) {
	c.t.Helper()
	for _, p := range paths {
		c.must(404, "GET", p, "")
	}
}

// check compares a value of a body with what it should be.
func (a answer) check(t testing.TB, path, want string) {
	t.Helper()
	if got := a.get(path).String(); got != want {
		t.Errorf("%s: got %s, want %s", path, got, want)
	}
}

// fill puts a word where the text has a percent sign.
func fill(text, word string) string { return strings.ReplaceAll(text, "%", word) }

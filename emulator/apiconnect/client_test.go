package apiconnect_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
)

// What the fixture small holds.
const (
	adminToken      = "portico-admin" // owner of acme and of the disabled initech
	productionToken = "portico-production-admin"

	nowhere = "00000000-0000-4000-8000-000000000000" // an id that nothing has

	sandbox    = "11000000-0000-4000-8000-000000000001"
	production = "11000000-0000-4000-8000-000000000002"
	acme       = "14000000-0000-4000-8000-000000000001"
	globex     = "14000000-0000-4000-8000-000000000002"
	initech    = "14000000-0000-4000-8000-000000000003"

	weatherApp   = "30000000-0000-4000-8000-000000000001"
	upgradingApp = "30000000-0000-4000-8000-000000000012"

	weather1 = "21000000-0000-4000-8000-000000000001" // deprecated
	weather2 = "21000000-0000-4000-8000-000000000002"
	routes   = "21000000-0000-4000-8000-000000000003"
	partner  = "21000000-0000-4000-8000-000000000004"

	invitation    = "18000000-0000-4000-8000-000000000001" // of invitee@example.com to acme
	orgInvitation = "19000000-0000-4000-8000-000000000001" // of founder@example.com
)

// start makes an emulator that checks its own replies, at an instant that stays.
func start(t testing.TB) *emulator.Emulator {
	t.Helper()
	return startWith(t, emulator.Config{})
}

func startWith(t testing.TB, config emulator.Config) *emulator.Emulator {
	t.Helper()
	config.Clock, config.Prove = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), true
	config.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	e, err := emulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// client calls an emulator.
type client struct {
	t       testing.TB
	h       http.Handler
	token   string
	headers []string // names and values, in turn
}

// connect calls an emulator of its own as the owner of acme.
func connect(t testing.TB) client {
	t.Helper()
	return client{t, start(t), adminToken, nil}
}

// as is the client as one of the fixture's users, or with another token.
func (c client) as(name string) client {
	c.token = name
	if len(name) < 30 && name != "" {
		c.token = "portico-" + name
	}
	return c
}

// with is the client with further headers.
func (c client) with(headers ...string) client {
	c.headers = append(slices.Clip(c.headers), headers...)
	return c
}

// in is the client in another catalog.
func (c client) in(catalog string) client {
	return c.with("X-IBM-Consumer-Context", "ibm-emu."+catalog)
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
		t.Errorf("%s: got %s, want %s, of %s", path, got, want, a.body)
	}
}

// call sends a request below the API's base, or to the admin API; a body goes as JSON.
func (c client) call(method, path, body string) answer {
	c.t.Helper()
	if !strings.HasPrefix(path, "/_") && !strings.HasPrefix(path, "/consumer-api/") && !strings.HasPrefix(path, "/api/") {
		path = "/consumer-api/" + path
	}
	var content io.Reader = http.NoBody
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, content)
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(c.headers); i += 2 {
		r.Header.Set(c.headers[i], c.headers[i+1])
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
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

// is tells whether a call has that status, and says so where it has not.
func (c client) is(status int, method, path, body string) answer {
	c.t.Helper()
	a := c.call(method, path, body)
	if a.status != status {
		c.t.Errorf("%s %s %s: got %d %s, want %d", method, path, body, a.status, a.body, status)
	}
	return a
}

// get shows what is at a path, which must be there.
func (c client) get(path string) answer {
	c.t.Helper()
	return c.must(200, "GET", path, "")
}

// state changes a document as the provider would.
func (c client) state(kind, id, change string) {
	c.t.Helper()
	c.must(200, "PATCH", "/_portico/state/apiconnect."+kind+"/"+id, change)
}

// born brings a document into the world as only the provider can, and gives its id.
func (c client) born(kind, in, document string) string {
	c.t.Helper()
	owners := ""
	if in != "" {
		owners = `"in": ["` + in + `"], `
	}
	return c.must(201, "POST", "/_portico/state/apiconnect."+kind, `{`+owners+`"document": `+document+`}`).get("_id").Str
}

// mail is the activation token in the latest mail to an address.
func (c client) mail(to string) string {
	c.t.Helper()
	link := c.get("/_portico/state/apiconnect.mail").get(`#(to=="` + to + `")#.activation_link|@reverse|0`).Str
	_, token, ok := strings.Cut(link, "?activation=")
	if !ok {
		c.t.Fatalf("no mail to %s", to)
	}
	return token
}

// count is how many documents of a kind there are.
func (c client) count(kind string) int {
	c.t.Helper()
	return int(c.get("/_portico/state").get(`apiconnect\.` + kind).Int())
}

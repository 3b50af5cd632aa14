// Package probe tries a vendor from outside: a client for its tests, which needs no socket, and targets for fuzzing that
// know the vendor by its table alone. It serves tests only.
package probe

import (
	"encoding/base64"
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

// Nowhere is an id that nothing has.
const Nowhere = "00000000-0000-4000-8000-000000000000"

// Start makes an emulator that checks its own replies, at an instant that stays.
func Start(t testing.TB) *emulator.Emulator {
	t.Helper()
	return Configured(t, emulator.Config{})
}

// Configured is Start with other settings. A clock that is set stays as it is.
func Configured(t testing.TB, config emulator.Config) *emulator.Emulator {
	t.Helper()
	config.Prove = true
	if config.Clock.IsZero() {
		config.Clock = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	}
	config.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	e, err := emulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// Client calls an emulator. Copies of it differ in who calls, and share the emulator.
type Client struct {
	T       testing.TB
	Handler http.Handler
	Base    string      // Call puts it before paths
	Media   string      // Content-Type of bodies that Call sends; "": none
	Header  http.Header // of every request
}

// Connect calls an emulator of its own.
func Connect(t testing.TB) Client {
	t.Helper()
	return Client{T: t, Handler: Start(t)}
}

// With is the client with further headers, name by name.
func (c Client) With(headers ...string) Client {
	c.Header = joined(c.Header, headers)
	return c
}

// joined is a copy of a header with further ones, name by name.
func joined(h http.Header, more []string) http.Header {
	out := h.Clone()
	if out == nil {
		out = http.Header{}
	}
	for i := 0; i < len(more); i += 2 {
		out.Set(more[i], more[i+1])
	}
	return out
}

// Bearer is the client with a token, or with no credential if it is "".
func (c Client) Bearer(token string) Client { return c.signed("Bearer "+token, token == "") }

// Basic is the client with a name and a password, or with no credential if the name is "".
func (c Client) Basic(user, password string) Client {
	return c.signed("Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)), user == "")
}

func (c Client) signed(value string, not bool) Client {
	c = c.With("Authorization", value)
	if not {
		c.Header.Del("Authorization")
	}
	return c
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header // named as a client reads them off the wire
	Body   string
}

// Get reads a value of the body.
func (a Answer) Get(path string) gjson.Result { return gjson.Get(a.Body, path) }

// Int reads a whole number of the body.
func (a Answer) Int(path string) int { return int(a.Get(path).Int()) }

// Check compares a value of the body with what it should be.
func (a Answer) Check(t testing.TB, path, want string) {
	t.Helper()
	if got := a.Get(path).String(); got != want {
		t.Errorf("%s: got %s, want %s, of %s", path, got, want, a.Body)
	}
}

// Send sends a request to a path on the emulator, with further headers name by name.
func (c Client) Send(method, path, body string, headers ...string) Answer {
	c.T.Helper()
	var content io.Reader = http.NoBody
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(c.T.Context(), method, path, content)
	r.Header = joined(c.Header, headers)
	if _, given := r.Header["Content-Type"]; body != "" && !given && strings.Contains(path, "/_portico/") {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	c.Handler.ServeHTTP(w, r)
	return answered(w)
}

func answered(w *httptest.ResponseRecorder) Answer {
	header := http.Header{}
	for name, values := range w.Result().Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	return Answer{w.Code, header, w.Body.String()}
}

// Call sends a request with the body's media type. Base goes before the path, unless the path is the admin API's or a
// world's, or has its slash where Base ends in one.
func (c Client) Call(method, path, body string, headers ...string) Answer {
	c.T.Helper()
	if !strings.HasPrefix(path, "/_") && !(strings.HasSuffix(c.Base, "/") && strings.HasPrefix(path, "/")) {
		path = c.Base + path
	}
	if _, given := c.Header["Content-Type"]; body != "" && c.Media != "" && !given {
		c = c.With("Content-Type", c.Media)
	}
	return c.Send(method, path, body, headers...)
}

// Must calls and ends the test unless the answer has that status.
func (c Client) Must(status int, method, path, body string, headers ...string) Answer {
	c.T.Helper()
	a := c.Call(method, path, body, headers...)
	if a.Status != status {
		c.T.Fatalf("%s %s %s: got %d %s, want %d", method, path, body, a.Status, a.Body, status)
	}
	return a
}

// Is calls and says so where the answer has not that status.
func (c Client) Is(status int, method, path, body string, headers ...string) Answer {
	c.T.Helper()
	a := c.Call(method, path, body, headers...)
	if a.Status != status {
		c.T.Errorf("%s %s %s: got %d %s, want %d", method, path, body, a.Status, a.Body, status)
	}
	return a
}

// Get shows what is at a path, which must be there.
func (c Client) Get(path string, headers ...string) Answer {
	c.T.Helper()
	return c.Must(http.StatusOK, "GET", path, "", headers...)
}

// Gone checks that nothing is at the paths any more.
func (c Client) Gone(paths ...string) {
	c.T.Helper()
	for _, p := range paths {
		c.Must(http.StatusNotFound, "GET", p, "")
	}
}

// Born brings a document into the world as no operation of the vendor can, and gives its id. In is the id of its owner;
// "" if it has none.
func (c Client) Born(kind, in, document string) string {
	c.T.Helper()
	owners := ""
	if in != "" {
		owners = `"in": ["` + in + `"], `
	}
	return c.Must(http.StatusCreated, "POST", "/_portico/state/"+kind, `{`+owners+`"document": `+document+`}`).Get("_id").Str
}

// State is the documents of some kinds, or how many there are of each kind if none is named.
func (c Client) State(kinds ...string) string {
	c.T.Helper()
	if len(kinds) == 0 {
		return c.Get("/_portico/state").Body
	}
	var b strings.Builder
	for _, kind := range kinds {
		b.WriteString(c.Get("/_portico/state/" + kind).Body)
	}
	return b.String()
}

// Package client tests a vendor from outside: a client that needs no socket, the recorded conversations, and fuzz targets that
// know the vendor by its table. It serves tests only.
package client

import (
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/golden"
)

// Vendor is what tests must know of a vendor beside its table.
type Vendor struct {
	Table   *api.Vendor
	Base    string                   // Call puts it before paths
	Header  http.Header              // of requests that do not say otherwise: the administrator's credential, the media type of bodies
	Login   func(user string) string // the value of Authorization with which a user calls
	Refused func(Answer) bool        // reports whether a refusal has the vendor's form
	Reason  string                   // gjson path of the reason in a refusal
}

// Golden replays the recorded conversation of every row, each in a world of its own whose clock stands still.
func (v *Vendor) Golden(t *testing.T) {
	t.Helper()
	t.Parallel()
	golden.Run(t, v.ids(), v.Header, func(t testing.TB) http.Handler {
		t.Helper()
		return Start(t, emulator.Config{})
	})
}

func (v *Vendor) ids() []string {
	var out []string
	for i := range v.Table.Operations {
		out = append(out, v.Table.Operations[i].ID)
	}
	return out
}

// Rows returns the operations of the vendor's table for which a function is true; nil: all.
func (v *Vendor) Rows(which func(*api.Operation) bool) []api.Operation {
	var out []api.Operation
	for _, op := range v.Table.Operations {
		if op.Vendor = v.Table; which == nil || which(&op) {
			out = append(out, op)
		}
	}
	return out
}

// Placeholder is a parameter in the path of a row.
var Placeholder = regexp.MustCompile(`\{[^}]*\}`)

// Filled returns the path of a row on the emulator with a value in the place of each parameter.
func Filled(op *api.Operation, value func(name string) string) string {
	return Placeholder.ReplaceAllStringFunc(op.Template(), func(p string) string { return value(strings.Trim(p, "{}")) })
}

// Start makes an emulator that checks its own replies. Its clock stands still, in March 2026 unless the settings say otherwise.
func Start(t testing.TB, config emulator.Config) *emulator.Emulator {
	t.Helper()
	return started(t, config, t.Output())
}

func started(t testing.TB, config emulator.Config, log io.Writer) *emulator.Emulator {
	t.Helper()
	config.Prove = true
	if config.Clock.IsZero() {
		config.Clock = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	}
	config.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError}))
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
	Vendor  *Vendor
	Header  http.Header // of every request
}

// Connect calls an emulator of its own as the vendor's administrator.
func (v *Vendor) Connect(t testing.TB, config emulator.Config) Client {
	t.Helper()
	return v.Over(t, Start(t, config))
}

// Over calls a handler as the vendor's administrator.
func (v *Vendor) Over(t testing.TB, h http.Handler) Client {
	t.Helper()
	return Client{T: t, Handler: h, Vendor: v, Header: http.Header{"Authorization": v.Header["Authorization"]}}
}

// With returns the client with further headers, name by name.
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

// As returns the client of another user, or of nobody if the name is "".
func (c Client) As(user string) Client {
	c.Header = joined(c.Header, nil)
	c.Header.Del("Authorization")
	if user != "" {
		c.Header.Set("Authorization", c.Vendor.Login(user))
	}
	return c
}

// Bearer is the Authorization of a token.
func Bearer(token string) string { return "Bearer " + token }

// Basic is the Authorization of a name and a password.
func Basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header // named as a client reads them off the wire
	Body   string
}

// Get returns a value of the body.
func (a Answer) Get(path string) gjson.Result { return gjson.Get(a.Body, path) }

// Int returns a whole number of the body.
func (a Answer) Int(path string) int { return int(a.Get(path).Int()) }

// Check compares a value of the body with what it should be.
func (a Answer) Check(t testing.TB, path, want string) {
	t.Helper()
	if got := a.Get(path).String(); got != want {
		t.Errorf("%s: got %s, want %s, of %s", path, got, want, a.Body)
	}
}

// Do sends a request.
func (c Client) Do(r *http.Request) Answer {
	w := httptest.NewRecorder()
	c.Handler.ServeHTTP(w, r)
	header := http.Header{}
	for name, values := range w.Result().Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	return Answer{w.Code, header, w.Body.String()}
}

// Send sends a request to a path on the emulator, with further headers name by name. Only the admin API is told the media
// type of a body for which there is no such header.
func (c Client) Send(method, path, body string, headers ...string) Answer {
	c.T.Helper()
	var content io.Reader = http.NoBody
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(c.T.Context(), method, path, content)
	r.Header = joined(c.Header, headers)
	if body != "" && r.Header["Content-Type"] == nil && strings.Contains(path, "/_portico/") {
		r.Header.Set("Content-Type", "application/json")
	}
	return c.Do(r)
}

// Call sends a request with the media type of the vendor's bodies. The vendor's base goes before the path, unless the path is the
// admin API's or a world's, or begins with a slash where the base ends in one.
func (c Client) Call(method, path, body string, headers ...string) Answer {
	c.T.Helper()
	base := c.Vendor.Base
	if !strings.HasPrefix(path, "/_") && !(strings.HasSuffix(base, "/") && strings.HasPrefix(path, "/")) {
		path = base + path
	}
	if media := c.Vendor.Header.Get("Content-Type"); body != "" && media != "" && c.Header["Content-Type"] == nil {
		c = c.With("Content-Type", media)
	}
	return c.Send(method, path, body, headers...)
}

// Is calls and fails the test unless the answer has that status.
func (c Client) Is(status int, method, path, body string, headers ...string) Answer {
	c.T.Helper()
	a := c.Call(method, path, body, headers...)
	if a.Status != status {
		c.T.Errorf("%s %s %s: got %d %s, want %d", method, path, body, a.Status, a.Body, status)
	}
	return a
}

// Must is Is, and ends the test at once if it fails.
func (c Client) Must(status int, method, path, body string, headers ...string) Answer {
	c.T.Helper()
	a := c.Is(status, method, path, body, headers...)
	if a.Status != status {
		c.T.FailNow()
	}
	return a
}

// Refused calls and fails the test unless the vendor refuses in its own form, with that status and for that reason (any if it
// is ""), and nothing has changed.
func (c Client) Refused(status int, reason, method, path, body string, headers ...string) Answer {
	c.T.Helper()
	before := c.Changes()
	a := c.Is(status, method, path, body, headers...)
	if !c.Vendor.Refused(a) || reason != "" && a.Get(c.Vendor.Reason).String() != reason {
		c.T.Errorf("%s %s %s: got %d %s, want it refused for %q", method, path, body, a.Status, a.Body, reason)
	}
	if after := c.Changes(); after != before {
		c.T.Errorf("%s %s was refused: got the changes %s, want %s", method, path, after, before)
	}
	return a
}

// Get returns what is at a path, which must be there.
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

// stored is the path of the documents of a kind, which is the vendor's own if it names none.
func (c Client) stored(kind string) string {
	if !strings.Contains(kind, ".") {
		kind = c.Vendor.Table.Name + "." + kind
	}
	return "/_portico/state/" + kind
}

// Add creates a document as no operation of the vendor can, and returns its id. In is the id of its owner, "" if it has none.
func (c Client) Add(kind, in, document string) string {
	c.T.Helper()
	owners := ""
	if in != "" {
		owners = `"in": ["` + in + `"], `
	}
	return c.Must(http.StatusCreated, "POST", c.stored(kind), `{`+owners+`"document": `+document+`}`).Get("_id").Str
}

// Change changes members of a document as no operation of the vendor can.
func (c Client) Change(kind, id, members string) {
	c.T.Helper()
	c.Must(http.StatusOK, "PATCH", c.stored(kind)+"/"+id, members)
}

// Remove deletes a document as no operation of the vendor can.
func (c Client) Remove(kind, id string) {
	c.T.Helper()
	c.Must(http.StatusNoContent, "DELETE", c.stored(kind)+"/"+id, "")
}

// State returns the documents of a kind.
func (c Client) State(kind string) Answer {
	c.T.Helper()
	return c.Get(c.stored(kind))
}

// Changes returns what differs from the world as it was created.
func (c Client) Changes() string {
	c.T.Helper()
	return c.Get("/_portico/diff").Body
}

package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	worldHeader = "Portico-World"
	worldPrefix = "/_world/"
	adminPrefix = "/_portico"
)

// line carries a client's requests to its world, unless their URL or a header names another, and records those that change
// the world through the admin API.
type line struct{ p *Portico }

// RoundTrip sends a request.
func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	p := l.p
	if p.host.emulator == nil && realHost(r.URL.Hostname()) && !p.host.at(r.URL) {
		p.t.Helper()
		return nil, refuseReal(p.t, r.URL)
	}
	path, mine := p.within(r)
	if mine && p.world != "" && !strings.HasPrefix(r.URL.Path, worldPrefix) && r.Header.Get(worldHeader) == "" {
		r = r.Clone(r.Context())
		if r.Header == nil {
			r.Header = http.Header{}
		}
		r.Header.Set(worldHeader, p.world)
	}
	if path, ok := strings.CutPrefix(path, adminPrefix); ok && mine && changes(r.Method, path) {
		return p.act(r, path)
	}
	return p.host.trip.RoundTrip(r)
}

// at reports whether a URL leads to the emulator, whatever its host is called.
func (h *host) at(u *url.URL) bool {
	own, err := url.Parse(h.url)
	return err == nil && own.Host == u.Host
}

// within is the escaped path of a request without the prefix of a world, and whether it is about this world.
func (p *Portico) within(r *http.Request) (path string, mine bool) {
	world := r.Header.Get(worldHeader)
	path = r.URL.EscapedPath()
	if rest, ok := strings.CutPrefix(path, worldPrefix); ok {
		world, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	return path, world == "" || world == p.world || p.world == "" && world == "default"
}

// changes reports whether a call of the admin API changes its world.
func changes(method, path string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return path != "/requests/verify" && path != "/redact" && path != "/worlds"
}

// answer is an answer that was read.
type answer struct {
	status int
	body   []byte
}

// problem is what an answer complains of.
func (a answer) problem() string {
	var e struct{ Error struct{ Message string } }
	if json.Unmarshal(a.body, &e) == nil && e.Error.Message != "" {
		return e.Error.Message
	}
	return fmt.Sprintf("%d %s: %s", a.status, http.StatusText(a.status), a.body)
}

// send sends a request to this world and reads the answer.
func (p *Portico) send(method, path, authorization string, body any) (answer, error) {
	r, err := p.request(method, path, authorization, body)
	if err != nil {
		return answer{}, err
	}
	return read(p.host.trip.RoundTrip(r))
}

func read(r *http.Response, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	return answer{r.StatusCode, data}, err
}

func (p *Portico) request(method, path, authorization string, body any) (*http.Request, error) {
	var send io.Reader = http.NoBody
	if body != nil {
		data, err := encoded(body)
		if err != nil {
			return nil, err
		}
		send = bytes.NewReader(data)
	}
	r, err := http.NewRequest(method, p.host.root()+path, send) //nolint:noctx,gosec // ends with the emulator, which the test names
	if err != nil {
		return nil, err
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if p.world != "" && !strings.HasPrefix(path, worldPrefix) {
		r.Header.Set(worldHeader, p.world)
	}
	return r, nil
}

func (p *Portico) bearer() string {
	if p.host.token == "" {
		return ""
	}
	return "Bearer " + p.host.token
}

// ask calls the admin API for the testkit's own sake: it is not recorded.
func (p *Portico) ask(method, path string, body any) (answer, error) {
	return p.send(method, adminPrefix+path, p.bearer(), body)
}

// get asks for something and decodes it.
func (p *Portico) get(path string, into any) error {
	a, err := p.ask(http.MethodGet, path, nil)
	switch {
	case err != nil:
		return err
	case a.status >= http.StatusBadRequest:
		return fmt.Errorf("GET %s%s: %s", adminPrefix, path, a.problem())
	}
	return json.Unmarshal(a.body, into)
}

// admin calls the admin API as the test wants it and fails the test unless that succeeds.
func (p *Portico) admin(t TB, method, path string, body, into any) {
	t.Helper()
	r, err := p.request(method, adminPrefix+path, p.bearer(), body)
	if err != nil {
		t.Fatalf("portico: %s %s: %v", method, path, err)
	}
	a, err := read(line{p}.RoundTrip(r))
	if err != nil {
		t.Fatalf("portico: %s %s: %v", method, path, err)
	}
	if a.status >= http.StatusBadRequest {
		t.Fatalf("portico: %s /_portico%s: %d %s: %s", method, path, a.status, http.StatusText(a.status), a.body)
	}
	if into != nil {
		if err := json.Unmarshal(a.body, into); err != nil {
			t.Fatalf("portico: %s %s: %v", method, path, err)
		}
	}
}

// text is a body that is sent as it is.
type text []byte

func encoded(body any) ([]byte, error) {
	switch b := body.(type) {
	case text:
		return b, nil
	case json.RawMessage:
		return b, nil
	}
	return json.Marshal(body)
}

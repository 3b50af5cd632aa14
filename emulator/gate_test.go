package emulator_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

// huge is a length that no body here has: of a request that announces it, nothing but the head is sent.
const huge = 255 << 20

// head sends the head of a request, with headers "Name: value", over a connection of its own, and reads the answer.
func head(t *testing.T, address, method, target, host string, length int, headers ...string) *http.Response {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil { // whoever waits for the body waits for ever
		t.Fatal(err)
	}
	lines := append([]string{method + " " + target + " HTTP/1.1", "Host: " + host}, headers...)
	if length > 0 {
		lines = append(lines, fmt.Sprintf("Content-Length: %d", length), "Content-Type: application/json")
	}
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

var inBraces = regexp.MustCompile(`\{[^}]*\}`)

// Every route of the admin API refuses every way in that lacks the token, or comes from a foreign host or page, with one
// answer, before it reads a byte of the body, and changes nothing. Paths, methods and worlds that there are not answer alike.
func TestAdminGate(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{AdminToken: "s3cret", Clock: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)})
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	address := s.Listener.Addr().String()
	const token = "Authorization: Bearer s3cret"
	world := func() string {
		return ask(t, e, "GET", "/_portico/export", "", token).Body.String() + ask(t, e, "GET", "/_portico/worlds", "", token).Body.String() +
			ask(t, e, "GET", "/_portico/faults", "", token).Body.String() + ask(t, e, "GET", "/_portico/snapshots", "", token).Body.String()
	}
	ask(t, e, "PUT", "/_portico/snapshots/default", "", token)
	before := world()

	type route struct{ method, path string }
	routes := []route{{"GET", "/_portico/nothing"}, {"PATCH", "/_portico/health"}, {"BREW", "/_portico"}, {"POST", "/_portico/worlds/x/y/z"}}
	p, err := emulator.Plan()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range p.Vendor("portico").Operations {
		if op.ID == "get-health" {
			continue
		}
		path := strings.NewReplacer("{kind}", "konnect.portal", "{id}", portalA, "{vendor}", "konnect").Replace(op.Template())
		routes = append(routes, route{op.Method, inBraces.ReplaceAllString(path, "default")})
	}
	// Ways of writing the same path. With the token, those that do not lead to the route are refused, too.
	spellings := map[string]func(path string) string{
		"plain":                       func(p string) string { return p },
		"a slash at the end":          func(p string) string { return p + "/" },
		"a world":                     func(p string) string { return "/_world/default" + p },
		"a world that there is not":   func(p string) string { return "/_world/nowhere" + p },
		"a doubled slash":             func(p string) string { return "/" + p },
		"a doubled slash in a world":  func(p string) string { return "/_world/default/" + p },
		"a doubled slash in the path": func(p string) string { return strings.Replace(p, "/_portico", "/_portico/", 1) },
		"encoded letters":             func(p string) string { return strings.Replace(p, "_portico", "%5Fp%6frtico", 1) },
	}
	for _, r := range routes {
		for name, spelled := range spellings {
			target := spelled(r.path)
			refused := func(how string, want int, method, host string, headers ...string) {
				t.Helper()
				length := 0
				if method != http.MethodGet && method != http.MethodHead {
					length = huge
				}
				a := head(t, address, method, target, host, length, headers...)
				if a.StatusCode != want {
					t.Errorf("%s %s, %s, %s: got %s, want %d", method, target, name, how, a.Status, want)
				}
				_ = a.Body.Close()
			}
			refused("no token", 401, r.method, address)
			refused("another token", 401, r.method, address, "Authorization: Bearer s3cre")
			refused("the token as a password", 401, r.method, address, "Authorization: Basic s3cret")
			refused("a foreign host", 403, r.method, "evil.example", token)
			refused("a host that leads here", 403, r.method, "127.0.0.1.evil.example:80", token)
			if r.method == http.MethodGet {
				refused("HEAD without a token", 401, http.MethodHead, address)
				continue
			}
			refused("a foreign page", 403, r.method, address, token, "Origin: http://evil.example")
			refused("another site", 403, r.method, address, token, "Sec-Fetch-Site: cross-site")
		}
	}
	if got := world(); got != before {
		t.Error("what was refused has changed the emulator")
	}
}

// Who is refused by the head of a call has the answer before the body comes, in every vendor's words.
func TestHeadsDecide(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Strict: true})
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	address := s.Listener.Addr().String()
	operations, err := emulator.Operations("")
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]int{}
	for _, op := range operations {
		if op.Method == http.MethodGet {
			continue
		}
		want := ask(t, e, op.Method, inBraces.ReplaceAllString(op.Path, "x"), "").Code
		if want != http.StatusUnauthorized && want != http.StatusForbidden {
			continue // anybody may call it
		}
		refused[op.Vendor]++
		a := head(t, address, op.Method, inBraces.ReplaceAllString(op.Path, "x"), address, huge)
		if a.StatusCode != want {
			t.Errorf("%s %s: got %s, want %d", op.Method, op.Path, a.Status, want)
		}
	}
	for _, v := range []string{"konnect", "axway", "apiconnect", "experience-hub", "exchange"} {
		if refused[v] == 0 {
			t.Errorf("%s: no call was refused", v)
		}
	}
	for _, tt := range []struct {
		name, target string
		length, want int
		headers      []string
	}{
		{"a small body that does not come", "/v2/portals", 10, 401, nil},
		{"a body that is too large", "/v2/portals", huge, 413, []string{asAdmin}},
		{"another media type", "/consumer-api/orgs", huge, 401, nil},
		{"a path that there is not", "/v2/portal", huge, 404, nil},
		{"a path of no vendor", "/v3/portals", huge, 404, nil},
		{"a world that there is not", "/_world/nowhere/v2/portals", huge, 404, nil},
		{"who waits for the word to send", "/v2/portals", huge, 401, []string{"Expect: 100-continue"}},
	} {
		if a := head(t, address, "POST", tt.target, address, tt.length, tt.headers...); a.StatusCode != tt.want {
			t.Errorf("%s: got %s, want %d", tt.name, a.Status, tt.want)
		}
	}
}

// A client that has sent its whole body before it reads sees the refusal, and its connection serves on.
func TestRefusedBodiesAreRead(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(start(t, emulator.Config{Strict: true}))
	defer s.Close()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for range 3 {
		if _, err := conn.Write(message("POST", "/v2/portals", "Authorization: Bearer unknown", strings.Repeat("x", 1<<20))); err != nil {
			t.Fatal(err)
		}
		a, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, a.Body); err != nil || a.StatusCode != http.StatusUnauthorized {
			t.Fatalf("got %s, %v, want 401", a.Status, err)
		}
		_ = a.Body.Close()
	}
}

// The journal shows the body of a refused call, although nobody looked at it: a small one, that was there.
func TestRefusedBodyInJournal(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Strict: true})
	s := httptest.NewServer(e)
	defer s.Close()
	for _, path := range []string{"/v2/portals", "/v2/nothing"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, strings.NewReader(`{"name":"Guests"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
		if got := ask(t, e, "GET", "/_portico/requests/"+a.Header.Get("Portico-Request"), "").Body.String(); !strings.Contains(got, `"body":{"name":"Guests"}`) {
			t.Errorf("%s: got %s, want the body in it", path, got)
		}
	}
}

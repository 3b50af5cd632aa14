package emulator_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
)

// What is too much is refused in the vendor's words, over a real socket, and the connection serves on.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(start(t, emulator.Config{Prove: true}))
	defer s.Close()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		detail                   string
	}{
		{"a body of 5 MiB", "POST", "/v2/portals", `{"name":"` + strings.Repeat("x", 5<<20) + `"}`, 413, "request entity too large"},
		{"the next on the connection", "GET", "/v2/portals/" + portalA, "", 200, ""},
		{"images of 2 MiB", "PATCH", "/v2/portals/" + portalA + "/appearance", `{"images":{"logo":{"data":"data:image/png;base64,` + strings.Repeat("AAAA", 1<<19) + `"}}}`, 200, ""},
		{"a URL of 20 KiB", "GET", "/v2/portals?filter[name]=" + strings.Repeat("x", 20<<10), "", 414, "URI Too Long"},
		{"65 levels", "PUT", "/v2/portals/" + portalA + "/customization", strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), 400, "Could not parse request body"},
		{"64 levels", "PUT", "/v2/portals/" + portalA + "/customization", strings.Repeat(`{"a":`, 64) + "1" + strings.Repeat("}", 64), 200, ""},
		{"a million levels", "PUT", "/v2/portals/" + portalA + "/customization", strings.Repeat("[", 1_000_000), 400, "Could not parse request body"},
		{"no UTF-8", "POST", "/v2/portals", "{\"name\":\"\xff\"}", 400, "Could not parse request body"},
		{"a number out of range", "PUT", "/v2/portals/" + portalA + "/customization", `{"n":1e999}`, 400, "Could not parse request body"},
	} {
		if _, err := conn.Write(message(tt.method, tt.path, bearer, tt.body)); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := gjson.GetBytes(body, "detail").Str; res.StatusCode != tt.status || got != tt.detail {
			t.Errorf("%s: got %d %.200s, want %d %q", tt.name, res.StatusCode, body, tt.status, tt.detail)
		}
	}
}

// Headers beyond 64 KiB are refused before anybody reads them.
func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	var c net.ListenConfig
	l, err := c.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- e.Serve(t.Context(), l) }()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/v2/portals", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		r.Header.Set(fmt.Sprintf("X-Big-%d", i), strings.Repeat("x", 4<<10))
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %s, want 431", res.Status)
	}
}

package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
)

// What many keys cost grows as their number does, for everybody who can send some, over a real socket. No other test of the
// package runs meanwhile.
func TestManyKeys(t *testing.T) {
	s := httptest.NewServer(start(t, emulator.Config{}))
	defer s.Close()
	yaml := func(n int) string { return keys(n, "%x:\n") }
	json := func(n int) string { return "{" + keys(n, `"%x":1,`) + `"-":1}` }
	twins := func(n int) string { return "{" + keys(n, `"%x":1,`) + `"0":1}` }
	for _, c := range []struct {
		name, method, path, media string
		body                      func(n int) string
		status                    int
	}{
		{"a vendor's body of nobody", "POST", "/consumer-api/orgs", "application/yaml", yaml, 401},
		{"a vendor's body", "POST", "/consumer-api/orgs", "application/yaml", yaml, 400},
		{"a fault rule", "POST", "/_portico/faults", "application/yaml", yaml, 400},
		{"a scenario", "PUT", "/_portico/scenarios/x", "application/yaml", yaml, 400},
		{"an import", "POST", "/_portico/import", "application/yaml", yaml, 400},
		{"a merge", "POST", "/_portico/import", "application/yaml", func(n int) string {
			return "documents: &a\n" + keys(n/2, "  k%x:\n") + "clock:\n  <<: *a\n" + keys(n/2, "  %x:\n")
		}, 400},
		{"a step", "PUT", "/_portico/scenarios/x", "application/yaml", func(n int) string {
			return "name: x\nsummary: many\nsteps:\n- on: konnect.create-portal\n  then:\n  - set:\n      kind: konnect.customization\n      where:\n" + keys(n/2, "        k%x: 1\n") +
				"      document:\n" + keys(n/2, "        d%x: 1\n")
		}, 400},
		{"a name twice", "POST", "/v2/portals", "application/json", twins, 400},
		{"a document", "PATCH", "/_portico/state/konnect.portal/" + portalA, "application/json", twins, 400},
		{"a document that takes all", "PATCH", "/v2/portals/" + portalA + "/customization", "application/json", json, 200},
	} {
		heap.Linear(t, c.name, 1500, func(n int) {
			body := c.body(n)
			for range 2 { // the second time, what it says is there
				r, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+c.path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", c.media)
				switch {
				case c.status == http.StatusUnauthorized:
				case strings.HasPrefix(c.path, "/consumer-api/"):
					r.Header.Set("Authorization", "Bearer portico-owner")
				case strings.HasPrefix(c.path, "/v2/"):
					r.Header.Set("Authorization", strings.TrimPrefix(bearer, "Authorization: "))
				}
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				answer, err := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if err != nil || res.StatusCode != c.status {
					t.Errorf("%s: got %d %.200s %v, want %d", c.name, res.StatusCode, answer, err, c.status)
				}
			}
		})
	}
}

func keys(n int, form string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, form, i)
	}
	return b.String()
}

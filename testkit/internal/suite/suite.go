// Package suite is the bodies of tests that every way of having a portico has to pass: in the test's process, as a command
// that runs beside it, and in a container. They know of no way, only of the testkit.
package suite

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// Run lets all bodies play on an emulator, each in a world of its own, at the same time. The emulator has to be as
// `portico serve` is without a flag.
func Run(t *testing.T, p *testkit.Portico) {
	t.Helper()
	for name, body := range map[string]func(*testing.T, *testkit.Portico){
		"konnect": konnect, "axway": axway, "apiconnect": apiconnect, "experience hub": experienceHub, "exchange": exchange,
		"refusals": refusals, "lost answers": lostAnswers, "wire": wire, "gateway": gateway,
		"clock": clock, "snapshots": snapshots, "exports": exports, "scenario": scenario, "own scenario": ownScenario,
		"worlds": worlds, "links": links,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body(t, p)
		})
	}
}

// instant is where worlds' clocks stand that must stand still.
var instant = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// client is a vendor's client in a world.
type client struct {
	t      *testing.T
	w      *testkit.Portico
	http   *http.Client
	vendor string
	auth   string
}

// as is a client with the credential of that name.
func as(t *testing.T, w *testkit.Portico, vendor, name string) *client {
	t.Helper()
	return &client{t, w, w.Client(), vendor, w.Header(vendor, name)}
}

// answer is what a client sees.
type answer struct {
	status int
	header http.Header
	body   string
	err    error // of the request, or of reading the answer
}

func (a answer) String() string { return fmt.Sprintf("%d %s %v", a.status, a.body, a.err) }

// into decodes the body.
func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
}

// do sends a request; the path begins behind the vendor's base.
func (c *client) do(method, path, body string) answer {
	c.t.Helper()
	return c.within(c.t.Context(), method, path, body)
}

func (c *client) within(ctx context.Context, method, path, body string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, c.w.Base(c.vendor)+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", c.auth)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(data), err}
}

// want fails the test unless the answer has a status, and gives the answer.
func (c *client) want(status int, method, path, body string) answer {
	c.t.Helper()
	a := c.do(method, path, body)
	if a.err != nil || a.status != status {
		c.t.Fatalf("%s %s %s: got %s, want %d", method, path, body, a, status)
	}
	return a
}

// create sends what a vendor answers with 201, and gives the id.
func (c *client) create(path, body string) string {
	c.t.Helper()
	var made struct{ ID string }
	c.want(http.StatusCreated, http.MethodPost, path, body).into(c.t, &made)
	if made.ID == "" {
		c.t.Fatalf("POST %s: no id", path)
	}
	return made.ID
}

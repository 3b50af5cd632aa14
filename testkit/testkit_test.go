package testkit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

const portalA = "9f9fd312-a987-4628-b4c5-bb4f4fddd5f7"

// call sends a request as the administrator of Konnect and gives status and body.
func call(t *testing.T, c *http.Client, header, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", header)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(data)
}

// The same requests are answered alike without a socket, over one, and by an emulator that runs elsewhere.
func TestModesAnswerAlike(t *testing.T) {
	t.Parallel()
	at := testkit.Clock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	server := testkit.Start(t, at)
	admin := server.Header("konnect", "admin")
	type mode struct {
		client *http.Client
		base   string
	}
	modes := map[string]mode{}
	memory := testkit.Start(t, at).World(t)
	modes["memory"] = mode{memory.Client(), memory.Base("konnect")}
	socket := testkit.Start(t, at).World(t)
	modes["socket"] = mode{http.DefaultClient, socket.URL("konnect")}
	remote := testkit.At(t, strings.TrimSuffix(server.URL("konnect"), "/v2")).World(t)
	modes["remote"] = mode{remote.Client(), remote.URL("konnect")}
	var first string
	for name, m := range modes {
		var all strings.Builder
		for _, x := range [][3]string{
			{"GET", "/portals", ""},
			{"POST", "/portals", `{"name":"New"}`},
			{"POST", "/portals", `{"name":"New"}`},
			{"POST", "/portals", `{`},
			{"DELETE", "/portals/" + portalA + "?force=true", ""},
			{"GET", "/portals/" + portalA, ""},
			{"HEAD", "/portals", ""},
			{"GET", "/portals/" + portalA + "/appearance/logo", ""},
		} {
			status, body := call(t, m.client, admin, x[0], m.base+x[1], x[2])
			fmt.Fprintln(&all, x[0], x[1], status, body)
		}
		if first == "" {
			first = all.String()
		}
		if got := all.String(); got != first {
			t.Errorf("%s answers\n%s\nanother mode\n%s", name, got, first)
		}
	}
	if !strings.Contains(first, "POST /portals 409") {
		t.Errorf("got %s", first)
	}
}

// 500 tests at once, each in its own world with its own clock, see nothing of each other.
func TestWorldsAreApart(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t)
	for i := range 500 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			at := time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC)
			w := p.World(t, testkit.Clock(at))
			before := len(w.Documents("konnect.portal"))
			name := fmt.Sprintf("Portal of %d", i)
			d := w.Put("konnect.portal", map[string]any{"name": name})
			dev := w.Put("konnect.developer", map[string]string{"email": "a@b.example", "full_name": "A B"}, testkit.In(d.ID))
			w.Advance(time.Duration(i) * time.Hour)
			if got, want := w.Now(), at.Add(time.Duration(i)*time.Hour); !got.Equal(want) {
				t.Errorf("clock: got %s, want %s", got, want)
			}
			status, body := call(t, w.Client(), w.Header("konnect", "admin"), "GET", w.Base("konnect")+"/portals?filter[name][contains]=Portal+of", "")
			var list struct {
				Data []struct {
					Name           string
					DeveloperCount int `json:"developer_count"`
				}
			}
			if err := json.Unmarshal([]byte(body), &list); err != nil || status != 200 {
				t.Fatalf("got %d %s", status, body)
			}
			if len(list.Data) != 1 || list.Data[0].Name != name || list.Data[0].DeveloperCount != 1 || dev.In[0] != d.ID {
				t.Errorf("got %s, want only %q with a developer", body, name)
			}
			w.Reset()
			if after := len(w.Documents("konnect.portal")); after != before {
				t.Errorf("portals after a reset: got %d, want %d", after, before)
			}
		})
	}
}

// A client that retries after 30 s and then waits 10 min runs in no time, and nothing is left running.
func TestInsideABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := testkit.Start(t)
		w := p.World(t)
		client, base, admin := w.Client(), w.Base("konnect"), w.Header("konnect", "admin")
		began := time.Now()
		status, _ := call(t, client, admin, "GET", base+"/portals/"+portalA+"/audit-log-replay-job", "")
		if status != 200 {
			t.Fatalf("got %d", status)
		}
		put := fmt.Sprintf(`{"start_at":%q,"end_at":%q}`, began.Add(-time.Hour).UTC().Format(time.RFC3339), began.UTC().Format(time.RFC3339))
		if status, body := call(t, client, admin, "PUT", base+"/portals/"+portalA+"/audit-log-replay-job", put); status != 202 {
			t.Fatalf("got %d %s", status, body)
		}
		<-time.After(30 * time.Second) // the client's back-off, in the bubble's time
		status, body := call(t, client, admin, "PUT", base+"/portals/"+portalA+"/audit-log-replay-job", put)
		if status != 409 {
			t.Errorf("while the job runs: got %d %s, want 409", status, body)
		}
		<-time.After(10 * time.Minute)
		if _, body := call(t, client, admin, "GET", base+"/portals/"+portalA+"/audit-log-replay-job", ""); !strings.Contains(body, `"completed"`) {
			t.Errorf("ten minutes later: got %s, want completed", body)
		}
		if took := time.Since(began); took != 10*time.Minute+30*time.Second {
			t.Errorf("the bubble's time: got %s", took)
		}
	})
}

func TestClientGoesAway(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Base("konnect")+"/portals", nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := p.Client().Do(r); !errors.Is(err, context.Canceled) {
		if err == nil {
			res.Body.Close()
		}
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// Mistakes fail the test with a line that says what to do.
func TestMistakes(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t)
	for want, do := range map[string]func(*recorder, *testkit.Portico){
		`no vendor "kong": there are konnect`: func(_ *recorder, p *testkit.Portico) { p.URL("kong") },
		`no credential "root" of konnect: there are [admin viewer automation nobody expired revoked]`: func(_ *recorder, p *testkit.Portico) {
			p.Token("konnect", "root")
		},
		`did you mean \"konnect.portal\"?`: func(_ *recorder, p *testkit.Portico) { p.Put("konnect.portla", map[string]string{}) },
		`document.name`:                    func(_ *recorder, p *testkit.Portico) { p.Put("konnect.portal", map[string]string{}) },
		`no fixture "tiny"`:                func(r *recorder, _ *testkit.Portico) { testkit.Start(r, testkit.Fixture("tiny")) },
		`connect: connection refused`:      func(r *recorder, _ *testkit.Portico) { testkit.At(r, "http://127.0.0.1:1") },
	} {
		r := record(t, func(r *recorder) { do(r, p.World(r)) })
		if said := r.said(); strings.Contains(said, "\nportico:") || !strings.Contains(said, want) {
			t.Errorf("got %q, want %q", said, want)
		}
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, testkit.Strict())
	if got := p.Header("konnect", "admin"); got != "Bearer "+p.Token("konnect", "admin") {
		t.Errorf("header: got %q", got)
	}
	for name, want := range map[string]int{"admin": 200, "viewer": 200, "nobody": 403, "expired": 401} {
		if got, body := call(t, p.Client(), p.Header("konnect", name), "GET", p.Base("konnect")+"/portals", ""); got != want {
			t.Errorf("%s: got %d %s, want %d", name, got, body, want)
		}
	}
	if got, _ := call(t, p.Client(), "Bearer made-up", "GET", p.Base("konnect")+"/portals", ""); got != 401 {
		t.Errorf("a token that nobody knows: got %d, want 401", got)
	}
}

// What the handler sends piece by piece arrives piece by piece, and large bodies whole.
func TestLargeAnswers(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, testkit.Fixture("large")).World(t)
	_, body := call(t, w.Client(), w.Header("konnect", "admin"), "GET", "http://anywhere/_portico/state/konnect.developer", "")
	if len(body) < 1_000_000 || !json.Valid([]byte(body)) {
		t.Errorf("got %d bytes", len(body))
	}
	var b bytes.Buffer
	for _, d := range w.Documents("konnect.team") {
		b.Write(d.JSON)
	}
	if b.Len() == 0 {
		t.Error("no teams")
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		testkit.Start(b)
	}
}

// BenchmarkWorld makes a world and deletes it.
func BenchmarkWorld(b *testing.B) {
	p := testkit.Start(b)
	b.ReportAllocs()
	for b.Loop() {
		test := brief{TB: b}
		p.World(&test)
		test.end()
	}
}

// brief is a test that ends when it is told to.
type brief struct {
	testing.TB
	end func()
}

func (t *brief) Cleanup(f func()) { t.end = f }

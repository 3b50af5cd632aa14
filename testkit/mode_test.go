package testkit_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/testkit"
	"github.com/portico-emulator/portico/testkit/internal/setup"
)

// The environment says where tests find their emulator.
func TestMode(t *testing.T) {
	e, err := emulator.New(emulator.Config{AdminToken: "open sesame"})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	const driver = `import _ "github.com/portico-emulator/portico/testkit/container"`
	for name, tt := range map[string]struct {
		mode, token string
		opts        []testkit.Option
		want        string // what the test fails with
		url         string // beginning of a URL, if it does not
	}{
		"unset":         {"", "", nil, "", "http://127.0.0.1:"},
		"in process":    {"inproc", "", nil, "", "http://127.0.0.1:"},
		"a URL":         {s.URL + "/", "open sesame", []testkit.Option{testkit.Seed(7), still, testkit.Scenario("lost-create-response"), testkit.AllowUnusedFaults()}, "does not hold", s.URL + "/_world/"},
		"no token":      {s.URL, "", nil, "401 Unauthorized", ""},
		"a wrong URL":   {"http://127.0.0.1:1", "", nil, "connection refused", ""},
		"strict":        {s.URL, "open sesame", []testkit.Option{testkit.Strict()}, "start it with --auth strict", ""},
		"a file":        {s.URL, "open sesame", []testkit.Option{testkit.Fixture("mine.yaml")}, `no fixture \"mine.yaml\"`, ""},
		"prove":         {s.URL, "open sesame", []testkit.Option{testkit.Prove()}, "Prove cannot be given", ""},
		"no driver":     {"container", "", nil, `PORTICO_MODE=container needs a package that this test does not import; add: ` + driver, ""},
		"a wrong word":  {"inprocess", "", nil, `PORTICO_MODE=inprocess: want inproc, a URL such as http://127.0.0.1:4780, elsewhere, container (with ` + driver + `)`, ""},
		"a driver's":    {"elsewhere", "", []testkit.Option{testkit.Seed(9), testkit.Fixture("empty"), testkit.Strict(), still, testkit.AdminToken("x")}, "", "http://127.0.0.1:"},
		"a mere scheme": {"http:///v2", "", nil, "PORTICO_MODE=http:///v2: want inproc", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PORTICO_MODE", tt.mode)
			t.Setenv("PORTICO_ADMIN_TOKEN", tt.token)
			var url string
			r := record(t, func(r *recorder) {
				p := testkit.Start(r, tt.opts...)
				url = p.URL("konnect")
				if w := p.World(r); w.URL("konnect") == url || p.Documents("konnect.portal") == nil {
					r.Errorf("%s is not apart from %s", w.URL("konnect"), url)
				}
			})
			if got := r.said(); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if !strings.HasPrefix(url, tt.url) {
				t.Errorf("got %s, want %s…", url, tt.url)
			}
		})
	}
	if _, body := call(t, http.DefaultClient, "Bearer open sesame", "GET", s.URL+"/_portico/worlds", ""); strings.Count(body, `"name":`) != 1 {
		t.Errorf("left are %s, want the default world", body)
	}
}

// A world on an emulator that runs elsewhere is as the options of Start say, and so are the worlds beside it.
func TestOptionsElsewhere(t *testing.T) {
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	t.Setenv("PORTICO_MODE", s.URL)
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	p := testkit.Start(t, testkit.Fixture("empty"), testkit.Clock(at))
	w := p.World(t)
	for _, one := range []*testkit.Portico{p, w} {
		if n := one.Count("konnect.portal"); n != 0 || !one.Now().Equal(at) {
			t.Errorf("got %d portals at %s, want none at %s", n, one.Now(), at)
		}
	}
	p.Put("konnect.portal", map[string]string{"name": "Mine"})
	if n := w.Count("konnect.portal"); n != 0 {
		t.Errorf("the other world has %d portals", n)
	}
}

// What a driver is given is what the options say.
func TestSettings(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got := setup.Of(testkit.Seed(9), testkit.Fixture(file), testkit.Strict(), still, testkit.AdminToken("x"), testkit.Scenario("a"), testkit.Scenario("b")).Environment()
	want := map[string]string{
		"PORTICO_SEED": "9", "PORTICO_FIXTURE": file, "PORTICO_CLOCK": "2026-03-01T09:00:00Z", "PORTICO_AUTH": "strict", "PORTICO_ADMIN_TOKEN": "x",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if got := (setup.Settings{}).Environment(); len(got) != 0 {
		t.Errorf("of nothing: got %v", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a mode was registered twice")
		}
	}()
	setup.Register("elsewhere", elsewhere)
}

func init() { setup.Register("elsewhere", elsewhere) }

// elsewhere is a driver as another package would bring it: it starts an emulator with the settings, and gives it over.
func elsewhere(t setup.TB, s setup.Settings) string {
	t.Helper()
	e, err := emulator.New(emulator.Config{Seed: s.Seed, Fixture: s.Fixture, Clock: s.Clock, Strict: s.Strict, AdminToken: s.AdminToken})
	if err != nil {
		t.Fatalf("%v", err)
	}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return server.URL
}

package suite

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// Start begins an emulator for a test with options, and lets it end with the test.
type Start func(t *testing.T, opts ...testkit.Option) *testkit.Portico

const fixture = `
documents:
  - kind: konnect.portal
    document: {name: Mine, auto_approve_developers: true}
    has:
      - {kind: konnect.developer, count: 3, document: {full_name: "{name}", email: "dev{number:10000,99999}@example.com"}}
`

// Options reports whether an emulator obeys the options that it is begun with.
func Options(t *testing.T, start Start) {
	t.Helper()
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		p := start(t, testkit.Seed(7), testkit.Clock(instant), testkit.Fixture(write(t, "mine.yaml", fixture)),
			testkit.Strict(), testkit.AdminToken("s3cret"))
		if got := p.Now(); !got.Equal(instant) {
			t.Errorf("clock: got %s, want %s", got, instant)
		}
		var first []string
		for _, w := range []*testkit.Portico{p, p.World(t), p.World(t, testkit.Seed(8))} {
			if p, d := w.Count("konnect.portal"), w.Count("konnect.developer"); p != 1 || d != 3 {
				t.Errorf("fixture: got %d portals, %d developers, want 1 and 3", p, d)
			}
			first = append(first, string(w.Documents("konnect.developer")[0].JSON))
		}
		if first[0] != first[1] || first[0] == first[2] {
			t.Errorf("seed: got %q, want the first two alike and the third not", first)
		}
		unknown := &client{t, p, p.Client(), "konnect", "Bearer kpat_nobody-knows-this"}
		if a := unknown.do("GET", "/portals", ""); a.status != http.StatusUnauthorized {
			t.Errorf("strict: got %s, want 401", a)
		}
		root := strings.TrimSuffix(p.URL("konnect"), "/v2")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, root+"/_portico/worlds", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("admin token: got %s without it, want 401", res.Status)
		}
	})
	t.Run("scenarios", func(t *testing.T) {
		t.Parallel()
		p := start(t, testkit.Scenario(write(t, "approval.yaml", script)))
		admin := as(t, p, "konnect", "admin")
		admin.want(http.StatusServiceUnavailable, "GET", "/portals", "")
		p.Advance(time.Hour)
		admin.want(http.StatusOK, "GET", "/portals", "")
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		made := &client{t, p, p.Client(), "konnect", "Bearer kpat_made-up"}
		made.want(http.StatusOK, "GET", "/portals", "")
		if time.Since(p.Now()).Abs() > time.Hour {
			t.Errorf("got %s, want the time of day", p.Now())
		}
	})
}

// Transcript plays the same requests in a world of its own, and tells all that was answered, less where the emulator is.
// Two emulators are alike if they tell the same.
func Transcript(t *testing.T, p *testkit.Portico) string {
	t.Helper()
	w := p.World(t, testkit.Seed(7), testkit.Clock(instant))
	root := strings.TrimSuffix(w.Base("konnect"), "/v2")
	var all strings.Builder
	for _, x := range [][4]string{
		{"konnect", "GET", "/portals", ""},
		{"konnect", "POST", "/portals", `{"name":"New"}`},
		{"konnect", "POST", "/portals", `{"name":"New"}`},
		{"konnect", "POST", "/portals", `{`},
		{"konnect", "HEAD", "/portals", ""},
		{"konnect", "GET", "/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7/developers?page[size]=5&sort=email", ""},
		{"konnect", "GET", "/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7/appearance/logo", ""},
		{"konnect", "DELETE", "/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7?force=true", ""},
		{"axway", "GET", "/applications", ""},
		{"axway", "POST", "/applications", `{"organizationId":"` + acmeAxway + `","name":"New"}`},
		{"apiconnect", "GET", "/orgs", ""},
		{"apiconnect", "POST", "/orgs/acme/apps", `{"title":"New"}`},
		{"experience-hub", "GET", "/connections", ""},
		{"experience-hub", "POST", hubGroups, `{"name":"New"}`},
		{"exchange", "GET", asset, ""},
	} {
		a := as(t, w, x[0], "admin").do(x[1], x[2], x[3])
		fmt.Fprintln(&all, x[0], x[1], x[2], strings.ReplaceAll(a.String(), root, ""))
		for _, name := range []string{"Content-Type", "Location", "Portico-Request"} {
			fmt.Fprintln(&all, "  "+name+":", strings.ReplaceAll(a.header.Get(name), root, ""))
		}
	}
	return all.String()
}

package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

var columns = regexp.MustCompile(` +`)

// TestCoverage calls one operation in the default world and another in a world that is then deleted: both count.
func TestCoverage(t *testing.T) {
	t.Parallel()
	e, err := app.New(app.Config{AdminToken: "s3cret"})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	for _, c := range []struct{ do, token, body string }{
		{"GET /v2/portals", "kpat_portico-admin", ""},
		{"POST /_portico/worlds", "s3cret", `{"name":"brief"}`},
		{"POST /_portico/worlds", "s3cret", `{"name":"idle"}`},
		{"POST /_world/brief/v2/portals", "kpat_portico-admin", `{"name":"x"}`},
		{"DELETE /_portico/worlds/brief", "s3cret", ""},
	} {
		method, path, _ := strings.Cut(c.do, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(c.body))
		r.Header.Set("Authorization", "Bearer "+c.token)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if e.ServeHTTP(w, r); w.Code >= 300 {
			t.Fatalf("%s: got %d %s", c.do, w.Code, w.Body)
		}
	}
	vendors, err := app.Vendors()
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, v := range vendors {
		all += v.Documented - len(v.Missing)
	}
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string // parts
	}{
		{"", 0, fmt.Sprintf("%d 2 (", all), ""},
		{"--min 0.1", 0, "never called:\n konnect.get-portal\n", ""},
		{"--min 80", 2, "never called:", "% of the operations were called; --min wants 80.0 %\n"},
		{"--min 80 --world default", 2, fmt.Sprintf("%d 1 (", all), ""},
		{"--world idle", 0, fmt.Sprintf("%d 0 (0.0 %%)", all), ""},
		{"--url " + s.URL + "/_world/idle", 0, fmt.Sprintf("%d 0 (0.0 %%)", all), ""},
		{"--min -1", 2, "", "portico: --min -1: want a percentage from 0 to 100\n"},
		{"--min NaN", 2, "", "portico: --min NaN: want a percentage from 0 to 100\n"},
		{"--min most", 2, "", "portico: --min most: want a percentage from 0 to 100\n"},
		{"--world brief", 1, "", `portico: ` + s.URL + ` answers 404: there is no world "brief"`},
		{"--admin-token wrong", 1, "", "answers 401: the admin API needs the admin token"},
		{"--url " + other.URL, 1, "", "portico: what answers at " + other.URL + " is not an emulator: 404 Not Found\n"},
	} {
		args := append([]string{"coverage", "--url", s.URL, "--admin-token", "s3cret"}, strings.Fields(c.args)...)
		code, stdout, stderr := do(t, nil, args...)
		stdout = columns.ReplaceAllString(stdout, " ")
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || c.stdout == "" && stdout != "" {
			t.Errorf("%s: got exit %d\n%s%s\nwant %d …%s…%s…", c.args, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
}

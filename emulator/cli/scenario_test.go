package cli

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/portico-emulator/portico/scenarios"
)

func TestScenarioCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good, bad, worse := filepath.Join(dir, "good.yaml"), filepath.Join(dir, "bad.yaml"), filepath.Join(dir, "worse.yaml")
	for file, text := range map[string]string{
		good:  "name: good\ndocuments: [{kind: konnect.portal, document: {name: '{appname}'}}]\n",
		bad:   "name: bad\nfaults:\n  - {on: konnect.creat-portal, give: {error: internal}}\n",
		worse: "name: worse\ndocuments:\n  - kind: konnect.developer\n    document: {status: approved}\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```yaml\n")
	example, _, _ = strings.Cut(example, "```\n")
	documented := filepath.Join(dir, "documented.yaml")
	if err := os.WriteFile(documented, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	storm, err := scenarios.FS.ReadFile("rate-limit-storm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"scenario list", 0, "rate-limit-storm          apiconnect,axway,experience-hub,konnect           A burst of writes", ""},
		{"scenario show rate-limit-storm", 0, string(storm), ""},
		{"scenario show rate-limit-strom", 1, "", `portico: no scenario "rate-limit-strom": the built-in ones are approval-takes-its-time, `},
		{"scenario check " + good, 0, good + ": ok\n", ""},
		{"scenario check " + documented, 0, documented + ": ok\n", ""},
		{"scenario check " + bad + " " + good, 1, good + ": ok\n", "portico: " + bad + `:3:10: on: no operation "konnect.creat-portal"; did you mean "konnect.create-portal"?` + "\n"},
		{"scenario check " + worse, 1, "", "portico: " + worse + ":3:5: konnect.developer belongs to a konnect.portal"},
		{"scenario check", 2, "", "portico: portico scenario check wants a file or more\n"},
		{"scenario", 2, "", "portico: portico scenario wants one of list, show, check\n"},
		{"scenario lst", 2, "", "portico: portico scenario has no command \"lst\"; did you mean list?\n"},
		{"serve --listen 127.0.0.1:0 --scenario nothing", 1, "", `portico: no scenario "nothing": the built-in ones are`},
		{"serve --listen 127.0.0.1:0 --scenario " + bad, 1, "", "portico: " + bad + ":3:10: "},
	} {
		code, stdout, stderr := do(t, nil, strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.HasPrefix(stderr, c.stderr) || c.stderr == "" && stderr != "" {
			t.Errorf("%s: exit %d, stdout %q, stderr %q, want %d, %q, %q", c.args, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
}

// Scenarios named on the command line or in the environment play in the default world from the start.
func TestServeScenario(t *testing.T) {
	t.Parallel()
	s := start(t, []string{"PORTICO_SCENARIO=slow-vendor,quota-exhausted"}, "--listen", "127.0.0.1:0")
	res, err := http.Get(s.url + "/_portico/faults") //nolint:noctx // ends with the server
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || !strings.Contains(string(body), "an answer never comes") || !strings.Contains(string(body), "the quota is used up") {
		t.Errorf("got %s, %v", body, err)
	}
	s.stop(t, syscall.SIGTERM)
}

// Package examples_test lets the examples in other languages than Go run, against a portico on a socket.
package examples_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/testkit"
	_ "github.com/portico-emulator/portico/testkit/container" // PORTICO_MODE=container
)

func TestNode(t *testing.T) {
	t.Parallel()
	e := begin(t)
	out := e.run(t, "node", "node", "--test", "--test-reporter=tap")
	for name, want := range map[string]string{"passed": `(?m)^# pass [1-9]`, "failed": `(?m)^# fail 0$`, "skipped": `(?m)^# skipped 0$`} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("want in the count of those that %s: %s, got:\n%s", name, want, out)
		}
	}
	e.left(t, "node-")
}

func TestCurl(t *testing.T) {
	t.Parallel()
	e := begin(t)
	out := e.run(t, "curl", "bash", "quickstart.sh")
	for _, want := range []string{
		`"status":"pending"`, `"fired":0}`, `"full_name":"Jim Dev","status":"approved"`, `{"count":1}`,
		`"changed":[{"kind":"konnect.developer"`, "\n204\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("want %s, got:\n%s", want, out)
		}
	}
	e.left(t, "curl-")
}

// example is where the examples find their portico.
type example struct{ url string }

func begin(t *testing.T) example {
	t.Helper()
	url := testkit.Start(t).URL("konnect")
	return example{regexp.MustCompile(`^https?://[^/]+`).FindString(url)} // without a world: examples make their own
}

// run lets a program run in a folder, and gives what it prints. It skips the test on a machine without the program.
func (e example) run(t *testing.T, folder, program string, args ...string) string {
	t.Helper()
	for _, name := range []string{folder, program} { // folders are named after what the example needs
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "PORTICO_URL="+e.url)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return string(out)
}

// left holds that an example has deleted its worlds.
func (e example) left(t *testing.T, prefix string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.url+"/_portico/worlds", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+os.Getenv("PORTICO_ADMIN_TOKEN"))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var worlds []struct{ Name string }
	if err := json.NewDecoder(res.Body).Decode(&worlds); err != nil || len(worlds) == 0 {
		t.Fatalf("got %d worlds, %v, want the default one at least", len(worlds), err)
	}
	for _, w := range worlds {
		if strings.HasPrefix(w.Name, prefix) {
			t.Errorf("the world %s is still there", w.Name)
		}
	}
}

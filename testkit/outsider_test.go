package testkit_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Another module can import the testkit and use it: nothing internal is needed, and its dependencies are few.
func TestOutsider(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	copyFile(t, "testdata/outsider/outsider_test.go", filepath.Join(dir, "outsider_test.go"), "", "")
	copyFile(t, "testdata/outsider/go.mod", filepath.Join(dir, "go.mod"), "../../..", root)
	copyFile(t, "../go.sum", filepath.Join(dir, "go.sum"), "", "")
	run := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	if out := run("test", "."); !strings.HasPrefix(out, "ok") {
		t.Errorf("got %s", out)
	}
	deps := run("list", "-deps", "github.com/portico-emulator/portico/testkit")
	for _, banned := range []string{"testcontainers", "\ntesting\n", "docker", "spf13/cobra"} {
		if strings.Contains("\n"+deps, banned) {
			t.Errorf("the testkit imports %q", strings.TrimSpace(banned))
		}
	}
}

func copyFile(t *testing.T, from, to, old, replacement string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if old != "" {
		text = strings.ReplaceAll(text, old, replacement)
	}
	if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

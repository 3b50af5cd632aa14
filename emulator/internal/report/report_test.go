package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/report"
)

const page = "# Page\n\n<!-- a -->\nold\n<!-- /a -->\n\n<!-- b -->\n<!-- /b -->\nend\n"

func TestRewrite(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "a"} {
		if err := report.Rewrite(file, name, "new "+name+"\n\n"); err != nil {
			t.Fatal(err)
		}
	}
	want := "# Page\n\n<!-- a -->\nnew a\n<!-- /a -->\n\n<!-- b -->\nnew b\n<!-- /b -->\nend\n"
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if err := report.Rewrite(file+"x", "a", ""); err == nil {
		t.Error("no such page: got no error")
	}
}

func TestSectionThatIsNot(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "<!-- c -->\n", "<!-- /c -->\n<!-- c -->\n", "<!-- c --> <!-- /c -->"} {
		if got, err := report.Section(text, "c", "x"); err == nil || !strings.Contains(err.Error(), "<!-- c --> and <!-- /c -->") {
			t.Errorf("%q: got %q, %v, want an error that says what to write", text, got, err)
		}
	}
}

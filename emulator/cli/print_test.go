package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

func TestOperations(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := do(t, nil, "operations", "--vendor", "konnect")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	operations, err := app.Operations("konnect")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^OPERATION +METHOD +PATH +SUMMARY\nkonnect\.list-portals +GET +/v2/portals +List developer portals\n`).MatchString(stdout) {
		t.Errorf("got\n%.300s", stdout)
	}
	companions := 0
	for _, op := range operations {
		want := op.Summary
		if op.Companion {
			companions++
			want = "(companion) " + want
		}
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(op.ID) + ` +` + op.Method + ` +` + regexp.QuoteMeta(op.Path) + ` +` + regexp.QuoteMeta(want) + `$`).MatchString(stdout) {
			t.Errorf("%s is not listed", op.ID)
		}
	}
	vendors, err := app.Vendors()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vendors {
		want := fmt.Sprintf("%s  %d of %d documented operations  %d companions\n", v.Name, v.Documented-len(v.Missing), v.Documented, companions)
		if v.Name == "konnect" && !strings.Contains(stdout, want) {
			t.Errorf("no counts %q in\n%s", want, stdout[len(stdout)-500:])
		}
		for _, id := range v.Missing {
			if v.Name == "konnect" && !strings.Contains(stdout, "\n  konnect."+id+" is not emulated\n") {
				t.Errorf("%s is not told to be missing", id)
			}
		}
	}
}

// Every vendor's page lists what is missing, and each line of that section is printed.
func TestMissing(t *testing.T) {
	t.Parallel()
	vendors, err := app.Vendors()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vendors {
		page, err := os.ReadFile("../../docs/vendors/" + v.Name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		section := regexp.MustCompile(`(?s)\n## What is missing\n\n(- .*?)\n\n## `).FindStringSubmatch(string(page))
		if section == nil || strings.Contains(section[1], "\n\n") || regexp.MustCompile(`\*|\]\(`).MatchString(section[1]) {
			t.Errorf("%s.md: want a section \"What is missing\", which is a list without emphasis and links", v.Name)
			continue
		}
		for _, args := range [][]string{{"operations"}, {"operations", "--vendor", v.Name}} {
			_, stdout, _ := do(t, nil, args...)
			_, printed, found := strings.Cut(stdout, "\nWhat is missing of "+v.Title+"\n")
			printed, _, _ = strings.Cut(printed, "\n\n")
			if got, want := strings.Fields(printed), strings.Fields(section[1]); !found || !slices.Equal(got, want) {
				t.Errorf("%s: got %s, want %s", args, printed, section[1])
			}
			if other := strings.Count(stdout, "\nWhat is missing of "); len(args) > 1 && other != 1 {
				t.Errorf("%s: got %d lists, want one", args, other)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	word := strings.Repeat("x", 59)
	for text, want := range map[string]string{
		"":                                 "-\n",
		word + " " + word:                  "- " + word + "\n  " + word + "\n",
		word[1:] + " " + word:              "- " + word[1:] + " " + word + "\n",
		strings.Repeat("y", 200) + " z":    "- " + strings.Repeat("y", 200) + "\n  z\n",
		word + " " + word + " " + word[1:]: "- " + word + "\n  " + word + " " + word[1:] + "\n",
	} {
		if got := wrap("- ", text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestOperationsJSON(t *testing.T) {
	t.Parallel()
	code, stdout, _ := do(t, []string{"PORTICO_FORMAT=json"}, "operations")
	var got []app.Operation
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 {
		t.Fatalf("exit %d: %v", code, err)
	}
	want, err := app.Operations("")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || got[0].ID != want[0].ID {
		t.Errorf("got %d operations, want %d", len(got), len(want))
	}
}

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	for _, vendor := range []string{"konnect", "portico"} {
		code, stdout, stderr := do(t, nil, "openapi", vendor, "--url", "http://ci:4780/")
		var doc struct {
			OpenAPI string
			Servers []struct{ URL string }
		}
		if err := json.Unmarshal([]byte(stdout), &doc); err != nil || code != 0 || stderr != "" {
			t.Fatalf("%s: exit %d, %v, %s", vendor, code, err, stderr)
		}
		if doc.OpenAPI != "3.1.0" || len(doc.Servers) != 1 || doc.Servers[0].URL != "http://ci:4780" {
			t.Errorf("%s: got %+v", vendor, doc)
		}
	}
}

// TestEnv lets a shell read what the command prints.
func TestEnv(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := do(t, nil, "env", "konnect", "--url", "http://127.0.0.1:4781/_world/it's")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	e, err := app.New(app.Config{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := e.Clients("konnect", "http://127.0.0.1:4781/_world/it's")
	if err != nil {
		t.Fatal(err)
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to read it with")
	}
	for _, v := range want {
		cmd := exec.CommandContext(t.Context(), shell, "-ec", stdout+"printf %s \"$"+v.Name+"\"")
		out, err := cmd.Output()
		if err != nil || string(out) != v.Value {
			t.Errorf("%s: got %q, error %v, want %q in\n%s", v.Name, out, err, v.Value, stdout)
		}
		if v.Why != "" && !strings.Contains(stdout, "# "+v.Why+"\nexport "+v.Name+"=") {
			t.Errorf("%s: no reason %q in\n%s", v.Name, v.Why, stdout)
		}
	}
}

func TestHelpTeaches(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"", "serve", "operations", "openapi", "env", "health"} {
		code, stdout, stderr := do(t, nil, append(strings.Fields(args), "--help")...)
		if code != 0 || stderr != "" || !strings.Contains(stdout, "Examples:\n  ") {
			t.Errorf("portico %s --help: exit %d\n%s%s", args, code, stdout, stderr)
		}
	}
	_, stdout, _ := do(t, nil)
	for _, command := range []string{"serve", "operations", "openapi", "env", "health", "version"} {
		if !regexp.MustCompile(`(?m)^  ` + command + ` +\S`).MatchString(stdout) {
			t.Errorf("portico alone does not tell of %s:\n%s", command, stdout)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	code, stdout, _ := do(t, nil, "version")
	if code != 0 || !strings.HasPrefix(stdout, "portico "+app.Version+" go1.") {
		t.Errorf("exit %d: %s", code, stdout)
	}
	if _, short, _ := do(t, nil, "--version"); short != stdout {
		t.Errorf("--version: got %q, want %q", short, stdout)
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"http://127.0.0.1:4780/v2", "http://127.0.0.1:4780/v2"},
		{"", "''"},
		{"a b", "'a b'"},
		{"it's", `'it'\''s'`},
		{"$HOME", "'$HOME'"},
	} {
		if got := quote(c.text); got != c.want {
			t.Errorf("quote(%q): got %s, want %s", c.text, got, c.want)
		}
	}
}

// Colours are for people: a file is none, and neither is a buffer.
func TestColours(t *testing.T) {
	t.Parallel()
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if styleOf(file).colours || styleOf(&strings.Builder{}).colours {
		t.Error("got colours in a file or a buffer")
	}
	if got, want := (style{colours: true}).table([][]string{{"A", "B"}, {"long", "x"}}), "\x1b[1mA     B\x1b[0m\nlong  x\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

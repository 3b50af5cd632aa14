package testing_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// toy is a module with a target that fails, one that does not, and functions that are no targets.
const toy = `package toy

import (
	"os"
	"testing"
)

func FuzzBad(f *testing.F) {
	f.Fuzz(func(t *testing.T, b bool, text string) {
		if text != "" {
			t.Error("the text is ", text)
		}
	})
}

func FuzzGood(g *testing.F) {
	g.Add(7)
	g.Fuzz(func(t *testing.T, n int) {
		if n == 7 {
			_ = os.WriteFile(os.Getenv("PORTICO_FUZZ_HEAP"), []byte("100\n3145728\n200\n"), 0o600)
		} else if n > 7 {
			_ = n
		}
	})
}

func Fuzzy(t *testing.T) {}

// func FuzzComment(f *testing.F) {}
`

const page = "# Page\n<!-- a -->\nold\n<!-- /a -->\n\n<!-- fuzz -->\nold\n<!-- /fuzz -->\nend\n"

// script runs one of the scripts in a folder with some files.
func script(t *testing.T, folder, stdin string, env []string, args ...string) (out string, err error) {
	t.Helper()
	path, err := filepath.Abs(args[0])
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args[1:]...)
	cmd.Dir, cmd.Stdin, cmd.Env = folder, strings.NewReader(stdin), append(os.Environ(), env...)
	text, err := cmd.CombinedOutput()
	return string(text), err
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestFuzz proves that every target runs whatever the others do, that a failure fails the run and leaves its input, and that a
// section of the page tells of it.
func TestFuzz(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{
		"go.mod": "module toy\n\ngo 1.26\n", "a/toy_test.go": toy, "docs/reliability.md": page,
		"a/testdata/x_test.go": "func FuzzData(f *testing.F) {\n", "a/none.go": "package toy\n\n/*\nfunc FuzzCode(f *testing.F) {\n*/\n",
	})
	out, err := script(t, root, "", []string{"FUZZTOTAL=2s"}, "fuzz.sh")
	for _, want := range []string{
		`^2 targets, 1000ms each\n`, `(?m)^FAIL a +FuzzBad .*\n(?s:.*)the text is `,
		`(?m)^ok   a +FuzzGood +\d+ s +[1-9]\d* inputs +\d+ new +3\.0 MiB live$`,
		`go test runs them from now on\n$`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("got %s, want %s", out, want)
		}
	}
	if err == nil {
		t.Error("a target failed: got no error")
	}
	if inputs, _ := filepath.Glob(root + "/a/testdata/fuzz/FuzzBad/*"); len(inputs) != 1 {
		t.Errorf("got the inputs %v, want the one that failed", inputs)
	}
	want := "`make fuzz`, go(?s:.*)2 targets took \\d+ inputs in \\d+ s(?s:.*)1 targets found one\\.(?s:.*)at most 3\\.0 MiB(?s:.*)\n" +
		"\\| `a` +\\| +2 \\| +\\d+ \\| +1 \\| +3\\.0 MiB \\|\n<!-- /fuzz -->\nend\n$"
	if got := read(t, root+"/docs/reliability.md"); !regexp.MustCompile(want).MatchString(got) || strings.Count(got, "old") != 1 {
		t.Errorf("got %s, want %s", got, want)
	}
	out, err = script(t, root, "", []string{"FUZZ=a FuzzG", "FUZZTIME=1x"}, "fuzz.sh")
	if err != nil || !strings.HasPrefix(out, "1 targets, 1x each\n") {
		t.Errorf("got %v, %s", err, out)
	}
	out, err = script(t, root, "", []string{"FUZZ=None"}, "fuzz.sh")
	if err == nil || out != "no fuzz target matches None\n" {
		t.Errorf("got %v, %s", err, out)
	}
}

// TestKeep proves that no more than 16 inputs of a target are kept, none long, and those that are there among them.
func TestKeep(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"a/toy_test.go": toy, "a/testdata/fuzz/FuzzGood/z": "failed", "build/fuzz/a/FuzzGood/00": strings.Repeat("x", 1025),
	}
	for _, name := range "bcdefghijklmnopqrstuvw" {
		files["build/fuzz/a/FuzzGood/"+string(name)] = strings.Repeat("x", 1024)
	}
	root := folder(t, files)
	for range 2 {
		if out, err := script(t, root, "", nil, "fuzz.sh", "keep"); err != nil || out != "" {
			t.Fatalf("got %v, %s", err, out)
		}
		kept, _ := filepath.Glob(root + "/a/testdata/fuzz/FuzzGood/?")
		if len(kept) != 16 || filepath.Base(kept[0]) != "b" || filepath.Base(kept[14]) != "p" || filepath.Base(kept[15]) != "z" {
			t.Errorf("got %v, want the first 15 and what was there", kept)
		}
	}
}

func TestSection(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"docs/reliability.md": page})
	for _, text := range []string{"new", `a \ & | %s` + "\n\n| b |\n"} {
		if out, err := script(t, root, text, nil, "section.sh", "a", "make a"); err != nil || out != "" {
			t.Fatalf("got %v, %s", err, out)
		}
		by := "`make a`, go\\S+ \\w+/\\w+, \\d+ processors, \\d{4}-\\d\\d-\\d\\d\\.\n\n"
		want := "^# Page\n<!-- a -->\n" + by + regexp.QuoteMeta(strings.TrimSpace(text)) +
			"\n<!-- /a -->\n\n<!-- fuzz -->\nold\n<!-- /fuzz -->\nend\n$"
		if got := read(t, root+"/docs/reliability.md"); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for name, text := range map[string]string{"none": "text", "a": ""} {
		before := read(t, root+"/docs/reliability.md")
		if out, err := script(t, root, text, nil, "section.sh", name, "make a"); err == nil || !strings.Contains(out, name) {
			t.Errorf("%q into %s: got %v, %s", text, name, err, out)
		}
		if got := read(t, root+"/docs/reliability.md"); got != before {
			t.Errorf("%q into %s: got %s", text, name, got)
		}
	}
}

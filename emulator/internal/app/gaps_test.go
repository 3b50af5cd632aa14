package app

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator/internal/golden"
)

// TestGoldenGaps holds gaps.txt, which the program carries, to the sources, which it does not.
func TestGoldenGaps(t *testing.T) {
	t.Parallel()
	got := listed(t, os.DirFS("../.."))
	if golden.Updating() {
		if err := os.WriteFile("gaps.txt", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(known, got); d != "" {
		t.Errorf("gaps.txt does not list what the sources say; make golden writes it anew (-want +got):\n%s", d)
	}
}

func TestGaps(t *testing.T) {
	t.Parallel()
	got := listed(t, fstest.MapFS{
		"toy/a.go":           {Data: []byte("package toy\n\n// A does it.\n//\n// GAP: the vendor sends mail: one each;\n// nobody here does.\n//\n// And so on.\nvar A = 1 // GAP: not 2\n// B is another.\nvar B = 1\n")},
		"toy/a_test.go":      {Data: []byte("package toy\n// GAP: no vendor's\n")},
		"toy/b.go":           {Data: []byte("package toy\n\n// A GAP: in a text is none.\n")},
		"toy.go":             {Data: []byte("package emulator\n// GAP: no vendor's\n")},
		"internal/toy/in.go": {Data: []byte("package toy\n// GAP: no vendor's\n")},
	})
	want := []Gap{
		{"toy", "toy/a.go", 5, "the vendor sends mail: one each; nobody here does."},
		{"toy", "toy/a.go", 9, "not 2"},
	}
	if d := cmp.Diff(want, gaps(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// listed gives the gaps that the vendors' own files tell of, in the form of gaps.txt.
func listed(t *testing.T, files fs.FS) string {
	t.Helper()
	names, err := fs.Glob(files, "*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		open := false // the comment goes on
		end := func() {
			if open {
				out.WriteByte('\n')
			}
			open = false
		}
		for i, line := range strings.Split(string(data), "\n") {
			code, text, _ := strings.Cut(line, "//")
			text = strings.TrimSpace(text)
			alone := strings.TrimSpace(code) == ""
			switch gap, begins := strings.CutPrefix(text, "GAP:"); {
			case begins:
				end()
				fmt.Fprintf(&out, "%s:%d: %s", name, i+1, strings.TrimSpace(gap))
				open = true
				if !alone {
					end()
				}
			case open && alone && text != "":
				out.WriteString(" " + text)
			default:
				end()
			}
		}
		end()
	}
	return out.String()
}

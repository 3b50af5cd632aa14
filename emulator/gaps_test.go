package emulator

import (
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestGaps(t *testing.T) {
	t.Parallel()
	got := gaps(fstest.MapFS{
		"toy/a.go":      {Data: []byte("package toy\n\n// A does it.\n//\n// GAP: the vendor sends mail;\n// nobody here does.\n//\n// And so on.\nvar A = 1 // GAP: not 2\n// B is another.\nvar B = 1\n")},
		"toy/a_test.go": {Data: []byte("package toy\n// GAP: no vendor's\n")},
		"toy/b.go":      {Data: []byte("package toy\n\n// A GAP: in a text is none.\n")},
	})
	want := []Gap{
		{"toy", "toy/a.go", 5, "the vendor sends mail; nobody here does."},
		{"toy", "toy/a.go", 9, "not 2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSources proves that the folder of every vendor is read for gaps.
func TestSources(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() || e.Name() == "internal" {
			continue
		}
		here, err := fs.Glob(os.DirFS("."), e.Name()+"/*.go")
		if err != nil {
			t.Fatal(err)
		}
		if embedded, err := fs.Glob(sources, e.Name()+"/*.go"); err != nil || len(embedded) != len(here) {
			t.Errorf("%s: %d of %d files are embedded, error %v; name the folder at the variable sources", e.Name(), len(embedded), len(here), err)
		}
	}
}

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator/internal/report"
)

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, root+"/a/b/x_test.go", "package b\n\nfunc FuzzB(f *testing.F) {}\n\nfunc FuzzA(g *testing.F)   { g.Fuzz(nil) }\nfunc Fuzzy(t *testing.T) {}\n")
	put(t, root+"/a/x_test.go", "func (z *Z) FuzzC(f *testing.F) {}\n\t// func FuzzD(f *testing.F) {}\nfunc FuzzE(f *testing.F) {\n")
	for _, out := range []string{"/a/x.go", "/a/testdata/x_test.go", "/.git/x_test.go"} {
		put(t, root+out, "func FuzzX(f *testing.F) {\n")
	}
	got, err := find(root)
	if err != nil {
		t.Fatal(err)
	}
	all := []target{{"a", "FuzzE"}, {"a/b", "FuzzA"}, {"a/b", "FuzzB"}}
	if !slices.Equal(got, all) {
		t.Errorf("got %v, want %v", got, all)
	}
	if some, err := matching(got, "b Fuzz[B-Z]"); err != nil || !slices.Equal(some, all[2:]) {
		t.Errorf("got %v, %v, want %v", some, err, all[2:])
	}
	if _, err := matching(got, "("); err == nil {
		t.Error("a pattern that is none: got no error")
	}
}

// TestFindHere proves that no target of the module is overlooked, among them those of all vendors.
func TestFindHere(t *testing.T) {
	t.Parallel()
	got, err := find("../../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, vendor := range []string{"konnect", "axway", "apiconnect", "experiencehub", "exchange"} {
		for _, name := range []string{"FuzzBody", "FuzzQuery", "FuzzHeader", "FuzzPath", "FuzzCalls"} {
			if one := (target{"emulator/" + vendor, name}); !slices.Contains(got, one) {
				t.Errorf("got no %s", one)
			}
		}
	}
	for _, name := range []string{"FuzzFixture", "FuzzImport", "FuzzDocument", "FuzzFault", "FuzzScenario", "FuzzVerify"} {
		if one := (target{"emulator", name}); !slices.Contains(got, one) {
			t.Errorf("got no %s", one)
		}
	}
}

func TestCounted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int{
		"": {}, "fuzz: elapsed: 0s, gathering baseline coverage: 0/58 completed\nfuzz: elapsed: 3s, gathering baseline coverage: 40/58 completed\n": {40, 0},
		"fuzz: elapsed: 3s, execs: 85 (28/sec), new interesting: 2 (total: 60)\nfuzz: elapsed: 6s, execs: 2334 (0/sec), new interesting: 12 (total: 72)\nPASS\n": {2334, 12},
	} {
		if inputs, found := counted([]byte(text)); inputs != want[0] || found != want[1] {
			t.Errorf("%q: got %d and %d, want %v", text, inputs, found, want)
		}
	}
}

func TestInTime(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]bool{
		"fuzz: elapsed: 13s, execs: 1 (4/sec), new interesting: 2 (total: 7)\n--- FAIL: FuzzScan (13.16s)\n    context deadline exceeded\nFAIL\n":            true,
		"--- FAIL: FuzzScan (1.16s)\n    --- FAIL: FuzzScan (0.00s)\n        x_test.go:1: context deadline exceeded\n    Failing input written to x\nFAIL\n": false,
		"--- FAIL: FuzzScan (1.16s)\n    fuzzing process hung or terminated unexpectedly: exit status 2\nFAIL\n":                                             false,
	} {
		if got := inTime.MatchString(said); got != want {
			t.Errorf("%q: got %t, want %t", said, got, want)
		}
	}
}

func TestHighest(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "heap")
	if got, err := highest(file); got != 0 || err != nil {
		t.Errorf("no file: got %d, %v", got, err)
	}
	put(t, file, "1 100\n1 400\n100 300\n")
	if got, err := highest(file); got != 400 || err != nil {
		t.Errorf("got %d, %v, want 400", got, err)
	}
	put(t, file, "1 100\nx\n")
	if _, err := highest(file); err == nil {
		t.Error("a line that is none: got no error")
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	got := summary([]result{
		{target: target{"a", "FuzzA"}, took: 1500 * time.Millisecond, inputs: 10, heap: 3 << 20},
		{target: target{"a", "FuzzB"}, took: time.Second, inputs: 5, heap: 4 << 20, failed: true},
		{target: target{"b", "FuzzA"}, took: time.Second, inputs: 1},
	})
	want := `3 targets took 16 inputs in 4s. A 500, a panic, a call of more than ten seconds, a refusal that changed something: 1 targets
came upon one. After collections at most 4.0 MiB were live; 64 MiB may be.

` + report.Table([]string{"package", "targets", "inputs", "failed", "live heap"},
		[]string{"`a`", "2", "15", "1", "4.0 MiB"}, []string{"`b`", "1", "1", "0", "not measured"})
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestKeepSome(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "testdata", "fuzz", "FuzzA")
	if n, err := keepSome(filepath.Join(from, "none"), to); n != 0 || err != nil {
		t.Errorf("nothing found: got %d, %v", n, err)
	}
	put(t, from+"/00", strings.Repeat("x", longestKept+1))
	for i := range mostKept + 5 {
		put(t, from+"/"+string(rune('a'+i/10))+string(rune('0'+i%10)), "y")
	}
	put(t, to+"/z9", "of a failure")
	for _, want := range []int{mostKept - 1, 0} {
		if n, err := keepSome(from, to); n != want || err != nil {
			t.Errorf("got %d inputs more, %v, want %d", n, err, want)
		}
	}
	kept, err := filepath.Glob(to + "/*")
	if err != nil || len(kept) != mostKept || filepath.Base(kept[0]) != "a0" || filepath.Base(kept[mostKept-1]) != "z9" {
		t.Errorf("got %v, %v, want the first %d and what was there", kept, err, mostKept-1)
	}
}

//go:build darwin || linux

package persist_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/persist"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// others makes, under a name beside a state file, what portico does not make: each leads to a precious file of somebody
// else's, or is one.
func others(t *testing.T, precious string) map[string]func(name string) {
	t.Helper()
	return map[string]func(name string){
		"a link":          func(name string) { must(t, os.Symlink(precious, name)) },
		"a dangling link": func(name string) { must(t, os.Symlink(precious+".none", name)) },
		"a hard link":     func(name string) { must(t, os.Link(precious, name)) },
		"a text":          func(name string) { must(t, os.WriteFile(name, []byte("dear diary"), 0o600)) },
		"a long number":   func(name string) { must(t, os.WriteFile(name, bytes.Repeat([]byte("7"), 100), 0o600)) },
		"a folder":        func(name string) { must(t, os.Mkdir(name, 0o700)) },
		"a pipe":          func(name string) { must(t, syscall.Mkfifo(name, 0o600)) },
	}
}

// TestNothingElseIsWritten proves that a lock or a new version of a state file is made by portico or refused: no link is
// followed, nothing of somebody else's is written or removed, and no pipe is waited for.
func TestNothingElseIsWritten(t *testing.T) {
	t.Parallel()
	y := grow(t)
	whole := func() []byte {
		path := filepath.Join(t.TempDir(), "w")
		l, w := mustReplay(t, path, y.options(), 0)
		must(t, w.Snapshot("s"))
		must(t, l.Close())
		return read(t, path)
	}()
	for _, suffix := range []string{".lock", ".compact"} {
		for _, state := range [][]byte{nil, whole} {
			precious := filepath.Join(t.TempDir(), "precious")
			must(t, os.WriteFile(precious, []byte("7\n"), 0o600)) // a text that could be a lock's
			for name, other := range others(t, precious) {
				path := filepath.Join(t.TempDir(), "w")
				if state != nil {
					must(t, os.WriteFile(path, state, 0o600))
				}
				other(path + suffix)
				before := listing(t, path)
				_, _, err := replay(t, path, y.options(), 0, nil)
				want := "w" + suffix + " was not created by portico: remove it, or use another state file"
				if err == nil || !strings.HasSuffix(err.Error(), want) {
					t.Errorf("%s as %s: got %v, want %s", name, suffix, err, want)
				}
				if got := string(read(t, precious)); got != "7\n" {
					t.Errorf("%s as %s: the file to which it leads is now %q", name, suffix, got)
				}
				if got := listing(t, path); got != before {
					t.Errorf("%s as %s: got the folder\n%s\nwant\n%s", name, suffix, got, before)
				}
			}
		}
	}
}

// listing is what is in the folder of a file, with the kind and the length of each.
func listing(t *testing.T, path string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	var out strings.Builder
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		fmt.Fprintln(&out, e.Name(), info.Mode(), info.Size())
	}
	return out.String()
}

// TestLinkWhileWrittenAnew proves that a link that comes later is not followed either: the file goes on as it is.
func TestLinkWhileWrittenAnew(t *testing.T) {
	t.Parallel()
	y := grow(t)
	precious := filepath.Join(t.TempDir(), "precious")
	must(t, os.WriteFile(precious, []byte("dear diary"), 0o600))
	path := filepath.Join(t.TempDir(), "w")
	var log bytes.Buffer
	l, w, err := replay(t, path, y.options(), 2000, &log)
	must(t, err)
	must(t, os.Symlink(precious, path+".compact"))
	for i := range 60 {
		write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("b1", fmt.Sprint("Again ", i))) })
	}
	before := dump(w)
	must(t, l.Close())
	if !strings.Contains(log.String(), "w.compact was not created by portico") || string(read(t, precious)) != "dear diary" {
		t.Errorf("the file is now %q; the log: %s", read(t, precious), log.String())
	}
	must(t, os.Remove(path+".compact"))
	if _, w := mustReplay(t, path, y.options(), 0); dump(w) != before {
		t.Error("the world does not come back")
	}
}

// TestTwoNames proves that a file with a second name is refused, which would be written by whoever opens it under that one.
func TestTwoNames(t *testing.T) {
	t.Parallel()
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	l, _ := mustReplay(t, path, y.options(), 0)
	must(t, l.Close())
	must(t, os.Link(path, path+".other"))
	if _, err := persist.Open(path, y.options(), nil); err == nil || !strings.Contains(err.Error(), "it has another name (a hard link)") {
		t.Errorf("got %v, want a refusal", err)
	}
}

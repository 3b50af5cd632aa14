//go:build darwin || linux

package persist_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// beFull is in the environment of the process that has a file system of few bytes.
const beFull = "PORTICO_TEST_FULL"

// TestFullDisk lets a disk be full at every byte of a record: nothing is done that was not written, nothing that was is
// lost, and when there is room again the file goes on. The system's limit on the size of files plays the disk; since it is
// a whole process's, the test starts another.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Getenv(beFull) != "" {
		fill(t)
		return
	}
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), beFull+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fill(t *testing.T) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ) // else the limit ends the process instead of failing the write
	var unlimited syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited))
	limit := func(size int) {
		now := unlimited
		if size > 0 {
			now.Cur = uint64(size)
		}
		must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &now))
	}
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	l, w := mustReplay(t, path, y.options(), 0)
	for room := range 240 {
		before, size := dump(w), len(read(t, path))
		limit(size + room)
		tx := begin(w)
		must(t, tx.Put(aBook("b1", fmt.Sprintf("With room for %03d bytes", room))))
		err := tx.Commit("1")
		limit(0)
		if err == nil {
			if room < 200 {
				t.Fatalf("a record found place in %d bytes", room)
			}
			continue
		}
		if !errors.Is(err, syscall.EFBIG) || !errors.Is(err, world.ErrNotLogged) || !api.IsCode(err, api.Unavailable) {
			t.Fatalf("with room for %d bytes: got %v", room, err)
		}
		tx.Rollback()
		if got := dump(w); got != before || len(read(t, path)) != size {
			t.Fatalf("with room for %d bytes something was done, or the file has %d bytes instead of %d:\n%s", room, len(read(t, path)), size, got)
		}
		limit(size)
		for what, err := range map[string]error{
			"reset": w.Reset(), "snapshot": w.Snapshot("s"), "clock": w.Advance(1),
		} {
			if !errors.Is(err, world.ErrNotLogged) {
				t.Fatalf("%s on a full disk: got %v", what, err)
			}
		}
		limit(0)
		if dump(w) != before {
			t.Fatal("on a full disk something was done")
		}
	}
	write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("b2", "And on")) })
	before := dump(w)
	must(t, l.Close())
	l, w = mustReplay(t, path, y.options(), 0)
	if dump(w) != before {
		t.Error("the world does not come back")
	}
	must(t, l.Close())
	// Nor is there room to write the file anew: it goes on as it is, and is whole.
	limit(len(read(t, path)) / 2)
	l, w = mustReplay(t, path, y.options(), 1)
	limit(0)
	if dump(w) != before || beside(t, path) != "w.lock" {
		t.Errorf("the world is not what it was, or left %q", beside(t, path))
	}
	must(t, l.Close())
}

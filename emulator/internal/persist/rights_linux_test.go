package persist_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestRights proves what is said to who may not read, not write, or not make files, whoever runs the test: for its own
// thread the root user can be nobody.
func TestRights(t *testing.T) {
	t.Parallel()
	y := grow(t)
	folder, err := os.MkdirTemp("", "portico-rights") //nolint:usetesting // nobody may enter a test's own folder
	must(t, err)
	t.Cleanup(func() {
		must(t, os.Chmod(folder, 0o700))
		must(t, os.RemoveAll(folder))
	})
	must(t, os.Chmod(folder, 0o777))
	path := filepath.Join(folder, "w")
	l, _ := mustReplay(t, path, y.options(), 0)
	must(t, l.Close())
	before := string(read(t, path))

	// A thread that was locked and not unlocked ends with its goroutine.
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if os.Getuid() == 0 {
			if err := syscall.Setfsuid(65534); err != nil {
				t.Error(err)
				return
			}
		}
		for _, c := range []struct {
			file, folder os.FileMode
			want         string
		}{
			{0, 0o777, "permission denied"},
			{0o444, 0o777, "it cannot be written: permission denied"},
			{0o666, 0o555, "its lock w.lock cannot be created: permission denied"},
		} {
			// The owner changes the rights: in another thread, which is still root.
			changed := make(chan error)
			go func() { changed <- rights(path, c.file, folder, c.folder) }()
			if err := <-changed; err != nil {
				t.Error(err)
			}
			_, _, err := replay(t, path, y.options(), 0, nil)
			if err == nil || !strings.HasSuffix(err.Error(), ": "+c.want) {
				t.Errorf("file %o, folder %o: got %v, want %s", c.file, c.folder, err, c.want)
			}
		}
	}()
	<-done
	must(t, rights(path, 0o600, folder, 0o700))
	if got := string(read(t, path)); got != before || beside(t, path) != "" {
		t.Errorf("the file was changed, or left %q", beside(t, path))
	}
}

func rights(file string, of os.FileMode, folder string, its os.FileMode) error {
	if err := os.Chmod(file, of); err != nil {
		return err
	}
	return os.Chmod(folder, its)
}

package gauge

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestLive(t *testing.T) {
	t.Parallel()
	before := live()
	held := make([]byte, 8<<20)
	if got := live() - before; got < 7<<20 || got > 12<<20 {
		t.Errorf("with 8 MiB more that are held: got %d bytes more", got)
	}
	runtime.KeepAlive(held)
}

func TestNote(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "heap")
	for n := range int64(2) {
		if err := note(file, n, 7); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "0 7\n1 7\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := note("", 1, 2); err != nil {
		t.Error(err)
	}
	if err := note(filepath.Join(file, "none"), 1, 2); err == nil {
		t.Error("a file that cannot be: got no error")
	}
}

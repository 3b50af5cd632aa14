package gauge

import (
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
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

type failure struct {
	testing.TB
	failed bool
}

func (f *failure) Helper()               {}
func (f *failure) Errorf(string, ...any) { f.failed = true }

func TestLinear(t *testing.T) {
	t.Parallel()
	for square, want := range map[bool]bool{false: false, true: true} {
		f := &failure{TB: t}
		Linear(f, "sums", 1000, func(n int) {
			if times := n; square {
				n *= times
			}
			x := 0
			for i := range n {
				x ^= i
			}
			sum.Store(int64(x))
		})
		if f.failed != want {
			t.Errorf("square %t: got failed %t, want %t", square, f.failed, want)
		}
	}
}

var sum atomic.Int64

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

package heap

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
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

// TestHang proves that an input that does not end ends its process, which says where it was.
func TestHang(t *testing.T) {
	t.Parallel()
	if os.Getenv("PORTICO_HANG") != "" {
		synctest.Test(t, func(t *testing.T) { // whose clock jumps
			Input(t)
			<-time.After(10 * Patience)
		})
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestHang$")
	again.Env = append(os.Environ(), "PORTICO_HANG=1")
	out, err := again.CombinedOutput()
	if got := string(out); err == nil || !strings.Contains(got, "TestHang: no end within 10s") || !strings.Contains(got, "heap_test.go") {
		t.Errorf("got %v, %s", err, got)
	}
}

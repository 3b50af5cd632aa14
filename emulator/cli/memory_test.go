//go:build linux

package cli

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// zeros is a body without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// resident reads a value in MB of a process, such as VmRSS, or VmHWM for the most that it ever was.
func resident(t testing.TB, pid int, what string) float64 {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), what+":")
	kb, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb / 1024
}

// besiege sends bodies of 255 MiB without the admin token, all at a time, and gives the most memory that the server took.
func besiege(t testing.TB, url string, pid int) (megabytes float64) {
	t.Helper()
	const bodies, length = 16, 255 << 20
	var wg sync.WaitGroup
	for range bodies {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/_portico/import", io.LimitReader(zeros{}, length))
			if err != nil {
				t.Error(err)
				return
			}
			r.ContentLength = length
			r.Header.Set("Content-Type", "application/json")
			a, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			_ = a.Body.Close()
			if a.StatusCode != http.StatusUnauthorized {
				t.Errorf("got %s, want 401", a.Status)
			}
		})
	}
	wg.Wait()
	return resident(t, pid, "VmHWM")
}

// Bodies that nobody may send take no memory.
func TestRefusedBodiesTakeNoMemory(t *testing.T) {
	t.Parallel()
	s := start(t, nil, "--listen", "127.0.0.1:0", "--admin-token", "s3cret")
	if got := besiege(t, s.url, s.cmd.Process.Pid); got > 300 {
		t.Errorf("the server took %.0f MB, want at most 300", got)
	}
}

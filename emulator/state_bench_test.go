package emulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

// BenchmarkStateCreate is a create over loopback without a state file and with one, in one run: their ratio is what keeping
// costs.
func BenchmarkStateCreate(b *testing.B) {
	for _, c := range []struct{ name, file string }{{"memory", ""}, {"state", "world.state"}} {
		b.Run(c.name, func(b *testing.B) {
			config := emulator.Config{Journal: -1}
			if c.file != "" {
				config.State = filepath.Join(b.TempDir(), c.file)
			}
			s := httptest.NewServer(start(b, config))
			defer s.Close()
			addr := strings.TrimPrefix(s.URL, "http://")
			var n atomic.Int64
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				w := dial(b, addr)
				defer w.conn.Close()
				for pb.Next() {
					body := fmt.Sprintf(`{"name":"Portal %d","description":"One of many"}`, n.Add(1))
					if status, err := w.do(fmt.Appendf(nil, "POST /v2/portals HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer kpat_portico-admin\r\n"+
						"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)); err != nil || status != http.StatusCreated {
						b.Errorf("got %d %v", status, err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkStateOpen opens a file of 100,000 commits, each of a document of its own, so that there is nothing to leave out.
func BenchmarkStateOpen(b *testing.B) {
	const commits = 100_000
	config := emulator.Config{Journal: -1, State: filepath.Join(b.TempDir(), "world.state"), StateLimit: 1 << 40}
	e := start(b, config)
	for i := range commits {
		call(b, e, http.MethodPost, "/v2/portals", fmt.Sprintf(`{"name":"Portal %d"}`, i), http.StatusCreated)
	}
	if err := e.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(config.State)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
	for b.Loop() {
		e, err := emulator.New(config)
		if err != nil {
			b.Fatal(err)
		}
		if got := e.State().Commits; got != commits {
			b.Fatalf("got %d commits, want %d", got, commits)
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

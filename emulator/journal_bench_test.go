package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

// BenchmarkJournal measures what the journal adds to a call, without a socket: compare on with off.
func BenchmarkJournal(b *testing.B) {
	for _, c := range []struct {
		name, method, path, body string
	}{
		{"get", http.MethodGet, "/v2/portals/" + portalA, ""},
		{"refused", http.MethodPost, "/v2/portals", `{"name":"","is_public":"yes","colour":"red"}`},
		{"changed", http.MethodPatch, "/v2/portals/" + portalA, `{"description":"as a benchmark says","labels":{"env":"test"}}`},
	} {
		for _, entries := range []int{-1, emulator.DefaultJournal} {
			on := "off"
			if entries > 0 {
				on = "on"
			}
			b.Run(c.name+"/journal="+on, func(b *testing.B) {
				e := start(b, emulator.Config{Journal: &entries})
				r := httptest.NewRequest(c.method, c.path, nil)
				for name, value := range map[string]string{
					"Authorization": "Bearer kpat_portico-admin", "Content-Type": "application/json", "Accept": "application/json",
					"User-Agent": "a client/1.0", "Accept-Encoding": "gzip",
				} {
					r.Header.Set(name, value)
				}
				body := strings.NewReader(c.body)
				b.ReportAllocs()
				for b.Loop() {
					body.Reset(c.body)
					r.Body, r.ContentLength = io.NopCloser(body), int64(len(c.body))
					e.ServeHTTP(discard{http.Header{}}, r)
				}
			})
		}
	}
}

// BenchmarkSnapshot measures the admin calls that turn a world back, whatever its size.
func BenchmarkSnapshot(b *testing.B) {
	for _, n := range []int{100, 100_000} {
		e := crowd(b, n)
		for _, c := range []struct{ name, method, path string }{
			{"snapshot", http.MethodPut, "/_portico/snapshots/s"},
			{"restore", http.MethodPost, "/_portico/snapshots/s/restore"},
			{"reset", http.MethodPost, "/_portico/reset"},
			{"diff", http.MethodGet, "/_portico/diff?from=s"},
		} {
			b.Run(fmt.Sprintf("%s/of=%d", c.name, n), func(b *testing.B) {
				call(b, e, http.MethodPut, "/_portico/snapshots/s", "", http.StatusNoContent)
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer() // each comes after a change, so that it finds a world that shares nothing it need not
					call(b, e, http.MethodPatch, "/v2/portals/"+portalA, fmt.Sprintf(`{"description":"%d"}`, b.N), http.StatusOK)
					b.StartTimer()
					r := httptest.NewRequest(c.method, c.path, nil)
					e.ServeHTTP(discard{http.Header{}}, r)
				}
			})
		}
	}
}

// call is a request of the administrator's, whose answer is as wanted.
func call(t testing.TB, h http.Handler, method, path, body string, want int) string {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer kpat_portico-admin")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != want {
		t.Fatalf("%s %s %s: got %d %s, want %d", method, path, body, w.Code, w.Body, want)
	}
	return w.Body.String()
}

// BenchmarkJournalMemory reports the live heap that 10,000 entries of 2 KB take, each with headers as clients send them.
func BenchmarkJournalMemory(b *testing.B) {
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	for b.Loop() {
		const entries, size, worlds = 10_000, 2 << 10, 4 // one world keeps 16 MiB at most
		e := start(b, emulator.Config{Journal: new(entries / worlds)})
		for n := range worlds {
			call(b, e, http.MethodPost, "/_portico/worlds", fmt.Sprintf(`{"name":"w%d"}`, n), http.StatusCreated)
		}
		before := heap()
		for n := range entries {
			// A body that breaks a rule keeps the world as it is; its echo would not be 2 KB.
			body := `{"name":"` + strings.Repeat("x", size-100) + `"}`
			r := httptest.NewRequest(http.MethodPost, fmt.Sprintf("/_world/w%d/v2/portals", n%worlds), strings.NewReader(body))
			for name, value := range map[string]string{
				"Authorization": "Bearer kpat_portico-admin", "Content-Type": "application/json", "User-Agent": "a client/1.0",
			} {
				r.Header.Set(name, strings.Clone(value))
			}
			e.ServeHTTP(discard{http.Header{}}, r)
		}
		b.ReportMetric(heap()-before, "MB-heap")
		for n := range worlds {
			if got := call(b, e, http.MethodGet, fmt.Sprintf("/_world/w%d/_portico/requests/1", n), "", http.StatusOK); !strings.Contains(got, "xxx") {
				b.Errorf("the world w%d does not keep its first call", n)
			}
		}
		runtime.KeepAlive(e)
	}
}

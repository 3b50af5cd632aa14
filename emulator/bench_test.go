package emulator_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

const (
	portalA = "9f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
)

func start(b testing.TB, config emulator.Config) *emulator.Emulator {
	b.Helper()
	e, err := emulator.New(config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Close() })
	return e
}

// wire is a client that costs as little as one can: one connection, requests as bytes.
type wire struct {
	conn net.Conn
	r    *bufio.Reader
}

func dial(b testing.TB, addr string) *wire {
	b.Helper()
	var d net.Dialer
	c, err := d.DialContext(b.Context(), "tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	return &wire{c, bufio.NewReaderSize(c, 64<<10)}
}

// do sends a request and reads the answer; it gives the status.
func (w *wire) do(request []byte) (int, error) {
	if _, err := w.conn.Write(request); err != nil {
		return 0, err
	}
	status, length := 0, 0
	for line := 0; ; line++ {
		l, err := w.r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		l = bytes.TrimRight(l, "\r\n")
		switch {
		case line == 0:
			status, _ = strconv.Atoi(string(l[9:12]))
		case len(l) == 0:
			_, err = w.r.Discard(length)
			return status, err
		case len(l) > 16 && bytes.EqualFold(l[:16], []byte("content-length: ")):
			length, _ = strconv.Atoi(string(l[16:]))
		}
	}
}

// crowd is an emulator whose portal A has so many developers.
func crowd(b testing.TB, n int) *emulator.Emulator {
	b.Helper()
	file := filepath.Join(b.TempDir(), "crowd.yaml")
	data := fmt.Sprintf(`documents:
  - {kind: konnect.token, document: {name: admin, token: kpat_portico-admin}}
  - kind: konnect.portal
    document: {id: %s, name: Portal A}
    has:
      - {kind: konnect.developer, count: %d, document: {full_name: "{name}", email: "{slug:full_name}.{uuid}@example.com"}}
`, portalA, n)
	if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
		b.Fatal(err)
	}
	return start(b, emulator.Config{Fixture: file})
}

// handle measures the handler alone, without a socket.
func handle(b *testing.B, h http.Handler, path string) {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer kpat_portico-admin")
	b.ReportAllocs()
	for b.Loop() {
		w := discard{http.Header{}}
		h.ServeHTTP(w, r)
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

func BenchmarkPage(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		e := crowd(b, n)
		for _, page := range []int{1, n / 20} {
			b.Run(fmt.Sprintf("of=%d/page=%d", n, page), func(b *testing.B) {
				handle(b, e, fmt.Sprintf("/v2/portals/%s/developers?page%%5Bnumber%%5D=%d", portalA, page))
			})
		}
	}
}

func BenchmarkFilter(b *testing.B) {
	e := crowd(b, 10_000)
	handle(b, e, "/v2/portals/"+portalA+"/developers?filter[name][contains]=an&filter[status]=pending&filter[email][contains]=example&sort=name")
}

// BenchmarkProductVersions filters 10,000 versions of a portal three times over.
func BenchmarkProductVersions(b *testing.B) {
	file := filepath.Join(b.TempDir(), "versions.yaml")
	data := fmt.Sprintf(`documents:
  - {kind: konnect.token, document: {name: admin, token: kpat_portico-admin}}
  - {kind: konnect.api-product, document: {name: P}, has: [{kind: konnect.api-product-version, count: 40000, document: {name: v}}]}
  - kind: konnect.portal
    document: {id: %s, name: Portal A}
    has:
      - {kind: konnect.product-version, count: 10000, document: {product_version_id: "@konnect.api-product-version[?]", deprecated: "{bool}", publish_status: "{randomstring:[published,unpublished]}"}}
`, portalA)
	if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
		b.Fatal(err)
	}
	e := start(b, emulator.Config{Fixture: file})
	handle(b, e, "/v2/portals/"+portalA+"/product-versions?filter[publish_status]=published&filter[deprecated]=false&filter[created_at][gt]=2024-01-01T00:00:00Z")
}

func BenchmarkWorld(b *testing.B) {
	for _, fixture := range []string{"small", "100000"} {
		b.Run("fixture="+fixture, func(b *testing.B) {
			e := start(b, emulator.Config{})
			if fixture != "small" {
				e = crowd(b, 100_000)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				name := "w" + strconv.Itoa(i)
				post(b, e, "/_portico/worlds", `{"name":"`+name+`"}`)
				b.StopTimer()
				r := httptest.NewRequest(http.MethodDelete, "/_portico/worlds/"+name, nil)
				e.ServeHTTP(discard{http.Header{}}, r)
				b.StartTimer()
			}
		})
	}
}

func post(b *testing.B, h http.Handler, path, body string) {
	b.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(w, r)
	if w.Code != http.StatusCreated {
		b.Fatalf("%s: got %d %s", path, w.Code, w.Body)
	}
}

func BenchmarkNew(b *testing.B) {
	b.Run("later", func(b *testing.B) {
		start(b, emulator.Config{})
		b.ReportAllocs()
		for b.Loop() {
			start(b, emulator.Config{})
		}
	})
	// The first of a process links and routes the vendors and grows the fixture: it takes a process of its own.
	b.Run("first", func(b *testing.B) { first(b, "small") })
	b.Run("large", func(b *testing.B) { first(b, "large") })
}

func first(b *testing.B, fixture string) {
	b.Helper()
	var total time.Duration
	for range b.N {
		cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestFirstNew$", "-test.v")
		cmd.Env = append(os.Environ(), "PORTICO_FIRST_NEW="+fixture)
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		_, after, _ := strings.Cut(string(out), "first New took ")
		took, err := time.ParseDuration(strings.Fields(after)[0])
		if err != nil {
			b.Fatal(err)
		}
		total += took
	}
	b.ReportMetric(0, "ns/op") // most of it is the process
	b.ReportMetric(float64(total.Nanoseconds())/float64(b.N), "ns/new")
}

// TestFirstNew is what BenchmarkNew runs in a process of its own; on its own it only shows that New works.
func TestFirstNew(t *testing.T) { // measured alone
	began := time.Now()
	e, err := emulator.New(emulator.Config{Fixture: os.Getenv("PORTICO_FIRST_NEW")})
	took := time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("PORTICO_FIRST_NEW") != "" {
		fmt.Println("first New took", took)
	}
	_ = e.Close()
}

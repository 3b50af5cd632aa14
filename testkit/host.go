package testkit

import (
	"context"
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

// host is the emulator behind one or more worlds.
type host struct {
	t        TB                 // the test that started it, or found it
	started  settings           // what it was started with, as far as is known
	emulator *emulator.Emulator // nil: it runs elsewhere
	url      string             // where it runs, or listens
	trip     http.RoundTripper
	worlds   atomic.Uint64
	token    string   // of the admin API
	born     settings // defaults of the options of worlds

	listen sync.Once
	failed error

	mu     sync.Mutex
	strict *bool             // nil: not known yet
	bases  map[string]string // path by vendor; nil: not known yet
	tests  map[TB]*ending
}

// reach finds an emulator that runs, or fails the test.
func reach(t TB, url string, s settings) *Portico {
	t.Helper()
	url, world, _ := strings.Cut(strings.TrimSuffix(url, "/"), worldPrefix)
	p := &Portico{t: t, world: world, settings: s, host: &host{
		t: t, url: url, trip: http.DefaultTransport, token: s.AdminToken,
	}}
	p.admin(t, http.MethodGet, "/health", nil, nil)
	return p
}

// require fails the test if an option needs a setting that the running emulator does not have.
func (p *Portico) require(s settings) {
	p.t.Helper()
	if p.host.emulator != nil {
		for _, name := range serverOptions(s) {
			if !slices.Contains(serverOptions(p.host.started), name) {
				p.t.Fatalf("portico: %s holds for the whole emulator: give it to Start, not to World", name)
			}
		}
		return
	}
	if s.Prove {
		p.t.Fatalf("portico: Prove cannot be given to an emulator that runs already (%s)", p.host.url)
	}
	if s.Strict && !p.isStrict() {
		p.t.Fatalf("portico: the emulator at %s is lenient: start it with --auth strict", p.host.url)
	}
}

// isStrict reports whether the emulator refuses credentials that no fixture knows. For one that runs elsewhere it
// makes a call in a world of its own to find out.
func (p *Portico) isStrict() bool {
	p.t.Helper()
	h := p.host
	h.mu.Lock()
	known := h.strict
	h.mu.Unlock()
	if known != nil {
		return *known
	}
	w := &Portico{t: p.t, host: h, world: worldName("strict", h.worlds.Add(1))}
	var strict bool
	a, err := p.ask(http.MethodPost, "/worlds", map[string]any{"name": w.world, "fixture": "empty", "ttl": "1m"})
	if err == nil && a.status < http.StatusBadRequest {
		if a, err := w.send(http.MethodGet, w.path("konnect")+"/portals", "Bearer kpat_nobody-knows-this", nil); err == nil {
			strict = a.status == http.StatusUnauthorized
		}
		_, _ = p.ask(http.MethodDelete, "/worlds/"+w.world, nil)
	}
	h.mu.Lock()
	h.strict = &strict
	h.mu.Unlock()
	return strict
}

// basePath returns the path of a vendor's API on the emulator. It fails the test if there is no such vendor.
func (p *Portico) basePath(vendor string) string {
	p.t.Helper()
	h := p.host
	h.mu.Lock()
	bases := h.bases
	h.mu.Unlock()
	if bases == nil {
		var index struct{ Vendors []struct{ Name, URL string } }
		if err := (&Portico{t: p.t, host: h}).get("", &index); err != nil {
			p.t.Fatalf("portico: %v", err)
		}
		bases = map[string]string{}
		for _, v := range index.Vendors {
			bases[v.Name] = strings.TrimPrefix(v.URL, h.root())
		}
		h.mu.Lock()
		h.bases = bases
		h.mu.Unlock()
	}
	base, ok := bases[vendor]
	if !ok {
		p.t.Fatalf("portico: no vendor %q: there are %v", vendor, slices.Sorted(maps.Keys(bases)))
	}
	return base
}

// open starts a server on a free port, which ends with the test that started the emulator.
func (h *host) open() {
	if h.emulator == nil {
		return
	}
	var c net.ListenConfig
	l, err := c.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		h.failed = err
		return
	}
	h.url = "http://" + l.Addr().String()
	server := &http.Server{Handler: h.emulator, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	h.t.Cleanup(func() {
		_ = server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			h.t.Errorf("portico: %v", err)
		}
	})
}

// root is where the testkit itself reaches the emulator.
func (h *host) root() string {
	if h.emulator != nil {
		return localURL
	}
	return h.url
}

// watch has the world checked when its test ends, together with the test's other worlds on this emulator.
func (h *host) watch(p *Portico) {
	p.t.Helper()
	e := &ending{t: p.t, worlds: []*Portico{p}}
	if !reflect.TypeOf(p.t).Comparable() {
		p.t.Cleanup(e.end)
		return
	}
	h.mu.Lock()
	if before := h.tests[p.t]; before != nil {
		before.add(p)
		h.mu.Unlock()
		return
	}
	if h.tests == nil {
		h.tests = map[TB]*ending{}
	}
	h.tests[p.t] = e
	h.mu.Unlock()
	p.t.Cleanup(func() {
		e.t.Helper()
		h.mu.Lock()
		delete(h.tests, e.t)
		h.mu.Unlock()
		e.end()
	})
}

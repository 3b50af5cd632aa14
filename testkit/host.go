package testkit

import (
	"context"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/portico-emulator/portico/emulator"
)

// host is the emulator behind one or more worlds.
type host struct {
	t        TB                 // the test that started it, or found it
	started  Settings           // what it was started with, as far as is known
	emulator *emulator.Emulator // nil: it runs elsewhere
	url      string             // where it runs, or listens
	trip     http.RoundTripper
	bases    map[string]string // vendor → path
	worlds   atomic.Uint64
	token    string   // of the admin API
	born     Settings // what worlds are like whose options do not say

	listen sync.Once
	failed error

	mu     sync.Mutex
	strict *bool // nil: not known yet
	tests  map[TB]*ending
}

// reach finds an emulator that runs, or fails the test.
func reach(t TB, url string, s Settings) *Portico {
	t.Helper()
	url, world, _ := strings.Cut(strings.TrimSuffix(url, "/"), worldPrefix)
	p := &Portico{t: t, world: world, settings: s, host: &host{
		t: t, url: url, trip: http.DefaultTransport, bases: bases(t), token: s.AdminToken,
	}}
	p.admin(t, http.MethodGet, "/health", nil, nil)
	return p
}

// obeys fails the test if it asks for what the running emulator cannot be told any more and is not already.
func (p *Portico) obeys(s Settings) {
	p.t.Helper()
	if p.host.emulator != nil {
		for _, name := range s.ofServer() {
			if !slices.Contains(p.host.started.ofServer(), name) {
				p.t.Fatalf("portico: %s holds for the whole emulator: give it to Start, not to World", name)
			}
		}
		return
	}
	if s.Prove {
		p.t.Fatalf("portico: Prove cannot be given to an emulator that runs already (%s)", p.host.url)
	}
	if s.Strict && !p.isStrict() {
		p.t.Fatalf("portico: the emulator at %s is lenient and cannot be told to be Strict any more: start it with --auth strict", p.host.url)
	}
}

// isStrict tells whether the emulator refuses credentials that no fixture knows. One that runs elsewhere is tried, in a
// world that is there for nothing else.
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
	if told, err := p.ask(http.MethodPost, "/worlds", map[string]any{"name": w.world, "fixture": "empty", "ttl": "1m"}); err == nil && told.status < http.StatusBadRequest {
		if told, err := w.send(http.MethodGet, w.path("konnect")+"/portals", "Bearer kpat_nobody-knows-this", nil); err == nil {
			strict = told.status == http.StatusUnauthorized
		}
		_, _ = p.ask(http.MethodDelete, "/worlds/"+w.world, nil)
	}
	h.mu.Lock()
	h.strict = &strict
	h.mu.Unlock()
	return strict
}

// vendorBases are the vendors' paths, read once.
var vendorBases = sync.OnceValues(func() (map[string]string, error) {
	vendors, err := emulator.Vendors()
	out := make(map[string]string, len(vendors))
	for _, v := range vendors {
		out[v.Name] = v.Base
	}
	return out, err
})

func bases(t TB) map[string]string {
	t.Helper()
	out, err := vendorBases()
	if err != nil {
		t.Fatalf("portico: %v", err)
	}
	return out
}

// open starts a listener that ends with the test which started the emulator.
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
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.emulator.Serve(ctx, l) }()
	h.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
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

// watch lets a world be looked after when its test ends: with the test's other worlds here, so that none is gone before all
// were judged.
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

package testkit

import (
	"context"
	"errors"
	"io"
	"log"
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

	mu    sync.Mutex
	known *index // nil: not asked for yet
	tests map[TB]*ending
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
	if !s.Strict {
		return
	}
	index, err := p.index()
	if err != nil {
		p.t.Fatalf("portico: %v", err)
	}
	if !index.Strict {
		p.t.Fatalf("portico: the emulator at %s is lenient: start it with --auth strict", p.host.url)
	}
}

// index is what the admin API says of the emulator.
type index struct {
	Portico string // version
	Strict  bool
	Vendors []struct{ Name, URL string }
}

// index returns the index of the emulator, which it asks for once.
func (p *Portico) index() (*index, error) {
	h := p.host
	h.mu.Lock()
	known := h.known
	h.mu.Unlock()
	if known != nil {
		return known, nil
	}
	known = &index{}
	if err := (&Portico{t: p.t, host: h}).get("", known); err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.known = known
	h.mu.Unlock()
	return known, nil
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

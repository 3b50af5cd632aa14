// Package testkit gives tests a portico of their own: in this process, or one that runs already.
//
//	p := testkit.Start(t)
//	w := p.World(t) // a private world for a parallel test
//	client := myclient.New(w.URL("konnect"), w.Token("konnect", "admin"))
//
// A Portico stands for one world: the default one, or the one that World made. It drives the emulator through what any
// program could use, the vendors' APIs and /_portico, so that the same test serves every mode.
package testkit

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

// TB is the part of testing.TB that the testkit needs.
type TB interface {
	Helper()
	Name() string
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Portico is one world of an emulator, seen from a test. It is safe for use by several goroutines.
type Portico struct {
	t     TB
	host  *host
	world string // "": the default world

	once        sync.Once
	credentials []emulator.Credential
}

// host is the emulator behind one or more worlds.
type host struct {
	emulator *emulator.Emulator // nil: it runs elsewhere
	url      string             // where it runs
	trip     http.RoundTripper
	bases    map[string]string // vendor → path
	worlds   atomic.Uint64
	token    string // of the admin API

	listen sync.Once
	failed error
}

// settings are what options set.
type settings struct {
	config    emulator.Config
	world     map[string]any // members of POST /_portico/worlds
	scenarios []string
}

// Option changes what Start or World makes.
type Option func(*settings)

// Seed sets the seed of all generated data; the default is 42.
func Seed(seed uint64) Option {
	return func(s *settings) { s.config.Seed, s.world["seed"] = &seed, seed }
}

// Fixture sets the data that a world is born from: empty, small (the default), large, or for Start a file.
func Fixture(name string) Option {
	return func(s *settings) { s.config.Fixture, s.world["fixture"] = name, name }
}

// Clock lets the world's clock stand still at an instant. Advance moves it. Without it, time is real, or the bubble's
// inside testing/synctest.
func Clock(at time.Time) Option {
	return func(s *settings) { s.config.Clock, s.world["clock"] = at, at.UTC().Format(time.RFC3339Nano) }
}

// Strict lets vendors refuse credentials that no fixture knows. It is for Start; every world of the emulator is strict.
func Strict() Option {
	return func(s *settings) { s.config.Strict = true }
}

// AdminToken is the bearer token that the admin API needs: for Start the one to set, for At the one that is set.
func AdminToken(token string) Option {
	return func(s *settings) { s.config.AdminToken = token }
}

// Prove checks every reply against its schema; one that does not fit becomes a 500. It is for Start, and for portico's
// own tests above all.
func Prove() Option {
	return func(s *settings) { s.config.Prove = true }
}

func apply(opts []Option) *settings {
	s := &settings{world: map[string]any{}}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Start runs an emulator in this process until the test ends. It opens no socket before URL is asked for, and holds no
// goroutine without one, so that it works inside testing/synctest.
func Start(t TB, opts ...Option) *Portico {
	t.Helper()
	s := apply(opts)
	e, err := emulator.New(s.config)
	if err != nil {
		t.Fatalf("portico: %v", err)
	}
	h := &host{emulator: e, trip: memory{e}, url: localURL, bases: bases(t), token: s.config.AdminToken}
	t.Cleanup(func() { _ = e.Close() })
	return (&Portico{t: t, host: h}).playing(s)
}

// At uses an emulator that runs at a URL such as http://127.0.0.1:4780. The test fails at once if it does not answer.
// Of the options only AdminToken counts.
func At(t TB, url string, opts ...Option) *Portico {
	t.Helper()
	s := apply(opts)
	p := &Portico{t: t, host: &host{
		url: strings.TrimSuffix(url, "/"), trip: http.DefaultTransport, bases: bases(t), token: s.config.AdminToken,
	}}
	p.host.listen.Do(func() {})
	p.admin(t, http.MethodGet, "/health", nil, nil)
	return p
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

// World makes a world for a test and deletes it when the test ends. What the options leave out is as the emulator was
// started: documents, ids and clock of other worlds are never seen.
func (p *Portico) World(t TB, opts ...Option) *Portico {
	t.Helper()
	s := apply(opts)
	w := &Portico{t: t, host: p.host, world: worldName(t.Name(), p.host.worlds.Add(1))}
	s.world["name"] = w.world
	p.admin(t, http.MethodPost, "/worlds", s.world, nil)
	t.Cleanup(func() { p.admin(t, http.MethodDelete, "/worlds/"+w.world, nil, nil) })
	return w.playing(s)
}

// process tells worlds of several test programs on one emulator apart.
var process = strconv.FormatInt(time.Now().UnixNano()%1e9, 36)

// worldName is the test's name as a world may be called, and a number that makes it the only one.
func worldName(test string, n uint64) string {
	const longest = 64
	end := "-" + process + "-" + strconv.FormatUint(n, 10)
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}, test)
	name = strings.TrimLeft(name, "-._")
	if len(name)+len(end) > longest {
		name = name[:longest-len(end)]
	}
	if name == "" {
		name = "w"
	}
	return name + end
}

// URL is where a vendor's API is, for any client: scheme, host, world and the vendor's base, without a slash at the end.
// In this process the first URL opens a listener on a free port of the loopback interface.
func (p *Portico) URL(vendor string) string {
	p.t.Helper()
	p.host.listen.Do(p.host.open(p.t))
	if p.host.failed != nil {
		p.t.Fatalf("portico: %v", p.host.failed)
	}
	return p.host.url + p.path(vendor)
}

// Base is like URL for Client alone: it opens no socket.
func (p *Portico) Base(vendor string) string {
	p.t.Helper()
	if p.host.emulator == nil {
		return p.URL(vendor)
	}
	return localURL + p.path(vendor)
}

func (p *Portico) path(vendor string) string {
	p.t.Helper()
	base, ok := p.host.bases[vendor]
	if !ok {
		p.t.Fatalf("portico: no vendor %q: there are %v", vendor, keys(p.host.bases))
	}
	if p.world != "" {
		return "/_world/" + p.world + base
	}
	return base
}

// open starts a listener that ends with the test which started the emulator.
func (h *host) open(t TB) func() {
	return func() {
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
		t.Cleanup(func() {
			stop()
			if err := <-done; err != nil {
				t.Errorf("portico: %v", err)
			}
		})
	}
}

// Client is an HTTP client for this world. In this process it needs no socket: every request reaches the emulator,
// whatever its host. It follows no redirects, so that tests see them.
func (p *Portico) Client() *http.Client {
	return &http.Client{
		Transport:     inWorld{p.host.trip, p.world},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Token is a credential of a vendor by its name in GET /_portico/credentials, without the scheme word: "admin" is the
// administrator's.
func (p *Portico) Token(vendor, name string) string {
	p.t.Helper()
	value := p.Header(vendor, name)
	if _, token, ok := strings.Cut(value, " "); ok {
		return token
	}
	return value
}

// Header is the same credential as the value of the Authorization header.
func (p *Portico) Header(vendor, name string) string {
	p.t.Helper()
	p.once.Do(func() { p.admin(p.t, http.MethodGet, "/credentials", nil, &p.credentials) })
	var names []string
	for _, c := range p.credentials {
		if c.Vendor != vendor {
			continue
		}
		if c.Name == name {
			return c.Value
		}
		names = append(names, c.Name)
	}
	p.t.Fatalf("portico: no credential %q of %s: there are %v", name, vendor, names)
	return ""
}

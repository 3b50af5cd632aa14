// Package testkit gives tests a portico of their own: in this process, in a container, or one that runs already.
//
//	p := testkit.Start(t)
//	w := p.World(t) // a private world for a parallel test
//	client := myclient.New(w.URL("konnect"), w.Token("konnect", "admin"))
//	w.Calls("konnect.create-portal").Status(201).Once()
//
// A Portico represents one world: the default one, or the one that World created. It drives the emulator through what any
// program could use, the vendors' APIs and /_portico, so that the same test serves every mode.
package testkit

import (
	"cmp"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/testkit/internal/setup"
)

// TB is the part of testing.TB that the testkit needs. Where there are Failed and ArtifactDir as well, a failed test
// leaves a bundle behind.
type TB interface {
	Helper()
	Name() string
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Portico is one world of an emulator, seen from a test. It is safe for use by several goroutines.
type Portico struct {
	t        TB
	host     *host
	world    string // "": the default world
	ours     bool   // the world is this test's alone: all that happened in it counts
	settings settings
	record   record

	once        sync.Once
	credentials json.RawMessage // as they were when they were first needed
}

// Start runs an emulator in this process until the test ends, unless PORTICO_MODE says where else to find one. In process
// it opens no socket before URL is asked for, and holds no goroutine without one, so that it works inside testing/synctest.
//
// The test fails at its end if a request matched no operation, or if a fault that it armed never acted: see AllowUnmatched
// and AllowUnusedFaults.
func Start(t TB, opts ...Option) *Portico {
	t.Helper()
	s := setup.Of(opts...)
	if p := startIn(t, os.Getenv(modeVariable), s); p != nil {
		return p
	}
	e, err := emulator.New(emulator.Config{
		Seed: s.Seed, Fixture: s.Fixture, Clock: s.Clock, Strict: s.Strict, AdminToken: s.AdminToken, Prove: s.Prove,
	})
	if err != nil {
		t.Fatalf("portico: %v", err)
	}
	p := &Portico{t: t, ours: true}
	p.record.birth = initialWorld(s)
	p.host = &host{t: t, started: s, emulator: e, trip: memory(e), token: s.AdminToken}
	t.Cleanup(func() { _ = e.Close() })
	return p.open(s)
}

// initialWorld returns the default world of an emulator with these settings.
func initialWorld(s settings) worldInfo {
	w := worldInfo{Name: "default", Seed: emulator.DefaultSeed, Fixture: cmp.Or(s.Fixture, emulator.DefaultFixture)}
	if s.Seed != nil {
		w.Seed = *s.Seed
	}
	w.Clock = clockInfo{time.Now().UTC(), false}
	if !s.Clock.IsZero() {
		w.Clock = clockInfo{s.Clock.UTC(), true}
	}
	return w
}

// At uses the default world of an emulator that runs at a URL such as http://127.0.0.1:4780, or the one whose prefix the
// URL has, as it is: options that say how a world is created are for World. The test fails at once if nothing answers, or if
// an option needs a setting that the running emulator does not have. At the end of the test only what happened since counts,
// and its faults are disarmed.
func At(t TB, url string, opts ...Option) *Portico {
	t.Helper()
	s := setup.Of(opts...)
	p := reach(t, url, s)
	if s.Started {
		p.host.started, p.ours = s, true
		p.require(s)
		return p.open(s)
	}
	if of := worldOptions(s); of != nil {
		t.Fatalf("portico: At takes the world at %s as it is; give %s to World", url, strings.Join(of, ", "))
	}
	p.require(s)
	return p.open(s)
}

// World makes a world for a test and deletes it when the test ends. What the options leave out is as the emulator was
// started: documents, ids and clock of other worlds are never seen.
func (p *Portico) World(t TB, opts ...Option) *Portico {
	t.Helper()
	s := p.host.born
	s.AllowUnmatched, s.AllowUnusedFaults = p.settings.AllowUnmatched, p.settings.AllowUnusedFaults
	s = setup.With(s, opts...)
	w := &Portico{t: t, host: p.host}
	w.require(s)
	return w.create(t, s)
}

// create creates the world that the Portico represents.
func (p *Portico) create(t TB, s settings) *Portico {
	t.Helper()
	body := worldBody(s)
	name := worldName(t.Name(), p.host.worlds.Add(1))
	body["name"] = name
	p.admin(t, http.MethodPost, "/worlds", body, &p.record.birth)
	p.world, p.ours = name, true
	return p.open(s)
}

// open registers the checks at the end of the test and starts the scenarios.
func (p *Portico) open(s settings) *Portico {
	p.t.Helper()
	p.settings = s
	if p.record.birth.Name == "" {
		var err error
		if p.record.birth, err = p.info(); err != nil {
			p.t.Fatalf("portico: %v", err)
		}
	}
	if !p.ours {
		p.record.since, p.record.last = p.record.birth.Requests, p.record.birth.Requests
	}
	p.host.watch(p)
	for _, name := range s.Scenarios {
		p.Scenario(name)
	}
	return p
}

// process is part of the names of worlds, so that those of several test programs on one emulator differ.
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
	p.host.listen.Do(p.host.open)
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
	index, err := p.index()
	if err != nil {
		p.t.Fatalf("portico: %v", err)
	}
	var names []string
	for _, v := range index.Vendors {
		if v.Name == vendor {
			base := strings.TrimPrefix(v.URL, p.host.root())
			if p.world != "" {
				base = worldPrefix + p.world + base
			}
			return base
		}
		names = append(names, v.Name)
	}
	p.t.Fatalf("portico: no vendor %q: there are %s", vendor, strings.Join(names, ", "))
	return ""
}

// Client is an HTTP client for this world. In this process it needs no socket: every request reaches the emulator,
// whatever its host. Over a network it is guarded: see Guard. It follows no redirects, so that tests see them.
func (p *Portico) Client() *http.Client {
	return &http.Client{
		Transport:     line{p},
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
	var all []struct{ Vendor, Name, Value string }
	if err := json.Unmarshal(p.credentials, &all); err != nil {
		p.t.Fatalf("portico: %v", err)
	}
	var names []string
	for _, c := range all {
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

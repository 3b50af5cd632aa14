package testkit

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// ending holds the worlds of a test on one emulator, which are checked and deleted together.
type ending struct {
	t TB

	mu     sync.Mutex
	worlds []*Portico
}

func (e *ending) add(p *Portico) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.worlds = append(e.worlds, p)
}

// end checks all worlds before it deletes any, so that a failed test leaves bundles of all.
func (e *ending) end() {
	e.t.Helper()
	e.mu.Lock()
	worlds := e.worlds
	e.mu.Unlock()
	if s, ok := e.t.(interface{ Skipped() bool }); !ok || !s.Skipped() {
		for _, p := range worlds {
			p.judge()
		}
	}
	if f, ok := e.t.(interface{ Failed() bool }); ok && f.Failed() {
		for _, p := range worlds {
			p.bundle()
		}
	}
	for _, p := range worlds {
		p.leave()
	}
}

// judge fails the test on requests that match no operation, and on faults that never acted.
func (p *Portico) judge() {
	p.t.Helper()
	now, err := p.info()
	if err == nil {
		err = p.count()
	}
	p.record.mu.Lock()
	deleted := p.record.deleted
	p.record.mu.Unlock()
	if err != nil && !deleted {
		p.t.Errorf("portico: the world did not answer at the end of the test: %v\n"+
			"Stop an emulator that the test starts itself in a Cleanup that is registered before At, not in a defer.", err)
	}
	if !p.settings.AllowUnmatched {
		p.judgeCalls(now)
	}
	if !p.settings.AllowUnusedFaults {
		p.judgeFaults()
	}
}

func (p *Portico) judgeCalls(now worldInfo) {
	p.t.Helper()
	rec := &p.record
	rec.mu.Lock()
	all, since := slices.Clone(rec.unmatched), rec.since
	rec.mu.Unlock()
	if now.Requests > since {
		some, err := p.unmatched(since)
		if err != nil {
			p.t.Errorf("portico: the world %s did not answer at the end of the test: %v", now.Name, err)
		}
		all = append(all, some...)
	}
	if len(all) == 0 {
		return
	}
	const most = 10
	var b strings.Builder
	fmt.Fprintf(&b, "portico: %s matched no operation:", counted(len(all), "request"))
	for i, c := range all {
		if i == most {
			fmt.Fprintf(&b, "\n    and %d more", len(all)-most)
			break
		}
		b.WriteString("\n    " + c.String())
		for _, why := range c.reasons() {
			b.WriteString("\n        " + why)
		}
	}
	b.WriteString("\nWhere that is what the test is about, give testkit.AllowUnmatched() to Start or World.")
	p.t.Errorf("%s", b.String())
}

func (p *Portico) judgeFaults() {
	p.t.Helper()
	rec := &p.record
	rec.mu.Lock()
	defer rec.mu.Unlock()
	for _, f := range rec.faults {
		if f.fired > 0 || f.optional {
			continue
		}
		name := f.on
		if f.name != "" && f.name != f.on {
			name = fmt.Sprintf("%q (%s)", f.name, f.on)
		}
		matched := "no call matched it"
		if f.hits > 0 {
			matched = counted(f.hits, "call") + " matched it"
		}
		p.t.Errorf("portico: the fault %s never acted: %s.\n"+
			"Where that is well, set Optional in the Fault, or give testkit.AllowUnusedFaults() to Start or World.", name, matched)
	}
}

// leave deletes a world of the test's own, and removes the test's faults from any other.
func (p *Portico) leave() {
	p.t.Helper()
	switch {
	case p.ours && p.world != "":
		if a, err := p.ask(http.MethodDelete, "/worlds/"+p.world, nil); err != nil {
			p.t.Errorf("portico: the world %s could not be deleted: %v", p.world, err)
		} else if a.status >= http.StatusBadRequest && a.status != http.StatusNotFound {
			p.t.Errorf("portico: the world %s could not be deleted: %s", p.world, a.problem())
		}
	case !p.ours:
		for _, f := range p.record.faults {
			if !f.gone {
				_, _ = p.ask(http.MethodDelete, "/faults/"+f.ID, nil)
			}
		}
	}
}

// counted returns a number with its noun, in the plural where it has to be.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

package testkit

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strings"
)

// Diff is how a world's documents differ from a snapshot, or from those that it was created with.
type Diff struct {
	Since   string // the snapshot; "": the creation of the world
	Added   []Difference
	Removed []Difference
	Changed []Difference

	p *Portico
}

// Difference is a document that was added, removed or changed.
type Difference struct {
	Kind     string          `json:"kind"`
	ID       string          `json:"id"`
	Document json.RawMessage `json:"document"` // as added, or before its removal; nil for a changed one
	Patch    []PatchStep     `json:"patch"`
}

// Diff compares the world with a snapshot, or if from is "" with the world as it was created.
func (p *Portico) Diff(from string) *Diff {
	p.t.Helper()
	d := &Diff{Since: from, p: p}
	where := "/diff"
	if from != "" {
		where += "?from=" + url.QueryEscape(from)
	}
	if err := p.get(where, d); err != nil {
		p.t.Fatalf("portico: %v", err)
	}
	return d
}

// Of selects the documents of kinds that match one of some globs, such as konnect.portal or konnect.*.
func (d *Diff) Of(kinds ...string) *Diff {
	d.p.t.Helper()
	keep := func(all []Difference) []Difference {
		out := []Difference{}
		for _, one := range all {
			for _, k := range kinds {
				if ok, err := path.Match(k, one.Kind); err != nil {
					d.p.t.Fatalf("portico: %q is no glob: %v", k, err)
				} else if ok {
					out = append(out, one)
					break
				}
			}
		}
		return out
	}
	return &Diff{d.Since, keep(d.Added), keep(d.Removed), keep(d.Changed), d.p}
}

// Len returns the number of documents that differ.
func (d *Diff) Len() int { return len(d.Added) + len(d.Removed) + len(d.Changed) }

// Empty asserts that nothing changed.
func (d *Diff) Empty() {
	d.p.t.Helper()
	if d.Len() > 0 {
		d.p.t.Errorf("documents changed; want none to\n%s", d)
	}
}

// String formats the difference with lines for each document: + added, - removed, ~ changed.
func (d *Diff) String() string {
	var b strings.Builder
	since := "since birth"
	if d.Since != "" {
		since = "since " + d.Since
	}
	fmt.Fprintf(&b, "%s: %d added, %d removed, %d changed", since, len(d.Added), len(d.Removed), len(d.Changed))
	const most = 300 // bytes of a document that are shown
	for _, x := range d.Added {
		fmt.Fprintf(&b, "\n    + %s %s %s", x.Kind, x.ID, clipped(string(x.Document), most))
	}
	for _, x := range d.Removed {
		fmt.Fprintf(&b, "\n    - %s %s %s", x.Kind, x.ID, clipped(string(x.Document), most))
	}
	for _, x := range d.Changed {
		fmt.Fprintf(&b, "\n    ~ %s %s", x.Kind, x.ID)
		for _, s := range x.Patch {
			fmt.Fprintf(&b, "\n        %s %s", s.Op, s.Path)
			if s.Op != "remove" {
				b.WriteString(" " + clipped(compact(s.Value), most))
			}
		}
	}
	return b.String()
}

package seed

import (
	"fmt"
	"strconv"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// Format is the version of exports.
const Format = 1

// checkFormat refuses an export that this version cannot read.
func (f *file) checkFormat(n, by *yaml.Node) error {
	format, err := strconv.Atoi(string(n.Scalar))
	switch {
	case err != nil || n.Kind != yaml.Number || format < 1:
		return f.fault(n, "format: want %d, got %s", Format, n.JSON(nil))
	case format > Format:
		from := "a newer portico"
		if by != nil && by.Kind == yaml.String {
			from = "portico " + by.Text
		}
		return f.fault(n, "format %d was written by %s; this version reads format %d: use one at least as new", format, from, Format)
	}
	return nil
}

// readClock reads the clock that an export was written under.
func (f *file) readClock(n *yaml.Node) error {
	now, frozen := n.Get("now"), n.Get("frozen")
	if n.Kind != yaml.Mapping || now == nil {
		return f.fault(n, `clock: want {"now", "frozen"}`)
	}
	at, err := time.Parse(time.RFC3339Nano, now.Text)
	if err != nil || !clock.Fits(at) {
		return f.fault(now, "clock: now: want an RFC 3339 instant in the years 1678 to 2261")
	}
	if frozen != nil && frozen.Kind != yaml.Bool {
		return f.fault(frozen, "clock: frozen: want true or false")
	}
	f.clock = clock.Reading{Now: at.UTC(), Frozen: frozen != nil && string(frozen.Scalar) == "true"}
	return nil
}

// Clock is the clock that an export was written under; the zero reading if the fixture is none.
func (f *Fixture) Clock() clock.Reading {
	for _, one := range f.files {
		if !one.clock.Now.IsZero() {
			return one.clock
		}
	}
	return clock.Reading{}
}

// Empty tells whether the fixture does not even say that there are no documents, as a text that was cut off would.
func (f *Fixture) Empty() bool {
	for _, one := range f.files {
		if one.listed || one.stored != nil {
			return false
		}
	}
	return true
}

// load brings back the documents of an export, which are complete: each is judged by its schema, and then they are by
// each other.
func (g *grower) load(f *file) (err error) {
	at := f.stored
	defer func() {
		if fault := recover(); fault != nil {
			err = f.fault(at, "panic: %v", fault)
		}
	}()
	var docs []*api.Doc
	var nodes []*yaml.Node
	for _, m := range f.stored.Members {
		res := g.tx.Resource(m.Name)
		if res == nil {
			return &Error{f.name, m.Line, m.Column, fmt.Sprintf("no kind %q", m.Name)}
		}
		if m.Value.Kind != yaml.Sequence {
			return f.fault(m.Value, "%s: want a list of documents", m.Name)
		}
		for _, at = range m.Value.Items {
			if err := g.ctx.Err(); err != nil {
				return err
			}
			d, err := g.stored(f, res, at)
			if err != nil {
				return err
			}
			docs, nodes = append(docs, d), append(nodes, at)
		}
	}
	if which, err := g.tx.Load(docs); err != nil {
		return f.fault(nodes[which], "%s", api.AsError(err).Message)
	}
	return nil
}

// weight is about how many bytes a node takes, without those that JSON needs between values. Aliases are counted as often as
// they are used.
func weight(n *yaml.Node) int {
	sum := len(n.Scalar)
	for i := range n.Members {
		sum += len(n.Members[i].Name) + weight(n.Members[i].Value)
	}
	for _, item := range n.Items {
		sum += weight(item)
	}
	return sum
}

func (g *grower) stored(f *file, res *api.Resource, n *yaml.Node) (*api.Doc, error) {
	if n.Kind != yaml.Mapping {
		return nil, f.fault(n, "%s: want a document", res.Kind)
	}
	if err := g.take(f, n, weight(n)); err != nil {
		return nil, err
	}
	d := &api.Doc{Res: res}
	var o api.Object
	for _, m := range n.Members {
		switch m.Name {
		case "_id":
			d.ID = m.Value.Text
		case "_in":
			for _, id := range m.Value.Items {
				d.In = append(d.In, id.Text)
			}
		default:
			o = append(o, api.Member{Name: m.Name, Value: m.Value.JSON(nil)})
		}
	}
	bad, err := g.check(res, o)
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		return nil, f.fault(n.Find(bad[0].Path), "%s: %s", res.Kind, bad[0].Plain())
	}
	if d.ID == "" {
		return nil, f.fault(n, "%s: the document has no _id; a list of documents to be born is written as records with kind and document", res.Kind)
	}
	if len(d.ID) > rest.MaxID {
		return nil, f.fault(n.Find([]string{"_id"}), "%s: the id of a document has at most %d bytes", res.Kind, rest.MaxID)
	}
	if want := rest.Identity(res, d.Owner(), o); want != d.ID {
		return nil, f.fault(n.Find([]string{"_id"}), "%s: _id is %q, but the document is known by %q", res.Kind, d.ID, want)
	}
	d.JSON = o.JSON()
	return d, nil
}

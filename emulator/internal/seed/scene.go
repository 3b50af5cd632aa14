package seed

import (
	"context"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// Records reads documents that stand in another file as they do in a fixture. The name stands in errors.
func Records(name string, n *yaml.Node) (*Fixture, error) {
	f := &file{name: name}
	var err error
	f.records, err = f.all(n)
	return &Fixture{Name: name, files: []*file{f}}, err
}

// Templates refuses a value of another file with a template that may not be used.
func Templates(name string, n *yaml.Node) error { return (&file{name: name}).templates(n) }

// Scene brings documents into a world that lives, and changes those that it has: born and changed as if a client had
// asked, at an instant of the world's clock, with ids of the world's own.
type Scene struct {
	Tx    api.Tx
	World api.World
	Now   time.Time
	Check Checker
}

func (s *Scene) grower() *grower {
	return &grower{
		ctx: context.Background(), tx: &numbered{Tx: s.Tx}, seed: s.World.Seed(), now: s.Now, check: s.Check, alive: s.World, room: maxBytes,
	}
}

// Bear brings documents into being, until the context ends.
func (s *Scene) Bear(ctx context.Context, f *Fixture) error {
	g := s.grower()
	g.ctx = ctx
	for _, file := range f.files {
		if err := g.records(file); err != nil {
			return err
		}
	}
	return nil
}

// Value is a node as JSON, with references followed and templates filled in. File and place are as in a fixture.
func (s *Scene) Value(name, path string, n *yaml.Node) ([]byte, error) {
	return s.grower().value(&record{file: &file{name: name}}, n, nil, place(path))
}

// Merge changes a document by a merge patch.
func (s *Scene) Merge(old *api.Doc, patch []byte) error {
	sent := api.ObjectOf(patch)
	members := api.ObjectOf(api.MergePatch(old.JSON, patch))
	if bad, err := s.Check(old.Res, members); err != nil || len(bad) > 0 {
		if err != nil {
			return err
		}
		return api.Refuse(bad...)
	}
	for _, name := range []string{old.Res.IDMember(), old.Res.Pair} {
		if name != "" && members.Str(name) != old.Str(name) {
			return api.Fail(api.Invalid, "%s is what %s %q is known by and cannot change", name, old.Res.Kind, old.ID)
		}
	}
	_, err := rest.Change(s.grower().call(old.Res), old, members, sent)
	return err
}

// Settings is the one document of a kind that an owner has, or nil where there is no such owner.
func (s *Scene) Settings(r *api.Resource, owner string) *api.Doc {
	if d := s.Tx.Get(r.Parent(), owner); d != nil {
		return rest.Settings(s.grower().call(r), r.Kind, d)
	}
	return nil
}

// Within is the id of the owner that a list of owners ends in, or "".
func (s *Scene) Within(name string, in []*yaml.Node) (string, error) {
	if len(in) == 0 {
		return "", nil
	}
	raw, err := s.Value(name, "in", in[len(in)-1])
	return gjson.ParseBytes(raw).String(), err
}

// Lives tells whether a document is inside an owner; "" is everywhere.
func Lives(d *api.Doc, owner string) bool { return owner == "" || slices.Contains(d.In, owner) }

// call is one in which a document of a kind is born or changes. In a world that lives it bears a number that no request
// has, so that chance makes no twins.
func (g *grower) call(res *api.Resource) *api.Call {
	c := &api.Call{Vendor: res.Vendor, World: g, Tx: g.tx, Now: g.now, Growing: g.alive == nil, Trust: true}
	if g.alive != nil {
		c.World, c.Number = g.alive, 1<<63|g.tx.Counter()
	}
	return c
}

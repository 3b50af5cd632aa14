package rest

import (
	"bytes"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
)

// MaxID is how many bytes an id may have that a fixture or the admin API gives: every index of what lives in the document
// repeats it.
const MaxID = 1024

// Birth is the one place where documents come into being, whoever asks: an operation, a fixture, a scenario, the admin
// API. It fills in id, times and defaults, lets the kind complete and judge the draft, and stores it.
func Birth(c *api.Call, kind string, in []string, given api.Object) (*api.Doc, error) {
	r := c.Tx.Resource(kind)
	d := &api.Draft{Res: r, In: in, Sent: given}
	d.Object = assemble(c, r, given)
	lowerUUIDs(d.Object, r.Shape)
	made := d.Str(r.IDMember())
	if r.Born != nil {
		if err := r.Born(c, d); err != nil {
			return nil, err
		}
	}
	d.ID = identity(r, d)
	if c.Trust && len(d.ID) > MaxID {
		return nil, api.Fail(api.Invalid, "the id of a document has at most %d bytes", MaxID)
	}
	if other := c.Tx.Get(kind, d.ID); other != nil {
		if c.Growing && other.Kids && other.Owner() == d.Owner() {
			return Change(c, other, merged(other, given), given)
		}
		// Imported documents may bear ids that this world would make: make another.
		if m := r.IDMember(); m != "" && !given.Has(m) && d.ID == made && !c.Growing {
			return Birth(c, kind, in, given)
		}
		e := api.Fail(api.Conflict, "%s %q exists already", kind, d.ID)
		e.Facts = api.Facts{Kind: kind, ID: d.ID, Index: "id", Value: d.ID, In: other.In}
		return nil, e
	}
	return store(c, d)
}

// Bear is Birth for a document that the vendor makes along with its owner. A fixture that names it completes it.
func Bear(c *api.Call, kind string, in []string, given api.Object) (*api.Doc, error) {
	d, err := Birth(c, kind, in, given)
	if err == nil {
		d.Kids = true
	}
	return d, err
}

func store(c *api.Call, d *api.Draft) (*api.Doc, error) {
	d.Res.Shape.Sort(d.Object)
	doc := d.Doc()
	err := c.Tx.Put(doc)
	if err == nil {
		if d.Then != nil {
			err = d.Then(doc)
		}
		return doc, err
	}
	if e := api.AsError(err); c.Growing && e.Code == api.Conflict {
		if twin := c.Tx.Get(e.Facts.Kind, e.Facts.ID); twin != nil && twin.Kids && twin.Owner() == d.Owner() {
			return complete(c, twin, d)
		}
	}
	return nil, err
}

// assemble puts given members, id, times and defaults into the order of the kind.
func assemble(c *api.Call, r *api.Resource, given api.Object) api.Object {
	shape, fills := r.Shape, r.Fills()
	if len(shape.Names) == 0 { // free form
		return given.Copy()
	}
	var room [32]struct{ place, at int }
	known := room[:0] // given members, in order
	for at := range given {
		place, ok := shape.Place[given[at].Name]
		if !ok {
			continue
		}
		i := len(known)
		for i > 0 && known[i-1].place > place {
			i--
		}
		if i == 0 || known[i-1].place < place { // of two of a name the first counts
			known = slices.Insert(known, i, struct{ place, at int }{place, at})
		}
	}
	o := make(api.Object, 0, len(known)+len(fills)+2) // what hooks add, as a rule
	for len(known)+len(fills) > 0 {
		switch {
		case len(fills) == 0 || len(known) > 0 && known[0].place < fills[0].Place:
			o = append(o, given[known[0].at])
			known = known[1:]
			continue
		case len(known) > 0 && known[0].place == fills[0].Place:
			o = append(o, given[known[0].at])
			known = known[1:]
		default:
			o = append(o, api.Member{Name: fills[0].Name, Value: filling(c, r, &fills[0], given)})
		}
		fills = fills[1:]
	}
	return o
}

func filling(c *api.Call, r *api.Resource, f *api.Fill, given api.Object) []byte {
	switch f.What {
	case api.ByID:
		return api.Quote(c.NewID())
	case api.ByCreation:
		return c.Stamp()
	case api.ByUpdate:
		if created := given.Raw(r.CreatedMember()); created != nil {
			return created
		}
		return c.Stamp()
	default:
		return f.Value
	}
}

// lowerUUIDs writes UUIDs as all of them are stored, whatever the letter case in which they were sent.
func lowerUUIDs(o api.Object, s *api.Shape) {
	for i := range o {
		if len(o[i].Value) > len(`""`)+32 && s.UUIDs[o[i].Name] && bytes.ContainsAny(o[i].Value, "ABCDEF") {
			o[i].Value = bytes.ToLower(o[i].Value)
		}
	}
}

func identity(r *api.Resource, d *api.Draft) string {
	switch {
	case r.Single:
		return d.Owner()
	case r.Pair != "":
		return PairID(d.Owner(), d.Str(r.Pair))
	}
	id := d.Str(r.IDMember())
	if plain := plainID(r, id); plain != id {
		id = plain
		d.SetString(r.IDMember(), id)
	}
	return id
}

// Identity is the id that a complete document is known by, in an owner.
func Identity(r *api.Resource, owner string, document api.Object) string {
	switch {
	case r.Single:
		return owner
	case r.Pair != "":
		return PairID(owner, document.Str(r.Pair))
	}
	return document.Str(r.IDMember())
}

// PairID is the id of a document that is known by its owner and one of its members.
func PairID(owner, member string) string {
	return owner + "/" + object.Escape(member)
}

// complete gives a document that was born along with its owner what a fixture says of it: its id, too, since others refer
// to it by that.
func complete(c *api.Call, twin *api.Doc, d *api.Draft) (*api.Doc, error) {
	name := d.Res.IDMember()
	if name == "" || !d.Sent.Has(name) || d.ID == twin.ID {
		return Change(c, twin, merged(twin, d.Sent), d.Sent)
	}
	c.Tx.Delete(twin)
	d.Object = merged(twin, d.Sent)
	d.SetString(name, d.ID)
	if changed := d.Res.Changed; changed != nil {
		if err := changed(c, twin, d); err != nil {
			return nil, err
		}
	}
	d.Res.Shape.Sort(d.Object)
	doc := d.Doc()
	doc.Kids = true
	return doc, c.Tx.Put(doc)
}

func merged(d *api.Doc, given api.Object) api.Object {
	o := d.Object()
	for _, m := range given {
		o.Set(m.Name, m.Value)
	}
	return o
}

// Change gives a document new members. One that says the same as before is left alone, its time of change included.
func Change(c *api.Call, old *api.Doc, members, sent api.Object) (*api.Doc, error) {
	r := old.Res
	d := &api.Draft{Res: r, ID: old.ID, In: old.In, Object: members, Sent: sent}
	if r.Changed != nil {
		if err := r.Changed(c, old, d); err != nil {
			return nil, err
		}
	}
	// Who is trusted may change the times of a document, but not take them out: replies promise them.
	for _, name := range []string{r.CreatedMember(), r.UpdatedMember()} {
		if name == "" || d.Has(name) {
			continue
		}
		if was := old.Raw(name); was != nil {
			d.Set(name, was)
		}
	}
	r.Shape.Keep(&d.Object)
	lowerUUIDs(d.Object, r.Shape)
	r.Shape.Sort(d.Object)
	if api.Same(old.JSON, d.JSON()) {
		return old, nil
	}
	if name := r.UpdatedMember(); name != "" && !(c.Trust && sent.Has(name) && !sent.Null(name)) {
		if _, kept := r.Shape.Place[name]; kept {
			d.Set(name, c.Stamp())
		}
	}
	doc := d.Doc()
	doc.At = old.At
	return doc, c.Tx.Put(doc)
}

// Settings is the document of a kind of which an owner has one: the stored one, or the defaults, which are not stored
// until they differ.
func Settings(c *api.Call, kind string, owner *api.Doc) *api.Doc {
	if d := c.Tx.Get(kind, owner.ID); d != nil {
		return d
	}
	r := c.Tx.Resource(kind)
	return &api.Doc{Res: r, ID: owner.ID, In: Inside(owner), JSON: r.Shape.Defaults.JSON()}
}

// Inside is where documents of an owner live: its own owners and itself.
func Inside(owner *api.Doc) []string {
	in := make([]string, 0, len(owner.In)+1)
	return append(append(in, owner.In...), owner.ID)
}

package rest

import (
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// MaxID is how many bytes an id may have that a fixture or the admin API gives: every index of what belongs to the document
// repeats it.
const MaxID = 1024

// Insert makes and stores a new document, whoever asks: an operation, a fixture, a scenario or the admin API. It sets id, times and
// defaults, calls the kind's OnCreate, and returns Conflict if the id or the key of a unique index is taken. In is the ids of the
// owners, outermost first.
func Insert(s *api.Scope, kind string, in []string, given api.Object) (*api.Doc, error) {
	r := s.Tx.Resource(kind)
	d := &api.Draft{Res: r, In: in, Sent: given, Object: initial(s, r, given)}
	lowerUUIDs(d.Object, r.Shape)
	made := d.Str(r.IDMember())
	if r.OnCreate != nil {
		if err := r.OnCreate(s, d); err != nil {
			return nil, err
		}
	}
	if id := d.Str(r.IDMember()); id != plainID(r, id) {
		d.SetString(r.IDMember(), plainID(r, id))
	}
	d.ID = Identity(r, d.Owner(), d.Object)
	if s.Privileged && len(d.ID) > MaxID {
		return nil, api.Fail(api.Invalid, "the id of a document has at most %d bytes", MaxID)
	}
	if other := s.Tx.Get(kind, d.ID); other != nil {
		if s.Completes && other.Implicit && other.Owner() == d.Owner() {
			return Update(s, other, Merged(other, given), given)
		}
		// An imported document may have the id that this world makes next: make another.
		if m := r.IDMember(); m != "" && !given.Has(m) && d.ID == made && !s.Completes {
			return Insert(s, kind, in, given)
		}
		e := api.Fail(api.Conflict, "%s %q exists already", kind, d.ID)
		e.Facts = api.Facts{Kind: kind, ID: d.ID, Index: "id", Value: d.ID, In: other.In}
		return nil, e
	}
	return store(s, d)
}

// InsertImplicit is Insert for a document that the vendor makes along with its owner. A fixture that names it completes it.
func InsertImplicit(s *api.Scope, kind string, in []string, given api.Object) (*api.Doc, error) {
	d, err := Insert(s, kind, in, given)
	if err == nil {
		d.Implicit = true
	}
	return d, err
}

func store(s *api.Scope, d *api.Draft) (*api.Doc, error) {
	d.Res.Shape.Sort(d.Object)
	doc := d.Doc()
	err := s.Tx.Put(doc)
	if err == nil {
		if d.Then != nil {
			err = d.Then(doc)
		}
		return doc, err
	}
	if e := api.AsError(err); s.Completes && e.Code == api.Conflict {
		if twin := s.Tx.Get(e.Facts.Kind, e.Facts.ID); twin != nil && twin.Implicit && twin.Owner() == d.Owner() {
			return complete(s, twin, d)
		}
	}
	return nil, err
}

// initial returns the given members that the kind has, with id, times and defaults, in the order of the kind.
func initial(s *api.Scope, r *api.Resource, given api.Object) api.Object {
	if len(r.Shape.Names) == 0 { // free form
		return given.Copy()
	}
	o := make(api.Object, 0, len(given)+8)
	for _, name := range r.Shape.Names {
		value := given.Raw(name)
		switch {
		case value != nil:
		case name == r.IDMember():
			value = api.Quote(s.NewID())
		case name == r.UpdatedMember() && given.Has(r.CreatedMember()):
			value = given.Raw(r.CreatedMember())
		case name == r.CreatedMember(), name == r.UpdatedMember():
			value = s.Stamp()
		default:
			value = r.Shape.Defaults.Raw(name)
		}
		if value != nil {
			o = append(o, api.Member{Name: name, Value: value})
		}
	}
	return o
}

// Identity returns the id of a complete document within its owner.
func Identity(r *api.Resource, owner string, document api.Object) string {
	switch {
	case r.Single:
		return owner
	case r.Pair != "":
		return PairID(owner, document.Str(r.Pair))
	}
	return document.Str(r.IDMember())
}

// PairID returns the id of a document that is identified by its owner and one of its members.
func PairID(owner, member string) string {
	return owner + "/" + strings.ReplaceAll(strings.ReplaceAll(member, "~", "~0"), "/", "~1")
}

// complete gives an implicit document what a fixture says of it, its id included: other documents of the fixture refer to that.
func complete(s *api.Scope, twin *api.Doc, d *api.Draft) (*api.Doc, error) {
	name := d.Res.IDMember()
	if name == "" || !d.Sent.Has(name) || d.ID == twin.ID {
		return Update(s, twin, Merged(twin, d.Sent), d.Sent)
	}
	s.Tx.Delete(twin)
	d.Object = Merged(twin, d.Sent)
	d.SetString(name, d.ID)
	if d.Res.OnChange != nil {
		if err := d.Res.OnChange(s, twin, d); err != nil {
			return nil, err
		}
	}
	d.Res.Shape.Sort(d.Object)
	doc := d.Doc()
	doc.Implicit = true
	return doc, s.Tx.Put(doc)
}

// Inside returns the ids of the owners of what belongs to owner: its own owners and itself.
func Inside(owner *api.Doc) []string { return append(slices.Clone(owner.In), owner.ID) }

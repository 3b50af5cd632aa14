package rest

import (
	"bytes"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Update stores a document with new members; sent is what was asked for. It calls the kind's OnChange and sets the time of the last
// change. If the members are the same as before, it changes nothing.
func Update(s *api.Scope, old *api.Doc, members, sent api.Object) (*api.Doc, error) {
	r := old.Res
	d := &api.Draft{Res: r, ID: old.ID, In: old.In, Object: members, Sent: sent}
	if r.OnChange != nil {
		if err := r.OnChange(s, old, d); err != nil {
			return nil, err
		}
	}
	// A privileged caller may change the times of a document, but not remove them: replies promise them.
	for _, name := range []string{r.CreatedMember(), r.UpdatedMember()} {
		if was := old.Raw(name); name != "" && was != nil {
			d.Default(name, was)
		}
	}
	r.Shape.Keep(&d.Object)
	lowerUUIDs(d.Object, r.Shape)
	r.Shape.Sort(d.Object)
	if api.Same(old.JSON, d.JSON()) {
		return old, nil
	}
	if name := r.UpdatedMember(); name != "" && !(s.Privileged && sent.Has(name) && !sent.Null(name)) {
		if _, kept := r.Shape.Place[name]; kept {
			d.Set(name, s.Stamp())
		}
	}
	doc := d.Doc()
	doc.At = old.At
	return doc, s.Tx.Put(doc)
}

// Merged returns the members of a document with those given set.
func Merged(d *api.Doc, given api.Object) api.Object {
	o := d.Object()
	for _, m := range given {
		o.Set(m.Name, m.Value)
	}
	return o
}

// lowerUUIDs writes UUIDs in lower case, as all of them are stored.
func lowerUUIDs(o api.Object, s *api.Shape) {
	for i := range o {
		if len(o[i].Value) > len(`""`)+32 && s.UUIDs[o[i].Name] && bytes.ContainsAny(o[i].Value, "ABCDEF") {
			o[i].Value = bytes.ToLower(o[i].Value)
		}
	}
}

// Settings returns the document of a kind of which an owner has one: the stored one, or the defaults, which are not stored
// until they differ.
func Settings(s *api.Scope, kind string, owner *api.Doc) *api.Doc {
	if d := s.Tx.Get(kind, owner.ID); d != nil {
		return d
	}
	r := s.Tx.Resource(kind)
	return &api.Doc{Res: r, ID: owner.ID, In: Inside(owner), JSON: r.Shape.Defaults.JSON()}
}

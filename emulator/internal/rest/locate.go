// Package rest holds the plain verbs over resources: find what a path names, bring a document into the world, change,
// show, list and delete it. What is not plain is a function of the vendor.
package rest

import (
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Locate is the check that everything the path names exists, each within the one before it.
func Locate(c *api.Call) error {
	for i := range c.Op.Params {
		ref := &c.Op.Params[i].Ref
		if ref.Kind == "" {
			continue
		}
		from := i + 1 - max(ref.Join, 1)
		owner := c.Object
		d := Lookup(c, *ref, owner, c.Args[from:i+1]...)
		if d == nil {
			return missing(c, ref, owner, c.Args[from:i+1])
		}
		if owner != nil {
			c.Owners = append(c.Owners, owner)
		}
		c.Object = d
	}
	return nil
}

// Lookup finds what a reference names within an owner, which may be nil.
func Lookup(c *api.Call, ref api.Ref, owner *api.Doc, parts ...string) *api.Doc {
	res := c.Tx.Resource(ref.Kind)
	for _, by := range or(ref.By, "id") {
		var d *api.Doc
		if ix, ok := res.Index(by); ok {
			key := api.Key(parts...)
			if ix.Within != "" && owner != nil {
				key = api.Key(owner.ID, key)
			}
			d = c.Tx.Find(ref.Kind, by, key)
		} else {
			d = c.Tx.Get(ref.Kind, plainID(res, strings.Join(parts, "/")))
		}
		if d != nil && within(d, owner) {
			return d
		}
	}
	return nil
}

func or(names []string, usual string) []string {
	if len(names) == 0 {
		return []string{usual}
	}
	return names
}

// plainID is an id as it is stored: letter case does not count in UUIDs, unless the kind says so.
func plainID(r *api.Resource, id string) string {
	if r.Exact {
		return id
	}
	if low, ok := api.LowerUUID(id); ok {
		return low
	}
	return id
}

// within tells whether a document belongs to an owner. One that its kind does not live in says nothing.
func within(d, owner *api.Doc) bool {
	if owner == nil || d.Res.Parent() == "" {
		return true
	}
	if d.Res.Parent() == owner.Res.Kind {
		return d.Owner() == owner.ID
	}
	depth := len(owner.In)
	if depth < len(d.In)-1 {
		return slices.Contains(d.In, owner.ID)
	}
	return true
}

func missing(c *api.Call, ref *api.Ref, owner *api.Doc, parts []string) error {
	id := strings.Join(parts, "/")
	e := api.Fail(api.NotFound, "no %s %q", ref.Kind, id)
	e.Facts = api.Facts{Kind: ref.Kind, ID: id, Index: strings.Join(ref.By, ","), Gone: c.Tx.Gone(ref.Kind, id)}
	if owner != nil {
		e.Facts.In = Inside(owner)
	}
	if d := c.Tx.Get(ref.Kind, plainID(c.Tx.Resource(ref.Kind), id)); d != nil {
		e.Facts.Lives = d.In
	}
	return e
}

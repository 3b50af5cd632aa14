// Package rest holds the plain verbs over resources: find what a path names, bring a document into the world, change,
// show, list and delete it. What is not plain is a function of the vendor.
package rest

import (
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Locate finds everything that the path names, each object within the one before it, and returns NotFound for the first
// that does not exist; the objects before that one are in the call. As a check it refuses such a path.
func Locate(c *api.Call) error { return LocateIn(c, nil) }

// LocateIn is Locate for a path whose outermost object lives in root.
func LocateIn(c *api.Call, root *api.Doc) error {
	c.Owners, c.Object = c.Owners[:0], nil
	owner := root
	for i := range c.Op.Params {
		ref := &c.Op.Params[i].Ref
		if ref.Kind == "" {
			continue
		}
		parts := c.Args[i+1-max(ref.Join, 1) : i+1]
		d := Lookup(c, *ref, owner, parts...)
		if d == nil {
			return Missing(c, ref.Kind, owner, strings.Join(parts, "/"))
		}
		if c.Object != nil {
			c.Owners = append(c.Owners, c.Object)
		}
		c.Object, owner = d, d
	}
	return nil
}

var byID = []string{"id"}

// Lookup finds what a reference names within an owner, which may be nil.
func Lookup(c *api.Call, ref api.Ref, owner *api.Doc, parts ...string) *api.Doc {
	by := ref.By
	if by == nil && ref.Find == nil {
		by = byID
	}
	res := c.Tx.Resource(ref.Kind)
	for _, index := range by {
		if d := find(c.Tx, res, index, owner, parts); d != nil && within(d, owner) && (ref.Where == nil || ref.Where(d)) {
			return d
		}
	}
	if ref.Find != nil {
		return ref.Find(c, owner, parts...)
	}
	return nil
}

// find looks in one index, or among the ids where there is no index of that name.
func find(tx api.Tx, res *api.Resource, index string, owner *api.Doc, parts []string) *api.Doc {
	ix, ok := res.Index(index)
	if !ok {
		return tx.Get(res.Kind, plainID(res, strings.Join(parts, "/")))
	}
	key := api.Key(plainParts(res, ix.Path, parts)...)
	if ix.Within != "" && owner != nil {
		return tx.Find(res.Kind, index, api.Key(owner.ID, key))
	}
	return tx.Find(res.Kind, index, key)
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

// plainParts are the parts of a key as they are stored: UUIDs are in lower case in members that the schema says are UUIDs.
func plainParts(r *api.Resource, path string, parts []string) []string {
	i := 0
	for member := range strings.SplitSeq(path, ",") {
		if i < len(parts) && r.Shape.UUIDs[member] {
			if low, ok := api.LowerUUID(parts[i]); ok && low != parts[i] {
				parts = slices.Clone(parts)
				parts[i] = low
			}
		}
		i++
	}
	return parts
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

// Missing is the error that a kind has no object of an id, or of what else names it, in an owner, which may be nil.
func Missing(c *api.Call, kind string, owner *api.Doc, id string) *api.Error {
	e := api.Fail(api.NotFound, "no %s %q", kind, id)
	e.Facts = api.Facts{Kind: kind, ID: id}
	if owner != nil {
		e.Facts.In = Inside(owner)
	}
	if r := c.Tx.Resource(kind); r != nil {
		stored := plainID(r, id)
		e.Facts.Gone = c.Tx.Gone(kind, stored)
		if d := c.Tx.Get(kind, stored); d != nil {
			e.Facts.Lives = d.In
		}
	}
	return e
}

package rest

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Verb is the function of a row.
type Verb = func(*api.Call) (any, error)

// Get returns what the path names.
func Get(c *api.Call) (any, error) { return c.Object, nil }

// Delete deletes what the path names, with what its indexes say, and answers without a body.
func Delete(c *api.Call) (any, error) {
	c.Tx.Delete(c.Object)
	return nil, nil
}

// Create makes an object of a kind from the body, inside what the path names.
func Create(kind string) Verb {
	return func(c *api.Call) (any, error) {
		var in []string
		if owner := c.Innermost(); owner != nil {
			in = Inside(owner)
		}
		return Insert(&c.Scope, kind, in, Accepted(c))
	}
}

// Merge sets the members that the body has and keeps the others.
func Merge(c *api.Call) (any, error) {
	sent := Accepted(c)
	return Update(&c.Scope, c.Object, Merged(c.Object, sent), sent)
}

// GetSettings returns the one document of a kind that the path's object has.
func GetSettings(kind string) Verb {
	return func(c *api.Call) (any, error) { return Settings(&c.Scope, kind, c.Object), nil }
}

// MergeSettings merges the body into the one document of a kind that the path's object has.
func MergeSettings(kind string) Verb {
	return func(c *api.Call) (any, error) {
		sent := Accepted(c)
		old := Settings(&c.Scope, kind, c.Object)
		return Update(&c.Scope, old, Merged(old, sent), sent)
	}
}

// Accepted returns the members of the body that the operation takes. Others are ignored if the schema lets them through.
func Accepted(c *api.Call) api.Object {
	if c.Op.Takes == nil {
		return c.Body.Object
	}
	out := make(api.Object, 0, len(c.Body.Object))
	for _, m := range c.Body.Object {
		if _, ok := c.Op.Takes.Place[m.Name]; ok {
			out = append(out, m)
		}
	}
	return out
}

// Render appends the wire form of a document.
func Render(c *api.Call, d *api.Doc, to []byte) []byte {
	if d.Res.Render != nil {
		return d.Res.Render(c, d, to)
	}
	if len(d.Res.Hidden) == 0 {
		return append(to, d.JSON...)
	}
	o := d.Object()
	for _, name := range d.Res.Hidden {
		o.Delete(name)
	}
	return o.Append(to)
}

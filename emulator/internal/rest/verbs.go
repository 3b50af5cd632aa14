package rest

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Verb is what a row does.
type Verb = func(*api.Call) (any, error)

// Get shows what the path names.
func Get(c *api.Call) (any, error) { return c.Object, nil }

// Delete removes what the path names, with all that dies with it, and answers without a body.
func Delete(c *api.Call) (any, error) {
	c.Tx.Delete(c.Object)
	return nil, nil
}

// Create makes an object of a kind out of the body, inside what the path names.
func Create(kind string) Verb {
	return func(c *api.Call) (any, error) {
		var in []string
		if owner := c.Innermost(); owner != nil {
			in = Inside(owner)
		}
		return Birth(c, kind, in, Taken(c))
	}
}

// Merge sets the members that the body has and keeps the others.
func Merge(c *api.Call) (any, error) {
	sent := Taken(c)
	return Change(c, c.Object, merged(c.Object, sent), sent)
}

// GetSettings shows the one document of a kind that the path's object has.
func GetSettings(kind string) Verb {
	return func(c *api.Call) (any, error) { return Settings(c, kind, c.Object), nil }
}

// MergeSettings merges the body into the one document of a kind that the path's object has.
func MergeSettings(kind string) Verb {
	return func(c *api.Call) (any, error) {
		sent := Taken(c)
		old := Settings(c, kind, c.Object)
		return Change(c, old, merged(old, sent), sent)
	}
}

// Taken is the body's members that the operation takes; others are ignored where the schema lets them through.
func Taken(c *api.Call) api.Object {
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

// Show appends the wire form of a document.
func Show(c *api.Call, d *api.Doc, to []byte) []byte {
	if d.Res.Shown != nil {
		if to == nil {
			to = make([]byte, 0, d.Res.Room(d))
		}
		before := len(to)
		to = d.Res.Shown(c, d, to)
		d.Res.Grew(d, len(to)-before)
		return to
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

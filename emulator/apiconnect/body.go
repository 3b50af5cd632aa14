package apiconnect

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// sent are the members of the body that can be written. The others are the object's own, which whoever sends back what
// was got has in the body: they are let through and ignored.
func sent(c *api.Call, writable ...string) api.Object {
	out := make(api.Object, 0, len(c.Body.Object)+2) // what is added, as a rule
	for _, m := range c.Body.Object {
		if slices.Contains(writable, m.Name) {
			out = append(out, m)
		}
	}
	return out
}

// created are the members of a new object: null is as good as nothing.
func created(c *api.Call, writable ...string) api.Object {
	return slices.DeleteFunc(sent(c, writable...), func(m api.Member) bool { return bytes.Equal(m.Value, api.Null) })
}

// settled refuses a body that asks for nothing but states that the object is in already. In any other body an equal
// value changes nothing, so that a whole object can be sent back.
func settled(d *api.Doc, sent api.Object, states ...string) error {
	if len(sent) == 0 {
		return nil
	}
	for _, m := range sent {
		if !slices.Contains(states, m.Name) || !equal(d, m) {
			return nil
		}
	}
	return api.Fail(api.Conflict, "the %s already is in the requested state", noun(d.Res.Kind))
}

// equal reports whether a member says what is so; null is what is not there.
func equal(d *api.Doc, m api.Member) bool {
	now := d.Get(m.Name)
	if !now.Exists() {
		return bytes.Equal(m.Value, api.Null)
	}
	return api.Same([]byte(now.Raw), m.Value)
}

// patch changes top-level members; null takes one out.
func patch(s *api.Scope, d *api.Doc, sent api.Object) (*api.Doc, error) {
	next := d.Object()
	for _, m := range sent {
		if bytes.Equal(m.Value, api.Null) {
			next.Delete(m.Name)
		} else {
			next.Set(m.Name, m.Value)
		}
	}
	return rest.Update(s, d, next, sent)
}

// refuse returns the refusal of a value in the body: what is wrong with it, and its path.
func refuse(text string, path ...string) error {
	return api.Refuse(api.Violation{Path: path, Rule: api.Other, Text: text})
}

// shown is what clients see of a document now, whatever becomes of it.
func shown(c *api.Call, d *api.Doc) json.RawMessage { return rest.Render(c, d, nil) }

// remove deletes what the path names and shows it as it was.
func remove(c *api.Call) (any, error) {
	out := shown(c, c.Object)
	c.Tx.Delete(c.Object)
	return out, nil
}

// flag reads a query parameter that is true or false; its form was checked.
func flag(c *api.Call, name string) bool { return c.Param(name) == "true" }

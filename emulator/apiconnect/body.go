package apiconnect

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// sent returns the members of the body that can be written. The others are ignored: clients send back whole objects.
func sent(c *api.Call, writable ...string) api.Object {
	out := make(api.Object, 0, len(c.Body.Object)+2) // what is added, as a rule
	for _, m := range c.Body.Object {
		if slices.Contains(writable, m.Name) {
			out = append(out, m)
		}
	}
	return out
}

// created returns the members of the body for a new object, without those that are null.
func created(c *api.Call, writable ...string) api.Object {
	return slices.DeleteFunc(sent(c, writable...), func(m api.Member) bool { return bytes.Equal(m.Value, api.Null) })
}

// settled refuses a body that has nothing but states in which the object is already. In any other body an equal value changes
// nothing, so that a whole object can be sent back.
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

// equal reports whether the object has the value of a member already; null equals a missing one.
func equal(d *api.Doc, m api.Member) bool {
	now := d.Get(m.Name)
	if !now.Exists() {
		return bytes.Equal(m.Value, api.Null)
	}
	return api.Same([]byte(now.Raw), m.Value)
}

// patch changes top-level members of a document; null removes one.
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

// shown is what clients see of a document now, before it changes or is deleted.
func shown(c *api.Call, d *api.Doc) json.RawMessage { return rest.Render(c, d, nil) }

// remove deletes what the path names and shows it as it was.
func remove(c *api.Call) (any, error) {
	out := shown(c, c.Object)
	c.Tx.Delete(c.Object)
	return out, nil
}

// flag reads a query parameter that is true or false; its form was checked.
func flag(c *api.Call, name string) bool { return c.Param(name) == "true" }

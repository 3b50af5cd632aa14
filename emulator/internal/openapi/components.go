package openapi

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/schema"
)

// components collects the schemas that a document reaches, in the order in which they are first met.
type components struct {
	set   *schema.Set
	seen  map[string]bool
	names []string
}

// ref refers to a definition, which then is part of the document.
func (c *components) ref(name string) []byte {
	if !c.seen[name] {
		c.seen[name] = true
		c.names = append(c.names, name)
	}
	return single("$ref", api.Quote("#/components/schemas/"+name))
}

// all gives the definitions that were referred to, with those that they refer to themselves.
func (c *components) all() (api.Object, error) {
	var out api.Object
	for i := 0; i < len(c.names); i++ { //nolint:intrange // the list grows meanwhile
		raw := c.set.Raw(c.names[i])
		if len(raw) == 0 {
			return nil, fmt.Errorf("no schema %q", c.names[i])
		}
		out.Set(c.names[i], c.rewrite(raw))
	}
	return out, nil
}

// rewrite is a schema whose references, into its own file and into others, lead into the document. The definitions of a
// vendor have names of their own in all its files.
func (c *components) rewrite(raw []byte) []byte {
	v := gjson.ParseBytes(raw)
	switch {
	case v.IsArray():
		var items [][]byte
		for _, item := range v.Array() {
			items = append(items, c.rewrite([]byte(item.Raw)))
		}
		return object.Array(items...)
	case !v.IsObject():
		return raw
	}
	var o api.Object
	v.ForEach(func(name, value gjson.Result) bool {
		if _, definition, ok := strings.Cut(value.Str, "#/$defs/"); ok && name.Str == "$ref" {
			o = append(o, api.ObjectOf(c.ref(definition))...)
			return true
		}
		o = append(o, api.Member{Name: name.Str, Value: c.rewrite([]byte(value.Raw))})
		return true
	})
	return o.JSON()
}

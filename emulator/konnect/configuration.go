package konnect

import (
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// configurationPath is inferred, as are the methods on it: no published document has these three operations' addresses.
const configurationPath = inPortal + "/configuration"

// configurations are the menus of a portal.
var configurations = setting("konnect.configuration", "StoredConfiguration")

// setting is a kind of which a portal has one document, stored once it differs from the defaults.
func setting(kind, schema string) *api.Resource {
	return &api.Resource{
		Kind: kind, Schema: schema, Single: true, Created: "-", Updated: "-",
		Indexes: []api.Index{{Name: "portal", To: "konnect.portal", OnDelete: api.Cascade}},
	}
}

var menus = []string{"header", "footer_sections", "footer_bottom"}

// updateConfiguration replaces the menus that are given and keeps the others.
func updateConfiguration(c *api.Call) (any, error) {
	old := rest.Settings(&c.Scope, "konnect.configuration", c.Object)
	return configure(c, old, api.ObjectOf(old.Raw("data")))
}

// replaceConfiguration empties the menus that are not given.
func replaceConfiguration(c *api.Call) (any, error) {
	return configure(c, rest.Settings(&c.Scope, "konnect.configuration", c.Object), nil)
}

func configure(c *api.Call, old *api.Doc, data api.Object) (any, error) {
	given := api.ObjectOf(c.Body.Object.Raw("data"))
	for _, name := range menus {
		data.Default(name, []byte("[]"))
		if menu := given.Raw(name); menu != nil {
			data.Set(name, menu)
		}
	}
	data.Set("footer_sections", sections(data.Raw("footer_sections")))
	next := api.Object{{Name: "data", Value: data.JSON()}}
	return rest.Update(&c.Scope, old, next, next)
}

// sections keeps title and items of each section; other members are let through by the vendor and mean nothing.
func sections(list []byte) []byte {
	out := []byte{'['}
	for i, s := range slices.Collect(object.Elements(list)) {
		if i > 0 {
			out = append(out, ',')
		}
		o := api.ObjectOf(s)
		out = api.Object{{Name: "title", Value: o.Raw("title")}, {Name: "items", Value: o.Raw("items")}}.Append(out)
	}
	return append(out, ']')
}

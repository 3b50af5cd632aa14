package axway

import (
	"encoding/json"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// scopes are what the vendor shows twice: as scopes of an application, and with more members as its protected resources.
var scopes = &api.Resource{
	Kind: "axway.scope", Schema: "StoredScope", Created: "-", Updated: "-",
	Indexes: []api.Index{
		ofApplication,
		{Name: "scope", Path: "scope", Within: "application", Unique: true},
		{Name: "uriprefix", Path: "uriprefix", Within: "application"},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		d.SetString("applicationId", d.Owner())
		switch {
		case d.Has("scope"):
			d.Default("uriprefix", d.Raw("scope"))
		case d.Has("uriprefix"):
			d.Set("scope", d.Raw("uriprefix"))
		default:
			return api.Refuse(api.Violation{Path: []string{"scope"}, Rule: api.Required})
		}
		if !d.Has("scopes") {
			d.Set("scopes", resolve(s, d))
		}
		return nil
	},
	// A scope that was its own URI prefix stays so under another name.
	OnChange: func(_ *api.Scope, old *api.Doc, d *api.Draft) error {
		was := old.Str("scope")
		if d.Str("scope") == was || d.Sent.Has("uriprefix") || old.Str("uriprefix") != was {
			return nil
		}
		d.Set("uriprefix", d.Raw("scope"))
		if !d.Sent.Has("scopes") && string(old.Get("scopes").Raw) == string(alone(was)) {
			d.Set("scopes", alone(d.Str("scope")))
		}
		return nil
	},
}

// resolve gives the scopes that the gateway knows for a URI prefix, else the scope itself.
func resolve(s *api.Scope, d *api.Draft) []byte {
	if known := s.Tx.Get("axway.protected-resource", d.Str("uriprefix")); known != nil {
		return []byte(known.Get("scopes").Raw)
	}
	return alone(d.Str("scope"))
}

func alone(scope string) []byte { return append(append([]byte{'['}, api.Quote(scope)...), ']') }

func createResource(c *api.Call) (any, error) {
	blank(c, "uriprefix", "scope")
	return rest.Create("axway.scope")(c)
}

// createScope takes the URI prefix for the scope where there is none, as the vendor's own example has it.
func createScope(c *api.Call) (any, error) {
	blank(c, "uriprefix", "scope")
	given := rest.Accepted(c)
	given.Default("scope", given.Raw("uriprefix"))
	if given.Null("scope") {
		return nil, api.Refuse(api.Violation{Path: []string{"scope"}, Rule: api.Required})
	}
	given.Set("uriprefix", given.Raw("scope"))
	given.Set("scopes", alone(given.Str("scope")))
	return asScope(rest.Insert(&c.Scope, "axway.scope", rest.Inside(c.Object), given))
}

func updateScope(c *api.Call) (any, error) {
	blank(c, "scope")
	sent := rest.Accepted(c)
	next := c.Object.Object()
	for _, m := range sent {
		next.Set(m.Name, m.Value)
	}
	return asScope(rest.Update(&c.Scope, c.Object, next, sent))
}

func listScopes(c *api.Call) (any, error) {
	return rest.SelectAs(c, c.Tx.Under("axway.scope", "application", c.Object.ID), showScope), nil
}

func asScope(d *api.Doc, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return json.RawMessage(showScope(nil, d, nil)), nil
}

// showScope is the shorter of the two forms.
func showScope(_ *api.Call, d *api.Doc, to []byte) []byte {
	var o api.Object
	for _, m := range d.Object() {
		if m.Name == "id" || m.Name == "applicationId" || m.Name == "scope" || m.Name == "isDefault" {
			o = append(o, m)
		}
	}
	return o.Append(to)
}

// availableScopes are those of the APIs that the application has access to, and the gateway's own unless only the APIs'
// are asked for.
func availableScopes(c *api.Call) (any, error) {
	var names []string
	for _, access := range c.Tx.Under("axway.api-access", "application", c.Object.ID) {
		if access.Str("state") == "approved" && access.Bool("enabled") {
			names = scopesOf(c.Tx.Get("axway.api", access.Str("apiId")), names)
		}
	}
	if c.Param("apiScope") != "true" {
		names = gatewayScopes(c, names)
	}
	return distinct(names), nil
}

func scopesOf(one *api.Doc, to []string) []string {
	if one == nil {
		return to
	}
	for _, s := range one.Get("scopes").Array() {
		to = append(to, s.Str)
	}
	return to
}

func gatewayScopes(c *api.Call, to []string) []string {
	for d := range c.Tx.All("axway.system-scope") {
		to = append(to, d.ID)
	}
	return to
}

// distinct sorts names and leaves one of each; none is an empty list.
func distinct(names []string) []string {
	slices.Sort(names)
	return append([]string{}, slices.Compact(names)...)
}

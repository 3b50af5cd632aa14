package apiconnect

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// userRegistries are where the users of a catalog live; the provider sets them up.
var userRegistries = &api.Resource{
	Kind: kindUserRegistry, Schema: "StoredUserRegistry",
	Indexes: []api.Index{
		{Name: "catalog", To: kindCatalog, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "catalog", Unique: true},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		lur := d.Str("registry_type") == "lur"
		d.Default("user_managed", api.Boolean(lur))
		d.Default("user_registry_managed", api.Boolean(!lur))
		return name(s, d)
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		f := newForm(c, d, "user_registry", to)
		f.keep("id", "name", "title", "summary", "registry_type")
		if f.keep("integration_url"); d.Get("integration_url").Type == gjson.Null {
			f.text("integration_url", c.URL("/api/cloud/integrations/user-registry/"+d.Str("registry_type")))
		}
		f.keep("user_managed", "user_registry_managed", "onboarding", "case_sensitive", "email_required", "email_unique_if_exist")
		list := []byte{'['}
		for i, idp := range providers(d) {
			if i > 0 {
				list = append(list, ',')
			}
			list = api.Object{{Name: "name", Value: api.Quote(idp.name)}, {Name: "title", Value: api.Quote(idp.title)}}.Append(list)
		}
		f.set("identity_providers", append(list, ']'))
		f.keep("configuration", "metadata")
		return f.done(f.times, f.self)
	},
}

// provider is a way to sign in to a registry.
type provider struct {
	name, title string
	usual       bool
}

func providers(registry *api.Doc) []provider {
	var out []provider
	for _, e := range registry.Get("identity_providers").Array() {
		p := provider{e.Get("name").String(), e.Get("title").String(), e.Get("default").Bool()}
		if p.title == "" {
			p.title = p.name
		}
		out = append(out, p)
	}
	return out
}

// usualProvider is the registry and the provider by which one signs in unless told otherwise: the first that says so,
// else the first of all.
func usualProvider(c *api.Call, catalog *api.Doc) (registry *api.Doc, name string) {
	for _, r := range c.Tx.Under(kindUserRegistry, "catalog", catalog.ID) {
		for _, p := range providers(r) {
			if p.usual {
				return r, p.name
			}
			if registry == nil {
				registry, name = r, p.name
			}
		}
	}
	return registry, name
}

// registryOf is the registry behind a realm, and the name of the provider; nil where the catalog has none of it. A realm
// is consumer:<provider org>:<catalog>/<provider>; none is the usual one.
func registryOf(c *api.Call, realm string) (registry *api.Doc, name string) {
	catalog := notesOf(c).catalog
	if realm == "" {
		return usualProvider(c, catalog)
	}
	named, name := realmCatalog(c, realm)
	if named == nil || named.ID != catalog.ID {
		return nil, ""
	}
	for _, r := range c.Tx.Under(kindUserRegistry, "catalog", catalog.ID) {
		for _, p := range providers(r) {
			if p.name == name {
				return r, name
			}
		}
	}
	return nil, ""
}

// realmCatalog is the catalog of a realm, and the provider that it names.
func realmCatalog(c *api.Call, realm string) (catalog *api.Doc, provider string) {
	where, name, _ := strings.Cut(realm, "/")
	parts := strings.Split(where, ":")
	if len(parts) != 3 || parts[0] != "consumer" {
		return nil, ""
	}
	return catalogNamed(c, parts[1], parts[2]), name
}

func listIdentityProviders(c *api.Call) (any, error) {
	catalog := notesOf(c).catalog
	first, usual := usualProvider(c, catalog)
	var all [][]byte
	for _, r := range c.Tx.Under(kindUserRegistry, "catalog", catalog.ID) {
		for _, p := range providers(r) {
			all = append(all, api.Object{
				{Name: "type", Value: api.Quote("identity_provider")},
				{Name: "api_version", Value: api.Quote("2.0.0")},
				{Name: "name", Value: api.Quote(p.name)},
				{Name: "title", Value: api.Quote(p.title)},
				{Name: "realm", Value: api.Quote("consumer:" + catalog.Owner() + ":" + catalog.ID + "/" + p.name)},
				{Name: "default", Value: api.Boolean(r.ID == first.ID && p.name == usual)},
				{Name: "registry_type", Value: api.Quote(r.Str("registry_type"))},
				{Name: "user_registry_url", Value: api.Quote(c.URL(base + path(r)))},
			}.JSON())
		}
	}
	return paged(c, all), nil
}

// searchUsers looks for a user name in which * stands for anything. Users of the external directory alone are found when
// it is searched, too.
func searchUsers(c *api.Call) (any, error) {
	registry := c.Object
	wanted, remote := c.Body.Object.Str("username"), c.Body.Object.True("remote")
	fold := !registry.Bool("case_sensitive")
	if fold {
		wanted = strings.ToLower(wanted)
	}
	c.Ask.Where = func(d *api.Doc) bool {
		username := d.Str("username")
		if fold {
			username = strings.ToLower(username)
		}
		return (remote || local(d)) && matchesPattern(username, wanted)
	}
	return rest.ListBy(c, kindUser, "registry", registry.ID), nil
}

// matchesPattern compares a text with a pattern in which * matches any text.
func matchesPattern(text, pattern string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return text == pattern
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) || !strings.HasSuffix(text[len(first):], last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, p := range parts[1 : len(parts)-1] {
		at := strings.Index(text, p)
		if at < 0 {
			return false
		}
		text = text[at+len(p):]
	}
	return true
}

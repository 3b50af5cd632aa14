package apiconnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
)

// providerOrgs own catalogs; nothing here shows them.
var providerOrgs = &api.Resource{
	Kind: kindProviderOrg, Schema: "StoredProviderOrg", OnCreate: named,
	Indexes: []api.Index{{Name: "name", Path: "name", Unique: true}},
}

// catalogs hold everything else. Their settings are the provider's: documents that no operation here changes.
var catalogs = &api.Resource{
	Kind: kindCatalog, Schema: "StoredCatalog", OnCreate: named,
	Indexes: []api.Index{
		{Name: "provider-org", To: kindProviderOrg, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "provider-org", Unique: true},
		{Name: "default", Path: "default"},
	},
}

// groups are the provider's, too: they gather orgs that may see a product.
var groups = &api.Resource{
	Kind: kindGroup, Schema: "StoredGroup", OnCreate: named,
	Indexes: []api.Index{
		{Name: "catalog", To: kindCatalog, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "catalog", Unique: true},
		{Name: "orgs", Path: "orgs", To: kindOrg, OnDelete: api.Detach},
	},
}

var applicationTypes = &api.Resource{
	Kind: kindApplicationType, Schema: "StoredApplicationType", OnCreate: named,
	Indexes: []api.Index{
		{Name: "catalog", To: kindCatalog, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "catalog", Unique: true},
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		f := newForm(c, d, "application_type", to)
		f.keep("id", "name", "title", "summary", "oauth_types", "metadata")
		return f.done(f.times, f.catalog, f.self)
	},
}

// named is the birth of what has a name and a title and is otherwise plain.
func named(s *api.Scope, d *api.Draft) error { return name(s, d) }

// catalogOf is the catalog that a document lives in, whether or not a request chose one.
func catalogOf(s *api.Scope, d *api.Doc) *api.Doc { return s.Tx.Get(kindCatalog, d.In[1]) }

// defaultCatalog is the one that says so, else the oldest, or nil.
func defaultCatalog(c *api.Call) *api.Doc {
	if d := c.Tx.Find(kindCatalog, "default", "true"); d != nil {
		return d
	}
	return c.Tx.Find(kindCatalog, "", "")
}

// catalogNamed is a catalog by its provider org and itself, each by name or id, or nil.
func catalogNamed(c *api.Call, org, catalog string) *api.Doc {
	owner := find(c, kindProviderOrg, nil, org)
	if owner == nil {
		return nil
	}
	return find(c, kindCatalog, owner, catalog)
}

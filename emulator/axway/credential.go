package axway

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

var ofApplication = api.Index{Name: "application", To: "axway.application", OnDelete: api.Cascade}

// apiKeys are known by the key itself, which clients may choose; so all applications share one set of them.
var apiKeys = &api.Resource{
	Kind: "axway.api-key", Schema: "StoredAPIKey", Exact: true, Created: "createdOn", Updated: "-",
	Indexes: []api.Index{ofApplication},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		d.SetString("applicationId", d.Owner())
		made(s, d, "secret")
		signed(s, d)
		return nil
	},
}

// oauthClients are known by their client id, which clients may choose; so all applications share one set of them.
var oauthClients = &api.Resource{
	Kind: "axway.oauth-client", Schema: "StoredOAuthClient", Exact: true, Created: "createdOn", Updated: "-",
	Indexes: []api.Index{ofApplication},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		d.SetString("applicationId", d.Owner())
		made(s, d, "secret")
		signed(s, d)
		return nil
	},
}

// externalClients are entries of their own: the client id is another service's, and may change.
var externalClients = &api.Resource{
	Kind: "axway.external-client", Schema: "StoredExternalClient", Created: "createdOn", Updated: "-",
	Indexes: []api.Index{ofApplication, {Name: "clientId", Path: "clientId", Unique: true}},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		made(s, d, "clientId")
		signed(s, d)
		return nil
	},
}

// made makes a value up that was not given.
func made(s *api.Scope, d *api.Draft, name string) {
	if !d.Has(name) {
		d.SetString(name, s.NewID())
	}
}

// applicationRef names the application of a key that is deleted. The vendor's text takes {id} for the key and wants the
// application in a query parameter; clients do the usual. Both work.
var applicationRef = api.Ref{Kind: "axway.application", By: []string{"id"}, Find: func(c *api.Call, _ *api.Doc, _ ...string) *api.Doc {
	return c.Tx.Get("axway.application", c.Param("applicationId"))
}}

// deleteAPIKey refuses a query that names another application than the path does.
func deleteAPIKey(c *api.Call) (any, error) {
	app := c.Owner("axway.application")
	if other := c.Tx.Get("axway.application", c.Param("applicationId")); other != nil && other.ID != app.ID {
		return nil, bad("applicationId: the path names the application %s", app.ID)
	}
	return rest.Delete(c)
}

func renewSecret(c *api.Call) (any, error) {
	next := c.Object.Object()
	next.SetString("secret", c.NewID())
	return rest.Update(&c.Scope, c.Object, next, next)
}

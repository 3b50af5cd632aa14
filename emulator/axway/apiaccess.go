package axway

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// apiAccesses are an application's, and rest on its organization's: an access ends with the API, and when the organization
// loses its own.
var apiAccesses = &api.Resource{
	Kind: "axway.api-access", Schema: "StoredAPIAccess", Created: "createdOn", Updated: "-", Hidden: []string{"organizationId"},
	Indexes: []api.Index{
		ofApplication,
		{Name: "api", Path: "apiId", To: "axway.api", OnDelete: api.Cascade},
		{Name: "apiId", Path: "apiId", Within: "application", Unique: true},
		{Name: "grant", Path: "organizationId,apiId", To: "axway.organization-api-access", By: "pair", OnDelete: api.Cascade},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if app := s.Tx.Get("axway.application", d.Owner()); app != nil {
			d.SetString("organizationId", app.Str("organizationId"))
		}
		signed(s, d)
		return nil
	},
}

func createAPIAccess(c *api.Call) (any, error) {
	given := rest.Accepted(c)
	organization := c.Object.Str("organizationId")
	one := c.Tx.Get("axway.api", given.Str("apiId"))
	switch {
	case one == nil:
		return nil, unknownAPI(given.Str("apiId"))
	case !usable(&c.Scope, organization, one):
		return nil, forbidden(c, "use the API "+one.ID)
	}
	given.SetString("state", stateFor(c, organization))
	return rest.Insert(&c.Scope, "axway.api-access", rest.Inside(c.Object), given)
}

package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// productVersions are the settings of API product versions in portals. Paths name them by the id of the API product version, not by
// their own.
var productVersions = &api.Resource{
	Kind: "konnect.product-version", Schema: "StoredProductVersion", Newest: true,
	Indexes: []api.Index{
		{Name: "portal", To: "konnect.portal", OnDelete: api.Cascade},
		{Name: "product_version_id", Path: "product_version_id", Within: "portal", Unique: true},
		{Name: "version", Path: "product_version_id", To: "konnect.api-product-version", OnDelete: api.Cascade},
		{Name: "strategy", Path: "auth_strategy_ids", To: "konnect.auth-strategy", OnDelete: api.Detach},
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		o := d.Object()
		for i := range o {
			if o[i].Name != "auth_strategy_ids" {
				continue
			}
			var shown [][]byte
			for _, s := range strategiesOf(c, d) {
				shown = append(shown, s.JSON)
			}
			o[i] = api.Member{Name: "auth_strategies", Value: object.Array(shown...)}
		}
		return o.Append(to)
	},
}

// strategiesOf returns the auth strategies of a portal's version.
func strategiesOf(c *api.Call, d *api.Doc) []*api.Doc {
	var out []*api.Doc
	for _, id := range d.Get("auth_strategy_ids").Array() {
		if s := c.Tx.Get("konnect.auth-strategy", id.Str); s != nil {
			out = append(out, s)
		}
	}
	return out
}

// apiProductVersion finds the API product version that a body or a path names; an unknown one is 404 in both.
func apiProductVersion(c *api.Call, id string) (*api.Doc, error) {
	const kind = "konnect.api-product-version"
	if version := rest.Lookup(&c.Scope, api.Ref{Kind: kind}, nil, id); version != nil {
		return version, nil
	}
	return nil, rest.Missing(&c.Scope, kind, nil, id)
}

func createProductVersion(c *api.Call) (any, error) {
	version, err := apiProductVersion(c, c.Body.Object.Str("product_version_id"))
	if err != nil {
		return nil, err
	}
	given := rest.Accepted(c)
	given.SetString("product_version_id", version.ID)
	return rest.Insert(&c.Scope, "konnect.product-version", rest.Inside(c.Object), given)
}

// replaceProductVersion creates the portal's version if it does not exist: clients set portals up with this operation alone. It
// answers 200 in both cases. A version that is replaced keeps its id and its time of creation.
func replaceProductVersion(c *api.Call) (any, error) {
	version, err := apiProductVersion(c, c.Arg("productVersionId"))
	if err != nil {
		return nil, err
	}
	given := rest.Accepted(c)
	given.SetString("product_version_id", version.ID)
	now := c.Tx.Find("konnect.product-version", "product_version_id", api.Key(c.Object.ID, version.ID))
	if now == nil {
		return rest.Insert(&c.Scope, "konnect.product-version", rest.Inside(c.Object), given)
	}
	return rest.Update(&c.Scope, now, rest.Merged(now, given), given)
}

package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// productVersions are what a portal makes of a version: addressed by the id of that version, not by their own.
var productVersions = &api.Resource{
	Kind:   "konnect.product-version",
	Schema: "StoredProductVersion",
	Newest: true,
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
			o[i] = api.Member{Name: "auth_strategies", Value: array(shown)}
		}
		return o.Append(to)
	},
}

// strategiesOf are the auth strategies of a portal's version.
func strategiesOf(c *api.Call, d *api.Doc) []*api.Doc {
	var out []*api.Doc
	for _, id := range d.Get("auth_strategy_ids").Array() {
		if s := c.Tx.Get("konnect.auth-strategy", id.Str); s != nil {
			out = append(out, s)
		}
	}
	return out
}

// existing is the API product version that a body or a path names; an unknown one is 404 in both.
func existing(c *api.Call, id string) (*api.Doc, error) {
	ref := api.Ref{Kind: "konnect.api-product-version"}
	version := rest.Lookup(&c.Scope, ref, nil, id)
	if version == nil {
		e := api.Fail(api.NotFound, "no API product version %q", id)
		e.Facts = api.Facts{Kind: ref.Kind, ID: id, Gone: c.Tx.Gone(ref.Kind, id)}
		return nil, e
	}
	return version, nil
}

func createProductVersion(c *api.Call) (any, error) {
	version, err := existing(c, c.Body.Object.Str("product_version_id"))
	if err != nil {
		return nil, err
	}
	given := rest.Accepted(c)
	given.SetString("product_version_id", version.ID)
	return rest.Insert(&c.Scope, "konnect.product-version", rest.Inside(c.Object), given)
}

// replaceProductVersion creates what is not there: clients set portals up with this operation alone. It answers 200 in
// both cases, and what is replaced keeps its id and its time of birth.
func replaceProductVersion(c *api.Call) (any, error) {
	version, err := existing(c, c.Arg("productVersionId"))
	if err != nil {
		return nil, err
	}
	given := rest.Accepted(c)
	given.SetString("product_version_id", version.ID)
	now := c.Tx.Find("konnect.product-version", "product_version_id", api.Key(c.Object.ID, version.ID))
	if now == nil {
		return rest.Insert(&c.Scope, "konnect.product-version", rest.Inside(c.Object), given)
	}
	next := now.Object()
	for _, m := range given {
		next.Set(m.Name, m.Value)
	}
	return rest.Update(&c.Scope, now, next, given)
}

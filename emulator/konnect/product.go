package konnect

import (
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// apiProducts belong to the organization; portal_ids says where they are published.
var apiProducts = &api.Resource{
	Kind:   "konnect.api-product",
	Schema: "StoredApiProduct",
	Newest: true,
	Indexes: []api.Index{
		{Name: "name", Path: "name", Unique: true},
		{Name: "portal", Path: "portal_ids", To: "konnect.portal", Gone: api.Detach},
	},
	Changed: changeLabels,
	Shown:   showAPIProduct,
}

// apiProductVersions are the versions of a product, whatever portals make of them.
var apiProductVersions = &api.Resource{
	Kind:    "konnect.api-product-version",
	Schema:  "StoredApiProductVersion",
	Newest:  true,
	Indexes: []api.Index{{Name: "product", To: "konnect.api-product", Gone: api.Die}},
	Changed: changeLabels,
	Shown:   showAPIProductVersion,
}

func changeLabels(c *api.Call, old *api.Doc, d *api.Draft) error {
	if err := mergeLabels(c, old, d, "labels"); err != nil {
		return err
	}
	return mergeLabels(c, old, d, "public_labels")
}

func showAPIProduct(c *api.Call, d *api.Doc, to []byte) []byte {
	list := []byte{'['}
	for i, id := range d.Get("portal_ids").Array() {
		portal := c.Tx.Get("konnect.portal", id.Str)
		if i > 0 {
			list = append(list, ',')
		}
		list = api.Object{
			{Name: "portal_id", Value: api.Quote(portal.ID)},
			{Name: "portal_name", Value: []byte(portal.Get("name").Raw)},
		}.Append(list)
	}
	n := c.Tx.Count("konnect.api-product-version", "product", d.ID)
	return splice(to, d.JSON, func(to []byte) []byte {
		to = append(append(append(to, `"portals":`...), list...), `],"version_count":`...)
		return strconv.AppendInt(to, int64(n), 10)
	})
}

func showAPIProductVersion(c *api.Call, d *api.Doc, to []byte) []byte {
	list := []byte{'['}
	for i, v := range c.Tx.Under("konnect.product-version", "version", d.ID) {
		portal := c.Tx.Get("konnect.portal", v.Owner())
		strategies := []byte{'['}
		for j, s := range strategiesOf(c, v) {
			if j > 0 {
				strategies = append(strategies, ',')
			}
			strategies = append(strategies, named(s, "name")...)
		}
		if i > 0 {
			list = append(list, ',')
		}
		offer := api.Object{
			{Name: "portal_id", Value: api.Quote(portal.ID)},
			{Name: "portal_name", Value: []byte(portal.Get("name").Raw)},
			{Name: "portal_product_version_id", Value: api.Quote(v.ID)},
		}
		for _, name := range []string{"publish_status", "deprecated", "application_registration_enabled", "auto_approve_registration"} {
			offer.Set(name, []byte(v.Get(name).Raw))
		}
		offer.Set("auth_strategies", append(strategies, ']'))
		list = offer.Append(list)
	}
	return splice(to, d.JSON, func(to []byte) []byte {
		return append(append(append(to, `"portals":`...), list...), ']')
	})
}

// productVersions are what a portal makes of a version: addressed by the id of that version, not by their own.
var productVersions = &api.Resource{
	Kind:   "konnect.product-version",
	Schema: "StoredProductVersion",
	Newest: true,
	Indexes: []api.Index{
		{Name: "portal", To: "konnect.portal", Gone: api.Die},
		{Name: "product_version_id", Path: "product_version_id", Within: "portal", Unique: true},
		{Name: "version", Path: "product_version_id", To: "konnect.api-product-version", Gone: api.Die},
		{Name: "strategy", Path: "auth_strategy_ids", To: "konnect.auth-strategy", Gone: api.Detach},
	},
}

// authStrategies, dcrProviders and auditDestinations are the organization's; no operation here makes them.
var (
	authStrategies    = given("konnect.auth-strategy", "StoredAuthStrategy")
	dcrProviders      = given("konnect.dcr-provider", "StoredDcrProvider")
	auditDestinations = given("konnect.audit-log-destination", "StoredAuditLogDestination")
)

func given(kind, schema string) *api.Resource {
	return &api.Resource{Kind: kind, Schema: schema, Created: "-", Updated: "-"}
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

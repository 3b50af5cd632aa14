package konnect

import (
	"fmt"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// apiProducts belong to the organization; portal_ids says where they are published.
var apiProducts = &api.Resource{
	Kind: "konnect.api-product", Schema: "StoredApiProduct", Newest: true,
	Indexes: []api.Index{
		{Name: "name", Path: "name", Unique: true},
		{Name: "portal", Path: "portal_ids", To: "konnect.portal", OnDelete: api.Detach},
	},
	OnChange: changeLabels,
	Render:   renderAPIProduct,
}

// apiProductVersions are the versions of a product, independent of portals.
var apiProductVersions = &api.Resource{
	Kind: "konnect.api-product-version", Schema: "StoredApiProductVersion", Newest: true,
	Indexes:  []api.Index{{Name: "product", To: "konnect.api-product", OnDelete: api.Cascade}},
	OnChange: changeLabels,
	Render:   renderAPIProductVersion,
}

func changeLabels(s *api.Scope, old *api.Doc, d *api.Draft) error {
	if err := mergeLabels(s, old, d, "labels"); err != nil {
		return err
	}
	return mergeLabels(s, old, d, "public_labels")
}

func renderAPIProduct(c *api.Call, d *api.Doc, to []byte) []byte {
	var list [][]byte
	for _, id := range d.Get("portal_ids").Array() {
		portal := c.Tx.Get("konnect.portal", id.Str)
		list = append(list, api.Object{
			{Name: "portal_id", Value: api.Quote(portal.ID)},
			{Name: "portal_name", Value: portal.Raw("name")},
		}.JSON())
	}
	n := c.Tx.Count("konnect.api-product-version", "product", d.ID)
	return splice(to, d.JSON, fmt.Appendf(nil, `"portals":%s,"version_count":%d`, object.Array(list...), n))
}

func renderAPIProductVersion(c *api.Call, d *api.Doc, to []byte) []byte {
	var list [][]byte
	for _, v := range c.Tx.Under("konnect.product-version", "version", d.ID) {
		portal := c.Tx.Get("konnect.portal", v.Owner())
		var strategies [][]byte
		for _, s := range strategiesOf(c, v) {
			strategies = append(strategies, idAndName(s, "name"))
		}
		shown := api.Object{
			{Name: "portal_id", Value: api.Quote(portal.ID)},
			{Name: "portal_name", Value: portal.Raw("name")},
			{Name: "portal_product_version_id", Value: api.Quote(v.ID)},
		}
		for _, name := range []string{"publish_status", "deprecated", "application_registration_enabled", "auto_approve_registration"} {
			shown.Set(name, v.Raw(name))
		}
		shown.Set("auth_strategies", object.Array(strategies...))
		list = append(list, shown.JSON())
	}
	return splice(to, d.JSON, append([]byte(`"portals":`), object.Array(list...)...))
}

// authStrategies, dcrProviders and auditDestinations belong to the organization; no operation here creates them.
var (
	authStrategies    = organizational("konnect.auth-strategy", "StoredAuthStrategy")
	dcrProviders      = organizational("konnect.dcr-provider", "StoredDcrProvider")
	auditDestinations = organizational("konnect.audit-log-destination", "StoredAuditLogDestination")
)

func organizational(kind, schema string) *api.Resource {
	return &api.Resource{Kind: kind, Schema: schema, Created: "-", Updated: "-"}
}

// listPortalProducts returns the products published to the portal, in the form that only this list has.
func listPortalProducts(c *api.Call) (any, error) {
	docs := c.Tx.Page("konnect.api-product", "portal", c.Object.ID, 0, -1, len(c.Ask.Sort) == 0 || c.Ask.Sort[len(c.Ask.Sort)-1].Desc)
	return rest.SelectAs(c, docs, renderPortalProduct), nil
}

func renderPortalProduct(c *api.Call, d *api.Doc, to []byte) []byte {
	published := 0
	for _, v := range c.Tx.Under("konnect.api-product-version", "product", d.ID) {
		here := c.Tx.Find("konnect.product-version", "product_version_id", api.Key(c.Object.ID, v.ID))
		if here != nil && here.Str("publish_status") == "published" {
			published++
		}
	}
	var out api.Object
	for _, name := range []string{"id", "name", "description", "created_at", "updated_at", "portal_ids", "labels"} {
		out = append(out, api.Member{Name: name, Value: d.Raw(name)})
	}
	out.SetInt("version_count", int64(published))
	return out.Append(to)
}

// publish adds the portal to products or removes it from them, all or none. A product that has the wanted status already stays
// unchanged.
func publish(c *api.Call) (any, error) {
	var bad []api.Violation
	for _, m := range api.ObjectOf(c.Body.Object.Raw("api_products")) {
		product := rest.Lookup(&c.Scope, api.Ref{Kind: "konnect.api-product"}, nil, m.Name)
		if product == nil {
			bad = append(bad, api.Violation{Path: []string{"api_products", m.Name}, Rule: api.Reference, Want: "konnect.api-product"})
			continue
		}
		on := api.ObjectOf(m.Value).Str("publish_status") == "published"
		if err := publishOne(c, product, on); err != nil {
			return nil, err
		}
	}
	if bad != nil {
		return nil, api.Refuse(bad...)
	}
	return nil, nil
}

func publishOne(c *api.Call, product *api.Doc, on bool) error {
	var ids [][]byte
	for _, id := range product.Get("portal_ids").Array() {
		if id.Str != c.Object.ID {
			ids = append(ids, []byte(id.Raw))
		} else if on {
			return nil
		}
	}
	if on {
		ids = append(ids, api.Quote(c.Object.ID))
	}
	o := product.Object()
	o.Set("portal_ids", object.Array(ids...))
	_, err := rest.Update(&c.Scope, product, o, nil)
	return err
}

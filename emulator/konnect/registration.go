package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// registrations are of an application for one version of a product.
var registrations = &api.Resource{
	Kind: "konnect.registration", Schema: "StoredRegistration", Newest: true,
	Indexes: []api.Index{
		{Name: "application", To: "konnect.application", OnDelete: api.Cascade},
		{Name: "product_version_id", Path: "product_version_id", Within: "application", Unique: true},
		{Name: "version", Path: "product_version_id", To: "konnect.api-product-version", OnDelete: api.Cascade},
		{Name: "portal", Key: func(d *api.Doc) []string { return d.In[:1] }},
		{
			Name: "offer", To: "konnect.product-version", By: "product_version_id", OnDelete: api.Cascade,
			Key: func(d *api.Doc) []string { return []string{api.Key(d.In[0], d.Str("product_version_id"))} },
		},
	},
	OnCreate: checkRegistration,
	Render:   renderRegistration,
}

// checkRegistration applies the rules of registering for a version and sets the status. Konnect has no operation that creates a
// registration; fixtures and the state API are checked alike.
func checkRegistration(s *api.Scope, d *api.Draft) error {
	refuse := func(text string) error {
		return api.Refuse(api.Violation{Path: []string{"product_version_id"}, Rule: api.Other, Text: text})
	}
	version := s.Tx.Get("konnect.api-product-version", d.Str("product_version_id"))
	if version == nil {
		return nil // the reference is refused as such
	}
	portal := s.Tx.Get("konnect.portal", d.In[0])
	app := s.Tx.Get("konnect.application", d.Owner())
	here := s.Tx.Find("konnect.product-version", "product_version_id", api.Key(portal.ID, version.ID))
	switch {
	case here == nil:
		return refuse("the portal does not offer this version")
	case here.Str("publish_status") != "published" || !here.Bool("application_registration_enabled"):
		return refuse("the version is not published with registration enabled in this portal")
	case portal.Bool("rbac_enabled") && !mayConsume(s.Tx, app.Str("developer_id"), version.Owner()):
		return refuse("the portal is under RBAC and no team of the developer holds API Consumer on the product")
	}
	if mine, theirs := app.Str("auth_strategy_id"), here.Str("auth_strategy_ids.0"); mine != "" && theirs != "" && mine != theirs {
		return refuse("the version uses another auth strategy than the application")
	}
	status := "pending"
	if portal.Bool("auto_approve_applications") || here.Bool("auto_approve_registration") {
		status = "approved"
	}
	d.Default("status", api.Quote(status))
	return nil
}

func renderRegistration(c *api.Call, d *api.Doc, to []byte) []byte {
	app := c.Tx.Get("konnect.application", d.Owner())
	version := c.Tx.Get("konnect.api-product-version", d.Str("product_version_id"))
	product := c.Tx.Get("konnect.api-product", version.Owner())
	dev := c.Tx.Get("konnect.developer", app.Str("developer_id"))
	return api.Object{
		{Name: "id", Value: api.Quote(d.ID)},
		{Name: "status", Value: d.Raw("status")},
		{Name: "application", Value: idAndName(app, "name")},
		{Name: "product", Value: idAndName(product, "name")},
		{Name: "product_version", Value: idAndName(version, "name")},
		{Name: "developer", Value: idAndName(dev, "full_name")},
		{Name: "granted_scopes", Value: app.Raw("granted_scopes")},
		{Name: "created_at", Value: d.Raw("created_at")},
		{Name: "updated_at", Value: d.Raw("updated_at")},
	}.Append(to)
}

// idAndName returns a reference with id and name.
func idAndName(d *api.Doc, member string) []byte {
	return api.Object{
		{Name: "id", Value: api.Quote(d.ID)},
		{Name: "name", Value: d.Raw(member)},
	}.JSON()
}

func listRegistrations(c *api.Call) (any, error) {
	return rest.ListBy(c, "konnect.registration", "portal", c.Object.ID), nil
}

// listGrantedScopes returns the application's scopes: all its registrations have the same.
func listGrantedScopes(c *api.Call) (any, error) {
	data := []byte("[]")
	if scopes := c.Owner("konnect.application").Get("granted_scopes"); scopes.IsArray() {
		data = []byte(scopes.Raw)
	}
	return api.Object{{Name: "data", Value: data}}, nil
}

// ofApplication computes a field from a registration's application.
func ofApplication(read func(*api.Call, *api.Doc) (string, bool)) func(*api.Call, *api.Doc) (string, bool) {
	return func(c *api.Call, d *api.Doc) (string, bool) {
		app := c.Tx.Get("konnect.application", d.Owner())
		if app == nil {
			return "", false
		}
		return read(c, app)
	}
}

// stored reads a member of the document.
func stored(member string) func(*api.Call, *api.Doc) (string, bool) {
	return func(_ *api.Call, d *api.Doc) (string, bool) { return d.Str(member), true }
}

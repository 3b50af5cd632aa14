package konnect

import (
	"encoding/json"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// identityProviders are at most one of each type in a portal, and at most one enabled.
var identityProviders = &api.Resource{
	Kind: "konnect.identity-provider", Schema: "StoredIdentityProvider", Newest: true,
	Indexes: []api.Index{
		{Name: "portal", To: "konnect.portal", OnDelete: api.Cascade},
		{Name: "type", Path: "type", Within: "portal", Unique: true},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if d.Str("type") == "saml" {
			config := api.ObjectOf(d.Raw("config"))
			config.Default("sp_metadata_url", api.Quote("/api/v2/developer/authenticate/saml/metadata"))
			config.Default("sp_entity_id", api.Quote("https://cloud.konghq.com/sp/"+s.NewID()))
			config.Default("callback_url", api.Quote("/api/v2/developer/authenticate/saml/acs"))
			d.Set("config", config.JSON())
		}
		completeOIDC(d)
		return nil
	},
	OnChange: func(_ *api.Scope, _ *api.Doc, d *api.Draft) error {
		completeOIDC(d)
		return nil
	},
	Render: func(_ *api.Call, d *api.Doc, to []byte) []byte {
		o := d.Object()
		config := api.ObjectOf(o.Raw("config"))
		config.Delete("client_secret")
		o.Set("config", config.JSON())
		return o.Append(to)
	},
}

// completeOIDC sets the default scopes and claims of an OIDC configuration and removes unknown claims.
func completeOIDC(d *api.Draft) {
	if d.Str("type") != "oidc" {
		return
	}
	config := api.ObjectOf(d.Raw("config"))
	config.Default("scopes", []byte(`["email","openid","profile"]`))
	claims := api.ObjectOf([]byte(`{"name":"name","email":"email","groups":"groups"}`))
	for _, m := range api.ObjectOf(config.Raw("claim_mappings")) {
		if claims.Has(m.Name) {
			claims.Set(m.Name, m.Value)
		}
	}
	config.Set("claim_mappings", claims.JSON())
	d.Set("config", config.JSON())
}

// configMembers are the members that a client may send of the configuration, by type of provider.
var configMembers = map[string][]string{
	"oidc": {"issuer_url", "client_id", "client_secret", "scopes", "claim_mappings"},
	"saml": {"idp_metadata_url", "idp_metadata_xml"},
}

// listIdentityProviders is not paged and has no envelope.
func listIdentityProviders(c *api.Call) (any, error) {
	page := rest.ListBy(c, "konnect.identity-provider", "portal", c.Object.ID)
	return json.RawMessage(slices.Concat([]byte{'['}, page.Items, []byte{']'})), nil
}

func createIdentityProvider(c *api.Call) (any, error) {
	d, err := rest.Insert(&c.Scope, "konnect.identity-provider", rest.Inside(c.Object), rest.Accepted(c))
	if err != nil || !d.Bool("enabled") {
		return d, err
	}
	return d, enableOnly(c, c.Object, d)
}

// updateIdentityProvider merges the configuration member by member. Enabling a provider disables the other.
func updateIdentityProvider(c *api.Call) (any, error) {
	sent := rest.Accepted(c)
	kind := c.Object.Str("type")
	next := c.Object.Object()
	if sent.Has("config") {
		config := api.ObjectOf(sent.Raw("config"))
		var bad []api.Violation
		for _, m := range config {
			if !slices.Contains(configMembers[kind], m.Name) {
				bad = append(bad, api.Violation{Path: []string{"config", m.Name}, Rule: api.Unknown})
			}
		}
		if bad != nil {
			return nil, api.Refuse(bad...)
		}
		next.Set("config", overlay(next.Raw("config"), config))
	}
	if sent.Has("enabled") {
		next.Set("enabled", sent.Raw("enabled"))
	}
	portal := c.Owner("konnect.portal")
	d, err := rest.Update(&c.Scope, c.Object, next, sent)
	if err != nil || d.Bool("enabled") == c.Object.Bool("enabled") {
		return d, err
	}
	if d.Bool("enabled") {
		return d, enableOnly(c, portal, d)
	}
	return d, switchSignIn(c, portal, api.Object{{Name: kind + "_auth_enabled", Value: api.False}})
}

// enableOnly disables the other provider and adapts the settings to the one that is enabled.
func enableOnly(c *api.Call, portal, d *api.Doc) error {
	kind, other := d.Str("type"), "saml"
	if kind == other {
		other = "oidc"
	}
	if err := enable(c, portal.ID, other, false); err != nil {
		return err
	}
	return switchSignIn(c, portal, api.Object{
		{Name: kind + "_auth_enabled", Value: api.True},
		{Name: other + "_auth_enabled", Value: api.False},
	})
}

// switchSignIn sets switches of the settings, and refuses if that leaves no way to sign in.
func switchSignIn(c *api.Call, portal *api.Doc, switches api.Object) error {
	old := rest.Settings(&c.Scope, "konnect.auth-settings", portal)
	next := rest.Merged(old, switches)
	if err := checkSignIn(c, portal.ID, next); err != nil {
		return err
	}
	if _, err := rest.Update(&c.Scope, old, next, switches); err != nil {
		return err
	}
	return enableFor(c, portal.ID, next)
}

// deleteIdentityProvider disables signing in with it. Group mappings are deleted with the last provider.
func deleteIdentityProvider(c *api.Call) (any, error) {
	portal := c.Owner("konnect.portal")
	c.Tx.Delete(c.Object)
	if err := switchSignIn(c, portal, api.Object{{Name: c.Object.Str("type") + "_auth_enabled", Value: api.False}}); err != nil {
		return nil, err
	}
	if c.Tx.Count("konnect.identity-provider", "portal", portal.ID) == 0 {
		for _, m := range c.Tx.Under("konnect.team-group-mapping", "portal", portal.ID) {
			c.Tx.Delete(m)
		}
	}
	return nil, nil
}

package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
)

// identityProviders are at most one of each type in a portal, and at most one enabled.
var identityProviders = &api.Resource{
	Kind:   "konnect.identity-provider",
	Schema: "StoredIdentityProvider",
	Indexes: []api.Index{
		{Name: "portal", To: "konnect.portal", Gone: api.Die},
		{Name: "type", Path: "type", Within: "portal", Unique: true},
	},
	Born: func(c *api.Call, d *api.Draft) error {
		if d.Str("type") == "saml" {
			config := api.ObjectOf(d.Raw("config"))
			config.Default("sp_metadata_url", api.Quote("/api/v2/developer/authenticate/saml/metadata"))
			config.Default("sp_entity_id", api.Quote("https://cloud.konghq.com/sp/"+c.NewID()))
			config.Default("callback_url", api.Quote("/api/v2/developer/authenticate/saml/acs"))
			d.Set("config", config.JSON())
		}
		completeOIDC(d)
		return nil
	},
	Changed: func(_ *api.Call, _ *api.Doc, d *api.Draft) error {
		completeOIDC(d)
		return nil
	},
	Shown: func(_ *api.Call, d *api.Doc, to []byte) []byte {
		o := d.Object()
		config := api.ObjectOf(o.Raw("config"))
		config.Delete("client_secret")
		o.Set("config", config.JSON())
		return o.Append(to)
	},
}

// completeOIDC gives an OIDC configuration the scopes and claims that it does not say, and drops unknown claims.
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

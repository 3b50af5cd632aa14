package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// authSettings are how developers sign in to a portal.
var authSettings = func() *api.Resource {
	r := setting("konnect.auth-settings", "StoredAuthSettings")
	r.Render = renderAuthSettings
	return r
}()

// renderAuthSettings adds the configuration of the OIDC provider, if there is one, without its secret.
func renderAuthSettings(c *api.Call, d *api.Doc, to []byte) []byte {
	oidc := provider(c, d.Owner(), "oidc")
	if oidc == nil {
		return append(to, d.JSON...)
	}
	config := api.ObjectOf(oidc.Raw("config"))
	var mirror api.Object
	if !config.Null("issuer_url") {
		mirror.Set("issuer", config.Raw("issuer_url"))
	}
	for _, name := range []string{"client_id", "scopes", "claim_mappings"} {
		mirror.Set(name, config.Raw(name))
	}
	o := d.Object()
	o.Set("oidc_config", mirror.JSON())
	return o.Append(to)
}

// oidcMembers are the settings that are kept in the OIDC provider, with their names there.
var oidcMembers = map[string]string{
	"oidc_issuer":         "issuer_url",
	"oidc_client_id":      "client_id",
	"oidc_client_secret":  "client_secret",
	"oidc_scopes":         "scopes",
	"oidc_claim_mappings": "claim_mappings",
}

// updateAuthSettings sets the switches and adapts the portal's identity providers.
func updateAuthSettings(c *api.Call) (any, error) {
	sent := rest.Accepted(c)
	old := rest.Settings(&c.Scope, "konnect.auth-settings", c.Object)
	next := old.Object()
	var config api.Object
	for _, m := range sent {
		if name, ok := oidcMembers[m.Name]; ok {
			config.Set(name, m.Value)
		} else {
			next.Set(m.Name, m.Value)
		}
	}
	// idp_mapping_enabled is the newer name of oidc_team_mapping_enabled: setting one sets both.
	const older, newer = "oidc_team_mapping_enabled", "idp_mapping_enabled"
	switch {
	case sent.Has(older) && !sent.Has(newer):
		next.Set(newer, sent.Raw(older))
	case sent.Has(newer) && !sent.Has(older):
		next.Set(older, sent.Raw(newer))
	}
	if len(config) > 0 {
		if err := configureOIDC(c, config); err != nil {
			return nil, err
		}
	}
	if err := checkSignIn(c, c.Object.ID, next); err != nil {
		return nil, err
	}
	if err := enableFor(c, c.Object.ID, next); err != nil {
		return nil, err
	}
	return rest.Update(&c.Scope, old, next, sent)
}

// configureOIDC creates the OIDC provider of the path's portal or changes it.
func configureOIDC(c *api.Call, config api.Object) error {
	now := provider(c, c.Object.ID, "oidc")
	if now == nil {
		if config.Null("client_id") {
			return api.Refuse(api.Violation{Path: []string{"oidc_client_id"}, Rule: api.Required})
		}
		_, err := rest.Insert(&c.Scope, "konnect.identity-provider", rest.Inside(c.Object), api.Object{
			{Name: "type", Value: api.Quote("oidc")}, {Name: "config", Value: config.JSON()},
		})
		return err
	}
	o := now.Object()
	o.Set("config", overlay(now.Raw("config"), config))
	_, err := rest.Update(&c.Scope, now, o, nil)
	return err
}

// overlay returns an object with some members replaced.
func overlay(object []byte, members api.Object) []byte {
	o := api.ObjectOf(object)
	for _, m := range members {
		o.Set(m.Name, m.Value)
	}
	return o.JSON()
}

// checkSignIn requires that some way to sign in is enabled, and that OIDC has a provider. The wording is that of Konnect's
// settings for its own organizations.
func checkSignIn(c *api.Call, portal string, settings api.Object) error {
	basic, oidc, saml := settings.True("basic_auth_enabled"), settings.True("oidc_auth_enabled"), settings.True("saml_auth_enabled")
	if !basic && !oidc && !saml {
		entry := func(field, others string) api.Violation {
			return api.Violation{Path: []string{field}, Text: "cannot be disabled when both " + others + " are also disabled"}
		}
		return badRequest("Atleast one of the authentication schemes from basic, oidc or saml needs to be enabled",
			entry("oidc_auth_enabled", "basic auth and SAML"),
			entry("basic_auth_enabled", "OIDC and SAML"),
			entry("saml_auth_enabled", "OIDC and basic auth"))
	}
	if oidc && provider(c, portal, "oidc") == nil {
		return badRequest("", api.Violation{Path: []string{"oidc_auth_enabled"}, Text: "cannot be set before configuring an identity provider"})
	}
	return nil
}

// provider returns the identity provider of a type in a portal, or nil.
func provider(c *api.Call, portal, kind string) *api.Doc {
	return c.Tx.Find("konnect.identity-provider", "type", api.Key(portal, kind))
}

// enableFor enables the provider that the switches ask for: only one, the OIDC provider if both are on.
func enableFor(c *api.Call, portal string, settings api.Object) error {
	oidc, saml := settings.True("oidc_auth_enabled"), settings.True("saml_auth_enabled")
	if err := enable(c, portal, "oidc", oidc); err != nil {
		return err
	}
	return enable(c, portal, "saml", saml && !oidc)
}

// enable enables or disables a portal's provider of a type, if there is one.
func enable(c *api.Call, portal, kind string, on bool) error {
	p := provider(c, portal, kind)
	if p == nil || p.Bool("enabled") == on {
		return nil
	}
	o := p.Object()
	o.SetBool("enabled", on)
	_, err := rest.Update(&c.Scope, p, o, nil)
	return err
}

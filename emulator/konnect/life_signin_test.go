package konnect_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// lastScheme is what a refusal says that would leave no way to sign in.
const lastScheme = "Atleast one of the authentication schemes from basic, oidc or saml needs to be enabled"

// Identity providers take turns: enabling one disables the other, and the last way to sign in stays.
func TestIdentityProviderLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	p := portalsPath + c.Must(201, "POST", "/v2/portals", `{"name": "Doors"}`).Get("id").Str
	settings, providers := p+"/authentication-settings", p+"/identity-providers"
	stand := func(rule, basic, oidc, saml string) {
		t.Helper()
		a := c.Get(settings)
		if got, want := a.Get("basic_auth_enabled").Raw+a.Get("oidc_auth_enabled").Raw+a.Get("saml_auth_enabled").Raw, basic+oidc+saml; got != want {
			t.Errorf("%s: got the switches %s of basic, OIDC and SAML, want %s", rule, got, want)
		}
		list := c.Get(providers)
		for kind, flag := range map[string]string{"oidc": oidc, "saml": saml} {
			if got := list.Get(`#(type=="` + kind + `").enabled`); got.Exists() && got.Raw != flag {
				t.Errorf("%s: got the %s provider enabled: %s, want %s", rule, kind, got.Raw, flag)
			}
		}
	}
	const on, off, yes, no = `{"enabled": true}`, `{"enabled": false}`, "true", "false"
	refused := func(method, path, body string) {
		t.Helper()
		before := c.Get(settings).Body + c.Get(providers).Body
		a := c.Must(400, method, path, body)
		a.Check(t, "title", "Bad Request")
		a.Check(t, "detail", lastScheme)
		a.Check(t, "invalid_parameters.#.field", `["oidc_auth_enabled","basic_auth_enabled","saml_auth_enabled"]`)
		if after := c.Get(settings).Body + c.Get(providers).Body; after != before {
			t.Errorf("%s %s was refused: got %s afterwards, want %s", method, path, after, before)
		}
	}
	stand("a new portal", yes, no, no)

	created := c.Must(201, "POST", providers, `{"type": "oidc", "config": {"client_id": "one", "client_secret": "hush"}}`)
	oidc := providers + "/" + created.Get("id").Str
	stand("a provider that nobody switched on", yes, no, no)
	c.Get(settings).Check(t, "oidc_config", created.Get("config").Raw)
	saml := providers + "/" + c.Must(201, "POST", providers, `{"type": "saml", "config": {"idp_metadata_url": "https://idp.example.com/x"}, "enabled": true}`).Get("id").Str
	stand("one that is born switched on", yes, no, yes)
	c.Must(409, "POST", providers, `{"type": "saml", "config": {}, "enabled": true}`)
	c.Must(409, "POST", providers, `{"type": "oidc", "config": {"client_id": "two"}, "enabled": true}`)
	stand("a second one of its type", yes, no, yes)

	later(c, "1h")
	c.Must(200, "PATCH", oidc, on)
	stand("the other one takes over", yes, yes, no)
	for _, path := range []string{oidc, saml} {
		a := c.Get(path)
		a.Check(t, "created_at", "2026-03-01T09:00:00.000Z")
		a.Check(t, "updated_at", "2026-03-01T10:00:00.000Z")
	}
	c.Must(200, "PATCH", oidc, off)
	stand("none", yes, no, no)
	c.Must(200, "PATCH", oidc, on)

	c.Must(200, "PATCH", settings, `{"basic_auth_enabled": false}`)
	stand("OIDC alone", no, yes, no)
	refused("PATCH", oidc, off)
	refused("PATCH", oidc, `{"enabled": false, "config": {"client_id": "two"}}`)
	refused("DELETE", oidc, "")
	refused("PATCH", settings, `{"oidc_auth_enabled": false, "oidc_client_id": "two"}`)
	c.Must(200, "PATCH", saml, on)
	stand("SAML alone", no, no, yes)
	c.Must(204, "DELETE", oidc, "")
	c.Gone(oidc)
	stand("without an OIDC provider", no, no, yes)
	if a := c.Get(settings); a.Get("oidc_config").Exists() {
		t.Errorf("settings without an OIDC provider: got %s, want no oidc_config", a.Body)
	}
	refused("DELETE", saml, "")
	refused("PATCH", settings, `{"saml_auth_enabled": false}`)
	c.Must(200, "PATCH", settings, `{"basic_auth_enabled": true}`)
	c.Must(204, "DELETE", saml, "")
	stand("no provider", yes, no, no)
	c.Get(providers).Check(t, "@this", "[]")
}

// The settings' oidc_ members and the OIDC provider are one record, from whichever side it is written.
func TestSettingsAndProviderAreOneRecord(t *testing.T) {
	t.Parallel()
	c := connect(t)
	settings, provider := portalPath+"/authentication-settings", portalPath+"/identity-providers/"+james
	secret := func(want string) {
		t.Helper()
		c.Get("/_portico/state/konnect.identity-provider/"+james).Check(t, "config.client_secret", want)
	}
	c.Must(200, "PATCH", provider, `{"config": {"client_id": "two", "scopes": ["openid"]}}`)
	config := c.Get(settings).Get("oidc_config")
	if got, want := config.Raw, `{"issuer":"https://idp.example.com/oauth2/default","client_id":"two","scopes":["openid"],`+
		`"claim_mappings":{"name":"name","email":"email","groups":"groups"}}`; got != want {
		t.Errorf("settings after the provider changed: got %s, want %s", got, want)
	}
	secret("portico-oidc-secret")
	later(c, "1h")
	c.Must(200, "PATCH", settings, `{"oidc_client_secret": "new", "oidc_claim_mappings": {"groups": "teams", "phone": "x"}}`)
	a := c.Get(provider)
	a.Check(t, "config", `{"issuer_url":"https://idp.example.com/oauth2/default","client_id":"two","scopes":["openid"],`+
		`"claim_mappings":{"name":"name","email":"email","groups":"teams"}}`)
	a.Check(t, "updated_at", "2026-03-01T10:00:00.000Z")
	secret("new")
	c.Must(200, "PATCH", settings, `{"oidc_issuer": "https://login.example.com"}`).Check(t, "oidc_config.issuer", "https://login.example.com")
	c.Get(provider).Check(t, "config.issuer_url", "https://login.example.com")
	secret("new")

	c.Must(204, "DELETE", provider, "")
	c.Must(400, "PATCH", settings, `{"oidc_auth_enabled": true}`).Check(t, "invalid_parameters.0.reason", "cannot be set before configuring an identity provider")
	c.Must(200, "PATCH", settings, `{"oidc_auth_enabled": true, "oidc_client_id": "three"}`)
	list := c.Get(portalPath + "/identity-providers")
	list.Check(t, "#.config.client_id", `["three"]`)
	list.Check(t, "0.enabled", "true")
	if id := list.Get("0.id").Str; id == james {
		t.Errorf("the provider that the settings made: got the old one's id %s, want another", id)
	}
}

// Groups are mapped to teams while there is a provider, and go with the last one or with the team.
func TestGroupMappingLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	p := portalsPath + c.Must(201, "POST", "/v2/portals", `{"name": "Groups"}`).Get("id").Str
	mappings, providers := p+"/identity-provider/team-group-mappings", p+"/identity-providers"
	one := c.Must(201, "POST", p+"/teams", `{"name": "One"}`).Get("id").Str
	two := c.Must(201, "POST", p+"/teams", `{"name": "Two"}`).Get("id").Str
	patch := func(pairs ...string) client.Answer { // team, groups
		t.Helper()
		var parts []string
		for i := 0; i < len(pairs); i += 2 {
			parts = append(parts, `{"team_id": "`+pairs[i]+`", "groups": `+pairs[i+1]+`}`)
		}
		return c.Call("PATCH", mappings, `{"data": [`+strings.Join(parts, ", ")+`]}`)
	}
	expect := func(wantOne, wantTwo string) {
		t.Helper()
		a := c.Get(mappings)
		a.Check(t, `data.#(team_id=="`+one+`").groups`, wantOne)
		a.Check(t, `data.#(team_id=="`+two+`").groups`, wantTwo)
	}
	c.Must(400, "GET", mappings, "").Check(t, "detail", "An IdP configuration is required")
	if a := patch(one, `["a"]`); a.Status != 400 || a.Get("detail").Str != "An IdP configuration is required" {
		t.Errorf("mapping without a provider: got %d %s, want 400", a.Status, a.Body)
	}
	oidc := providers + "/" + c.Must(201, "POST", providers, `{"type": "oidc", "config": {"client_id": "x"}}`).Get("id").Str
	c.Get(mappings).Check(t, "meta.page.total", "0")

	patch(one, `["a", "b", "a"]`).Check(t, "data", `[{"team_id":"`+one+`","groups":["a","b"]}]`)
	patch(two, `["c"]`).Check(t, "meta.page.total", "2")
	patch(one, `["d"]`)
	expect(`["d"]`, `["c"]`)
	for _, wrong := range []string{nowhere, partner, "one"} {
		if a := patch(one, `[]`, wrong, `["e"]`, two, `["f"]`); a.Status != 400 || a.Get("invalid_parameters.#.field").Raw != `["data[1].team_id"]` {
			t.Errorf("one team of three is %s: got %d %s, want 400", wrong, a.Status, a.Body)
		}
		expect(`["d"]`, `["c"]`)
	}
	patch(two, `[]`)
	expect(`["d"]`, "")
	patch(two, `["c"]`)

	c.Must(204, "DELETE", p+"/teams/"+one, "")
	expect("", `["c"]`)
	c.Must(201, "POST", providers, `{"type": "saml", "config": {}}`)
	c.Must(204, "DELETE", oidc, "")
	expect("", `["c"]`)
	c.Must(204, "DELETE", providers+"/"+c.Get(providers).Get("0.id").Str, "")
	c.Must(400, "GET", mappings, "")
	c.Must(201, "POST", providers, `{"type": "saml", "config": {}}`)
	expect("", "")
}

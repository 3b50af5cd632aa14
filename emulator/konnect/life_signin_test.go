package konnect_test

import (
	"strings"
	"testing"
)

// lastScheme is what a refusal says that would leave no way to sign in.
const lastScheme = "Atleast one of the authentication schemes from basic, oidc or saml needs to be enabled"

// Identity providers take turns: enabling one disables the other, and the last way to sign in stays.
func TestIdentityProviderLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	p := portalsPath + c.must(201, "POST", "/v2/portals", `{"name": "Doors"}`).get("id").Str
	settings, providers := p+"/authentication-settings", p+"/identity-providers"
	stand := func(rule, basic, oidc, saml string) {
		t.Helper()
		a := c.get(settings)
		if got, want := a.get("basic_auth_enabled").Raw+a.get("oidc_auth_enabled").Raw+a.get("saml_auth_enabled").Raw, basic+oidc+saml; got != want {
			t.Errorf("%s: got the switches %s of basic, OIDC and SAML, want %s", rule, got, want)
		}
		list := c.get(providers)
		for kind, flag := range map[string]string{"oidc": oidc, "saml": saml} {
			if got := list.get(`#(type=="` + kind + `").enabled`); got.Exists() && got.Raw != flag {
				t.Errorf("%s: got the %s provider enabled: %s, want %s", rule, kind, got.Raw, flag)
			}
		}
	}
	const on, off, yes, no = `{"enabled": true}`, `{"enabled": false}`, "true", "false"
	refused := func(method, path, body string) {
		t.Helper()
		before := c.get(settings).body + c.get(providers).body
		a := c.must(400, method, path, body)
		a.check(t, "title", "Bad Request")
		a.check(t, "detail", lastScheme)
		a.check(t, "invalid_parameters.#.field", `["oidc_auth_enabled","basic_auth_enabled","saml_auth_enabled"]`)
		if after := c.get(settings).body + c.get(providers).body; after != before {
			t.Errorf("%s %s was refused: got %s afterwards, want %s", method, path, after, before)
		}
	}
	stand("a new portal", yes, no, no)

	created := c.must(201, "POST", providers, `{"type": "oidc", "config": {"client_id": "one", "client_secret": "hush"}}`)
	oidc := providers + "/" + created.get("id").Str
	stand("a provider that nobody switched on", yes, no, no)
	c.get(settings).check(t, "oidc_config", created.get("config").Raw)
	saml := providers + "/" + c.must(201, "POST", providers, `{"type": "saml", "config": {"idp_metadata_url": "https://idp.example.com/x"}, "enabled": true}`).get("id").Str
	stand("one that is born switched on", yes, no, yes)
	c.must(409, "POST", providers, `{"type": "saml", "config": {}, "enabled": true}`)
	c.must(409, "POST", providers, `{"type": "oidc", "config": {"client_id": "two"}, "enabled": true}`)
	stand("a second one of its type", yes, no, yes)

	c.later("1h")
	c.must(200, "PATCH", oidc, on)
	stand("the other one takes over", yes, yes, no)
	for _, path := range []string{oidc, saml} {
		a := c.get(path)
		a.check(t, "created_at", "2026-03-01T09:00:00.000Z")
		a.check(t, "updated_at", "2026-03-01T10:00:00.000Z")
	}
	c.must(200, "PATCH", oidc, off)
	stand("none", yes, no, no)
	c.must(200, "PATCH", oidc, on)

	c.must(200, "PATCH", settings, `{"basic_auth_enabled": false}`)
	stand("OIDC alone", no, yes, no)
	refused("PATCH", oidc, off)
	refused("PATCH", oidc, `{"enabled": false, "config": {"client_id": "two"}}`)
	refused("DELETE", oidc, "")
	refused("PATCH", settings, `{"oidc_auth_enabled": false, "oidc_client_id": "two"}`)
	c.must(200, "PATCH", saml, on)
	stand("SAML alone", no, no, yes)
	c.must(204, "DELETE", oidc, "")
	c.gone(oidc)
	stand("without an OIDC provider", no, no, yes)
	if a := c.get(settings); a.get("oidc_config").Exists() {
		t.Errorf("settings without an OIDC provider: got %s, want no oidc_config", a.body)
	}
	refused("DELETE", saml, "")
	refused("PATCH", settings, `{"saml_auth_enabled": false}`)
	c.must(200, "PATCH", settings, `{"basic_auth_enabled": true}`)
	c.must(204, "DELETE", saml, "")
	stand("no provider", yes, no, no)
	c.get(providers).check(t, "@this", "[]")
}

// The settings' oidc_ members and the OIDC provider are one record, from whichever side it is written.
func TestSettingsAndProviderAreOneRecord(t *testing.T) {
	t.Parallel()
	c := connect(t)
	settings, provider := portalPath+"/authentication-settings", portalPath+"/identity-providers/"+james
	secret := func(want string) {
		t.Helper()
		c.get("/_portico/state/konnect.identity-provider/"+james).check(t, "config.client_secret", want)
	}
	c.must(200, "PATCH", provider, `{"config": {"client_id": "two", "scopes": ["openid"]}}`)
	config := c.get(settings).get("oidc_config")
	if got, want := config.Raw, `{"issuer":"https://idp.example.com/oauth2/default","client_id":"two","scopes":["openid"],`+
		`"claim_mappings":{"name":"name","email":"email","groups":"groups"}}`; got != want {
		t.Errorf("settings after the provider changed: got %s, want %s", got, want)
	}
	secret("portico-oidc-secret")
	c.later("1h")
	c.must(200, "PATCH", settings, `{"oidc_client_secret": "new", "oidc_claim_mappings": {"groups": "teams", "phone": "x"}}`)
	a := c.get(provider)
	a.check(t, "config", `{"issuer_url":"https://idp.example.com/oauth2/default","client_id":"two","scopes":["openid"],`+
		`"claim_mappings":{"name":"name","email":"email","groups":"teams"}}`)
	a.check(t, "updated_at", "2026-03-01T10:00:00.000Z")
	secret("new")
	c.must(200, "PATCH", settings, `{"oidc_issuer": "https://login.example.com"}`).check(t, "oidc_config.issuer", "https://login.example.com")
	c.get(provider).check(t, "config.issuer_url", "https://login.example.com")
	secret("new")

	c.must(204, "DELETE", provider, "")
	c.must(400, "PATCH", settings, `{"oidc_auth_enabled": true}`).check(t, "invalid_parameters.0.reason", "cannot be set before configuring an identity provider")
	c.must(200, "PATCH", settings, `{"oidc_auth_enabled": true, "oidc_client_id": "three"}`)
	list := c.get(portalPath + "/identity-providers")
	list.check(t, "#.config.client_id", `["three"]`)
	list.check(t, "0.enabled", "true")
	if id := list.get("0.id").Str; id == james {
		t.Errorf("the provider that the settings made: got the old one's id %s, want another", id)
	}
}

// Groups are mapped to teams while there is a provider, and go with the last one or with the team.
func TestGroupMappingLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	p := portalsPath + c.must(201, "POST", "/v2/portals", `{"name": "Groups"}`).get("id").Str
	mappings, providers := p+"/identity-provider/team-group-mappings", p+"/identity-providers"
	one := c.must(201, "POST", p+"/teams", `{"name": "One"}`).get("id").Str
	two := c.must(201, "POST", p+"/teams", `{"name": "Two"}`).get("id").Str
	patch := func(pairs ...string) answer { // team, groups
		t.Helper()
		var parts []string
		for i := 0; i < len(pairs); i += 2 {
			parts = append(parts, `{"team_id": "`+pairs[i]+`", "groups": `+pairs[i+1]+`}`)
		}
		return c.call("PATCH", mappings, `{"data": [`+strings.Join(parts, ", ")+`]}`)
	}
	expect := func(wantOne, wantTwo string) {
		t.Helper()
		a := c.get(mappings)
		a.check(t, `data.#(team_id=="`+one+`").groups`, wantOne)
		a.check(t, `data.#(team_id=="`+two+`").groups`, wantTwo)
	}
	c.must(400, "GET", mappings, "").check(t, "detail", "An IdP configuration is required")
	if a := patch(one, `["a"]`); a.status != 400 || a.get("detail").Str != "An IdP configuration is required" {
		t.Errorf("mapping without a provider: got %d %s, want 400", a.status, a.body)
	}
	oidc := providers + "/" + c.must(201, "POST", providers, `{"type": "oidc", "config": {"client_id": "x"}}`).get("id").Str
	c.get(mappings).check(t, "meta.page.total", "0")

	patch(one, `["a", "b", "a"]`).check(t, "data", `[{"team_id":"`+one+`","groups":["a","b"]}]`)
	patch(two, `["c"]`).check(t, "meta.page.total", "2")
	patch(one, `["d"]`)
	expect(`["d"]`, `["c"]`)
	for _, wrong := range []string{nowhere, partner, "one"} {
		if a := patch(one, `[]`, wrong, `["e"]`, two, `["f"]`); a.status != 400 || a.get("invalid_parameters.#.field").Raw != `["data[1].team_id"]` {
			t.Errorf("one team of three is %s: got %d %s, want 400", wrong, a.status, a.body)
		}
		expect(`["d"]`, `["c"]`)
	}
	patch(two, `[]`)
	expect(`["d"]`, "")
	patch(two, `["c"]`)

	c.must(204, "DELETE", p+"/teams/"+one, "")
	expect("", `["c"]`)
	c.must(201, "POST", providers, `{"type": "saml", "config": {}}`)
	c.must(204, "DELETE", oidc, "")
	expect("", `["c"]`)
	c.must(204, "DELETE", providers+"/"+c.get(providers).get("0.id").Str, "")
	c.must(400, "GET", mappings, "")
	c.must(201, "POST", providers, `{"type": "saml", "config": {}}`)
	expect("", "")
}

package konnect_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

const portalsPath = "/v2/portals/"

// A portal comes into being, is lived in and goes with everything that it holds.
func TestPortalLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	id := c.Must(201, "POST", "/v2/portals", `{"name": "Cycle", "rbac_enabled": true}`).Get("id").Str
	p := portalsPath + id
	team := c.Must(201, "POST", p+"/teams", `{"name": "Riders"}`).Get("id").Str
	grant := `{"role_name": "API %", "entity_id": "` + payments + `", "entity_type_name": "Services", "entity_region": "us"}`
	viewer := c.Must(201, "POST", p+"/teams/"+team+"/assigned-roles", fill(grant, "Viewer")).Get("id").Str
	consumer := c.Must(201, "POST", p+"/teams/"+team+"/assigned-roles", fill(grant, "Consumer")).Get("id").Str
	dev := c.Add("konnect.developer", id, `{"email": "rider@example.com", "full_name": "Rider"}`)
	c.Get(p+"/developers/"+dev).Check(t, "status", "pending")

	members := p + "/teams/" + team + "/developers"
	if a := c.Must(201, "POST", members, `{"id": "`+dev+`"}`); a.Body != "" || a.Header.Get("Content-Type") != "" {
		t.Errorf("added member: got %q (%s), want no body", a.Body, a.Header.Get("Content-Type"))
	}
	c.Get(members).Check(t, "data.0.active", "false")
	c.Must(200, "PATCH", p+"/developers/"+dev, `{"status": "approved"}`)
	c.Get(members).Check(t, "data.#.active", "[true]")
	c.Get(p+"/developers/"+dev+"/teams").Check(t, "data.#.id", `["`+team+`"]`)

	roles := p + "/teams/" + team + "/assigned-roles"
	c.Get(roles).Check(t, "data.#.id", `["`+consumer+`","`+viewer+`"]`)
	c.Must(204, "DELETE", roles+"/"+viewer, "")
	c.Get(roles).Check(t, "data.#.role_name", `["API Consumer"]`)
	c.Must(204, "DELETE", members+"/"+dev, "")
	c.Get(members).Check(t, "meta.page.total", "0")
	c.Must(201, "POST", members, `{"id": "`+dev+`"}`)

	refused := c.Must(400, "DELETE", p+"?force=false", "")
	refused.Check(t, "invalid_parameters.0.reason", "This Portal has 1 developers. These must be individually removed before deletion "+
		"or the force=true query param can be used to automatically delete associated entities.")
	c.Get(p).Check(t, "developer_count", "1")
	if a := c.Must(204, "DELETE", p+"?force=true", ""); a.Body != "" || a.Header.Get("Content-Type") != "" {
		t.Errorf("deleted: got %q (%s), want no body", a.Body, a.Header.Get("Content-Type"))
	}
	c.Gone(p, p+"/developers", p+"/developers/"+dev, p+"/developers/"+dev+"/teams", p+"/teams", p+"/teams/"+team, members, roles,
		p+"/applications", p+"/application-registrations", p+"/authentication-settings")
	c.Must(404, "POST", p+"/teams", `{"name": "x"}`)
	c.Must(404, "PATCH", p, `{"name": "x"}`)
	c.Must(404, "DELETE", p+"?force=true", "")
	if again := c.Must(201, "POST", "/v2/portals", `{"name": "Cycle"}`).Get("id").Str; again == id {
		t.Errorf("the portal of the same name: got the id %s again, want another", again)
	}
}

// What only a portal with open versions, and no developer, says when it is to go.
func TestPortalWithOpenVersions(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for left := total(c.Get(developersPath)); left > 0; {
		for _, id := range c.Get(developersPath + "?page[size]=100").Get("data.#.id").Array() {
			c.Must(204, "DELETE", developersPath+"/"+id.Str, "")
			left--
		}
	}
	c.Must(400, "DELETE", portalsPath+portalA, "").Check(t, "invalid_parameters.0.reason",
		"This Portal has 4 gateway-linked API product versions with active auth strategies. These must be individually removed before "+
			"deletion or the force=true query param can be used to automatically delete associated entities.")
	before := total(c.Get("/v2/api-products"))
	c.Must(204, "DELETE", portalsPath+portalA+"?force=true", "")
	if got := total(c.Get("/v2/api-products")); got != before {
		t.Errorf("API products after the portal is gone: got %d, want %d", got, before)
	}
	c.Get("/v2/api-products/"+orders).Check(t, "portal_ids", `["`+publicPortal+`"]`)
	c.Get("/v2/api-products/"+payments).Check(t, "portal_ids", "[]")
	c.Get("/v2/api-products/"+payments+"/product-versions/"+paymentsV1).Check(t, "portals", "[]")
}

const (
	developersPath   = portalsPath + portalA + "/developers"
	applicationsPath = portalsPath + portalA + "/applications"
)

// A developer is turned away, let in again and deleted, and what was counted is counted anew.
func TestDeveloperLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	portal, dev := portalsPath+portalA, developersPath+"/"+jane
	registrations := total(c.Get(portal + "/application-registrations"))
	apps, devs := c.Get(portal).Get("application_count").Int(), c.Get(portal).Get("developer_count").Int()
	partners := total(c.Get(portal + "/teams/" + partner + "/developers"))
	state := c.Get(applicationsPath + "/" + app1 + "/registrations?sort=created_at")

	c.Must(200, "PATCH", dev, `{"status": "revoked"}`)
	if got := c.Get(applicationsPath + "/" + app1 + "/registrations?sort=created_at"); got.Body != state.Body {
		t.Errorf("registrations of a revoked developer: got %s, want them as they were: %s", got.Body, state.Body)
	}
	c.Get(applicationsPath+"/"+app1).Check(t, "registration_count", "2")
	c.Get(portal+"/teams/"+partner+"/developers?filter[email]=jane.developer@example.com").Check(t, "data.0.active", "false")
	c.Must(200, "PATCH", dev, `{"status": "approved"}`)
	c.Get(portal+"/teams/"+partner+"/developers?filter[email]=jane.developer@example.com").Check(t, "data.0.active", "true")

	own := c.Get(dev).Get("application_count").Int()
	c.Must(204, "DELETE", dev, "")
	c.Gone(dev, dev+"/teams", applicationsPath+"/"+app1, "/v2/applications/"+app1, applicationsPath+"/"+app1+"/registrations")
	after := c.Get(portal)
	after.Check(t, "application_count", strconv.FormatInt(apps-own, 10))
	after.Check(t, "developer_count", strconv.FormatInt(devs-1, 10))
	after.Check(t, "updated_at", "2022-10-08T17:00:00.520Z")
	if got := total(c.Get(portal + "/application-registrations")); got != registrations-2 {
		t.Errorf("registrations: got %d, want %d", got, registrations-2)
	}
	for team, want := range map[string]int{partner: partners - 1, internal: 1, root: 0} {
		if got := total(c.Get(portal + "/teams/" + team + "/developers")); got != want {
			t.Errorf("members of team %s: got %d, want %d", team, got, want)
		}
	}
	c.Get(portal+"/applications?filter[developer_email]=jane.developer@example.com").Check(t, "meta.page.total", "0")
	again := c.Add("konnect.developer", portalA, `{"email": "jane.developer@example.com", "full_name": "Jane Again"}`)
	c.Get(developersPath+"/"+again).Check(t, "application_count", "0")
}

// A registration is approved, revoked, deleted and asked for anew; only the whole chain of owners leads to it.
func TestRegistrationLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const id = "d300cc33-2d33-4754-b086-a98e0fcd36fb" // pending, of App 1 for Orders v2
	const version = "84e54925-20a0-4788-9873-d24db33f1495"
	own := applicationsPath + "/" + app1 + "/registrations"
	for _, status := range []string{"approved", "revoked", "rejected", "pending", "approved"} {
		c.Must(200, "PATCH", own+"/"+id, `{"status": "`+status+`"}`).Check(t, "status", status)
		c.Get(own+"?filter[status]="+status).Check(t, `data.#(id=="`+id+`").status`, status)
		c.Get(portalsPath+portalA+"/application-registrations?filter[status]="+status).Check(t, `data.#(id=="`+id+`").updated_at`, "2026-03-01T09:00:00.000Z")
	}
	for _, wrong := range []string{
		applicationsPath + "/" + app2 + "/registrations/" + id,
		applicationsPath + "/" + app3 + "/registrations/" + id,
		applicationsPath + "/" + nowhere + "/registrations/" + id,
		portalsPath + publicPortal + "/applications/" + app1 + "/registrations/" + id,
		portalsPath + nowhere + "/applications/" + app1 + "/registrations/" + id,
		own + "/" + nowhere,
		own + "/" + jim,
	} {
		c.Gone(wrong, wrong+"/granted-scopes")
		c.Must(404, "PATCH", wrong, `{"status": "revoked"}`)
		c.Must(404, "DELETE", wrong, "")
	}
	c.Get(own+"/"+id).Check(t, "status", "approved")

	c.Must(204, "DELETE", own+"/"+id, "")
	c.Gone(own+"/"+id, own+"/"+id+"/granted-scopes")
	c.Get(applicationsPath+"/"+app1).Check(t, "registration_count", "1")
	again := c.Add("konnect.registration", app1, `{"product_version_id": "`+version+`"}`)
	c.Get(own+"/"+again).Check(t, "status", "pending")
	c.Get(applicationsPath+"/"+app1).Check(t, "registration_count", "2")
}

// An API product takes its versions, what portals made of them, and their registrations along.
func TestProductLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const version = "84e54925-20a0-4788-9873-d24db33f1495"
	product := "/v2/api-products/" + orders
	published := c.Get(portalsPath + portalA).Get("published_product_count").Int()
	offers := portalsPath + portalA + "/product-versions"
	c.Get(product+"/product-versions/"+version).Check(t, "portals.#.portal_id", `["`+portalA+`","`+publicPortal+`"]`)
	c.Must(204, "DELETE", product, "")
	c.Gone(product, product+"/product-versions", product+"/product-versions/"+version, offers+"/"+version,
		portalsPath+publicPortal+"/product-versions/"+version)
	c.Get(portalsPath+portalA).Check(t, "published_product_count", strconv.FormatInt(published-1, 10))
	c.Get(portalsPath+publicPortal).Check(t, "published_product_count", "0")
	c.Get(portalsPath+portalA+"/application-registrations?sort=status").Check(t, "data.#.product.name", `["Payments API","Payments API"]`)
	c.Get(applicationsPath+"/"+app1).Check(t, "registration_count", "1")
	c.Get(applicationsPath+"/"+app3).Check(t, "registration_count", "0")
	c.Get(portalsPath+portalA+"/teams/"+internal+"/assigned-roles").Check(t, "data.#.entity_id", `["`+orders+`"]`)
	c.Must(201, "POST", "/v2/api-products", `{"name": "Orders API"}`)
}

// An OIDC provider comes into being through the settings, and every refusal leaves all as it was.
func TestSignInLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	p := portalsPath + c.Must(201, "POST", "/v2/portals", `{"name": "Doors"}`).Get("id").Str
	settings, providers := p+"/authentication-settings", p+"/identity-providers"
	patch := func(body string) client.Answer { return c.Must(200, "PATCH", settings, body) }
	refuse := func(body, detail, field, reason string) {
		t.Helper()
		before := c.Get(settings).Body + c.Get(providers).Body
		a := c.Must(400, "PATCH", settings, body)
		a.Check(t, "detail", detail)
		a.Check(t, "invalid_parameters.0.field", field)
		a.Check(t, "invalid_parameters.0.reason", reason)
		if after := c.Get(settings).Body + c.Get(providers).Body; after != before {
			t.Errorf("after the refusal of %s: got %s, want %s", body, after, before)
		}
	}
	const (
		unprovided = "cannot be set before configuring an identity provider"
		schemes    = "Atleast one of the authentication schemes from basic, oidc or saml needs to be enabled"
		others     = "cannot be disabled when both basic auth and SAML are also disabled"
	)
	const born = `{"basic_auth_enabled":true,"oidc_auth_enabled":false,"saml_auth_enabled":false,"oidc_team_mapping_enabled":false,` +
		`"konnect_mapping_enabled":true,"idp_mapping_enabled":false}`
	c.Get(settings).Check(t, "@this", born)
	refuse(`{"oidc_auth_enabled": true}`, "", "oidc_auth_enabled", unprovided)
	refuse(`{"basic_auth_enabled": false}`, schemes, "oidc_auth_enabled", others)
	refuse(`{"basic_auth_enabled": false, "oidc_auth_enabled": true}`, "", "oidc_auth_enabled", unprovided)
	refuse(`{"oidc_issuer": "https://idp.example.com"}`, "Invalid Parameters", "oidc_client_id", `"oidc_client_id" is required`)
	refuse(`{"oidc_client_id": "one", "basic_auth_enabled": false}`, schemes, "oidc_auth_enabled", others)
	refuse(`{"oidc_client_id": "one", "oidc_issuer": "ftp://idp.example.com"}`, "Invalid Parameters", "oidc_issuer", `value of "oidc_issuer" is not valid`)

	patch(`{"oidc_client_id": "one", "oidc_client_secret": "hush"}`).Check(t, "oidc_config",
		`{"client_id":"one","scopes":["email","openid","profile"],"claim_mappings":{"name":"name","email":"email","groups":"groups"}}`)
	list := c.Get(providers)
	list.Check(t, "#.type", `["oidc"]`)
	list.Check(t, "0.enabled", "false")
	list.Check(t, "0.config", c.Get(settings).Get("oidc_config").Raw)
	oidc := providers + "/" + list.Get("0.id").Str
	patch(`{"oidc_auth_enabled": true, "oidc_issuer": "https://idp.example.com"}`).Check(t, "oidc_config.issuer", "https://idp.example.com")
	c.Get(oidc).Check(t, "enabled", "true")
	patch(`{"basic_auth_enabled": false}`)
	refuse(`{"oidc_auth_enabled": false}`, schemes, "oidc_auth_enabled", others)
	refuse(`{"oidc_auth_enabled": false, "oidc_client_id": "two", "oidc_scopes": []}`, schemes, "oidc_auth_enabled", others)
	patch(`{"oidc_scopes": ["openid"], "oidc_claim_mappings": {"groups": "roles"}}`)
	shown := c.Get(oidc)
	shown.Check(t, "config.issuer_url", "https://idp.example.com")
	shown.Check(t, "config.client_id", "one")
	shown.Check(t, "config.scopes", `["openid"]`)
	shown.Check(t, "config.claim_mappings", `{"name":"name","email":"email","groups":"roles"}`)

	// The switch of SAML needs no provider, and with both on OIDC has the enabled one.
	patch(`{"saml_auth_enabled": true}`).Check(t, "oidc_auth_enabled", "true")
	saml := providers + "/" + c.Must(201, "POST", providers, `{"type": "saml", "config": {}}`).Get("id").Str
	patch(`{"saml_auth_enabled": true, "oidc_auth_enabled": true}`).Check(t, "saml_auth_enabled", "true")
	enabled := func(wantOIDC, wantSAML string) {
		t.Helper()
		c.Get(oidc).Check(t, "enabled", wantOIDC)
		c.Get(saml).Check(t, "enabled", wantSAML)
	}
	enabled("true", "false")
	patch(`{"oidc_auth_enabled": false}`).Check(t, "saml_auth_enabled", "true")
	enabled("false", "true")
	refuse(`{"saml_auth_enabled": false}`, schemes, "oidc_auth_enabled", others)
	patch(`{"oidc_auth_enabled": true}`)
	enabled("true", "false")

	// The newer name of the mapping switch and the older stand for each other, unless both are given.
	const older, newer = "oidc_team_mapping_enabled", "idp_mapping_enabled"
	for _, step := range []struct{ body, older, newer string }{
		{`{"idp_mapping_enabled": true}`, "true", "true"},
		{`{"oidc_team_mapping_enabled": false}`, "false", "false"},
		{`{"oidc_team_mapping_enabled": true, "idp_mapping_enabled": false}`, "true", "false"},
		{`{"konnect_mapping_enabled": false}`, "true", "false"},
	} {
		a := patch(step.body)
		a.Check(t, older, step.older)
		a.Check(t, newer, step.newer)
	}
	if all := c.Get(settings).Body + c.Get(providers).Body + c.Get(oidc).Body; strings.Contains(all, "hush") || strings.Contains(all, "client_secret") {
		t.Errorf("the client secret: got it in %s, want it never shown", all)
	}
}

// A refused call leaves neither documents nor gaps in the ids: the next object is born as if it had not been.
func TestRefusalsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	calm, tried := connect(t), connect(t)
	portal := portalsPath + portalA
	for _, refused := range []struct {
		status             int
		method, path, body string
	}{
		{409, "POST", "/v2/portals", `{"name": "Portal A"}`},
		{400, "POST", "/v2/portals", `{"name": "x", "default_application_auth_strategy_id": "` + nowhere + `"}`},
		{400, "POST", "/v2/portals", `{"name": "x", "custom_client_domain": "x.example.com"}`},
		{400, "PATCH", portal, `{"name": "x", "default_application_auth_strategy_id": "` + nowhere + `"}`},
		{400, "PATCH", portal, `{"name": "x", "custom_domain": null}`},
		{409, "PATCH", portal, `{"display_name": "x", "name": "Public Portal"}`},
		{400, "DELETE", portal, ""},
		{404, "POST", portal + "/teams/" + partner + "/developers", `{"id": "` + nowhere + `"}`},
		{409, "POST", portal + "/teams/" + partner + "/developers", `{"id": "` + jane + `"}`},
		{
			409, "POST", portal + "/teams/" + partner + "/assigned-roles",
			`{"role_name": "API Viewer", "entity_id": "` + payments + `", "entity_type_name": "Services", "entity_region": "us"}`,
		},
		{400, "PATCH", portalsPath + publicPortal + "/authentication-settings", `{"oidc_client_id": "one", "basic_auth_enabled": false}`},
		{409, "POST", "/v2/api-products", `{"name": "Orders API"}`},
		{400, "POST", "/v2/api-products", `{"name": "x", "portal_ids": ["` + nowhere + `"]}`},
		{409, "PATCH", "/v2/api-products/" + payments, `{"description": null, "name": "Orders API"}`},
	} {
		tried.Must(refused.status, refused.method, refused.path, refused.body)
	}
	for _, create := range []struct{ path, body string }{
		{"/v2/portals", `{"name": "x"}`},
		{portal + "/teams", `{"name": "x"}`},
		{"/v2/api-products", `{"name": "x"}`},
	} {
		want, got := calm.Must(201, "POST", create.path, create.body), tried.Must(201, "POST", create.path, create.body)
		if got.Body != want.Body {
			t.Errorf("POST %s: got %s, want %s", create.path, got.Body, want.Body)
		}
	}
	kinds := calm.Get("/_portico/state")
	tried.Get("/_portico/state").Check(t, "@this", kinds.Body)
	for kind := range kinds.Get("@this").Map() {
		tried.Get("/_portico/state/"+kind).Check(t, "@this", calm.Get("/_portico/state/"+kind).Body)
	}
}

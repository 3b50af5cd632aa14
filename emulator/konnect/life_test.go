package konnect_test

import (
	"strconv"
	"strings"
	"testing"
)

const portalsPath = "/v2/portals/"

// A portal comes into being, is lived in and goes with everything that it holds.
func TestPortalLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	id := c.must(201, "POST", "/v2/portals", `{"name": "Cycle", "rbac_enabled": true}`).get("id").Str
	p := portalsPath + id
	team := c.must(201, "POST", p+"/teams", `{"name": "Riders"}`).get("id").Str
	grant := `{"role_name": "API %", "entity_id": "` + payments + `", "entity_type_name": "Services", "entity_region": "us"}`
	viewer := c.must(201, "POST", p+"/teams/"+team+"/assigned-roles", fill(grant, "Viewer")).get("id").Str
	consumer := c.must(201, "POST", p+"/teams/"+team+"/assigned-roles", fill(grant, "Consumer")).get("id").Str
	dev := c.born("konnect.developer", id, `{"email": "rider@example.com", "full_name": "Rider"}`)
	c.get(p+"/developers/"+dev).check(t, "status", "pending")

	members := p + "/teams/" + team + "/developers"
	if a := c.must(201, "POST", members, `{"id": "`+dev+`"}`); a.body != "" || a.header.Get("Content-Type") != "" {
		t.Errorf("added member: got %q (%s), want no body", a.body, a.header.Get("Content-Type"))
	}
	c.get(members).check(t, "data.0.active", "false")
	c.must(200, "PATCH", p+"/developers/"+dev, `{"status": "approved"}`)
	c.get(members).check(t, "data.#.active", "[true]")
	c.get(p+"/developers/"+dev+"/teams").check(t, "data.#.id", `["`+team+`"]`)

	roles := p + "/teams/" + team + "/assigned-roles"
	c.get(roles).check(t, "data.#.id", `["`+consumer+`","`+viewer+`"]`)
	c.must(204, "DELETE", roles+"/"+viewer, "")
	c.get(roles).check(t, "data.#.role_name", `["API Consumer"]`)
	c.must(204, "DELETE", members+"/"+dev, "")
	c.get(members).check(t, "meta.page.total", "0")
	c.must(201, "POST", members, `{"id": "`+dev+`"}`)

	refused := c.must(400, "DELETE", p+"?force=false", "")
	refused.check(t, "invalid_parameters.0.reason", "This Portal has 1 developers. These must be individually removed before deletion "+
		"or the force=true query param can be used to automatically delete associated entities.")
	c.get(p).check(t, "developer_count", "1")
	if a := c.must(204, "DELETE", p+"?force=true", ""); a.body != "" || a.header.Get("Content-Type") != "" {
		t.Errorf("deleted: got %q (%s), want no body", a.body, a.header.Get("Content-Type"))
	}
	c.gone(p, p+"/developers", p+"/developers/"+dev, p+"/developers/"+dev+"/teams", p+"/teams", p+"/teams/"+team, members, roles,
		p+"/applications", p+"/application-registrations", p+"/authentication-settings")
	c.must(404, "POST", p+"/teams", `{"name": "x"}`)
	c.must(404, "PATCH", p, `{"name": "x"}`)
	c.must(404, "DELETE", p+"?force=true", "")
	if again := c.must(201, "POST", "/v2/portals", `{"name": "Cycle"}`).get("id").Str; again == id {
		t.Errorf("the portal of the same name: got the id %s again, want another", again)
	}
}

// What only a portal with open versions, and no developer, says when it is to go.
func TestPortalWithOpenVersions(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for total := c.get(developersPath).total(); total > 0; {
		for _, id := range c.get(developersPath + "?page[size]=100").get("data.#.id").Array() {
			c.must(204, "DELETE", developersPath+"/"+id.Str, "")
			total--
		}
	}
	c.must(400, "DELETE", portalsPath+portalA, "").check(t, "invalid_parameters.0.reason",
		"This Portal has 4 gateway-linked API product versions with active auth strategies. These must be individually removed before "+
			"deletion or the force=true query param can be used to automatically delete associated entities.")
	before := c.get("/v2/api-products").total()
	c.must(204, "DELETE", portalsPath+portalA+"?force=true", "")
	if got := c.get("/v2/api-products").total(); got != before {
		t.Errorf("API products after the portal is gone: got %d, want %d", got, before)
	}
	c.get("/v2/api-products/"+orders).check(t, "portal_ids", `["`+publicPortal+`"]`)
	c.get("/v2/api-products/"+payments).check(t, "portal_ids", "[]")
	c.get("/v2/api-products/"+payments+"/product-versions/"+paymentsV1).check(t, "portals", "[]")
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
	registrations := c.get(portal + "/application-registrations").total()
	apps, devs := c.get(portal).get("application_count").Int(), c.get(portal).get("developer_count").Int()
	partners := c.get(portal + "/teams/" + partner + "/developers").total()
	state := c.get(applicationsPath + "/" + app1 + "/registrations?sort=created_at")

	c.must(200, "PATCH", dev, `{"status": "revoked"}`)
	if got := c.get(applicationsPath + "/" + app1 + "/registrations?sort=created_at"); got.body != state.body {
		t.Errorf("registrations of a revoked developer: got %s, want them as they were: %s", got.body, state.body)
	}
	c.get(applicationsPath+"/"+app1).check(t, "registration_count", "2")
	c.get(portal+"/teams/"+partner+"/developers?filter[email]=jane.developer@example.com").check(t, "data.0.active", "false")
	c.must(200, "PATCH", dev, `{"status": "approved"}`)
	c.get(portal+"/teams/"+partner+"/developers?filter[email]=jane.developer@example.com").check(t, "data.0.active", "true")

	own := c.get(dev).get("application_count").Int()
	c.must(204, "DELETE", dev, "")
	c.gone(dev, dev+"/teams", applicationsPath+"/"+app1, "/v2/applications/"+app1, applicationsPath+"/"+app1+"/registrations")
	after := c.get(portal)
	after.check(t, "application_count", strconv.FormatInt(apps-own, 10))
	after.check(t, "developer_count", strconv.FormatInt(devs-1, 10))
	after.check(t, "updated_at", "2022-10-08T17:00:00.520Z")
	if got := c.get(portal + "/application-registrations").total(); got != registrations-2 {
		t.Errorf("registrations: got %d, want %d", got, registrations-2)
	}
	for team, want := range map[string]int{partner: partners - 1, internal: 1, root: 0} {
		if got := c.get(portal + "/teams/" + team + "/developers").total(); got != want {
			t.Errorf("members of team %s: got %d, want %d", team, got, want)
		}
	}
	c.get(portal+"/applications?filter[developer_email]=jane.developer@example.com").check(t, "meta.page.total", "0")
	again := c.born("konnect.developer", portalA, `{"email": "jane.developer@example.com", "full_name": "Jane Again"}`)
	c.get(developersPath+"/"+again).check(t, "application_count", "0")
}

// A registration is approved, revoked, deleted and asked for anew; only the whole chain of owners leads to it.
func TestRegistrationLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const id = "d300cc33-2d33-4754-b086-a98e0fcd36fb" // pending, of App 1 for Orders v2
	const version = "84e54925-20a0-4788-9873-d24db33f1495"
	own := applicationsPath + "/" + app1 + "/registrations"
	for _, status := range []string{"approved", "revoked", "rejected", "pending", "approved"} {
		c.must(200, "PATCH", own+"/"+id, `{"status": "`+status+`"}`).check(t, "status", status)
		c.get(own+"?filter[status]="+status).check(t, `data.#(id=="`+id+`").status`, status)
		c.get(portalsPath+portalA+"/application-registrations?filter[status]="+status).check(t, `data.#(id=="`+id+`").updated_at`, "2026-03-01T09:00:00.000Z")
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
		c.gone(wrong, wrong+"/granted-scopes")
		c.must(404, "PATCH", wrong, `{"status": "revoked"}`)
		c.must(404, "DELETE", wrong, "")
	}
	c.get(own+"/"+id).check(t, "status", "approved")

	c.must(204, "DELETE", own+"/"+id, "")
	c.gone(own+"/"+id, own+"/"+id+"/granted-scopes")
	c.get(applicationsPath+"/"+app1).check(t, "registration_count", "1")
	again := c.born("konnect.registration", app1, `{"product_version_id": "`+version+`"}`)
	c.get(own+"/"+again).check(t, "status", "pending")
	c.get(applicationsPath+"/"+app1).check(t, "registration_count", "2")
}

// An API product takes its versions, what portals made of them, and their registrations along.
func TestProductLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const version = "84e54925-20a0-4788-9873-d24db33f1495"
	product := "/v2/api-products/" + orders
	published := c.get(portalsPath + portalA).get("published_product_count").Int()
	offers := portalsPath + portalA + "/product-versions"
	c.get(product+"/product-versions/"+version).check(t, "portals.#.portal_id", `["`+portalA+`","`+publicPortal+`"]`)
	c.must(204, "DELETE", product, "")
	c.gone(product, product+"/product-versions", product+"/product-versions/"+version, offers+"/"+version,
		portalsPath+publicPortal+"/product-versions/"+version)
	c.get(portalsPath+portalA).check(t, "published_product_count", strconv.FormatInt(published-1, 10))
	c.get(portalsPath+publicPortal).check(t, "published_product_count", "0")
	c.get(portalsPath+portalA+"/application-registrations?sort=status").check(t, "data.#.product.name", `["Payments API","Payments API"]`)
	c.get(applicationsPath+"/"+app1).check(t, "registration_count", "1")
	c.get(applicationsPath+"/"+app3).check(t, "registration_count", "0")
	c.get(portalsPath+portalA+"/teams/"+internal+"/assigned-roles").check(t, "data.#.entity_id", `["`+orders+`"]`)
	c.must(201, "POST", "/v2/api-products", `{"name": "Orders API"}`)
}

// An OIDC provider comes into being through the settings, and every refusal leaves all as it was.
func TestSignInLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	p := portalsPath + c.must(201, "POST", "/v2/portals", `{"name": "Doors"}`).get("id").Str
	settings, providers := p+"/authentication-settings", p+"/identity-providers"
	patch := func(body string) answer { return c.must(200, "PATCH", settings, body) }
	refuse := func(body, detail, field, reason string) {
		t.Helper()
		before := c.get(settings).body + c.get(providers).body
		a := c.must(400, "PATCH", settings, body)
		a.check(t, "detail", detail)
		a.check(t, "invalid_parameters.0.field", field)
		a.check(t, "invalid_parameters.0.reason", reason)
		if after := c.get(settings).body + c.get(providers).body; after != before {
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
	c.get(settings).check(t, "@this", born)
	refuse(`{"oidc_auth_enabled": true}`, "", "oidc_auth_enabled", unprovided)
	refuse(`{"basic_auth_enabled": false}`, schemes, "oidc_auth_enabled", others)
	refuse(`{"basic_auth_enabled": false, "oidc_auth_enabled": true}`, "", "oidc_auth_enabled", unprovided)
	refuse(`{"oidc_issuer": "https://idp.example.com"}`, "Invalid Parameters", "oidc_client_id", `"oidc_client_id" is required`)
	refuse(`{"oidc_client_id": "one", "basic_auth_enabled": false}`, schemes, "oidc_auth_enabled", others)
	refuse(`{"oidc_client_id": "one", "oidc_issuer": "ftp://idp.example.com"}`, "Invalid Parameters", "oidc_issuer", `value of "oidc_issuer" is not valid`)

	patch(`{"oidc_client_id": "one", "oidc_client_secret": "hush"}`).check(t, "oidc_config",
		`{"client_id":"one","scopes":["email","openid","profile"],"claim_mappings":{"name":"name","email":"email","groups":"groups"}}`)
	list := c.get(providers)
	list.check(t, "#.type", `["oidc"]`)
	list.check(t, "0.enabled", "false")
	list.check(t, "0.config", c.get(settings).get("oidc_config").Raw)
	oidc := providers + "/" + list.get("0.id").Str
	patch(`{"oidc_auth_enabled": true, "oidc_issuer": "https://idp.example.com"}`).check(t, "oidc_config.issuer", "https://idp.example.com")
	c.get(oidc).check(t, "enabled", "true")
	patch(`{"basic_auth_enabled": false}`)
	refuse(`{"oidc_auth_enabled": false}`, schemes, "oidc_auth_enabled", others)
	refuse(`{"oidc_auth_enabled": false, "oidc_client_id": "two", "oidc_scopes": []}`, schemes, "oidc_auth_enabled", others)
	patch(`{"oidc_scopes": ["openid"], "oidc_claim_mappings": {"groups": "roles"}}`)
	shown := c.get(oidc)
	shown.check(t, "config.issuer_url", "https://idp.example.com")
	shown.check(t, "config.client_id", "one")
	shown.check(t, "config.scopes", `["openid"]`)
	shown.check(t, "config.claim_mappings", `{"name":"name","email":"email","groups":"roles"}`)

	// The switch of SAML needs no provider, and with both on OIDC has the enabled one.
	patch(`{"saml_auth_enabled": true}`).check(t, "oidc_auth_enabled", "true")
	saml := providers + "/" + c.must(201, "POST", providers, `{"type": "saml", "config": {}}`).get("id").Str
	patch(`{"saml_auth_enabled": true, "oidc_auth_enabled": true}`).check(t, "saml_auth_enabled", "true")
	enabled := func(wantOIDC, wantSAML string) {
		t.Helper()
		c.get(oidc).check(t, "enabled", wantOIDC)
		c.get(saml).check(t, "enabled", wantSAML)
	}
	enabled("true", "false")
	patch(`{"oidc_auth_enabled": false}`).check(t, "saml_auth_enabled", "true")
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
		a.check(t, older, step.older)
		a.check(t, newer, step.newer)
	}
	if all := c.get(settings).body + c.get(providers).body + c.get(oidc).body; strings.Contains(all, "hush") || strings.Contains(all, "client_secret") {
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
		tried.must(refused.status, refused.method, refused.path, refused.body)
	}
	for _, create := range []struct{ path, body string }{
		{"/v2/portals", `{"name": "x"}`},
		{portal + "/teams", `{"name": "x"}`},
		{"/v2/api-products", `{"name": "x"}`},
	} {
		want, got := calm.must(201, "POST", create.path, create.body), tried.must(201, "POST", create.path, create.body)
		if got.body != want.body {
			t.Errorf("POST %s: got %s, want %s", create.path, got.body, want.body)
		}
	}
	kinds := calm.get("/_portico/state")
	tried.get("/_portico/state").check(t, "@this", kinds.body)
	for kind := range kinds.get("@this").Map() {
		tried.get("/_portico/state/"+kind).check(t, "@this", calm.get("/_portico/state/"+kind).body)
	}
}

package konnect_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

const (
	portalPath = portalsPath + portalA
	publicPath = portalsPath + publicPortal
	shipping   = "820772b2-0c93-4a9c-8c5e-c2ccc63b3340"
	shippingV1 = "33f8380e-7798-4566-99e3-2edf2b57d289"
	keyAuth    = "44f8380e-7798-4566-99e3-2edf2b57d289"
	siem       = "9cb77dc2-ff99-4d47-84ab-7c5c1b3ef939"

	closed = `{"publish_status": "unpublished", "auth_strategy_ids": [], "application_registration_enabled": false, "auto_approve_registration": false, "deprecated": false}`
	open   = `{"publish_status": "published", "auth_strategy_ids": ["` + keyAuth + `"], "application_registration_enabled": true, "auto_approve_registration": true, "deprecated": false}`
)

// later moves the world's clock, which stands still otherwise.
func later(c client.Client, by string) {
	c.T.Helper()
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "`+by+`"}`)
}

// registered makes a developer of a portal with an application that is registered for a version, and gives the paths of
// application and registration.
func registered(c client.Client, portal, version string) (application, registration string) {
	c.T.Helper()
	dev := c.Add("konnect.developer", portal, `{"email": "ada@example.com", "full_name": "Ada", "status": "approved"}`)
	app := c.Add("konnect.application", portal, `{"name": "Engine", "developer_id": "`+dev+`", "auth_strategy_id": "`+keyAuth+`"}`)
	application = portalsPath + portal + "/applications/" + app
	return application, application + "/registrations/" + c.Add("konnect.registration", app, `{"product_version_id": "`+version+`"}`)
}

// A version is set up with PUT alone, changed, closed and taken out: in one portal, and another does not notice.
func TestProductVersionLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	other := c.Must(201, "POST", "/v2/portals", `{"name": "Other", "auto_approve_developers": true}`).Get("id").Str
	c.Must(200, "PATCH", portalPath, `{"rbac_enabled": false}`)
	inA, inOther := portalPath+"/product-versions", portalsPath+other+"/product-versions"
	one, two := inA+"/"+shippingV1, inOther+"/"+shippingV1

	c.Gone(one, two)
	c.Must(404, "PATCH", one, `{"deprecated": true}`)
	first := c.Must(200, "PUT", one, closed)
	first.Check(t, "auth_strategies", "[]")
	c.Get(one).Check(t, "@this", first.Body)
	c.Gone(inA+"/"+first.Get("id").Str, two)
	create := strings.Replace(open, "{", `{"product_version_id": "`+shippingV1+`", `, 1)
	c.Must(409, "POST", inA, create).Check(t, "detail", `product_version_id: "`+shippingV1+`" already exists and must be unique.`)
	c.Get(one).Check(t, "@this", first.Body)

	later(c, "1h")
	opened := c.Must(200, "PUT", one, open)
	for _, member := range []string{"id", "product_version_id", "created_at"} {
		opened.Check(t, member, first.Get(member).Str)
	}
	opened.Check(t, "updated_at", "2026-03-01T10:00:00.000Z")
	opened.Check(t, "auth_strategies", `[{"id":"`+keyAuth+`","name":"key auth strategy","credential_type":"key_auth","key_names":["apikey"]}]`)
	later(c, "1h")
	c.Must(200, "PUT", one, open).Check(t, "updated_at", "2026-03-01T10:00:00.000Z")
	c.Must(200, "PATCH", one, `{"deprecated": true, "notify_developers": true}`).Check(t, "updated_at", "2026-03-01T11:00:00.000Z")

	second := c.Must(201, "POST", inOther, create)
	second.Check(t, "deprecated", "false")
	if second.Get("id").Str == first.Get("id").Str {
		t.Errorf("the version in two portals: got one id, %s, want two", second.Get("id").Str)
	}
	c.Must(200, "PATCH", two, `{"auto_approve_registration": false}`)
	c.Get(one).Check(t, "auto_approve_registration", "true")
	c.Get(two).Check(t, "deprecated", "false")

	app, mine := registered(c, portalA, shippingV1)
	_, theirs := registered(c, other, shippingV1)
	c.Get(mine).Check(t, "status", "approved")
	c.Get(theirs).Check(t, "status", "pending")
	c.Must(200, "PATCH", one, `{"publish_status": "unpublished", "application_registration_enabled": false, "auth_strategy_ids": []}`)
	c.Get(mine).Check(t, "status", "approved")

	c.Must(204, "DELETE", one, "")
	c.Gone(one, mine)
	c.Must(404, "DELETE", one, "")
	c.Must(404, "PATCH", one, `{}`)
	c.Get(app).Check(t, "registration_count", "0")
	c.Get(two).Check(t, "publish_status", "published")
	c.Get(theirs).Check(t, "product_version.id", shippingV1)
	if again := c.Must(200, "PUT", one, open); again.Get("id").Str == first.Get("id").Str {
		t.Errorf("the version set up anew: got the id %s again, want another", first.Get("id").Str)
	}
	c.Gone(mine)
}

// Products are published to a portal and taken back, all that are named or none; versions and registrations stay.
func TestPublishingLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	publish, products := portalPath+"/publish", portalPath+"/products"
	expect := func(count int, ids ...string) {
		t.Helper()
		want := ""
		if len(ids) > 0 {
			want = `"` + strings.Join(ids, `","`) + `"`
		}
		c.Get(products+"?sort=name").Check(t, "data.#.id", "["+want+"]")
		c.Get(portalPath).Check(t, "published_product_count", strconv.Itoa(count))
	}
	changed := c.Get(portalPath).Get("updated_at").Str
	expect(2, orders, payments)
	versions, registrations := c.Get(portalPath+"/product-versions").Body, c.Get(portalPath+"/application-registrations").Body

	// Payments would be taken back, and one key is wrong.
	const half = `{"api_products": {"` + payments + `": null, "` + shipping + `": {"publish_status": "published"}, "%": null}}`
	c.Must(400, "POST", publish, fill(half, nowhere)).Check(t, "invalid_parameters.#.rule", `["missing_reference"]`)
	c.Must(400, "POST", publish, fill(half, "none")).Check(t, "invalid_parameters.#.rule", `["is_uuid"]`)
	expect(2, orders, payments)

	if a := c.Must(204, "POST", publish, fill(half, orders)); a.Body != "" || a.Header.Get("Content-Type") != "" {
		t.Errorf("published: got %q (%s), want no body", a.Body, a.Header.Get("Content-Type"))
	}
	expect(1, shipping)
	c.Must(204, "POST", publish, fill(half, orders))
	expect(1, shipping)
	c.Get(portalPath+"/product-versions").Check(t, "@this", versions)
	c.Get(portalPath+"/application-registrations").Check(t, "@this", registrations)
	c.Get(publicPath+"/products").Check(t, "data.#.id", `["`+orders+`"]`)
	c.Get("/v2/api-products/"+orders).Check(t, "portal_ids", `["`+publicPortal+`"]`)

	// Versions are counted that are published in this portal, whatever others make of them.
	count := func(want string) {
		t.Helper()
		c.Get(products+"?filter[id]="+shipping).Check(t, "data.0.version_count", want)
	}
	count("0")
	c.Must(200, "PUT", publicPath+"/product-versions/"+shippingV1, open)
	count("0")
	c.Must(200, "PUT", portalPath+"/product-versions/"+shippingV1, open)
	count("1")
	c.Must(200, "PATCH", portalPath+"/product-versions/"+shippingV1, `{"publish_status": "unpublished"}`)
	count("0")

	const back = `{"api_products": {"` + payments + `": {"publish_status": "published"}, "` + shipping + `": {"publish_status": "unpublished"}}}`
	c.Must(204, "POST", publish, back)
	expect(1, payments)
	c.Get(products).Check(t, "data.0.version_count", "2")
	c.Get(portalPath).Check(t, "updated_at", changed)
}

// A portal takes all along that it holds, and nothing else.
func TestPortalDeletionIsComplete(t *testing.T) {
	t.Parallel()
	c := connect(t)
	kept := []string{
		"api-product-version", "auth-strategy", "dcr-provider", "audit-log-destination", "token", "developer", "application", "registration",
		"product-version", "team", "identity-provider", "team-group-mapping",
	}
	counts, before := c.Get("/_portico/state").Body, map[string]string{}
	for _, kind := range kept {
		before[kind] = c.Get("/_portico/state/konnect." + kind).Body
	}

	id := c.Must(201, "POST", "/v2/portals", `{"name": "Short", "custom_domain": "short.example.com", "default_application_auth_strategy_id": "`+keyAuth+`"}`).Get("id").Str
	p := portalsPath + id
	c.Must(200, "PUT", p+"/configuration", `{"data": {"header": [{"path": "/", "title": "Home", "visibility": "public", "external": false}]}}`)
	c.Must(200, "PUT", p+"/customization", `{"theme": "dark"}`)
	c.Must(200, "PATCH", p+"/appearance", `{"theme_name": "dark_mode", "images": {"logo": {"data": "data:image/png;base64,AAAA"}}}`)
	c.Must(200, "POST", p+"/verify-domain", "")
	c.Must(204, "POST", p+"/publish", `{"api_products": {"`+shipping+`": {"publish_status": "published"}}}`)
	c.Must(200, "PUT", p+"/product-versions/"+shippingV1, open)
	app, registration := registered(c, id, shippingV1)
	team := c.Must(201, "POST", p+"/teams", `{"name": "Crew"}`).Get("id").Str
	provider := c.Must(201, "POST", p+"/identity-providers", `{"type": "oidc", "config": {"client_id": "x"}, "enabled": true}`).Get("id").Str
	c.Must(200, "PATCH", p+"/identity-provider/team-group-mappings", `{"data": [{"team_id": "`+team+`", "groups": ["crew"]}]}`)
	c.Must(200, "PATCH", p+"/authentication-settings", `{"basic_auth_enabled": false}`)
	c.Must(200, "PATCH", p+"/audit-log-webhook", `{"enabled": true, "audit_log_destination_id": "`+siem+`"}`)
	c.Add("konnect.webhook-status", id, `{"last_response_code": 200}`)
	c.Must(202, "PUT", p+"/audit-log-replay-job", `{"start_at": "2026-03-01T08:00:00Z", "end_at": "2026-03-01T09:00:00Z"}`)

	c.Must(400, "DELETE", p, "").Check(t, "invalid_parameters.0.reason", "This Portal has 1 developers, 1 gateway-linked API product versions "+
		"with active auth strategies. These must be individually removed before deletion or the force=true query param can be used to "+
		"automatically delete associated entities.")
	c.Must(204, "DELETE", p+"?force=true", "")
	c.Gone(p, p+"/configuration", p+"/customization", p+"/appearance", p+"/appearance/logo", p+"/appearance/catalog-cover", p+"/products",
		p+"/product-versions", p+"/product-versions/"+shippingV1, app, registration, p+"/teams/"+team, p+"/identity-providers",
		p+"/identity-providers/"+provider, p+"/identity-provider/team-group-mappings", p+"/authentication-settings",
		p+"/audit-log-webhook", p+"/audit-log-webhook/status", p+"/audit-log-replay-job")
	for _, is := range [][3]string{
		{"POST", "/verify-domain", ""},
		{"POST", "/publish", `{"api_products": {}}`},
		{"PUT", "/product-versions/" + shippingV1, closed},
		{"PUT", "/customization", `{}`},
		{"PATCH", "/appearance", `{}`},
		{"PATCH", "/audit-log-webhook", `{}`},
		{"DELETE", "/audit-log-webhook", ""},
		{"PUT", "/configuration", `{"data": {}}`},
		{"PATCH", "/identity-provider/team-group-mappings", `{"data": []}`},
	} {
		c.Must(404, is[0], p+is[1], is[2])
	}
	c.Get("/_portico/state").Check(t, "@this", counts)
	for _, kind := range kept {
		c.Get("/_portico/state/konnect."+kind).Check(t, "@this", before[kind])
	}
	c.Get("/v2/api-products/"+shipping).Check(t, "portal_ids", "[]")
	c.Must(201, "POST", "/v2/portals", `{"name": "Short"}`)
}

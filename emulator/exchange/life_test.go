package exchange_test

import (
	"strings"
	"testing"
)

// The creator of an asset shares it with a viewer, and both are shown with what they may do.
func TestSharing(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Get(payment).Check(t, "#.role", `["admin"]`)
	before := c.Get(payment).Get("0").Raw
	own := c.As("portico-anypoint-asset-admin")
	if a := own.Must(204, "PUT", payment, list(one(doe, "admin"), one(john, "viewer"))); a.Body != "" || a.Header.Get("Content-Type") != "" {
		t.Errorf("replaced: got %q (%s), want no body", a.Body, a.Header.Get("Content-Type"))
	}
	now := c.As("portico-anypoint-john-smith").Get(payment)
	now.Check(t, "#.roleId", `["03bf5aff-a0e2-4e1a-8377-b7e4f67750df","0c0d6604-8732-474f-9a2e-bff5ef472a86"]`)
	now.Check(t, "1.createdAt", "2026-03-01T09:00:00.000000")
	if got := now.Get("0").Raw; got != before {
		t.Errorf("the creator: got %s, want %s", got, before)
	}
	c.As("portico-anypoint-john-smith").Refused(403, "", "PUT", payment, list())
}

// Whoever leaves himself out is nobody afterwards, until somebody with a wider right restores him.
func TestLockingOneselfOut(t *testing.T) {
	t.Parallel()
	c := connect(t)
	own, wide := c.As("portico-anypoint-asset-admin"), c.As("portico-anypoint-exchange-admin")
	own.Must(204, "PUT", payment, list(one(john, "viewer")))
	own.Must(403, "GET", payment, "")
	own.Refused(403, "Unauthorized", "PUT", payment, list(one(doe, "admin")))
	wide.Get(payment).Check(t, "#.username", `["john-smith"]`)
	wide.Must(204, "PUT", payment, list(one(doe, "admin")))
	own.Must(204, "PUT", payment, list(one(doe, "contributor")))
	own.Get(payment).Check(t, "0.role", "contributor")
	own.Refused(403, "Unauthorized", "PUT", payment, list(one(doe, "admin")))
	wide.Must(204, "PUT", payment, list(one(doe, "viewer")))
	own.Get(payment).Check(t, "0.role", "viewer")
	own.Refused(403, "Unauthorized", "PUT", payment, list(one(doe, "admin")))
	wide.Must(204, "PUT", payment, list())
	wide.Get(payment).Check(t, "#", "0")
	wide.Must(204, "PUT", payment, list(one(doe, "admin")))
	own.Must(204, "PUT", payment, list(one(doe, "admin")))
	for _, token := range []string{"portico-anypoint-exchange-admin", "portico-anypoint-admin", "portico-anypoint-app"} {
		c.As(token).Must(204, "PUT", payment, list())
		c.As(token).Must(200, "GET", payment, "")
		c.As(token).Must(204, "PUT", payment, list(one(doe, "admin")))
	}
}

// A share that is taken away makes the asset vanish from the portal administrator's search, and he cannot offer it.
func TestWhatIsNotSharedIsNotOffered(t *testing.T) {
	t.Parallel()
	c := connect(t)
	paulas := c.As("portico-anypoint-portal-admin")
	found := func(want bool) {
		t.Helper()
		for _, path := range []string{"/assets/search/exchange", "/assets/exchange/search"} {
			a := paulas.Must(200, "POST", portal+path, `{"searchTerm": "tracking"}`)
			if got := strings.Contains(a.Body, `"tracking-api"`); got != want {
				t.Errorf("%s: found %t, want %t", path, got, want)
			}
		}
	}
	const pair = `[{"assetId": "tracking-api", "groupId": "` + logistics + `"}]`
	found(true)
	before := c.Get(tracking).Body
	c.As("portico-anypoint-asset-admin").Must(204, "PUT", tracking, list(one(doe, "admin")))
	found(false)
	refused := paulas.Must(400, "POST", portal+"/assets", pair)
	refused.Check(t, "details.0.code", "UNKNOWN_ASSET") // in the other product's words
	c.Must(204, "PUT", tracking, list(one(doe, "admin"), one(paula, "contributor")))
	found(true)
	paulas.Must(200, "POST", portal+"/assets", pair)
	c.Must(204, "PUT", tracking, list())
	paulas.Must(200, "GET", portal+"/assets/"+logistics+"/tracking-api", "") // what is in the portal stays
	if c.Get(tracking).Body == before {
		t.Error("nothing has changed")
	}
}

// Nothing of the asset itself changes with its shares.
func TestAssetsStay(t *testing.T) {
	t.Parallel()
	c := connect(t)
	asset := func() string {
		return c.Get(assets+"com.example/payment-api/1.0.1").Body + c.Get(portal+"/assets/com.example/payment-api").Body + c.Get("/_portico/state/mulesoft.asset").Body
	}
	before := asset()
	c.Must(204, "PUT", payment, list(one(john, "admin")))
	c.Must(204, "PUT", payment, list())
	if got := asset(); got != before {
		t.Errorf("got %s, want %s", got, before)
	}
}

// A user who is deleted loses his shares; an asset that is deleted takes them along.
func TestCascades(t *testing.T) {
	t.Parallel()
	c := connect(t)
	loyalty := assets + commerce + "/loyalty-api/users"
	c.Get(loyalty).Check(t, "#", "6")
	c.Must(204, "DELETE", "/_portico/state/mulesoft.user/"+john, "")
	c.Get(loyalty).Check(t, "#", "5")
	c.Get(assets+logistics+"/shipping-api/users").Check(t, "#", "0")
	c.Refused(400, "", "PUT", loyalty, list(one(john, "viewer")))
	c.Must(204, "DELETE", "/_portico/state/mulesoft.asset/a0000000-0000-4000-8000-000000000020", "")
	c.Refused(404, "", "GET", loyalty, "")
	if strings.Contains(c.Get("/_portico/state/mulesoft.asset-share").Body, `"_in":["5a673b98-92f4-459d-b950-daeed7a8165d","a0000000-0000-4000-8000-000000000020"]`) {
		t.Error("a share outlived its asset")
	}
}

// What MuleSoft's command line does: sign in, ask who it is and where, list, describe, report.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	c := connect(t).As("")
	token := c.Must(200, "POST", "/accounts/api/v2/oauth2/token",
		`{"grant_type": "client_credentials", "client_id": "0a0a0a0a0a0a4a0a8a0a0a0a0a0a0a01", "client_secret": "portico-app-secret"}`).Get("access_token").Str
	app := c.As(token)
	me := app.Get("/accounts/api/users/me", "X-ANYPNT-ORG-ID", "5a673b98-92f4-459d-b950-daeed7a8165d")
	me.Check(t, "memberOfOrganizations.#(isRoot==true)#.name", `["Mythical Ventures"]`)
	org := me.Get("memberOfOrganizations.#(isRoot==true).id").Str
	app.Get("/accounts/api/organizations/"+org+"/environments").Check(t, "total", "2")
	found := c.Must(200, "POST", "/graph/api/v2/graphql", `{"query": "{assets}", "variables": {"accessToken": "`+token+`"}}`)
	found.Check(t, "data.assets.#", "20")
	found.Check(t, `data.assets.#(assetId=="invoice-api").version`, "2.3.0")
	app.Get(assets+finance+"/invoice-api/2.3.0").Check(t, "versions.#.version", `["2.3.0","2.1.0","1.0.0"]`)
	app.Refused(404, "", "GET", assets+finance+"/invoice-api/9.9.9", "")
	c.Must(204, "POST", "/cli/api/v1/analytics/event", "{")
}

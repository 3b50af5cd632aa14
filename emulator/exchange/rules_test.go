package exchange_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

// The rules here have the numbers that docs/vendors/exchange.md gives them.

func TestE1AnswersWithoutABody(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for range 2 {
		if a := c.Must(204, "PUT", payment, list(one(john, "viewer"))); a.Body != "" || a.Header.Get("Content-Type") != "" {
			t.Errorf("got %q (%s), want no body", a.Body, a.Header.Get("Content-Type"))
		}
	}
}

func TestE2OneEnvelope(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, is := range []struct {
		status       int
		method, path string
		headers      []string
		want         string
	}{
		{401, "GET", payment, []string{"Authorization", ""}, `{"status":401,"message":"Unauthorized","details":{}}`},
		{403, "GET", payment, []string{"Authorization", "portico-anypoint-nobody"}, `{"status":403,"message":"Unauthorized","details":{}}`},
		{404, "GET", assets + "com.example/x/users", nil, `{"status":404,"message":"Asset com.example/x not found","details":{}}`},
		{404, "GET", "/exchange/api/v1/x", nil, `{"status":404,"message":"Not Found","details":{}}`},
		{404, "GET", "/graph/x", nil, `{"status":404,"message":"Not Found","details":{}}`},
		{405, "DELETE", payment, nil, `{"status":405,"message":"Method Not Allowed","details":{}}`},
		{415, "PUT", payment, []string{"Content-Type", "text/plain"}, `{"status":415,"message":"Unsupported Media Type","details":{}}`},
		{400, "PUT", payment, nil, `{"status":400,"message":"Bad Request","details":{"errors":[{"path":"","message":"the operation needs a body"}]}}`},
	} {
		if a := c.Refused(is.status, "", is.method, is.path, "", is.headers...); a.Body != is.want || a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: got %s as %s, want %s", is.method, is.path, a.Body, a.Header.Get("Content-Type"), is.want)
		}
	}
}

func TestE3UnknownLackingBad(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, is := range []struct{ body, errs string }{
		{`{}`, `[{"path":"","message":"body must be of type array"}]`},
		{`["x"]`, `[{"path":"[0]","message":"[0] must be of type object"}]`},
		{`[{}]`, `[{"path":"[0].role","message":"[0].role is required"},{"path":"[0].userId","message":"[0].userId is required"}]`},
		{`[{"userId": 7, "role": null}]`, `[{"path":"[0].role","message":"[0].role must be one of viewer, contributor, admin"},{"path":"[0].userId","message":"[0].userId must be of type string"}]`},
		{`[{"userId": "", "role": ""}]`, `[{"path":"[0].role","message":"[0].role must be one of viewer, contributor, admin"},{"path":"[0].userId","message":"[0].userId must not be empty"}]`},
		{list(one(john, "Admin")), `[{"path":"[0].role","message":"[0].role must be one of viewer, contributor, admin"}]`},
		{list(one(nowhere, "viewer"), one(alien, "viewer"), one("x", "viewer")), `[{"path":"[0].userId","message":"[0].userId names no user of the organization"},{"path":"[1].userId","message":"[1].userId names no user of the organization"},{"path":"[2].userId","message":"[2].userId names no user of the organization"}]`},
	} {
		if got := c.Refused(400, "", "PUT", payment, is.body).Get("details.errors").Raw; got != is.errs {
			t.Errorf("%s: got %s, want %s", is.body, got, is.errs)
		}
	}
	c.Must(204, "PUT", payment, list(one(locked, "viewer")))
	for _, is := range []struct {
		what, path, token, media string
		want                     int
	}{
		{"who calls, before what is there", assets + "x/x/users", "portico-anypoint-expired", "text/plain", 401},
		{"what is there, before rights", assets + "x/x/users", "portico-anypoint-nobody", "text/plain", 404},
		{"rights, before the content type", payment, "portico-anypoint-nobody", "text/plain", 403},
		{"the content type, before the body", payment, "portico-anypoint-admin", "text/plain", 415},
		{"the body", payment, "portico-anypoint-admin", "application/json", 400},
	} {
		if got := c.As(is.token).Call("PUT", is.path, "{", "Content-Type", is.media).Status; got != is.want {
			t.Errorf("%s: got %d, want %d", is.what, got, is.want)
		}
	}
}

func TestE4WhoMay(t *testing.T) {
	t.Parallel()
	c := connect(t)
	loyalty := assets + commerce + "/loyalty-api/users" // of the creator; John Smith views, Jane contributes, John Doe administers
	for _, is := range []struct {
		path, token string
		get, put    int
	}{
		{loyalty, "portico-anypoint-admin", 200, 204},
		{loyalty, "portico-anypoint-exchange-admin", 200, 204},
		{loyalty, "portico-anypoint-contributor", 200, 403},
		{loyalty, "portico-anypoint-viewer", 200, 403},
		{loyalty, "portico-anypoint-creator", 200, 204},
		{loyalty, "portico-anypoint-asset-admin", 200, 204},
		{loyalty, "portico-anypoint-john-smith", 200, 403},
		{loyalty, "portico-anypoint-nobody", 403, 403},
		{loyalty, "portico-anypoint-users-approver", 403, 403},
		{loyalty, "portico-anypoint-hub-admin", 200, 403},
		{loyalty, "portico-anypoint-portal-admin", 200, 403},
		{loyalty, "portico-anypoint-foreign", 403, 403},
		{loyalty, "portico-anypoint-app", 200, 204},
		{loyalty, "portico-anypoint-app-contributor", 200, 204},
		{loyalty, "portico-anypoint-app-viewer", 200, 403},
		{loyalty, "anything", 200, 204},
		{tracking, "portico-anypoint-portal-admin", 200, 403},
		{assets + logistics + "/warehouse-api/users", "portico-anypoint-portal-admin", 403, 403},
		{assets + logistics + "/warehouse-api/users", "portico-anypoint-asset-admin", 403, 403},
		{assets + "com.foreign/partner-api/users", "portico-anypoint-admin", 403, 403},
		{assets + "com.foreign/partner-api/users", "portico-anypoint-foreign", 200, 204},
	} {
		caller := connect(t).As(is.token)
		if got := caller.Call("GET", is.path, "").Status; got != is.get {
			t.Errorf("GET %s as %s: got %d, want %d", is.path, is.token, got, is.get)
		}
		if got := caller.Call("PUT", is.path, list()).Status; got != is.put {
			t.Errorf("PUT %s as %s: got %d, want %d", is.path, is.token, got, is.put)
		}
	}
	// A creator sees what he made, even when the share is gone.
	c.Must(204, "PUT", loyalty, list())
	c.As("portico-anypoint-creator").Get(loyalty)
	c.As("portico-anypoint-creator").Refused(403, "", "GET", payment, "")
	// A permission for one business group reaches no other.
	c.Must(200, "PATCH", "/_portico/state/mulesoft.user/10000000-0000-4000-8000-000000000005", `{"permissions": [{"role": "Exchange Administrator", "businessGroupId": "`+commerce+`"}]}`)
	c.As("portico-anypoint-exchange-admin").Must(204, "PUT", loyalty, list())
	c.As("portico-anypoint-exchange-admin").Refused(403, "", "PUT", payment, list())
	// Shares reach beyond the organization, if the provider makes them.
	c.Must(201, "POST", "/_portico/state/mulesoft.asset-share", `{"in": ["a0000000-0000-4000-8000-000000000001"], "document": {"userId": "`+alien+`", "role": "viewer"}}`)
	c.As("portico-anypoint-foreign").Get(payment).Check(t, "#.organization.name", `["Mythical Ventures","Foreign Works"]`)
}

func TestE5NobodyTwice(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, role := range []string{"viewer", "admin"} {
		c.Refused(400, "", "PUT", payment, list(one(john, "viewer"), one(doe, "admin"), one(strings.ToUpper(john), role))).
			Check(t, "details.errors", `[{"path":"[2].userId","message":"[2].userId names the same user as [0].userId"}]`)
	}
}

func TestE6TimesOfAssignments(t *testing.T) {
	t.Parallel()
	c := connect(t)
	when := func(want string) {
		t.Helper()
		c.Get(payment).Check(t, "#.createdAt", want)
	}
	const born, first, second = `"2023-11-02T10:15:00.000000"`, `"2026-03-01T09:00:00.000000"`, `"2026-03-01T10:00:00.000000"`
	when("[" + born + "]")
	c.Must(204, "PUT", payment, list(one(doe, "admin"), one(john, "viewer")))
	when("[" + born + "," + first + "]")
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "1h"}`)
	c.Must(204, "PUT", payment, list(one(john, "viewer"), one(doe, "admin"), one(paula, "viewer")))
	when("[" + born + "," + first + "," + second + "]")
	c.Must(204, "PUT", payment, list(one(doe, "contributor"), one(john, "viewer")))
	when("[" + first + "," + second + "]")
	c.Get(payment).Check(t, "#.username", `["john-smith","john.doe"]`)
	c.Must(204, "PUT", payment, list())
	c.Must(204, "PUT", payment, list(one(john, "viewer")))
	when("[" + second + "]")
}

func TestE7TheLastAdministratorMayGo(t *testing.T) {
	t.Parallel()
	c := connect(t)
	own := c.As("portico-anypoint-asset-admin")
	own.Must(204, "PUT", payment, list())
	c.Get(payment).Check(t, "@this", "[]")
	own.Refused(403, "", "GET", payment, "")
}

func TestE8BareTokens(t *testing.T) {
	t.Parallel()
	c := connect(t)
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	for header, want := range map[string]int{
		"portico-anypoint-viewer": 200, "Bearer portico-anypoint-viewer": 200, "bearer portico-anypoint-viewer": 200, "BEARER portico-anypoint-viewer": 200, "anything": 200, "Bearer anything": 200,
		"": 401, "Bearer": 401, "bearer ": 401, "Basic": 401, "two words": 401, "Token portico-anypoint-viewer": 401, "portico-anypoint-expired": 401, "portico-anypoint-revoked": 401, "Bearer portico-anypoint-disabled": 401,
		basic("~~~Client~~~:0a0a0a0a0a0a4a0a8a0a0a0a0a0a0a01~?~portico-app-secret"): 200,
		basic("~~~Client~~~:0a0a0a0a0a0a4a0a8a0a0a0a0a0a0a01~?~x"):                  401,
		basic("~~~Client~~~:x"):               401,
		basic("admin:portico-anypoint-admin"): 401,
	} {
		if got := c.Call("GET", payment, "", "Authorization", header).Status; got != want {
			t.Errorf("%q: got %d, want %d", header, got, want)
		}
	}
	strict := vendor.Connect(t, emulator.Config{Strict: true})
	for header, want := range map[string]int{"portico-anypoint-viewer": 200, "Bearer portico-anypoint-viewer": 200, "anything": 401, "Bearer anything": 401} {
		if got := strict.Call("GET", payment, "", "Authorization", header).Status; got != want {
			t.Errorf("strict, %q: got %d, want %d", header, got, want)
		}
	}
}

func TestE9TheOldestFirst(t *testing.T) {
	t.Parallel()
	c := connect(t)
	loyalty := assets + commerce + "/loyalty-api/users"
	c.Get(loyalty).Check(t, "#.username", `["creator","jane.developer","john-smith","disabled","contributor","john.doe"]`)
	c.Must(204, "PUT", loyalty, list(one(doe, "viewer"), one(cleo, "viewer"), one(john, "contributor")))
	c.Get(loyalty).Check(t, "#.username", `["creator","john-smith","john.doe"]`)
}

func TestOneTokenForBothProducts(t *testing.T) {
	t.Parallel()
	c := connect(t)
	token := c.As("").Must(200, "POST", "/accounts/login", `{"username": "portal.admin", "password": "portico-password-portal.admin"}`).Get("access_token").Str
	c.As(token).Get(tracking)
	c.As(token).Get(portal + "/users")
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "1h"}`)
	c.As(token).Refused(401, "", "GET", tracking, "")
}

func TestTwoEnvelopes(t *testing.T) {
	t.Parallel()
	c := connect(t)
	hub, exchange := c.As("x y").Must(401, "GET", portal+"/users", ""), c.As("x y").Must(401, "GET", payment, "")
	if got, want := hub.Body, `{"name":"Unauthorized","status":401,"message":"Authentication is required"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := exchange.Body, `{"status":401,"message":"Unauthorized","details":{}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c.As("").Must(404, "GET", "/accounts/x", "").Check(t, "name", "NotFound")
	c.As("").Must(404, "GET", "/cli/x", "").Check(t, "details", "{}")
}

func TestCredentialsAreListedUnderBothVendors(t *testing.T) {
	t.Parallel()
	c := connect(t)
	hub, exchange := c.Get("/_portico/credentials?vendor=experience-hub"), c.Get("/_portico/credentials?vendor=exchange")
	if got, want := strings.ReplaceAll(exchange.Body, `"vendor":"exchange"`, `"vendor":"experience-hub"`), hub.Body; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	hub.Check(t, "0.name", "admin")
	hub.Check(t, `#(name=="users-approver").roles`, `["API Experience Hub Users Approver"]`)
	hub.Check(t, `#(state!="")#.[name,state]`, `[["expired","expired"],["revoked","revoked"],["disabled","disabled"]]`)
	c.Get("/_portico/credentials").Check(t, `#(vendor=="mulesoft")#`, "[]")
	c.Get("/_portico").Check(t, `vendors.#(name=="mulesoft")#`, "[]")
	for _, cr := range hub.Get("@this").Array() {
		if cr.Get("state").Exists() || strings.HasPrefix(cr.Get("name").Str, "app") {
			continue
		}
		body := `{"username": "` + cr.Get("user").Str + `", "password": "` + cr.Get("secret").Str + `"}`
		c.As("").Must(200, "POST", "/accounts/login", body)
	}
}

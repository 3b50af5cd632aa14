package experiencehub_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// The rules here have the numbers that docs/vendors/experience-hub.md gives them.

// here are the objects of the fixture that path parameters are filled with.
var here = map[string]string{
	"connectionId": connection, "portalId": portal, "userGroupId": developers, "targetUserId": jane, "userId": jane, "prospectId": maria,
	"idpId": idp, "groupMappingName": "API%20Developers", "groupId": "com.example", "assetId": "payment-api", "orgId": root,
}

// documented are the rows of the product itself.
func documented() []api.Operation {
	return vendor.Rows(func(op *api.Operation) bool { return !op.Companion })
}

func at(op *api.Operation) string {
	return client.Filled(op, func(name string) string { return here[name] })
}

// good are bodies that rows take.
var good = map[string]string{
	"addGroupMappingToUser": `[]`, "createUserGroup": `{"name": "x"}`, "addAdditionalGroupMapping": `{"groupMappingName": "x"}`,
	"addAssetsToCommunity": `[]`, "searchCommunityAssets": `{}`, "searchExchangeAssets": `{}`, "removeAssetFromCommunity": `[]`,
	"legacySearchExchangeAssets": `{}`, "updateUserGroup": `{"name": "x"}`, "updateCommunityAsset": `{"minorVersions": []}`,
}

func TestI1WhatIsNotFoundAndWhatIsForbidden(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, op := range documented() {
		for i, p := range client.Placeholder.FindAllString(op.Path, -1) {
			name := strings.Trim(p, "{}")
			a := c.Call(op.Method, client.Filled(&op, func(n string) string {
				if n == name {
					return nowhere
				}
				return here[n]
			}), good[op.ID])
			if a.Status != 404 {
				t.Errorf("%s, parameter %d: got %d %s, want 404", op.ID, i, a.Status, a.Body)
			}
		}
		a := c.As("portico-anypoint-viewer").Call(op.Method, at(&op), good[op.ID])
		if a.Status != 403 {
			t.Errorf("%s without the permission: got %d %s, want 403", op.ID, a.Status, a.Body)
		}
	}
	for _, is := range []struct{ code, method, path, body string }{
		{"UNKNOWN_USER_GROUP", "PUT", users + "/" + jane + "/userGroups", `["` + nowhere + `"]`},
		{"UNKNOWN_USER_GROUP", "POST", groups, `{"name": "x", "parentUserGroupId": "` + nowhere + `"}`},
		{"UNKNOWN_USER_GROUP", "PATCH", asking + "/" + maria, `{"userGroupIds": ["` + nowhere + `"]}`},
		{"UNKNOWN_USER_GROUP", "POST", assets + "/search", `{"userGroupId": "` + nowhere + `"}`},
		{"UNKNOWN_USER_GROUP", "PATCH", assets + "/com.example/payment-api", `{"minorVersions": [{"minorVersion": "v1", "profileVisibility": ["` + nowhere + `"]}]}`},
		{"UNKNOWN_IDENTITY_PROVIDER", "POST", groups + "/" + hackathon + "/groupMappings", `{"groupMappingName": "x", "idpId": "` + nowhere + `"}`},
		{"UNKNOWN_ASSET", "POST", assets, `[{"assetId": "x", "groupId": "x"}]`},
	} {
		c.Refused(400, is.code, is.method, is.path, is.body)
	}
	other := c.As("portico-anypoint-foreign")
	other.Must(403, "GET", inPortal+"/users", "")
	other.Must(404, "GET", strings.Replace(inPortal, portal, uat, 1)+"/users", "")
}

func TestI1WhatIsChecked1st2nd3rd(t *testing.T) {
	t.Parallel()
	c := connect(t)
	bad := strings.Replace(inPortal, connection, "conn-001", 1)
	unknown := strings.Replace(inPortal, connection, nowhere, 1)
	for _, is := range []struct {
		what, path, token, media, body string
		want                           int
	}{
		{"who calls, before the form of the path", bad, "portico-anypoint-expired", "text/plain", "{", 401},
		{"the form of the path, before what is there", strings.Replace(bad, portal, nowhere, 1), "portico-anypoint-viewer", "text/plain", "{", 400},
		{"what is there, before permissions", unknown, "portico-anypoint-viewer", "text/plain", "{", 404},
		{"permissions, before the content type", inPortal, "portico-anypoint-viewer", "text/plain", "{", 403},
		{"the content type, before the body", inPortal, "portico-anypoint-admin", "text/plain", "{", 415},
		{"the body, before the rules", inPortal, "portico-anypoint-admin", "application/json", "{", 400},
	} {
		a := c.As(is.token).Must(is.want, "POST", is.path+"/userGroups", is.body, "Content-Type", is.media)
		a.Check(t, "status", strconv.Itoa(is.want))
	}
	c.As("portico-anypoint-admin").Refused(400, "INVALID_HEADER", "POST", inStore, "{", "x-limit", "x")
}

func TestI2DefaultPage(t *testing.T) {
	t.Parallel()
	c := vendor.Connect(t, emulator.Config{Fixture: "large"})
	for _, is := range []struct {
		headers []string
		want    int
	}{
		{nil, 250},
		{[]string{"x-limit", ""}, 250},
		{[]string{"x-limit", "251"}, 250},
		{[]string{"x-limit", "2147483647"}, 250},
		{[]string{"x-limit", "249"}, 249},
		{[]string{"x-limit", "0"}, 0},
		{[]string{"x-limit", "10", "x-offset", "4995"}, 5},
		{[]string{"x-offset", "5000"}, 0},
	} {
		if got := c.Get(users, is.headers...).Get("#").Int(); got != int64(is.want) {
			t.Errorf("users with %q: got %d, want %d", is.headers, got, is.want)
		}
	}
	for i, want := range []int{250, 250, 249, 0, 5} {
		headers := [][]string{nil, {"x-limit", "1000"}, {"x-limit", "249"}, {"x-limit", "0"}, {"x-from", "6995"}}[i]
		if got := c.Must(200, "POST", assets+"/search", "{}", headers...).Get("assets.#").Int(); got != int64(want) {
			t.Errorf("assets with %q: got %d, want %d", headers, got, want)
		}
	}
	c.Refused(400, "PORTAL_ASSET_LIMIT_REACHED", "POST", assets, `[{"assetId": "order-api", "groupId": "com.example"}]`)
	c.Must(200, "POST", assets, `[{"assetId": "payment-api", "groupId": "com.example"}]`).Check(t, "#", "0")
	c.Must(200, "POST", assets+"/remove", `[{"assetId": "payment-api", "groupId": "com.example"}]`)
	c.Must(200, "POST", assets, `[{"assetId": "order-api", "groupId": "com.example"}]`).Check(t, "#", "1")
}

func TestI3NamesAndCodes(t *testing.T) {
	t.Parallel()
	c := connect(t)
	names := map[int]string{400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed", 415: "UnsupportedMediaType"}
	for _, is := range []struct {
		status       int
		method, path string
		headers      []string
	}{
		{400, "GET", base + "/connections/x/apiPortals", nil},
		{401, "GET", base + "/connections", []string{"Authorization", ""}},
		{403, "GET", base + "/connections", []string{"Authorization", "Bearer portico-anypoint-nobody"}},
		{404, "GET", base + "/connections/" + nowhere + "/apiPortals", nil},
		{404, "GET", base + "/nothing", nil},
		{405, "PUT", base + "/connections", nil},
		{415, "POST", groups, []string{"Content-Type", "text/plain"}},
	} {
		a := c.Must(is.status, is.method, is.path, "", is.headers...)
		a.Check(t, "name", names[is.status])
		a.Check(t, "status", strconv.Itoa(is.status))
		if a.Get("message").Str == "" || a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: got %s as %s", is.method, is.path, a.Body, a.Header.Get("Content-Type"))
		}
	}
	// Everything that is wrong with a body is told at once.
	a := c.Refused(400, "REQUIRED_FIELD", "POST", groups+"/"+developers+"/groupMappings", `{"idpId": "x"}`)
	a.Check(t, "details.#.code", `["REQUIRED_FIELD","INVALID_UUID"]`)
	a.Check(t, "details.#.arguments.0.field", `["groupMappingName","idpId"]`)
	if got, want := c.Call("POST", groups, `{"name": "`+strings.Repeat("x", 96)+`"}`).Body,
		`{"name":"BadRequest","status":400,"message":"Request validation failed","details":[{"message":"name must be at most 95 characters","code":"MAX_LENGTH_EXCEEDED","arguments":[{"field":"name","max":95}]}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestI4BothIdsOfAPortal(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, op := range documented() {
		if !strings.Contains(op.Path, "{portalId}") || op.Method != http.MethodGet {
			continue
		}
		path := at(&op)
		one, other := c.Get(path), c.Get(strings.Replace(path, "apiPortals/"+portal, "apiPortals/"+site, 1))
		if one.Body != other.Body {
			t.Errorf("%s: got %s by the id of the site, %s by the portal's", op.ID, other.Body, one.Body)
		}
	}
}

func TestI5CreatedGroups(t *testing.T) {
	t.Parallel()
	c := connect(t)
	a := c.Must(200, "POST", groups, `{"name": "New", "isAdmin": true, "isPublic": true}`)
	for _, flag := range []string{"isAdmin", "isAutoGenerated", "isDefault", "isPublic"} {
		a.Check(t, flag, "false")
	}
	id := a.Get("id").Str
	if got := c.Get(groups).Get(`#(id=="` + everyone + `").children.#(id=="` + id + `").name`).Str; got != "New" {
		t.Errorf("below the default group: got %q, want New", got)
	}
	c.Get(groups+"/"+id+"/groupMappings").Check(t, "#", "0")
	c.Must(200, "POST", assets+"/search", `{"userGroupId": "`+id+`"}`).Check(t, "assets.#", "0")
}

func TestI6GroupsDoNotMove(t *testing.T) {
	t.Parallel()
	c := connect(t)
	depth := nested(c, developers)
	for _, parent := range []string{gold, admins, nowhere, developers} {
		c.Must(200, "PATCH", groups+"/"+developers, `{"name": "API Developers", "parentUserGroupId": "`+parent+`"}`)
	}
	if got := nested(c, developers); got != depth {
		t.Errorf("got the depth %d, want %d", got, depth)
	}
}

func TestI7DeletedGroupsLeaveNothing(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Refused(400, "USER_GROUP_HAS_CHILDREN", "DELETE", groups+"/"+gold, "")
	c.Must(200, "DELETE", groups+"/"+pilots, "")
	c.Must(200, "DELETE", groups+"/"+partners, "")
	c.Must(200, "DELETE", groups+"/"+gold, "")
	if strings.Contains(c.Get("/_portico/export").Body, gold) {
		t.Error("the deleted group is still named somewhere")
	}
	c.Get(users+"/"+luis).Check(t, "userGroupIds", `["`+everyone+`","`+developers+`"]`)
	c.Get(assets+"/"+finance+"/fraud-events").Check(t, "minorVersionProfilesVisibility.0.profileVisibility", "[]")
}

func TestI8NamesAndNumberOfGroups(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, name := range []string{"API Developers", "api developers", "EVERYONE", "administrators"} {
		c.Refused(400, "USER_GROUP_NAME_TAKEN", "POST", groups, `{"name": "`+name+`"}`)
	}
	c.Refused(400, "USER_GROUP_NAME_TAKEN", "PATCH", groups+"/"+developers, `{"name": "partners"}`)
	c.Must(200, "PATCH", groups+"/"+developers, `{"name": "API DEVELOPERS"}`)
	c.Must(200, "POST", inUAT+"/userGroups", `{"name": "API Developers"}`)
	for i := 6; i < 100; i++ {
		c.Must(200, "POST", groups, fmt.Sprintf(`{"name": "group %d"}`, i))
	}
	c.Refused(400, "USER_GROUP_LIMIT_REACHED", "POST", groups, `{"name": "one more"}`)
	c.Must(200, "DELETE", groups+"/"+hackathon, "")
	c.Must(200, "POST", groups, `{"name": "one more"}`)
	c.Must(200, "POST", inUAT+"/userGroups", `{"name": "one more"}`)
}

func TestI9Mappings(t *testing.T) {
	t.Parallel()
	c := connect(t)
	before := c.Get(users, "x-limit", "250").Body
	at := groups + "/" + hackathon + "/groupMappings"
	for _, body := range []string{
		`{"groupMappingName": "a"}`, `{"groupMappingName": "A"}`, `{"groupMappingName": "a", "idpId": "` + sso + `"}`, `{"groupMappingName": "b", "idpId": null}`,
	} {
		c.Must(200, "POST", at, body)
	}
	c.Refused(400, "GROUP_MAPPING_EXISTS", "POST", at, `{"groupMappingName": "a", "idpId": "`+idp+`"}`)
	c.Must(200, "POST", groups+"/"+partners+"/groupMappings", `{"groupMappingName": "a"}`)
	c.Get(at).Check(t, "#.external_group_name", `["a","A","a","b"]`)
	c.Get(at).Check(t, "#.provider_id", `["`+idp+`","`+idp+`","`+sso+`","`+idp+`"]`)
	c.Get(at).Check(t, "#.membership_type", `["member","member","member","member"]`)
	if got := c.Get(users, "x-limit", "250").Body; got != before {
		t.Error("a mapping changed a membership")
	}
	// Where the organization has no identity providers, any will do.
	foreignAt := base + "/connections/aaaaaaaa-0000-4000-8000-000000000003/apiPortals/"
	made := c.Must(201, "POST", "/_portico/state/experience-hub.portal", `{"in": ["aaaaaaaa-0000-4000-8000-000000000003"], "document": {"name": "New"}}`)
	f := c.As("portico-anypoint-foreign")
	f.Must(200, "POST", foreignAt+made.Get("id").Str+"/userGroups/"+made.Get("everyoneGroupId").Str+"/groupMappings", `{"groupMappingName": "a", "idpId": "`+nowhere+`"}`)
}

func TestI10EnablingTwice(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, verb := range []string{"enable", "disable"} {
		c.Must(200, "PATCH", users+"/"+jane+"/"+verb, "")
		once := c.Get(users + "/" + jane).Body
		c.Must(200, "PATCH", users+"/"+jane+"/"+verb, "")
		if got := c.Get(users + "/" + jane).Body; got != once {
			t.Errorf("%s twice: got %s, want %s", verb, got, once)
		}
	}
}

func TestI11ProspectsThatWereDecidedAbout(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Must(200, "PATCH", asking+"/"+maria, "")
	c.Get(asking).Check(t, "#", "6")
	c.Get(asking).Check(t, `#(status=="APPROVED")#.email`, `["ann@example.com","maria@example.com"]`)
	left := c.Must(200, "DELETE", asking+"/"+omar, "")
	left.Check(t, "#.email", `["wei@example.com","tove@example.com","ravi@example.com"]`)
	c.Get(asking).Check(t, "#", "5")
	for _, method := range []string{"PATCH", "DELETE"} {
		c.Refused(400, "PROSPECT_NOT_PENDING", method, asking+"/"+ann, "")
	}
}

func TestI12UsersOfApprovedProspects(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, is := range []struct{ prospect, body, groups string }{
		{maria, "", everyone},
		{omar, `{"userGroupIds": []}`, everyone},
		{"880e8400-e29b-41d4-a716-446655440006", `null`, everyone},
		{"880e8400-e29b-41d4-a716-446655440007", `{"userGroupIds": ["` + gold + `", "` + gold + `"]}`, gold},
	} {
		who := c.Get(asking).Get(`#(id=="` + is.prospect + `")`)
		c.Must(200, "PATCH", asking+"/"+is.prospect, is.body)
		got := c.Get(users + "?searchTerm=" + who.Get("email").Str).Get("0")
		want := fmt.Sprintf(`{"id":%q,"name":"%s %s","email":%q,"username":%q,"isActive":true,"isExternal":true,"anypointUsername":%q,"anypointIdpId":%q,"userGroupIds":[%q],"anypointGroups":[]}`,
			got.Get("id").Str, who.Get("firstName").Str, who.Get("lastName").Str, who.Get("email").Str, who.Get("username").Str, who.Get("username").Str, idp, is.groups)
		if got.Raw != want || !api.IsUUID(got.Get("id").Str) {
			t.Errorf("got %s, want %s", got.Raw, want)
		}
	}
	c.Refused(400, "REQUIRED_FIELD", "PATCH", asking+"/880e8400-e29b-41d4-a716-446655440008", `{}`)
	c.Get(asking+"/count").Check(t, "count", "1")
}

func TestI13AllAssetsOrNone(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const fits = `{"assetId": "order-api", "groupId": "com.example"}`
	for _, is := range []struct{ code, other string }{
		{"UNKNOWN_ASSET", `{"assetId": "x", "groupId": "com.example"}`},
		{"ASSET_TYPE_NOT_SUPPORTED", `{"assetId": "crm-connector", "groupId": "` + commerce + `"}`},
		{"REQUIRED_FIELD", `{"assetId": "x"}`},
	} {
		c.Refused(400, is.code, "POST", assets, "["+fits+","+is.other+"]")
	}
	p := c.As("portico-anypoint-portal-admin")
	p.Refused(400, "UNKNOWN_ASSET", "POST", assets, `[`+fits+`,{"assetId": "warehouse-api", "groupId": "bbbbbbbb-0000-4000-8000-000000000003"}]`)
	a := c.Must(200, "POST", assets, `[{"assetId": "loyalty-api", "groupId": "`+commerce+`"},{"assetId": "payment-api", "groupId": "com.example"},`+fits+","+fits+`]`)
	a.Check(t, "#.assetId", `["loyalty-api","order-api"]`)
	c.Must(200, "POST", assets, "[]").Check(t, "#", "0")
	for range 2 {
		c.Must(200, "POST", assets+"/remove", "["+fits+`,{"assetId": "x", "groupId": "x"}]`)
	}
	c.Must(404, "GET", assets+"/com.example/order-api", "")
}

func TestI14Searching(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, is := range []struct{ body, want string }{
		{`{"categories": ["department:FINANCE", "Maturity:Stable"], "tags": ["payments", "crm"]}`, `["customer-api","payment-api"]`},
		{`{"categories": ["Finance"]}`, `[]`},
		{`{"tags": [], "categories": [], "searchTerm": "  "}`, `["catalog-api","fraud-events","pricing-graph","customer-api","cart-api","invoice-api","payment-api","ledger-api"]`},
		{`{"searchTerm": "by gRAPHql"}`, `["pricing-graph"]`},
		{`{"searchTerm": "api", "tags": ["carts", "catalog"], "sort": {"direction": "ASC", "criteria": "NAME"}}`, `["cart-api","catalog-api"]`},
	} {
		c.Must(200, "POST", assets+"/search", is.body).Check(t, "assets.#.assetId", is.want)
	}
	a := c.Must(200, "POST", assets+"/search", `{"searchTerm": "ledger"}`, "x-limit", "0")
	a.Check(t, "assets", "[]")
	a.Check(t, "facets", `{"categories":["Department:Finance","Maturity:Stable"],"tags":["ledger"]}`)
}

func TestI15VisibilityByVersion(t *testing.T) {
	t.Parallel()
	c := connect(t)
	one := assets + "/" + finance + "/invoice-api"
	lists := func() string {
		return c.Get(one).Get("minorVersionProfilesVisibility.#.[minorVersion,profileVisibility]").Raw
	}
	c.Must(200, "PATCH", one, `{"minorVersions": [{"minorVersion": "1", "profileVisibility": ["`+everyone+`"]}]}`)
	if got, want := lists(), `[["v1",["`+everyone+`"]],["v2",["`+gold+`"]]]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c.Refused(400, "UNKNOWN_MINOR_VERSION", "PATCH", one, `{"minorVersions": [{"minorVersion": "v3"}]}`)
	c.Refused(400, "PATTERN_MISMATCH", "PATCH", one, `{"minorVersions": [{"minorVersion": "1.0"}]}`)
	c.Refused(400, "", "PATCH", one, `{"instancesVisibility": "All", "minorVersions": [{"minorVersion": "v1"}, {"minorVersion": "1"}]}`)
	c.Refused(400, "", "PATCH", one, `{"instancesVisibility": "All", "minorVersions": [{"minorVersion": "v1", "profileVisibility": []}, {"minorVersion": "v9"}]}`)
	// A version that Exchange gets later is seen by nobody; one that it loses is no longer spoken of.
	versions := func(list string) {
		c.Must(200, "PATCH", "/_portico/state/mulesoft.asset/a0000000-0000-4000-8000-000000000004", `{"versions": `+list+`}`)
	}
	versions(`[{"version": "10.0.0"}, {"version": "2.0.0"}]`)
	if got, want := lists(), `[["v2",["`+gold+`"]],["v10",[]]]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c.Must(200, "PATCH", one, `{"minorVersions": [{"minorVersion": "v10", "profileVisibility": ["`+admins+`"]}]}`)
	if got, want := lists(), `[["v2",["`+gold+`"]],["v10",["`+admins+`"]]]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestI16ContentTypes(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, op := range documented() {
		body := good[op.ID]
		if op.ID == "approveProspect" {
			body = `{"userGroupIds": []}`
		}
		want := 415
		if op.Body == "" {
			want = 200
		}
		one := connect(t)
		if got := one.Call(op.Method, at(&op), body, "Content-Type", "text/plain"); got.Status != want {
			t.Errorf("%s as text/plain: got %d %s, want %d", op.ID, got.Status, got.Body, want)
		}
		if op.Body == "" {
			continue
		}
		for _, media := range []string{"", "application/json", "Application/JSON; charset=UTF-8"} {
			one := connect(t)
			if got := one.Call(op.Method, at(&op), body, "Content-Type", media); got.Status != 200 {
				t.Errorf("%s as %q: got %d %s, want 200", op.ID, media, got.Status, got.Body)
			}
		}
	}
	c.Must(200, "PATCH", asking+"/"+maria, "", "Content-Type", "text/plain")
}

func TestI17TypesThatFit(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for kind, fits := range map[string]bool{
		"rest-api": true, "soap-api": true, "http-api": true, "evented-api": true, "agent": true, "mcp": true, "graphql-api": true, "grpc-api": true, "llm": true,
		"connector": false, "template": false, "example": false, "custom": false, "raml-fragment": false, "policy": false, "app": false, "extension": false,
	} {
		c.Must(201, "POST", "/_portico/state/mulesoft.asset", `{"in": ["`+root+`"], "document": {"groupId": "types", "assetId": "`+kind+`", "name": "One", "type": "`+kind+`"}}`)
		if got := finds(c, inStore, `{"searchTerm": "one"}`, kind); got != fits {
			t.Errorf("%s: found %t, want %t", kind, got, fits)
		}
		body := `[{"assetId": "` + kind + `", "groupId": "types"}]`
		if fits {
			c.Must(200, "POST", assets, body).Check(t, "#", "1")
		} else {
			c.Refused(400, "ASSET_TYPE_NOT_SUPPORTED", "POST", assets, body)
		}
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	approver := map[string]bool{
		"getAllApiPortalByConnectionId": true, "getConnections": true, "enableCommunityUser": true, "disableCommunityUser": true, "approveProspect": true,
		"rejectProspect": true, "getCommunityUsers": true, "getCommunityUser": true, "getProspects": true, "getProspectCount": true,
	}
	for _, op := range documented() {
		for _, is := range []struct {
			token string
			may   bool
		}{
			{"portico-anypoint-admin", true},
			{"portico-anypoint-app", true},
			{"portico-anypoint-hub-admin", true},
			{"portico-anypoint-portal-admin", true},
			{"portico-anypoint-users-approver", approver[op.ID]},
			{"portico-anypoint-exchange-admin", false},
			{"portico-anypoint-viewer", false},
			{"portico-anypoint-nobody", false},
			{"portico-anypoint-app-contributor", false},
			{"portico-anypoint-foreign", op.ID == "getConnections"},
			{"anything", true},
		} {
			want := 403
			if is.may {
				want = 200
			}
			one := connect(t).As(is.token)
			if got := one.Call(op.Method, at(&op), good[op.ID]); got.Status != want {
				t.Errorf("%s as %s: got %d %s, want %d", op.ID, is.token, got.Status, got.Body, want)
			}
		}
	}
}

func TestEveryRowAsksWhoCalls(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, op := range vendor.Rows(nil) {
		if op.Needs == mulesoft.Anyone {
			continue
		}
		for _, header := range []string{"", "Bearer", "Bearer  ", "Basic YTpi", "portico-anypoint-admin", "Bearer portico-anypoint-expired", "Bearer portico-anypoint-revoked", "Bearer portico-anypoint-disabled", "Bearer a b"} {
			a := c.Call(op.Method, client.Filled(&op, func(string) string { return "x" }), "{", "Authorization", header, "Content-Type", "text/plain")
			if a.Status != 401 || a.Get("name").Str != "Unauthorized" {
				t.Errorf("%s with %q: got %d %s, want 401", op.ID, header, a.Status, a.Body)
			}
		}
	}
	for _, scheme := range []string{"Bearer", "bearer", "BEARER"} {
		c.Must(200, "GET", base+"/connections", "", "Authorization", scheme+" portico-anypoint-admin")
	}
}

func TestStrictModeKnowsItsTokens(t *testing.T) {
	t.Parallel()
	c := vendor.Connect(t, emulator.Config{Strict: true})
	c.Get(base + "/connections")
	c.As("anything").Must(401, "GET", base+"/connections", "")
	issued := c.As("").Must(200, "POST", "/accounts/login", `{"username": "admin", "password": "portico-password-admin"}`).Get("access_token").Str
	c.As(issued).Get(base + "/connections")
}

func TestTheCurrentOrganization(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const group = "88888888-8888-8888-8888-888888888888"
	for org, want := range map[string]string{
		"": `["` + connection + `","` + sandbox + `"]`, root: `["` + connection + `","` + sandbox + `"]`, group: `["` + connection + `"]`, finance: `[]`,
	} {
		c.Get(base+"/connections", "X-ANYPNT-ORG-ID", org).Check(t, "#.id", want)
	}
	for _, org := range []string{foreign, nowhere, "x"} {
		c.Must(403, "GET", base+"/connections", "", "X-ANYPNT-ORG-ID", org)
	}
	c.Must(200, "GET", inPortal+"/users", "", "X-ANYPNT-ORG-ID", group)
	c.Must(403, "GET", inPortal+"/users", "", "X-ANYPNT-ORG-ID", finance)
	c.As("portico-anypoint-users-approver").Must(200, "GET", base+"/connections", "", "X-ANYPNT-ORG-ID", finance)
}

func TestNobodyIsAnAdministratorAnyMore(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Must(204, "DELETE", "/_portico/state/mulesoft.user/10000000-0000-4000-8000-000000000001", "")
	c.As("anything").Get(base + "/connections")
	c.As("anything").Must(401, "GET", "/accounts/api/users/me", "")
	c.Must(204, "DELETE", "/_portico/state/mulesoft.organization/"+root, "")
	c.As("anything").Get(base+"/connections").Check(t, "#", "1") // of the organization that is left
}

func TestRulesOfDocuments(t *testing.T) {
	t.Parallel()
	c := connect(t)
	post := func(want int, kind, in, document string) {
		t.Helper()
		c.Must(want, "POST", "/_portico/state/"+kind, `{"in": `+in+`, "document": `+document+`}`)
	}
	patch := func(want int, kind, id, document string) {
		t.Helper()
		c.Must(want, "PATCH", "/_portico/state/"+kind+"/"+id, document)
	}
	post(409, "experience-hub.portal", `["`+connection+`"]`, `{"name": "Second"}`)
	patch(400, "experience-hub.portal", portal, `{"everyoneGroupId": "`+gold+`"}`)
	patch(400, "experience-hub.user-group", gold, `{"parentUserGroupId": "`+pilots+`"}`)
	patch(400, "experience-hub.user-group", gold, `{"parentUserGroupId": "`+elsewhere+`"}`)
	patch(400, "experience-hub.user-group", everyone, `{"parentUserGroupId": "`+gold+`"}`)
	patch(200, "experience-hub.user-group", partners, `{"parentUserGroupId": "`+developers+`"}`)
	patch(400, "experience-hub.portal-user", jane, `{"userGroupIds": ["`+elsewhere+`"]}`)
	post(409, "experience-hub.portal-user", `["`+portal+`"]`, `{"email": "JANE@example.com"}`)
	post(400, "experience-hub.portal-asset", `["`+portal+`"]`, `{"groupId": "com.foreign", "assetId": "partner-api"}`)
	post(400, "experience-hub.portal-asset", `["`+portal+`"]`, `{"groupId": "com.example", "assetId": "order-api", "minorVersionProfilesVisibility": [{"minorVersion": "v7"}]}`)
	post(201, "experience-hub.portal-asset", `["`+portal+`"]`, `{"groupId": "com.example", "assetId": "order-api", "minorVersionProfilesVisibility": [{"minorVersion": "1"}]}`)
	post(400, "experience-hub.group-mapping", `["`+gold+`"]`, `{"external_group_name": "x", "provider_id": "`+nowhere+`"}`)
	patch(400, "mulesoft.asset", "a0000000-0000-4000-8000-000000000001", `{"assetId": "other"}`)
	patch(400, "mulesoft.asset", "a0000000-0000-4000-8000-000000000001", `{"businessGroupId": "`+foreign+`"}`)
	patch(400, "mulesoft.connection", connection, `{"organizationId": "`+foreign+`"}`)
	patch(400, "mulesoft.user", "10000000-0000-4000-8000-000000000002", `{"permissions": [{"role": "Exchange Viewer", "businessGroupId": "`+foreign+`"}]}`)
	for i := range 495 {
		post(201, "experience-hub.prospect", `["`+portal+`"]`, fmt.Sprintf(`{"email": "p%d@example.com"}`, i))
	}
	post(400, "experience-hub.prospect", `["`+portal+`"]`, `{"email": "late@example.com"}`)
	post(201, "experience-hub.prospect", `["`+portal+`"]`, `{"email": "late@example.com", "status": "APPROVED"}`)
}

// A type that becomes unfit, and other things that no operation does, never end in an internal error.
func TestWhatTheProviderMayChange(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Must(200, "PATCH", "/_portico/state/mulesoft.asset/a0000000-0000-4000-8000-000000000001", `{"type": "connector"}`)
	c.Get(assets+"/com.example/payment-api").Check(t, "type", "connector")
	c.Must(400, "PATCH", assets+"/com.example/payment-api", `{"instancesVisibility": "All", "minorVersions": [{"minorVersion": "v1", "profileVisibility": []}]}`)
	c.Must(204, "DELETE", "/_portico/state/experience-hub.user-group/"+everyone, "")
	c.Must(200, "PATCH", asking+"/"+maria, "")
	c.Get(users+"?searchTerm=maria").Check(t, "0.userGroupIds", "[]")
	c.Must(204, "DELETE", "/_portico/state/mulesoft.business-group/"+finance, "")
	c.Must(200, "POST", assets+"/search", `{"searchTerm": "ledger"}`).Check(t, "assets.0.businessGroupName", "")
	c.Must(204, "DELETE", "/_portico/state/mulesoft.user/cccccccc-cccc-cccc-cccc-cccccccccccc", "")
	c.Must(200, "POST", inStore, `{"searchTerm": "order"}`).Check(t, "assets.0.createdByName", "")
}

func TestHeadAnswersWhereGetDoes(t *testing.T) {
	t.Parallel()
	if a := connect(t).Call("HEAD", inPortal+"/users", ""); a.Status != 200 || a.Body != "" {
		t.Errorf("got %d with %d bytes", a.Status, len(a.Body))
	}
}

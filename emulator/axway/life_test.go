package axway_test

import (
	"net/http"
	"strings"
	"testing"
)

// Register, approve, access, key, quota, revoke: where nothing approves itself.
func TestLifeOfAnApplication(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.settings(`{"autoApproveApplications":false}`)
	b, org := c.as("ben"), c.as("acme-admin")

	made := b.must(201, "POST", "/applications", `{"name":"Cycle","organizationId":"`+acme+`","apis":["`+petStore+`","`+orders+`","`+petStore+`"]}`)
	made.check(t, "state", "pending")
	made.check(t, "enabled", "true")
	made.check(t, "managedBy", `["`+ben+`"]`)
	id := made.get("id").Str
	b.get(app(id, "/apis")).check(t, "#.state", `["pending","pending"]`)
	org.get("/applications?field=state&op=eq&value=pending").check(t, "#.id", `["`+loyalty+`","`+id+`"]`)
	b.refused(403, forbidden, "POST", app(id, "/approve"), "")
	org.must(201, "POST", app(id, "/approve"), "")
	b.get(app(id, "")).check(t, "state", "approved")
	b.get(app(id, "/apis")).check(t, "#.state", `["approved","approved"]`)
	b.get("/applications?field=state&op=eq&value=approved").check(t, "#.id", `["`+id+`"]`)

	// One more API, which somebody has to approve; what administrators ask for is approved at once.
	asked := b.must(201, "POST", app(id, "/apis"), `{"apiId":"`+payments+`"}`)
	asked.check(t, "state", "pending")
	access := asked.get("id").Str
	b.get(app(id, "/availablescopes?apiScope=true")).check(t, "@this", `[]`)
	b.refused(403, forbidden, "POST", app(id, "/apis/"+access+"/approve"), "")
	org.must(201, "POST", app(id, "/apis/"+access+"/approve"), "")
	b.get(app(id, "/availablescopes?apiScope=true")).check(t, "@this", `["payments.read","payments.write"]`)
	org.must(201, "POST", app(id, "/apis"), `{"apiId":"`+orders2+`"}`).check(t, "state", "approved")

	key := b.must(201, "POST", app(id, "/apikeys"), "").get("id").Str
	client := b.must(201, "POST", app(id, "/oauth"), `{"type":"public"}`)
	first := client.get("secret").Str
	second := b.must(200, "PUT", app(id, "/oauth/"+client.get("id").Str+"/newsecret"), "").get("secret").Str
	third := b.must(200, "PUT", app(id, "/oauth/"+client.get("id").Str+"/newsecret"), "").get("secret").Str
	if first == second || second == third || first == third {
		t.Errorf("secrets: got %s, %s, %s, want three", first, second, third)
	}
	b.get("/applications/oauthclient/"+client.get("id").Str).check(t, "id", id)

	b.get(app(id, "/quota")).check(t, "system", "true")
	b.refused(403, forbidden, "POST", app(id, "/quota"), `{}`)
	quota := c.must(201, "POST", app(id, "/quota"), `{"restrictions":[{"api":"`+payments+`","method":"`+pay+`","type":"throttle","config":{"period":"minutes","per":1,"messages":5}}]}`)
	quota.check(t, "name", "Cycle Quota")
	c.must(200, "PUT", app(id, "/quota"), `{"description":"Five a minute"}`).check(t, "restrictions", quota.get("restrictions").Raw)
	b.get(app(id, "/quota")).check(t, "id", quota.get("id").Str)
	c.must(204, "DELETE", app(id, "/quota"), "")
	b.get(app(id, "/quota")).check(t, "name", "Application Default")

	b.must(200, "PUT", app(id, "/apikeys/"+key), `{"enabled":"false"}`).check(t, "enabled", "false")
	b.must(204, "DELETE", app(id, "/apikeys/"+key), "")
	b.refused(404, notFound, "DELETE", app(id, "/apikeys/"+key), "")
	b.must(200, "PUT", app(id, "/apis/"+access), `{"enabled":false}`)
	b.get(app(id, "/availablescopes?apiScope=true")).check(t, "@this", `[]`)
	b.must(204, "DELETE", app(id, "/apis/"+access), "")
	b.must(200, "PUT", app(id, ""), `{"enabled":false}`).check(t, "state", "approved")
	b.must(204, "DELETE", app(id, ""), "")
	for _, path := range []string{"", "/apis", "/apikeys", "/oauth", "/extclients", "/permissions", "/quota", "/scope", "/oauthresource", "/availablescopes", "/image"} {
		b.refused(404, notFound, "GET", app(id, path), "")
	}
	b.refused(404, notFound, "GET", "/applications/oauthclient/"+client.get("id").Str, "")
	b.get("/applications").check(t, "#.id", `["`+loyalty+`"]`)
}

// A request that is turned down is deleted, and its name is free again.
func TestLifeOfARequestTurnedDown(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.as("acme-admin").must(204, "DELETE", app(loyalty, ""), "")
	c.as("ben").must(201, "POST", "/applications", `{"name":"Loyalty card","organizationId":"`+acme+`"}`)
}

// What a plain user sees is what is shared with it, and no more of it than its permission says.
func TestLifeOfAPlainUser(t *testing.T) {
	t.Parallel()
	c := connect(t)
	b := c.as("bella")
	b.get("/applications").check(t, "#.id", `["`+iPhone+`"]`)
	b.get("/applications?field=orgid&op=eq&value="+acme+"&field=name&op=like&value=a&lop=OR").check(t, "#", "1")
	for _, path := range []string{"", "/apis", "/apikeys", "/oauth", "/extclients", "/quota", "/scope", "/oauthresource", "/availablescopes", "/image"} {
		b.get(app(iPhone, path))
		b.refused(403, forbidden, "GET", app(storefront, path), "")
	}
	b.get(app(iPhone, "/permissions")).check(t, "#.userId", `["`+bella+`"]`)
	b.refused(403, forbidden, "PUT", app(iPhone, ""), `{"name":"Mine"}`)
	b.refused(403, forbidden, "POST", app(iPhone, "/permissions"), `{"userId":"`+ben+`","permission":"view"}`)
	b.refused(403, forbidden, "DELETE", app(iPhone, "/permissions/"+aView), "")

	// With manage it may do all that a manager does, and shows so.
	c.as("anna").must(200, "PUT", app(iPhone, "/permissions/"+aView), `{"permission":"manage"}`)
	b.get(app(iPhone, "/permissions")).check(t, "#", "2")
	b.must(200, "PUT", app(iPhone, ""), `{"name":"Ours"}`).check(t, "managedBy", `["`+anna+`","`+bella+`"]`)
	b.must(201, "POST", app(iPhone, "/apikeys"), "").check(t, "createdBy", bella)
	b.must(201, "POST", app(iPhone, "/permissions"), `{"userId":"`+ben+`","permission":"view"}`).check(t, "createdBy", bella)
	c.as("ben").get(app(iPhone, ""))

	// Nothing is left when it goes.
	b.must(204, "DELETE", app(iPhone, "/permissions/"+aView), "")
	b.get("/applications").check(t, "@this", `[]`)
	b.refused(403, forbidden, "GET", app(iPhone, ""), "")
}

// Without delegation an organization administrator reads, and manages only what was shared with it.
func TestLifeWithoutDelegation(t *testing.T) {
	t.Parallel()
	c := connect(t)
	org := c.as("acme-admin")
	c.settings(`{"delegateApplicationAdministration":false}`)
	seen := `["` + strings.Join([]string{iPhone, storefront, warehouse, loyalty}, `","`) + `"]`
	org.get("/applications").check(t, "#.id", seen)
	org.get(app(iPhone, "/apikeys")).check(t, "#", "2")
	org.get(app(iPhone, "/permissions")).check(t, "#", "2")
	for _, one := range []try{
		{"POST /applications", `{"name":"New","organizationId":"` + acme + `"}`},
		{"PUT " + app(iPhone, ""), `{"name":"x"}`},
		{"DELETE " + app(iPhone, ""), ""},
		{"POST " + app(iPhone, "/apikeys"), ""},
		{"POST " + app(iPhone, "/apis"), `{"apiId":"` + orders + `"}`},
		{"POST " + app(iPhone, "/permissions"), `{"userId":"` + ben + `","permission":"view"}`},
		{"DELETE " + app(iPhone, "/permissions/"+aView), ""},
		{"POST " + app(loyalty, "/approve"), ""},
		{"POST " + app(iPhone, "/apis/"+aPending+"/approve"), ""},
	} {
		method, path, _ := strings.Cut(one.do, " ")
		org.refused(403, forbidden, method, path, one.body)
	}
	// It made the storefront, so it manages that: not as an administrator, which shows where approval is needed.
	org.must(200, "PUT", app(storefront, ""), `{"description":"mine"}`)
	c.settings(`{"autoApproveApplications":false}`)
	org.must(201, "POST", app(storefront, "/apis"), `{"apiId":"`+orders+`"}`).check(t, "state", "pending")
	entry := org.get(app(storefront, "/permissions")).get("0.id").Str
	org.refused(403, forbidden, "DELETE", app(storefront, "/permissions/"+entry), "") // the last manager

	c.settings(`{"delegateApplicationAdministration":true}`)
	org.must(201, "POST", app(loyalty, "/approve"), "")
	org.must(201, "POST", "/applications", `{"name":"New","organizationId":"`+acme+`"}`).check(t, "state", "approved")
	org.must(204, "DELETE", app(storefront, "/permissions/"+entry), "")
}

// The last manager stays, unless an administrator takes it out.
func TestLifeOfTheLastManager(t *testing.T) {
	t.Parallel()
	c := connect(t)
	a := c.as("anna")
	entry := app(iPhone, "/permissions/"+annaEntry)
	a.refused(403, forbidden, "DELETE", entry, "")
	a.refused(403, forbidden, "PUT", entry, `{"permission":"view"}`)
	a.must(200, "PUT", entry, `{"permission":"manage"}`)
	shared := a.must(201, "POST", app(iPhone, "/permissions"), `{"userId":"`+ben+`","permission":"manage"}`).get("id").Str
	a.refused(403, forbidden, "DELETE", app(iPhone, "/permissions/"+shared), "") // somebody else
	a.must(200, "PUT", entry, `{"permission":"view"}`).check(t, "permission", "view")
	a.refused(403, forbidden, "PUT", entry, `{"permission":"manage"}`)
	c.as("ben").refused(403, forbidden, "DELETE", app(iPhone, "/permissions/"+shared), "")
	c.as("ben").must(200, "PUT", entry, `{"permission":"manage"}`)
	c.as("ben").must(204, "DELETE", app(iPhone, "/permissions/"+shared), "")
	a.get(app(iPhone, "")).check(t, "managedBy", `["`+anna+`"]`)
	c.as("acme-admin").must(204, "DELETE", entry, "")
	c.get(app(iPhone, "")).check(t, "managedBy", `[]`)
	a.get("/applications").check(t, "@this", `[]`)
}

// What others of the product's APIs do is done through the state API here, with the same effects.
func TestLifeOfWhatApplicationsLiveAmong(t *testing.T) {
	t.Parallel()
	c := connect(t)
	// An organization loses an API: its applications do, too; others keep theirs.
	c.must(201, "POST", app(foreign, "/apis"), `{"apiId":"`+payments+`"}`)
	c.state(204, "DELETE", "organization-api-access/e5f00000-0000-4000-8000-000000000014", "")
	c.get(app(iPhone, "/apis")).check(t, "#.apiId", `["`+orders2+`"]`)
	c.refused(404, notFound, "DELETE", app(iPhone, "/apis/"+aPending), "")
	c.get(app(foreign, "/apis")).check(t, "#", "1")
	c.refused(403, forbidden, "POST", app(iPhone, "/apis"), `{"apiId":"`+payments+`"}`)
	c.state(201, "POST", "organization-api-access", `{"in":["`+acme+`"],"document":{"apiId":"`+payments+`"}}`)
	c.must(201, "POST", app(iPhone, "/apis"), `{"apiId":"`+payments+`"}`)
	// An API goes.
	c.state(204, "DELETE", "api/"+payments, "")
	c.get(app(iPhone, "/apis")).check(t, "#.apiId", `["`+orders2+`"]`)
	c.get(app(foreign, "/apis")).check(t, "#", "0")
	c.refused(404, "Unknown API", "POST", app(iPhone, "/apis"), `{"apiId":"`+payments+`"}`)
	c.refused(400, "API not found", "POST", app(iPhone, "/quota"), `{"restrictions":[{"api":"`+payments+`","type":"throttle","config":{"period":"day","per":1,"messages":1}}]}`)
	// A quota that names it still shows, and can be changed as long as nobody sends that again.
	c.state(204, "DELETE", "api/60d1c7da-9e2e-4f57-948a-eeb1da71beca", "")
	quota := c.must(200, "PUT", app(warehouse, "/quota"), `{"name":"x"}`)
	quota.check(t, "restrictions.#", "3")
	c.refused(400, "API not found", "PUT", app(warehouse, "/quota"), `{"restrictions":`+quota.get("restrictions").Raw+`}`)
	// A user goes, with what was shared with it.
	c.state(204, "DELETE", "user/"+anna, "")
	c.get(app(iPhone, "/permissions")).check(t, "#.userId", `["`+bella+`"]`)
	c.get(app(iPhone, "")).check(t, "managedBy", `[]`)
	c.get(app(iPhone, "")).check(t, "createdBy", anna)
	// An organization goes, with all that is its.
	c.state(204, "DELETE", "organization/"+acme, "")
	c.get("/applications?field=orgid&op=eq&value="+acme).check(t, "#", "0")
	c.get("/users?field=orgid&op=eq&value="+acme).check(t, "#", "0")
	c.refused(404, notFound, "GET", "/applications/oauthclient/SamplePublicApp", "")
}

// An application that cannot be made whole is not made at all.
func TestRollback(t *testing.T) {
	t.Parallel()
	c := connect(t)
	before := c.everything()
	c.refused(403, forbidden, "POST", "/applications", `{"name":"Half","organizationId":"`+acme+`","apis":["`+petStore+`","`+shipping+`"]}`)
	c.refused(400, "apis.1: no such api", "POST", "/applications", `{"name":"Half","organizationId":"`+acme+`","apis":["`+petStore+`","none"]}`)
	c.refused(409, taken, "PUT", app(foreign, ""), `{"organizationId":"`+acme+`"}`) // after its accesses and permissions went
	c.refused(409, taken, "POST", "/applications", `{"name":"Storefront","organizationId":"`+acme+`","apis":["`+petStore+`"]}`)
	if after := c.everything(); after != before {
		t.Errorf("got\n%s\nwant\n%s", after, before)
	}
}

// A client signs in, works with cookie and token, is idle for too long, signs in again and out.
func TestLifeOfASession(t *testing.T) {
	t.Parallel()
	c := connect(t).as("")
	login := func() (cookie, token string) {
		t.Helper()
		a := c.send("POST", base+"/login", "username=anna&password=portico-anna", "Content-Type", "application/x-www-form-urlencoded")
		if a.status != 303 || a.body != "" || a.header.Get("Content-Type") != "" {
			t.Fatalf("login: got %d %q %v, want 303 without a body", a.status, a.body, a.header)
		}
		cookies := (&http.Response{Header: a.header}).Cookies()
		if len(cookies) != 2 || cookies[0].Name != "APIMANAGERSESSION" || cookies[1].Name != "APIMANAGERSTATIC" || !cookies[0].HttpOnly {
			t.Fatalf("login: got the cookies %v", cookies)
		}
		if token = a.header.Get("CSRF-Token"); len(token) != 64 || strings.Trim(token, "0123456789ABCDEF") != "" {
			t.Fatalf("login: got the token %q, want 64 hexadecimal digits", token)
		}
		return cookies[0].String(), token
	}
	advance := func(by string) {
		t.Helper()
		if a := c.send("POST", "/_portico/clock/advance", `{"by":"`+by+`"}`, "Content-Type", "application/json"); a.status != 200 {
			t.Fatalf("advance: got %d %s", a.status, a.body)
		}
	}
	cookie, token := login()
	get := func(want int) {
		t.Helper()
		a := c.send("GET", base+"/currentuser", "", "Cookie", cookie)
		if a.status != want || want == 200 && (a.get("loginName").Str != "anna" || a.header.Get("CSRF-Token") != token) {
			t.Fatalf("who calls: got %d %s %v, want %d", a.status, a.body, a.header, want)
		}
		if want == 401 && (a.get("errors.0.message").Str != "Authorization required" || a.header.Get("WWW-Authenticate") != "") {
			t.Errorf("got %s %v, want no challenge for a session", a.body, a.header)
		}
	}
	post := func(want int, headers ...string) {
		t.Helper()
		a := c.send("POST", base+app(iPhone, "/apikeys"), "", append([]string{"Cookie", cookie}, headers...)...)
		if a.status != want || want == 403 && a.get("errors.0.message").Str != "Invalid CSRF token" || a.header.Get("CSRF-Token") != token {
			t.Fatalf("create: got %d %s %v, want %d", a.status, a.body, a.header, want)
		}
	}
	get(200)
	post(403)
	post(403, "CSRF-Token", strings.ToLower(token)+"x")
	post(201, "CSRF-Token", token)
	c.settings(`{"csrf":false}`)
	post(201)
	c.settings(`{"csrf":true}`)
	post(403)

	// Use keeps it alive, reading, too; an hour without ends it.
	for range 3 {
		advance("59m")
		get(200)
	}
	advance("60m")
	get(401)
	cookie, token = login()
	get(200)
	c.settings(`{"sessionTimeoutMillis":5400000}`)
	advance("50m")
	get(200)
	advance("50m") // longer in all than a session lasts
	get(401)

	cookie, token = login()
	if n := c.send("GET", "/_portico/state", "").get(`axway\.session`).Int(); n != 1 {
		t.Errorf("got %d sessions, want the ended ones swept away", n)
	}
	c.state(200, "PATCH", "user/"+anna, `{"enabled":false}`)
	get(401)
	c.state(200, "PATCH", "user/"+anna, `{"enabled":true}`)
	get(200)
	if a := c.send("DELETE", base+"/login/", "", "Cookie", cookie, "CSRF-Token", token); a.status != 204 || a.header.Get("Content-Type") != "" {
		t.Fatalf("logout: got %d %s", a.status, a.body)
	}
	get(401)
}

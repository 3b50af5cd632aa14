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
	c.Change("config", "config", `{"autoApproveApplications":false}`)
	b, org := c.As("ben"), c.As("acme-admin")

	made := b.Must(201, "POST", "/applications", `{"name":"Cycle","organizationId":"`+acme+`","apis":["`+petStore+`","`+orders+`","`+petStore+`"]}`)
	made.Check(t, "state", "pending")
	made.Check(t, "enabled", "true")
	made.Check(t, "managedBy", `["`+ben+`"]`)
	id := made.Get("id").Str
	b.Get(app(id, "/apis")).Check(t, "#.state", `["pending","pending"]`)
	org.Get("/applications?field=state&op=eq&value=pending").Check(t, "#.id", `["`+loyalty+`","`+id+`"]`)
	b.Refused(403, forbidden, "POST", app(id, "/approve"), "")
	org.Must(201, "POST", app(id, "/approve"), "")
	b.Get(app(id, "")).Check(t, "state", "approved")
	b.Get(app(id, "/apis")).Check(t, "#.state", `["approved","approved"]`)
	b.Get("/applications?field=state&op=eq&value=approved").Check(t, "#.id", `["`+id+`"]`)

	// One more API, which somebody has to approve; what administrators ask for is approved at once.
	asked := b.Must(201, "POST", app(id, "/apis"), `{"apiId":"`+payments+`"}`)
	asked.Check(t, "state", "pending")
	access := asked.Get("id").Str
	b.Get(app(id, "/availablescopes?apiScope=true")).Check(t, "@this", `[]`)
	b.Refused(403, forbidden, "POST", app(id, "/apis/"+access+"/approve"), "")
	org.Must(201, "POST", app(id, "/apis/"+access+"/approve"), "")
	b.Get(app(id, "/availablescopes?apiScope=true")).Check(t, "@this", `["payments.read","payments.write"]`)
	org.Must(201, "POST", app(id, "/apis"), `{"apiId":"`+orders2+`"}`).Check(t, "state", "approved")

	key := b.Must(201, "POST", app(id, "/apikeys"), "").Get("id").Str
	client := b.Must(201, "POST", app(id, "/oauth"), `{"type":"public"}`)
	first := client.Get("secret").Str
	second := b.Must(200, "PUT", app(id, "/oauth/"+client.Get("id").Str+"/newsecret"), "").Get("secret").Str
	third := b.Must(200, "PUT", app(id, "/oauth/"+client.Get("id").Str+"/newsecret"), "").Get("secret").Str
	if first == second || second == third || first == third {
		t.Errorf("secrets: got %s, %s, %s, want three", first, second, third)
	}
	b.Get("/applications/oauthclient/"+client.Get("id").Str).Check(t, "id", id)

	b.Get(app(id, "/quota")).Check(t, "system", "true")
	b.Refused(403, forbidden, "POST", app(id, "/quota"), `{}`)
	quota := c.Must(201, "POST", app(id, "/quota"), `{"restrictions":[{"api":"`+payments+`","method":"`+pay+`","type":"throttle","config":{"period":"minutes","per":1,"messages":5}}]}`)
	quota.Check(t, "name", "Cycle Quota")
	c.Must(200, "PUT", app(id, "/quota"), `{"description":"Five a minute"}`).Check(t, "restrictions", quota.Get("restrictions").Raw)
	b.Get(app(id, "/quota")).Check(t, "id", quota.Get("id").Str)
	c.Must(204, "DELETE", app(id, "/quota"), "")
	b.Get(app(id, "/quota")).Check(t, "name", "Application Default")

	b.Must(200, "PUT", app(id, "/apikeys/"+key), `{"enabled":"false"}`).Check(t, "enabled", "false")
	b.Must(204, "DELETE", app(id, "/apikeys/"+key), "")
	b.Refused(404, notFound, "DELETE", app(id, "/apikeys/"+key), "")
	b.Must(200, "PUT", app(id, "/apis/"+access), `{"enabled":false}`)
	b.Get(app(id, "/availablescopes?apiScope=true")).Check(t, "@this", `[]`)
	b.Must(204, "DELETE", app(id, "/apis/"+access), "")
	b.Must(200, "PUT", app(id, ""), `{"enabled":false}`).Check(t, "state", "approved")
	b.Must(204, "DELETE", app(id, ""), "")
	for _, path := range []string{"", "/apis", "/apikeys", "/oauth", "/extclients", "/permissions", "/quota", "/scope", "/oauthresource", "/availablescopes", "/image"} {
		b.Refused(404, notFound, "GET", app(id, path), "")
	}
	b.Refused(404, notFound, "GET", "/applications/oauthclient/"+client.Get("id").Str, "")
	b.Get("/applications").Check(t, "#.id", `["`+loyalty+`"]`)
}

// A request that is turned down is deleted, and its name is free again.
func TestLifeOfARequestTurnedDown(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.As("acme-admin").Must(204, "DELETE", app(loyalty, ""), "")
	c.As("ben").Must(201, "POST", "/applications", `{"name":"Loyalty card","organizationId":"`+acme+`"}`)
}

// What a plain user sees is what is shared with it, and no more of it than its permission says.
func TestLifeOfAPlainUser(t *testing.T) {
	t.Parallel()
	c := connect(t)
	b := c.As("bella")
	b.Get("/applications").Check(t, "#.id", `["`+iPhone+`"]`)
	b.Get("/applications?field=orgid&op=eq&value="+acme+"&field=name&op=like&value=a&lop=OR").Check(t, "#", "1")
	for _, path := range []string{"", "/apis", "/apikeys", "/oauth", "/extclients", "/quota", "/scope", "/oauthresource", "/availablescopes", "/image"} {
		b.Get(app(iPhone, path))
		b.Refused(403, forbidden, "GET", app(storefront, path), "")
	}
	b.Get(app(iPhone, "/permissions")).Check(t, "#.userId", `["`+bella+`"]`)
	b.Refused(403, forbidden, "PUT", app(iPhone, ""), `{"name":"Mine"}`)
	b.Refused(403, forbidden, "POST", app(iPhone, "/permissions"), `{"userId":"`+ben+`","permission":"view"}`)
	b.Refused(403, forbidden, "DELETE", app(iPhone, "/permissions/"+aView), "")

	// With manage it may do all that a manager does, and shows so.
	c.As("anna").Must(200, "PUT", app(iPhone, "/permissions/"+aView), `{"permission":"manage"}`)
	b.Get(app(iPhone, "/permissions")).Check(t, "#", "2")
	b.Must(200, "PUT", app(iPhone, ""), `{"name":"Ours"}`).Check(t, "managedBy", `["`+anna+`","`+bella+`"]`)
	b.Must(201, "POST", app(iPhone, "/apikeys"), "").Check(t, "createdBy", bella)
	b.Must(201, "POST", app(iPhone, "/permissions"), `{"userId":"`+ben+`","permission":"view"}`).Check(t, "createdBy", bella)
	c.As("ben").Get(app(iPhone, ""))

	// Nothing is left when it goes.
	b.Must(204, "DELETE", app(iPhone, "/permissions/"+aView), "")
	b.Get("/applications").Check(t, "@this", `[]`)
	b.Refused(403, forbidden, "GET", app(iPhone, ""), "")
}

// Without delegation an organization administrator reads, and manages only what was shared with it.
func TestLifeWithoutDelegation(t *testing.T) {
	t.Parallel()
	c := connect(t)
	org := c.As("acme-admin")
	c.Change("config", "config", `{"delegateApplicationAdministration":false}`)
	seen := `["` + strings.Join([]string{iPhone, storefront, warehouse, loyalty}, `","`) + `"]`
	org.Get("/applications").Check(t, "#.id", seen)
	org.Get(app(iPhone, "/apikeys")).Check(t, "#", "2")
	org.Get(app(iPhone, "/permissions")).Check(t, "#", "2")
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
		org.Refused(403, forbidden, method, path, one.body)
	}
	// It made the storefront, so it manages that: not as an administrator, which shows where approval is needed.
	org.Must(200, "PUT", app(storefront, ""), `{"description":"mine"}`)
	c.Change("config", "config", `{"autoApproveApplications":false}`)
	org.Must(201, "POST", app(storefront, "/apis"), `{"apiId":"`+orders+`"}`).Check(t, "state", "pending")
	entry := org.Get(app(storefront, "/permissions")).Get("0.id").Str
	org.Refused(403, forbidden, "DELETE", app(storefront, "/permissions/"+entry), "") // the last manager

	c.Change("config", "config", `{"delegateApplicationAdministration":true}`)
	org.Must(201, "POST", app(loyalty, "/approve"), "")
	org.Must(201, "POST", "/applications", `{"name":"New","organizationId":"`+acme+`"}`).Check(t, "state", "approved")
	org.Must(204, "DELETE", app(storefront, "/permissions/"+entry), "")
}

// The last manager stays, unless an administrator takes it out.
func TestLifeOfTheLastManager(t *testing.T) {
	t.Parallel()
	c := connect(t)
	a := c.As("anna")
	entry := app(iPhone, "/permissions/"+annaEntry)
	a.Refused(403, forbidden, "DELETE", entry, "")
	a.Refused(403, forbidden, "PUT", entry, `{"permission":"view"}`)
	a.Must(200, "PUT", entry, `{"permission":"manage"}`)
	shared := a.Must(201, "POST", app(iPhone, "/permissions"), `{"userId":"`+ben+`","permission":"manage"}`).Get("id").Str
	a.Refused(403, forbidden, "DELETE", app(iPhone, "/permissions/"+shared), "") // somebody else
	a.Must(200, "PUT", entry, `{"permission":"view"}`).Check(t, "permission", "view")
	a.Refused(403, forbidden, "PUT", entry, `{"permission":"manage"}`)
	c.As("ben").Refused(403, forbidden, "DELETE", app(iPhone, "/permissions/"+shared), "")
	c.As("ben").Must(200, "PUT", entry, `{"permission":"manage"}`)
	c.As("ben").Must(204, "DELETE", app(iPhone, "/permissions/"+shared), "")
	a.Get(app(iPhone, "")).Check(t, "managedBy", `["`+anna+`"]`)
	c.As("acme-admin").Must(204, "DELETE", entry, "")
	c.Get(app(iPhone, "")).Check(t, "managedBy", `[]`)
	a.Get("/applications").Check(t, "@this", `[]`)
}

// What others of the product's APIs do is done through the state API here, with the same effects.
func TestLifeOfWhatApplicationsLiveAmong(t *testing.T) {
	t.Parallel()
	c := connect(t)
	// An organization loses an API: its applications do, too; others keep theirs.
	c.Must(201, "POST", app(foreign, "/apis"), `{"apiId":"`+payments+`"}`)
	c.Remove("organization-api-access", "e5f00000-0000-4000-8000-000000000014")
	c.Get(app(iPhone, "/apis")).Check(t, "#.apiId", `["`+orders2+`"]`)
	c.Refused(404, notFound, "DELETE", app(iPhone, "/apis/"+aPending), "")
	c.Get(app(foreign, "/apis")).Check(t, "#", "1")
	c.Refused(403, forbidden, "POST", app(iPhone, "/apis"), `{"apiId":"`+payments+`"}`)
	c.Add("organization-api-access", acme, `{"apiId":"`+payments+`"}`)
	c.Must(201, "POST", app(iPhone, "/apis"), `{"apiId":"`+payments+`"}`)
	// An API goes.
	c.Remove("api", payments)
	c.Get(app(iPhone, "/apis")).Check(t, "#.apiId", `["`+orders2+`"]`)
	c.Get(app(foreign, "/apis")).Check(t, "#", "0")
	c.Refused(404, "Unknown API", "POST", app(iPhone, "/apis"), `{"apiId":"`+payments+`"}`)
	c.Refused(400, "API not found", "POST", app(iPhone, "/quota"), `{"restrictions":[{"api":"`+payments+`","type":"throttle","config":{"period":"day","per":1,"messages":1}}]}`)
	// A quota that names it still shows, and can be changed as long as nobody sends that again.
	c.Remove("api", "60d1c7da-9e2e-4f57-948a-eeb1da71beca")
	quota := c.Must(200, "PUT", app(warehouse, "/quota"), `{"name":"x"}`)
	quota.Check(t, "restrictions.#", "3")
	c.Refused(400, "API not found", "PUT", app(warehouse, "/quota"), `{"restrictions":`+quota.Get("restrictions").Raw+`}`)
	// A user goes, with what was shared with it.
	c.Remove("user", anna)
	c.Get(app(iPhone, "/permissions")).Check(t, "#.userId", `["`+bella+`"]`)
	c.Get(app(iPhone, "")).Check(t, "managedBy", `[]`)
	c.Get(app(iPhone, "")).Check(t, "createdBy", anna)
	// An organization goes, with all that is its.
	c.Remove("organization", acme)
	c.Get("/applications?field=orgid&op=eq&value="+acme).Check(t, "#", "0")
	c.Get("/users?field=orgid&op=eq&value="+acme).Check(t, "#", "0")
	c.Refused(404, notFound, "GET", "/applications/oauthclient/SamplePublicApp", "")
}

// An application that cannot be made whole is not made at all.
func TestRollback(t *testing.T) {
	t.Parallel()
	c := connect(t)
	before := c.Changes()
	c.Refused(403, forbidden, "POST", "/applications", `{"name":"Half","organizationId":"`+acme+`","apis":["`+petStore+`","`+shipping+`"]}`)
	c.Refused(400, "apis.1: no such api", "POST", "/applications", `{"name":"Half","organizationId":"`+acme+`","apis":["`+petStore+`","none"]}`)
	c.Refused(409, taken, "PUT", app(foreign, ""), `{"organizationId":"`+acme+`"}`) // after its accesses and permissions went
	c.Refused(409, taken, "POST", "/applications", `{"name":"Storefront","organizationId":"`+acme+`","apis":["`+petStore+`"]}`)
	if after := c.Changes(); after != before {
		t.Errorf("got\n%s\nwant\n%s", after, before)
	}
}

// A client signs in, works with cookie and token, is idle for too long, signs in again and out.
func TestLifeOfASession(t *testing.T) {
	t.Parallel()
	c := connect(t).As("")
	login := func() (cookie, token string) {
		t.Helper()
		a := c.Send("POST", base+"/login", "username=anna&password=portico-anna", "Content-Type", "application/x-www-form-urlencoded")
		if a.Status != 303 || a.Body != "" || a.Header.Get("Content-Type") != "" {
			t.Fatalf("login: got %d %q %v, want 303 without a body", a.Status, a.Body, a.Header)
		}
		cookies := (&http.Response{Header: a.Header}).Cookies()
		if len(cookies) != 2 || cookies[0].Name != "APIMANAGERSESSION" || cookies[1].Name != "APIMANAGERSTATIC" || !cookies[0].HttpOnly {
			t.Fatalf("login: got the cookies %v", cookies)
		}
		if token = a.Header.Get("CSRF-Token"); len(token) != 64 || strings.Trim(token, "0123456789ABCDEF") != "" {
			t.Fatalf("login: got the token %q, want 64 hexadecimal digits", token)
		}
		return cookies[0].String(), token
	}
	advance := func(by string) {
		t.Helper()
		if a := c.Send("POST", "/_portico/clock/advance", `{"by":"`+by+`"}`, "Content-Type", "application/json"); a.Status != 200 {
			t.Fatalf("advance: got %d %s", a.Status, a.Body)
		}
	}
	cookie, token := login()
	get := func(want int) {
		t.Helper()
		a := c.Send("GET", base+"/currentuser", "", "Cookie", cookie)
		if a.Status != want || want == 200 && (a.Get("loginName").Str != "anna" || a.Header.Get("CSRF-Token") != token) {
			t.Fatalf("who calls: got %d %s %v, want %d", a.Status, a.Body, a.Header, want)
		}
		if want == 401 && (a.Get("errors.0.message").Str != "Authorization required" || a.Header.Get("WWW-Authenticate") != "") {
			t.Errorf("got %s %v, want no challenge for a session", a.Body, a.Header)
		}
	}
	post := func(want int, headers ...string) {
		t.Helper()
		a := c.Send("POST", base+app(iPhone, "/apikeys"), "", append([]string{"Cookie", cookie}, headers...)...)
		if a.Status != want || want == 403 && a.Get("errors.0.message").Str != "Invalid CSRF token" || a.Header.Get("CSRF-Token") != token {
			t.Fatalf("create: got %d %s %v, want %d", a.Status, a.Body, a.Header, want)
		}
	}
	get(200)
	post(403)
	post(403, "CSRF-Token", strings.ToLower(token)+"x")
	post(201, "CSRF-Token", token)
	c.Change("config", "config", `{"csrf":false}`)
	post(201)
	c.Change("config", "config", `{"csrf":true}`)
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
	c.Change("config", "config", `{"sessionTimeoutMillis":5400000}`)
	advance("50m")
	get(200)
	advance("50m") // longer in all than a session lasts
	get(401)

	cookie, token = login()
	if n := c.Send("GET", "/_portico/state", "").Get(`axway\.session`).Int(); n != 1 {
		t.Errorf("got %d sessions, want the ended ones swept away", n)
	}
	c.Change("user", anna, `{"enabled":false}`)
	get(401)
	c.Change("user", anna, `{"enabled":true}`)
	get(200)
	if a := c.Send("DELETE", base+"/login/", "", "Cookie", cookie, "CSRF-Token", token); a.Status != 204 || a.Header.Get("Content-Type") != "" {
		t.Fatalf("logout: got %d %s", a.Status, a.Body)
	}
	get(401)
}

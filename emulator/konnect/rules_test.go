package konnect_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// The rules here are those of docs/vendors/konnect.md that no recorded conversation shows.

// somewhere is a row's path with an id that nothing has in every place.
func somewhere(op *api.Operation) string {
	return client.Filled(op, func(string) string { return nowhere })
}

func TestEveryRowAsksWhoCalls(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, op := range vendor.Rows(nil) {
		writes := op.Method != http.MethodGet
		for _, is := range []struct {
			what, header string
			want         int // 0: anything but 401 and 403
		}{
			{"no header", "", 401},
			{"another scheme", "Basic YTpi", 401},
			{"scheme alone", "Bearer", 401},
			{"empty token", "Bearer  ", 401},
			{"expired token", "Bearer kpat_portico-expired", 401},
			{"revoked token", "Bearer kpat_portico-revoked", 401},
			{"token without access", "Bearer " + nobodyToken, 403},
			{"token that may only read", "Bearer " + viewerToken, map[bool]int{true: 403}[writes]},
			{"system account", "Bearer spat_portico-automation", 0},
			{"token of no known form", "bearer x", 0},
		} {
			// Whatever else is wrong with the call counts later.
			got := c.Send(op.Method, somewhere(&op)+"?sort=x&page[size]=x&force=x", "no JSON", "Authorization", is.header, "Content-Type", "text/plain").Status
			if is.want != 0 && got != is.want || is.want == 0 && (got == 401 || got == 403) {
				t.Errorf("%s, %s: got %d, want %d", op.ID, is.what, got, is.want)
			}
		}
	}
}

func TestStrictModeKnowsItsTokens(t *testing.T) {
	t.Parallel()
	c := vendor.Connect(t, emulator.Config{Strict: true})
	for token, want := range map[string]int{
		adminToken: 200, viewerToken: 200, "spat_portico-automation": 200, nobodyToken: 403, "kpat_unlisted": 401, "x": 401,
	} {
		if got := c.Send("GET", "/v2/portals", "", "Authorization", "Bearer "+token).Status; got != want {
			t.Errorf("%s: got %d, want %d", token, got, want)
		}
	}
}

func TestAcceptIsNeverRefused(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, accept := range []string{
		"application/json;q=1, application/problem+json;q=0", "application/problem+json", "text/html", "image/png;q=0.1", "nonsense", "*/*;q=0",
	} {
		for _, is := range []struct {
			method, target, body string
			want                 int
		}{
			{"GET", "/v2/portals", "", 200},
			{"POST", "/v2/portals", `{"name": "` + accept + `"}`, 201},
			{"GET", "/v2/portals/" + nowhere, "", 404},
			{"DELETE", "/v2/portals/" + nowhere, "", 404},
		} {
			if got := c.Send(is.method, is.target, is.body, "Accept", accept).Status; got != is.want {
				t.Errorf("%s %s, Accept %q: got %d, want %d", is.method, is.target, accept, got, is.want)
			}
		}
	}
}

func TestWhatIsChecked1st2nd3rd(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const bad, clash, semantic = `{"name": 1}`, `{"name": "Public Portal"}`, `{"name": "Public Portal", "custom_domain": null}`
	a, none := "/v2/portals/"+portalA, "/v2/portals/"+nowhere
	for _, is := range []struct {
		what, target, body, token, media string
		want                             int
		title                            string
	}{
		{"who calls, before rights", none, "{", "", "text/plain", 401, "Unauthorized"},
		{"rights, before the media type", none, "{", viewerToken, "text/plain", 403, "Forbidden"},
		{"the media type, before parsing", none, "{", adminToken, "text/plain", 415, "Unsupported Media Type"},
		{"parsing, before the owner", none, "{", adminToken, "application/json", 400, "Bad Request"},
		{"the schema, before the owner", none, bad, adminToken, "application/json", 400, "Invalid Request"},
		{"the owner, before semantics", none, semantic, adminToken, "application/json", 404, "Not Found"},
		{"semantics, before uniqueness", a, semantic, adminToken, "application/json", 400, "Invalid Request"},
		{"uniqueness", a, clash, adminToken, "application/json", 409, "Conflict"},
	} {
		w := c.Send("PATCH", is.target, is.body, "Authorization", "Bearer "+is.token, "Content-Type", is.media)
		if w.Status != is.want || !strings.Contains(w.Body, `"title":"`+is.title+`"`) {
			t.Errorf("%s: got %d %s, want %d %s", is.what, w.Status, w.Body, is.want, is.title)
		}
	}
}

func TestContentTypesOfRequests(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for media, want := range map[string]int{
		"": 201, "application/json": 201, "application/json; charset=utf-8": 201, "Application/JSON": 201, "application/json;profile=x": 201,
		"text/plain": 415, "text/json": 415, "application/merge-patch+json": 415, "application/x-www-form-urlencoded": 415, "json": 415, ";": 415,
	} {
		if got := c.Send("POST", "/v2/portals", `{"name": "n`+media+`"}`, "Content-Type", media).Status; got != want {
			t.Errorf("Content-Type %q: got %d, want %d", media, got, want)
		}
	}
	if got := c.Send("GET", "/v2/portals", "", "Content-Type", "text/plain").Status; got != 200 {
		t.Errorf("GET with a content type: got %d, want 200", got)
	}
	if got := c.Send("POST", "/v2/portals", "", "Content-Type", "text/plain").Status; got != 400 {
		t.Errorf("no body, another content type: got %d, want 400", got)
	}
}

func TestPathsThatLeadNowhere(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, is := range [][2]string{
		{"GET", "/v2"},
		{"GET", "/v2/nothing"},
		{"GET", "/v2/portals/" + portalA + "/nothing"},
		{"PUT", "/v2/portals"},
		{"DELETE", "/v2/portals"},
		{"POST", "/v2/portals/" + portalA},
		{"OPTIONS", "/v2/portals"},
		{"GET", "/v2/portals//"},
		{"GET", "/v2/portals/" + portalA + "/verify-domain"},
	} {
		w := c.Send(is[0], is[1], "")
		if got := w.Header.Get("Content-Type"); w.Status != 404 || got != "application/problem+json; charset=utf-8" || w.Header.Get("Allow") != "" {
			t.Errorf("%s %s: got %d %s, want 404 with a problem document", is[0], is[1], w.Status, got)
		}
	}
	for _, path := range []string{"/v2/portals/", "/v2/portals/" + portalA + "/", "/v2/portals/" + portalA + "/teams/?page[size]=1"} {
		if got := c.Send("GET", path, "").Status; got != 200 {
			t.Errorf("GET %s: got %d, want 200 without a redirect", path, got)
		}
	}
	if w := c.Send("HEAD", "/v2/portals", ""); w.Status != 200 || w.Body != "" {
		t.Errorf("HEAD: got %d and %d bytes, want 200 and none", w.Status, len(w.Body))
	}
}

func TestInstancesAreNewEachTime(t *testing.T) {
	t.Parallel()
	c := connect(t)
	seen := map[string]bool{}
	form := regexp.MustCompile(`"instance":"(kong:trace:[0-9]{1,19})"`)
	for i := range 200 {
		m := form.FindStringSubmatch(c.Send("GET", "/v2/portals/"+nowhere, "").Body)
		if m == nil || seen[m[1]] {
			t.Fatalf("answer %d: got the instance %v, want a new one", i, m)
		}
		seen[m[1]] = true
	}
}

func TestFormsOfWhatTheServerMakes(t *testing.T) {
	t.Parallel()
	c := connect(t)
	id := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	instant := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	domain := regexp.MustCompile(`^[0-9a-f]{12,13}\.us\.portal\.konghq\.com$`)
	seen := map[string]bool{}
	for i := range 60 {
		a := c.Must(201, "POST", "/v2/portals", fmt.Sprintf(`{"name": "Portal %d"}`, i))
		for member, form := range map[string]*regexp.Regexp{"id": id, "created_at": instant, "updated_at": instant, "default_domain": domain} {
			if got := a.Get(member).Str; !form.MatchString(got) {
				t.Errorf("%s: got %s, want %s", member, got, form)
			}
		}
		for _, member := range []string{"id", "default_domain"} {
			if got := a.Get(member).Str; seen[got] {
				t.Errorf("%s: got %s twice, want it once", member, got)
			}
			seen[a.Get(member).Str] = true
		}
		c.Must(200, "PATCH", portalsPath+a.Get("id").Str, `{"name": "x", "custom_domain": "x.example.com"}`).Check(t, "default_domain", a.Get("default_domain").Str)
		c.Must(204, "DELETE", portalsPath+a.Get("id").Str, "")
	}
}

// changeable are objects that PATCH can change, and a body that does.
var changeable = map[string]string{
	portalsPath + portalA:                                              `{"display_name": "New"}`,
	developersPath + "/" + jim:                                         `{"status": "rejected"}`,
	portalsPath + portalA + "/teams/" + root:                           `{"description": "New"}`,
	applicationsPath + "/" + app1 + "/registrations/" + app1:           `{"status": "revoked"}`,
	"/v2/api-products/" + orders:                                       `{"description": "New"}`,
	"/v2/api-products/" + payments + "/product-versions/" + paymentsV1: `{"deprecated": true}`,
}

func TestEmptyPatchChangesNothingAndOthersBumpUpdatedAt(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for path, body := range changeable {
		before := c.Get(path)
		c.Must(200, "PATCH", path, `{}`).Check(t, "@this", before.Body)
		after := c.Must(200, "PATCH", path, body)
		after.Check(t, "updated_at", "2026-03-01T09:00:00.000Z")
		after.Check(t, "created_at", before.Get("created_at").Str)
	}
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "90m"}`)
	for path, body := range changeable {
		c.Must(200, "PATCH", path, body).Check(t, "updated_at", "2026-03-01T09:00:00.000Z") // it says so already
		c.Get(path).Check(t, "updated_at", "2026-03-01T09:00:00.000Z")
	}
	c.Must(200, "PATCH", portalsPath+portalA, `{"display_name": "Newer"}`).Check(t, "updated_at", "2026-03-01T10:30:00.000Z")
}

func TestUnknownMembers(t *testing.T) {
	t.Parallel()
	c := connect(t)
	role := `"role_name": "API Viewer", "entity_id": "` + nowhere + `", "entity_type_name": "Services", "entity_region": "us"`
	for _, is := range []struct {
		method, path, members string
		want                  int
	}{
		{"POST", "/v2/portals", `"name": "x"`, 400},
		{"PATCH", portalsPath + portalA, ``, 400},
		{"PATCH", developersPath + "/" + jane, ``, 400},
		{"PATCH", applicationsPath + "/" + app1 + "/registrations/" + app1, ``, 400},
		{"POST", "/v2/api-products", `"name": "x"`, 400},
		{"POST", portalsPath + portalA + "/teams", `"name": "x"`, 201},
		{"PATCH", portalsPath + portalA + "/teams/" + root, ``, 200},
		{"POST", portalsPath + portalA + "/teams/" + root + "/developers", `"id": "` + jim + `"`, 201},
		{"POST", portalsPath + portalA + "/teams/" + root + "/assigned-roles", role, 201},
		{"PATCH", portalsPath + portalA + "/authentication-settings", ``, 200},
	} {
		body := strings.Replace(`{`+is.members+`, "surprise": {"deep": [1]}}`, "{,", "{", 1)
		a := c.Must(is.want, is.method, is.path, body)
		if is.want == 400 {
			a.Check(t, "invalid_parameters.#.reason", `["\"surprise\" is not allowed"]`)
		} else if strings.Contains(a.Body, "surprise") {
			t.Errorf("%s %s: got %s, want the unknown member left out", is.method, is.path, a.Body)
		}
	}
}

func TestClockOfTokens(t *testing.T) {
	t.Parallel()
	c := vendor.Connect(t, emulator.Config{Clock: time.Date(2019, 12, 31, 23, 59, 59, 999e6, time.UTC)})
	const token = "Bearer kpat_portico-expired" // at the beginning of 2020
	if got := c.Send("GET", "/v2/portals", "", "Authorization", token).Status; got != 200 {
		t.Errorf("before the token expires: got %d, want 200", got)
	}
	c.Send("POST", "/_portico/clock/advance", `{"by": "1ms"}`)
	if got := c.Send("GET", "/v2/portals", "", "Authorization", token).Status; got != 401 {
		t.Errorf("when the token expires: got %d, want 401", got)
	}
}

package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

// A client calls a member by a wrong name and is refused. One call of the admin API says what it did wrong.
func Example_explanation() {
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	do := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer kpat_portico-admin")
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		return w
	}
	answer := do(http.MethodPost, "/v2/portals", `{"name": "Partners", "isPublic": true}`)

	var call struct{ Why []string }
	told := do(http.MethodGet, "/_portico/requests/"+answer.Header().Get("Portico-Request"), "")
	if err := json.Unmarshal(told.Body.Bytes(), &call); err != nil {
		fmt.Println(err)
	}
	fmt.Println(answer.Code)
	fmt.Println(strings.Join(call.Why, "\n"))
	// Output:
	// 400
	// there is no member isPublic; did you mean "is_public"? (rule unknown of the schema CreatePortal)
	// contract: konnect.create-portal in docs/vendors/konnect.md and in GET /_portico/openapi/konnect.json (components.schemas.CreatePortal)
}

// TestWhy is what an entry says of each kind of refusal, while the answer stays the vendor's.
func TestWhy(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	const portalB, developer, viewer = "8f9fd312-a987-4628-b4c5-bb4f4fddd5f7", "df120cb4-f60b-47bc-a2f8-6a28e6a3c63b", "Authorization: Bearer kpat_portico-viewer"
	call(t, e, http.MethodPost, "/_portico/worlds", `{"name":"mine"}`, 201)
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(call(t, e, http.MethodPost, "/_world/mine/v2/portals", `{"name":"Only in mine"}`, 201)), &made); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path, body, as string
		status                 int
		why                    string
		unread                 string
	}{
		{"POST", "/v2/portals", `{"name":"","is_public":"yes"}`, asAdmin, 400, `name: want at least 1 characters, got "" (rule minLength of the schema CreatePortal) | is_public: want boolean, got "yes" (rule type of the schema CreatePortal)`, ""},
		{"POST", "/v2/portals", `{"name":`, asAdmin, 400, "the body is not valid JSON, at byte 8 of 8: unexpected end of JSON input", ""},
		{"POST", "/v2/portals", `{"name":"Portal A"}`, asAdmin, 409, `name "Portal A" is taken by the konnect.portal ` + portalA, ""},
		{"POST", "/v2/portals", `{"name":"New"}`, viewer, 403, `the caller viewer lacks the right "admin" that konnect.create-portal needs: the token viewer has the access read-only`, ""},
		{"GET", "/v2/portals", "", "X: y", 401, "no bearer token", ""},
		{"GET", "/v2/portals", "", "Authorization: Bearer kpat_portico-expired", 401, "the token expired is expired", ""},
		{"GET", "/v2/portals/" + portalB + "/developers/" + developer, "", asAdmin, 404, `there is no konnect.developer "` + developer + `" in the konnect.portal ` + portalB + "; it is in the konnect.portal " + portalA, ""},
		{"GET", "/v2/portals/" + made.ID, "", asAdmin, 404, `there is no konnect.portal "` + made.ID + `"; it is in the world mine, and this call went to the world default`, ""},
		{"GET", "/v2/portals/" + portalA + "/developers?filter[staus]=x", "", asAdmin, 400, `there is no parameter filter[staus]; did you mean "filter[status]"? (rule unknown)`, "?filter[staus]"},
		{"DELETE", "/v2/portals/" + portalB + "?force=true", "", asAdmin, 204, "", ""},
		{"GET", "/v2/portals/" + portalB, "", asAdmin, 404, `there is no konnect.portal "` + portalB + `"; request 10 (DELETE /v2/portals/` + portalB + ") deleted it", ""},
		{"GET", "/v2/portal", "", asAdmin, 404, "no operation answers for GET /v2/portal; the nearest is GET /v2/portals (konnect.list-portals)", ""},
		{"GET", "/portals", "", asAdmin, 404, "no operation answers for GET /portals; the nearest is GET /v2/portals (konnect.list-portals)", ""},
		{"PUT", "/v2/portals", "", asAdmin, 404, "no operation answers for PUT /v2/portals; the nearest is GET /v2/portals (konnect.list-portals)", ""},
		{"GET", "/v2/portals?nope=1&page[size]=1", "", asAdmin, 200, "", "?nope"},
		{"DELETE", "/v2/portals/" + portalA + "?force=true", `{"x":1}`, asAdmin, 204, "", "the body"},
	} {
		w := ask(t, e, c.method, c.path, c.body, c.as)
		var told struct{ Why, Unread []string }
		if err := json.Unmarshal([]byte(call(t, e, http.MethodGet, "/_portico/requests/"+w.Header().Get("Portico-Request"), "", 200)), &told); err != nil {
			t.Fatal(err)
		}
		if w.Code != c.status {
			t.Errorf("%s %s: got %d %s, want %d", c.method, c.path, w.Code, w.Body, c.status)
		}
		if n := len(told.Why); n > 0 {
			if !strings.HasPrefix(told.Why[n-1], "contract: ") {
				t.Errorf("%s %s: no contract in %q", c.method, c.path, told.Why)
			}
			told.Why = told.Why[:n-1]
		}
		if got := strings.Join(told.Why, " | "); got != c.why {
			t.Errorf("%s %s:\n got %s\nwant %s", c.method, c.path, got, c.why)
		}
		if got := strings.Join(told.Unread, " "); got != c.unread {
			t.Errorf("%s %s: unread: got %q, want %q", c.method, c.path, got, c.unread)
		}
		if strings.Contains(w.Body.String(), "did you mean") || strings.Contains(w.Body.String(), "rule ") {
			t.Errorf("%s %s: the vendor does not speak so: %s", c.method, c.path, w.Body)
		}
	}
}

// TestRequestsRefused are bad selectors and unknown names: told clearly, and nothing else happens.
func TestRequestsRefused(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Journal: new(2)})
	for range 3 {
		ask(t, e, http.MethodGet, "/v2/portals", "", asAdmin)
	}
	const verify = "POST /_portico/requests/verify"
	for _, c := range []struct {
		do, body string
		status   int
		want     string
	}{
		{"GET /_portico/requests?operation=konnect.list-portls", "", 400, `operation: there is none called \"konnect.list-portls\"; did you mean \"konnect.list-portals\"?`},
		{"GET /_portico/requests?operation=konect.*", "", 400, `operation: none fits \"konect.*\"`},
		{"GET /_portico/requests.har?vendor=konect", "", 400, `no vendor \"konect\"; did you mean \"konnect\"?`},
		{"GET /_portico/requests?status=ok", "", 400, "status: want integer"},
		{"GET /_portico/requests?status=99", "", 400, "status: want at least 100"},
		{"GET /_portico/requests?since=1.5", "", 400, "since: want"},
		{"GET /_portico/requests?limit=0", "", 400, "limit: want at least 1"},
		{"GET /_portico/requests?unmatched=yes", "", 400, "unmatched: want true or false"},
		{"GET /_portico/requests?form=x", "", 400, "there is no parameter form"},
		{"GET /_portico/requests/1", "", 404, `no request \"1\" in the journal of the world default; it has 2 to 3`},
		{"GET /_portico/coverage?format=pdf", "", 400, "format: want json or html or junit"},
		{verify, `{"operation":"konnect.list-portls"}`, 400, "there is none called"},
		{verify, `{"times":-1}`, 400, `times: want a whole number from 0, or {\"min\": N, \"max\": N}`},
		{verify, `{"body":{"name":1}}`, 400, "is no JSON path: it begins with $"},
		{verify, `{"status":"200"}`, 400, "status: want integer"},
		{verify, `{"opration":"x"}`, 400, `there is no member opration; did you mean \"operation\"?`},
		{verify, `{"operation":"konnect.list-portals","times":3}`, 409, `"message":"konnect.list-portals: got 2 calls, want exactly 3; 1 older calls are kept no longer: --journal keeps more than 2`},
		{verify, `{"operation":"konnect.list-portals","status":201}`, 409, `"message":"konnect.list-portals answered 201: got 0 calls, want at least 1; the nearest is request 3 (GET /v2/portals): status: got 200, want 201`},
		{verify, `{"operation":"konnect.list-portals","times":{"max":1}}`, 409, `"matched":[{"id":"3"`},
		{"GET /_portico/requests?operation=konnect.*&status=200&limit=1&since=2&vendor=konnect&unmatched=false", "", 200, `[{"id":"3"`},
		{"DELETE /_portico/requests", "", 204, ""},
		{"GET /_portico/requests", "", 200, "[]"},
	} {
		method, path, _ := strings.Cut(c.do, " ")
		if w := ask(t, e, method, path, c.body); w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: got %d %s, want %d …%s…", c.do, c.body, w.Code, w.Body, c.status, c.want)
		}
	}
}

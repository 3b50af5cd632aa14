package apiconnect_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
	"github.com/portico-emulator/portico/fixtures"
)

// The rules here are those of docs/vendors/apiconnect.md. A number such as I-7 is that of the inferred decision there.

func TestI01Catalogs(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Get("orgs/acme")
	c.With(catalog, "ibm-emu.sandbox").Get("orgs/acme")
	ids := "10000000-0000-4000-8000-000000000001." + strings.ToUpper(sandbox)
	c.With(catalog, ids).Get("orgs/acme")
	for _, unknown := range []string{"ibm-emu.nope", "nope.sandbox", "ibm-emu", "", ".", "ibm-emu.sandbox.x", nowhere + "." + sandbox} {
		c.With(catalog, unknown).Is(404, "GET", "orgs/acme", "")
	}
	other := c.With(catalog, "ibm-emu.production").As("production-admin")
	other.Is(404, "GET", "orgs/"+acme, "")
	other.Is(404, "GET", "products/"+weather2, "")
	other.Is(404, "GET", "user-registries/sandbox-catalog", "")
	other.Get("orgs/acme-live")
	c.With(catalog, "ibm-emu.production").Is(401, "GET", "orgs/acme-live", "")
	other.With(catalog, "ibm-emu.sandbox").Is(401, "GET", "orgs/acme", "")
	// The default one is the provider's to choose.
	c.Change("catalog", sandbox, `{"default": false}`)
	c.Change("catalog", production, `{"default": true}`)
	c.As("production-admin").Get("orgs/acme-live")
}

func TestI02AnonymousRowsDoNotLookAtTokens(t *testing.T) {
	t.Parallel()
	for _, op := range rows(func(op *api.Operation) bool { return op.Needs == "" }) {
		body := ""
		if op.Body != "" {
			body = "{}"
		}
		want := connect(t).As("").Call(op.Method, sample(&op), body)
		for _, header := range []string{"Bearer portico-expired", "Bearer portico-disabled", "Basic x", "Bearer", "nonsense"} {
			c := connect(t).As("").With("Authorization", header)
			if got := c.Call(op.Method, sample(&op), body); got.Status != want.Status || got.Body != want.Body {
				t.Errorf("%s with %q: got %d %s, want %d %s", op.ID, header, got.Status, got.Body, want.Status, want.Body)
			}
		}
	}
}

func TestI03WhoAndWhere(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for header, want := range map[string]int{
		"": 401, "Basic b3duZXI6eA==": 401, "Bearer": 401, "Bearer  ": 401, "Bearer portico-expired": 401, "Bearer portico-disabled": 401,
		"bearer portico-viewer": 200, "BEARER portico-viewer": 200, "Bearer anything": 200,
	} {
		c.As("").With("Authorization", header).Is(want, "GET", "orgs/acme", "")
	}
	c.As("outsider").Is(404, "GET", "orgs/nope", "")
	c.As("outsider").Is(403, "GET", "orgs/acme", "")
	c.As("outsider").Is(403, "GET", "apps/acme/nope", "")
	c.As("member").Is(403, "GET", "apps/acme/nope", "")
	c.As("viewer").Is(404, "GET", "apps/acme/nope", "")
	c.As("outsider").Is(404, "GET", "products/partner/1.0.0", "")
	c.As("outsider").Is(404, "GET", "apis/beta/1.0.0", "")
}

func TestStrictModeKnowsItsTokens(t *testing.T) {
	t.Parallel()
	c := vendor.Connect(t, emulator.Config{Strict: true})
	for token, want := range map[string]int{adminToken: 200, "portico-viewer": 200, "portico-outsider": 403, "x": 401, "portico-expired": 401} {
		c.With("Authorization", "Bearer "+token).Is(want, "GET", "orgs/acme", "")
	}
}

func TestI04Negotiation(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const jsonType, yamlType = "application/json", "application/yaml"
	for accept, want := range map[string]string{
		"": jsonType, "*/*": jsonType, "application/*": jsonType, "application/json": jsonType, "application/yaml": yamlType,
		"application/yaml, application/json": yamlType, "application/json, application/yaml": jsonType,
		"application/yaml;q=0.5, application/json;q=0.9": jsonType, "application/json;q=0.5, application/yaml": yamlType,
		"text/html, application/yaml;q=0.1": yamlType, "application/json;q=0, */*": yamlType, "application/yaml;charset=utf-8": yamlType,
		"application/json; version=1;q=0.2, application/yaml;q=0.3": yamlType, "APPLICATION/YAML": yamlType, "*/*;q=0.1, application/yaml": yamlType,
		"application/json;q=0.000": "", "text/html": "", "application/xml;q=1, text/*": "", "application/json;q=0, application/yaml;q=0": "", "nonsense": "",
	} {
		a := c.With("Accept", accept).Call("GET", "orgs/acme", "")
		if got := a.Header.Get("Content-Type"); want != "" && (a.Status != 200 || got != want) || want == "" && (a.Status != 406 || got != jsonType) {
			t.Errorf("Accept %q: got %d %s, want %q", accept, a.Status, got, want)
		}
	}
	for media, want := range map[string]int{
		"": 200, "application/json": 200, "application/json; charset=utf-8": 200, "Application/JSON": 200, "application/yaml": 200,
		"text/plain": 415, "application/x-www-form-urlencoded": 415, "application/merge-patch+json": 415, "json": 415, ";": 415,
	} {
		c.With("Content-Type", media).Is(want, "PATCH", "orgs/acme", `{"title": "x"}`)
		c.With("Content-Type", media).Is(200, "GET", "orgs/acme", "")
		c.With("Content-Type", media).Is(200, "POST", "orgs/acme/member-invitations/invitee-example-com/regenerate", "")
	}
	for _, call := range []struct {
		method, path string
		want         int
	}{{"PUT", "orgs/acme", 405}, {"POST", "products", 405}, {"GET", "nope", 404}, {"GET", "orgs/acme/", 404}, {"POST", "apps/acme", 404}, {"GET", "orgs/acme/nope/nope", 404}} {
		c.Is(call.want, call.method, call.path, "").Check(t, "message.#", "1")
		a := c.As("").With("Accept", yamlType).Is(call.want, call.method, call.path, "")
		if !strings.HasPrefix(a.Body, fmt.Sprintf("status: %d\nmessage:\n  - ", call.want)) {
			t.Errorf("%s %s in YAML: got %s", call.method, call.path, a.Body)
		}
	}
}

// TestI04OrderOfChecks takes one fault after the other out of a call that has them all.
func TestI04OrderOfChecks(t *testing.T) {
	t.Parallel()
	c := connect(t)
	type call struct{ accept, context, token, path, media, body string }
	now := call{"text/html", "x.y", "portico-expired", "orgs/nope/roles/nope", "text/plain", `{"title": ""`}
	for _, step := range []struct {
		want int
		cure func(*call)
	}{
		{406, func(c *call) { c.accept = "*/*" }},
		{404, func(c *call) { c.context = "ibm-emu.sandbox" }},
		{401, func(c *call) { c.token = "portico-outsider" }},
		{404, func(c *call) { c.path = "orgs/acme/roles/nope" }},
		{403, func(c *call) { c.token = "portico-viewer" }},
		{403, func(c *call) { c.token = adminToken }},
		{404, func(c *call) { c.path = "orgs/acme/roles/owner" }},
		{403, func(c *call) { c.path = "orgs/acme/roles/developer" }},
		{415, func(c *call) { c.media = "application/json" }},
		{400, func(c *call) { c.body = `{"title": ""}` }},
		{400, func(c *call) { c.body = `{"name": "viewer"}` }},
		{409, func(c *call) { c.body = `{"name": "builder"}` }},
		{200, func(*call) {}},
	} {
		c.With("Accept", now.accept, "X-IBM-Consumer-Context", now.context, "Authorization", "Bearer "+now.token, "Content-Type", now.media).
			Is(step.want, "PATCH", now.path, now.body)
		step.cure(&now)
	}
}

func TestI05Paging(t *testing.T) {
	t.Parallel()
	c := connect(t)
	all := c.Get("orgs/acme/apps?fields=name").Get("results.#.name").Array()
	if len(all) != 4 {
		t.Fatalf("apps: got %v, want 4", all)
	}
	for query, want := range map[string]string{
		"": "0 4", "limit=2": "0 2", "limit=0": "0 0", "offset=3": "3 4", "offset=4": "0 0", "offset=2147483647": "0 0", "limit=2147483647": "0 4", "limit=2&offset=1": "1 3",
	} {
		var from, to int
		_, _ = fmt.Sscan(want, &from, &to)
		a := c.Get("orgs/acme/apps?" + query)
		a.Check(t, "total_results", "4")
		if got := a.Get("results.#.name").Array(); fmt.Sprint(got) != fmt.Sprint(all[from:to]) {
			t.Errorf("?%s: got %v, want %v", query, got, all[from:to])
		}
		if a.Get("results").Raw == "null" {
			t.Errorf("?%s: got null, want a list", query)
		}
	}
	for _, query := range []string{"limit=-1", "limit=x", "limit=", "limit=1.0", "limit=2147483648", "limit=1&limit=1", "offset=-1", "offset=%2B1", "offset=1e3"} {
		c.Is(400, "GET", "orgs/acme/apps?"+query, "")
	}
	c.Get("products/nope").Check(t, "total_results", "0")
	c.Get("public-apis/nope").Check(t, "results", "[]")
	// What was made earlier stands first, whatever its place in the world.
	c.Add("product", sandbox, `{"name": "elder", "version": "1", "created_at": "2019-01-01T00:00:00.000Z"}`)
	c.Get("products?limit=1").Check(t, "results.0.name", "elder")
}

func TestI06Fields(t *testing.T) {
	t.Parallel()
	c := connect(t)
	members := func(a client.Answer, path string) string {
		var names []string
		for name := range a.Get(path).Map() {
			names = append(names, name)
		}
		slices.Sort(names)
		return strings.Join(names, ",")
	}
	for query, want := range map[string]string{
		"fields=name,id": "id,name", "fields=name&fields=id": "id,name", "fields=%20name%20,%20nope%20": "name", "fields=nope": "",
		"fields=name,add(product)": "name,product", "fields=add(product),name": "name,product", "fields=product": "product",
		"fields=add(%20product%20,nope),name,": "name,product",
	} {
		if got := members(c.Get("products/weather?"+query), "results.0"); got != want {
			t.Errorf("?%s: got %s, want %s", query, got, want)
		}
		if got := members(c.Get("products/weather/2.0.0?"+query), "@this"); got != want {
			t.Errorf("single, ?%s: got %s, want %s", query, got, want)
		}
	}
	for query, want := range map[string]bool{"": false, "fields=": false, "fields=add(product)": true, "fields=add(api)": false, "fields=add()": false} {
		list := c.Get("products?" + query)
		if got := list.Get("results.0.product").Exists(); got != want || !list.Get("results.0.name").Exists() || !list.Get("total_results").Exists() {
			t.Errorf("?%s: got the document %v, want %v, with the usual members", query, got, want)
		}
		if !c.Get("products/weather/2.0.0?" + query).Get("product").Exists() {
			t.Errorf("single, ?%s: got no document", query)
		}
	}
	soap := c.Get("apis/soap-orders?fields=add(wsdl)")
	if soap.Get("results.0.api").Exists() || !soap.Get("results.0.wsdl").Exists() {
		t.Errorf("add(wsdl): got %s", soap.Body)
	}
	for _, bad := range []string{"add(", "add(product", "product)", "add((product))", "add(a)b", ")", "(", "a(b),c)"} {
		c.Is(400, "GET", "products?fields="+bad, "")
	}
	// Documents, WSDLs, refusals and writes take no fields.
	c.Get("products/weather/2.0.0/document?fields=x").Check(t, "info.name", "weather")
	c.Get("apis/soap-orders/1.0.0/wsdl?fields=x").Check(t, "content_type", "text/xml")
	c.Is(404, "GET", "orgs/nope?fields=x", "").Check(t, "status", "404")
	c.Must(200, "PATCH", "orgs/acme?fields=name", `{"title": "x"}`).Check(t, "title", "x")
}

func TestI07Names(t *testing.T) {
	t.Parallel()
	c := connect(t)
	long := strings.Repeat("é", 1023)
	for _, n := range []struct{ title, want string }{
		{"My App", "my-app"},
		{"  Ünïcödé -- Straße!  ", "unicode-stra-e"},
		{"A.B/C", "a-b-c"},
		{"ＦＵＬＬ", "full"},
		{"2.0.0", "2-0-0"},
		{"My App", "my-app-1"},
		{"my_app", "my-app-2"},
		{long, strings.Repeat("e", 255)},
		{long, strings.Repeat("e", 253) + "-1"},
	} {
		a := c.Must(201, "POST", "orgs/acme/apps", `{"title": "`+n.title+`"}`)
		a.Check(t, "name", n.want)
		if got := a.Get("title").Str; got != n.title {
			t.Errorf("title: got %s, want %s", got, n.title)
		}
		if got := c.Get("apps/acme/" + n.want + "/credentials").Get("results.0.title").Str; utf8.RuneCountInString(got) > 1023 {
			t.Errorf("title of the credential: got %d characters", utf8.RuneCountInString(got))
		}
	}
	for _, title := range []string{"★", "13000000-0000-4000-8000-000000000001"} {
		if got := c.Must(201, "POST", "orgs/acme/apps", `{"title": "`+title+`"}`).Get("name").Str; !strings.HasPrefix(got, "app-") || len(got) != len("app-")+8 {
			t.Errorf("%s: got %s, want app- and eight digits", title, got)
		}
	}
	for _, name := range []string{"", "a b", "a/b", "a\\tb", "a\\u0000b", "a\\u00a0b", "13000000-0000-4000-8000-000000000001", strings.Repeat("n", 256), ".", ".."} {
		c.Is(400, "POST", "orgs/acme/apps", `{"name": "`+name+`"}`)
	}
	c.Must(201, "POST", "orgs/acme/apps", `{"name": "A.b:c@d"}`).Check(t, "title", "A.b:c@d")
	c.Get("apps/acme/A.b:c@d")
	c.Is(404, "GET", "apps/acme/a.b:c@d", "")
	c.Is(409, "POST", "orgs/acme/apps", `{"name": "my-app"}`)
	// One name in several scopes, one title twice.
	c.As("globex-owner").Must(201, "POST", "orgs/globex/apps", `{"name": "my-app", "title": "My App"}`)
	c.Must(201, "POST", "apps/acme/duo-app/credentials", `{"name": "x"}`)
	c.Must(201, "POST", "apps/acme/weather-app/credentials", `{"name": "x"}`)
	c.Is(409, "POST", "apps/acme/weather-app/credentials", `{"client_id": "portico-globex-app"}`)
	p := c.With(catalog, "ibm-emu.production").As("production-admin")
	p.Must(201, "POST", "orgs/acme-live/apps", `{"name": "my-app", "client_id": "portico-weather-app"}`)
	// Ids are found whatever the letter case, names are not.
	c.Get("apps/" + strings.ToUpper(acme) + "/" + strings.ToUpper(weatherApp))
	c.Is(404, "GET", "apps/Acme/weather-app", "")
}

// TestI08RoundTrips sends every object back as it was got: nothing changes, and nothing is refused.
func TestI08RoundTrips(t *testing.T) {
	t.Parallel()
	for _, op := range rows(func(op *api.Operation) bool { return op.Method == "PATCH" }) {
		c := connect(t)
		c.Must(200, "POST", "/_portico/clock/advance", `{"by": "1h"}`)
		paths := []string{sample(&op)}
		switch op.ID {
		case "subscription_update":
			for _, s := range c.Get("apps/acme/weather-app/subscriptions").Get("results.#.id").Array() {
				paths = append(paths, "apps/acme/weather-app/subscriptions/"+s.Str)
			}
		case "member_update":
			paths = append(paths, "orgs/acme/members/owner")
		case "app_update":
			for _, a := range []string{"weather-app", "paused-app"} {
				paths = append(paths, "apps/acme/"+a)
			}
		}
		for _, path := range paths {
			now := c.Get(path)
			if got := c.Must(200, "PATCH", path, now.Body); got.Body != now.Body {
				t.Errorf("%s: the whole object back: got %s, want %s", path, got.Body, now.Body)
			}
			if got := c.Must(200, "PATCH", path, "{}"); got.Body != now.Body {
				t.Errorf("%s: nothing: got %s, want %s", path, got.Body, now.Body)
			}
			yaml := c.With("Accept", "application/yaml").Get(path)
			if got := c.With("Content-Type", "application/yaml").Must(200, "PATCH", path, yaml.Body); got.Body != now.Body {
				t.Errorf("%s: the whole object back in YAML: got %s, want %s", path, got.Body, now.Body)
			}
			title := `"title":` + now.Get("title").Raw
			changed := c.Must(200, "PATCH", path, strings.Replace(now.Body, title, `"title":"Another"`, 1))
			changed.Check(t, "title", "Another")
			changed.Check(t, "created_at", now.Get("created_at").Str)
			changed.Check(t, "updated_at", "2026-03-01T10:00:00.000Z")
			c.Is(400, "PATCH", path, `{"unheard": 1}`)
			c.Is(400, "PATCH", path, `{"name": null}`)
			c.Is(400, "PATCH", path, "")
		}
	}
	p := connect(t).With(catalog, "ibm-emu.production").As("production-admin")
	for _, path := range []string{"apps/acme-live/upgrading-app", "apps/acme-live/live-app", "apps/acme-live/dev-app"} {
		now := p.Get(path)
		if got := p.Must(200, "PATCH", path, now.Body); got.Body != now.Body {
			t.Errorf("%s: got %s, want %s", path, got.Body, now.Body)
		}
	}
}

// TestI08AlreadySo is the rule of 409: a body that asks for nothing but states that are.
func TestI08AlreadySo(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const sub = "apps/acme/weather-app/subscriptions/routes-1-0-0-default-plan"
	for _, p := range []struct {
		path, body string
		want       int
	}{
		{"orgs/acme", `{"state": "enabled"}`, 409},
		{"orgs/acme", `{"state": "enabled", "id": "x"}`, 409}, // what is ignored does not count
		{"orgs/acme", `{"state": "enabled", "title": "Acme"}`, 200},
		{"orgs/acme", `{"id": "x"}`, 200},
		{"orgs/acme/members/viewer", `{"state": "enabled"}`, 409},
		{"orgs/acme/members/viewer", `{"role_urls": ["/orgs/acme/roles/viewer"]}`, 200},
		{"apps/acme/weather-app", `{"state": "enabled"}`, 409},
		{"apps/acme/weather-app", `{"lifecycle_state": "production"}`, 409},
		{"apps/acme/weather-app", `{"state": "enabled", "lifecycle_state": "production"}`, 409},
		{"apps/acme/weather-app", `{"lifecycle_state_pending": null}`, 409},
		{"apps/acme/weather-app", `{"state": "enabled", "lifecycle_state": "development"}`, 200},
		{sub, `{"state": "enabled"}`, 409},
		{sub, `{"plan": "default"}`, 409},
		{sub, `{"product_url": "/products/routes/1.0.0", "plan": "default"}`, 409},
		{sub, `{"product_url": "/products/` + routes + `"}`, 409},
		{sub, `{"product_url": "/products/routes/1.0.0", "plan": "default", "state": "enabled", "state_pending": null}`, 409},
		{sub, `{"plan": "default", "summary": "x"}`, 200},
	} {
		c.Is(p.want, "PATCH", p.path, p.body)
	}
}

// TestI09DeletionsShowWhatWas compares with what was there before, for every row that deletes.
func TestI09DeletionsShowWhatWas(t *testing.T) {
	t.Parallel()
	for _, op := range rows(func(op *api.Operation) bool { return op.Method == "DELETE" }) {
		c := connect(t)
		path := sample(&op)
		if op.ID == "me_del" {
			c = c.As("developer")
		}
		before := c.Get(path)
		if got := c.Must(200, "DELETE", path, ""); got.Body != before.Body {
			t.Errorf("%s: got %s, want %s", op.ID, got.Body, before.Body)
		}
		if op.ID != "me_del" {
			c.Is(404, "GET", path, "")
			c.Is(404, "DELETE", path, "")
		}
	}
}

func TestI10Names(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Get("products/weather/1.0.0").Check(t, "lifecycle_state", "deprecated")
	c.Get("products/weather/1.0.0").Check(t, "state", "deprecated")
	c.Get("application-types/mobile").Check(t, "oauth_types", `{"clients":["public"],"grants":["implicit","access_code"]}`)
	list := c.Get("consumer/identity-providers")
	list.Check(t, "results.0.type", "identity_provider")
	list.Check(t, "results.#(default==true)#|#", "1")
	list.Check(t, "results.0.realm", "consumer:10000000-0000-4000-8000-000000000001:"+sandbox+"/sandbox-idp")
}

func TestI11Roles(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const roles = "orgs/acme/roles/"
	for _, name := range []string{"owner", "administrator", "member"} {
		c.Is(403, "PATCH", roles+name, `{"title": "x"}`)
	}
	for _, name := range []string{"developer", "viewer", "auditor"} {
		c.Is(200, "PATCH", roles+name, `{"title": "x"}`)
	}
	c.Is(403, "DELETE", roles+"owner", "")
	c.Is(403, "DELETE", roles+"member", "")
	c.Must(200, "PATCH", "orgs/acme/members/developer", `{"role_urls": ["/orgs/acme/roles/developer", "/orgs/acme/roles/auditor"]}`)
	c.Must(201, "POST", "orgs/acme/member-invitations", `{"email": "two@example.com", "role_urls": ["/orgs/acme/roles/developer", "/orgs/acme/roles/auditor"]}`)
	member := c.Get(roles + "member").Get("url").Str
	c.Must(200, "DELETE", roles+"developer", "")
	for _, path := range []string{"orgs/acme/members/developer", "orgs/acme/member-invitations/two-example-com"} {
		c.Get(path).Check(t, "role_urls.#", "1")
	}
	c.Must(200, "DELETE", roles+"auditor", "")
	for _, path := range []string{"orgs/acme/members/developer", "orgs/acme/member-invitations/two-example-com", "orgs/acme/member-invitations/invitee-example-com"} {
		c.Get(path).Check(t, "role_urls", `["`+member+`"]`)
	}
	c.As("developer").Is(403, "GET", "orgs/acme/apps", "")
	c.As("invitee").Must(201, "POST", "orgs/acme/member-invitations/invitee-example-com/accept", "").Check(t, "role_urls", `["`+member+`"]`)
}

func TestI12DisabledOrgs(t *testing.T) {
	t.Parallel()
	for _, op := range rows(func(op *api.Operation) bool { return strings.Contains(op.Path, "{org}") && op.Needs != "activation" }) {
		c := connect(t)
		c.Must(200, "PATCH", "orgs/acme", `{"state": "disabled"}`)
		body := ""
		if op.Body != "" {
			body = `{"client_secret": "portico-duo-second-secret"}`
		}
		got := c.Call(op.Method, sample(&op), body).Status
		writes := op.Method != "GET" && op.ID != "org_update" && op.ID != "org_del" && op.ID != "credential_verifyClientSecret"
		if writes != (got == 403) {
			t.Errorf("%s in a disabled org: got %d", op.ID, got)
		}
	}
	c := connect(t)
	c.Must(200, "PATCH", "orgs/acme", `{"state": "disabled"}`)
	c.As("invitee").Is(403, "POST", "orgs/acme/member-invitations/invitee-example-com/accept", "")
	c.As(mail(c, "newcomer@example.com")).Is(403, "POST", "orgs/acme/member-invitations/newcomer-example-com/register", `{"username": "n", "password": "x"}`)
}

func TestI13Invitations(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const all = "orgs/acme/member-invitations"
	member := c.Get("orgs/acme/roles/member").Get("url").Str
	c.Must(201, "POST", all, `{"email": "one@example.com"}`).Check(t, "role_urls", `["`+member+`"]`)
	c.Is(409, "POST", all, `{"email": "ONE@example.com"}`)
	c.As("globex-owner").Must(201, "POST", "orgs/globex/member-invitations", `{"email": "one@example.com"}`)
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "48h"}`)
	c.Must(201, "POST", all, `{"email": "one@example.com"}`).Check(t, "name", "one-example-com-1")
	for _, email := range []string{"", "a", "@", "a@", "@b", "a@b@c"} {
		c.Is(400, "POST", all, `{"email": "`+email+`"}`)
	}
	// Links are for those who may manage members.
	for name, want := range map[string]bool{"admin": true, "administrator": true, "developer": false, "viewer": false} {
		if got := c.As(name).Get(all + "/invitee-example-com").Get("activation_link").Exists(); got != want {
			t.Errorf("link to %s: got %v, want %v", name, got, want)
		}
	}
	// The address of the invitation is good without a link, and for nothing but accepting.
	const at = all + "/invitee-example-com"
	c.As("outsider").Is(403, "POST", at+"/accept", "")
	c.As("invitee").Is(403, "POST", at+"/register", `{"username": "x", "password": "y"}`)
	c.As("invitee").Is(404, "POST", all+"/nope/accept", "")
	link := mail(c, "invitee@example.com")
	c.As(link).Is(403, "POST", all+"/newcomer-example-com/accept", "{}")
	c.As(link).Is(403, "POST", all+"/18000000-0000-4000-8000-000000000003/accept", "{}")
	c.As(link).Is(403, "POST", all+"/"+nowhere+"/accept", "{}")
	c.As(link).Is(401, "POST", all+"/nope/accept", "{}")
	c.As(link).Is(403, "POST", "org-invitations/"+orgInvitation+"/accept", `{"org": {"title": "x"}}`)
	c.As(link).With(catalog, "ibm-emu.production").Is(401, "POST", at+"/accept", "{}")
	c.As(link).Must(201, "POST", all+"/"+strings.ToUpper(invitation)+"/accept", `{"username": "invitee", "password": "portico-invitee"}`).
		Check(t, "user.username", "invitee")
	c.As(link).Is(401, "POST", all+"/"+invitation+"/accept", "{}")
	c.As("invitee").Is(404, "POST", at+"/accept", "")
	// An organization has the user who accepts as its owner.
	c.Change("org-invitation", orgInvitation, `{"email": "otto@outside.example"}`)
	c.As("outsider").Must(201, "POST", "org-invitations/founder-example-com/accept", `{"org": {"name": "otto", "title": "Otto"}}`).
		Check(t, "owner_url", "http://example.com/consumer-api/user-registries/12000000-0000-4000-8000-000000000001/users/13000000-0000-4000-8000-000000000006")
}

func TestI14Associates(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const at = "orgs/acme/associates/"
	c.Is(200, "GET", at+"developer", "")
	c.Is(200, "GET", at+"invitee", "")
	c.Is(404, "GET", at+"outsider", "")
	c.Is(404, "GET", at+"newcomer", "")
	c.Must(200, "PATCH", "orgs/acme/members/developer", `{"state": "disabled"}`)
	c.Is(200, "GET", at+"developer", "")
	c.Must(200, "DELETE", "orgs/acme/member-invitations/invitee-example-com", "")
	c.Is(404, "GET", at+"invitee", "")
	c.Must(201, "POST", "orgs/acme/member-invitations", `{"email": "OTTO@outside.example"}`)
	c.Is(200, "GET", at+"outsider", "")
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "49h"}`)
	c.Is(404, "GET", at+"outsider", "")
}

// TestI15Lifecycle is the table of what a body does to an application, with the life cycle off and on.
func TestI15Lifecycle(t *testing.T) {
	t.Parallel()
	off := func() client.Client { return connect(t) }
	on := func() client.Client { return connect(t).With(catalog, "ibm-emu.production").As("production-admin") }
	for _, row := range []struct {
		who         func() client.Client
		call, body  string
		status      int
		state, wait string
	}{
		{off, "POST orgs/acme/apps", `{"title": "x"}`, 201, "production", ""},
		{off, "POST orgs/acme/apps", `{"title": "x", "lifecycle_state": "development"}`, 201, "development", ""},
		{off, "POST orgs/acme/apps", `{"title": "x", "lifecycle_state": "production"}`, 201, "production", ""},
		{off, "POST orgs/acme/apps", `{"title": "x", "lifecycle_state_pending": "production"}`, 400, "", ""},
		{off, "POST orgs/acme/apps", `{"title": "x", "lifecycle_state_pending": null}`, 201, "production", ""},
		{off, "PATCH apps/acme/duo-app", `{"lifecycle_state_pending": "production"}`, 400, "", ""},
		{off, "PATCH apps/acme/duo-app", `{"lifecycle_state_pending": null}`, 409, "", ""},
		{off, "PATCH apps/acme/duo-app", `{"lifecycle_state": "development"}`, 200, "development", ""},
		{on, "POST orgs/acme-live/apps", `{"title": "x"}`, 201, "development", ""},
		{on, "POST orgs/acme-live/apps", `{"title": "x", "lifecycle_state": "development"}`, 201, "development", ""},
		{on, "POST orgs/acme-live/apps", `{"title": "x", "lifecycle_state": "production"}`, 201, "development", "production"},
		{on, "POST orgs/acme-live/apps", `{"title": "x", "lifecycle_state_pending": "production"}`, 201, "development", "production"},
		{on, "PATCH apps/acme-live/dev-app", `{"lifecycle_state_pending": "production"}`, 200, "development", "production"},
		{on, "PATCH apps/acme-live/upgrading-app", `{"lifecycle_state_pending": "production"}`, 409, "", ""},
		{on, "PATCH apps/acme-live/upgrading-app", `{"lifecycle_state_pending": "production", "title": "x"}`, 200, "development", "production"},
		{on, "PATCH apps/acme-live/live-app", `{"lifecycle_state_pending": "production"}`, 409, "", ""},
		{on, "PATCH apps/acme-live/live-app", `{"lifecycle_state_pending": "production", "title": "x"}`, 409, "", ""},
		{on, "PATCH apps/acme-live/upgrading-app", `{"lifecycle_state_pending": null}`, 200, "development", ""},
		{on, "PATCH apps/acme-live/dev-app", `{"lifecycle_state_pending": null}`, 409, "", ""},
		{on, "PATCH apps/acme-live/dev-app", `{"lifecycle_state": "production"}`, 403, "", ""},
		{on, "PATCH apps/acme-live/live-app", `{"lifecycle_state": "development"}`, 200, "development", ""},
	} {
		method, path, _ := strings.Cut(row.call, " ")
		a := row.who().Is(row.status, method, path, row.body)
		if a.Status < 300 {
			a.Check(t, "lifecycle_state", row.state)
			a.Check(t, "lifecycle_state_pending", row.wait)
			a.Check(t, "task_urls.#", map[bool]string{true: "1", false: "0"}[row.wait != ""])
		}
	}
}

func TestI16Credentials(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const all = "apps/acme/duo-app/credentials"
	made := c.Must(201, "POST", all, "{}")
	made.Check(t, "title", "Credential 3")
	for _, member := range []string{"client_id", "client_secret"} {
		if got := made.Get(member).Str; len(got) != 32 || strings.Trim(got, "0123456789abcdef") != "" {
			t.Errorf("%s: got %s, want 32 hexadecimal digits", member, got)
		}
	}
	if made.Get("client_secret_hashed").Exists() {
		t.Errorf("where the catalog hashes nothing: got %s", made.Body)
	}
	at := all + "/" + made.Get("id").Str
	c.Is(400, "PATCH", at, `{"client_id": "x"}`)
	c.Is(200, "PATCH", at, `{"client_id": "`+made.Get("client_id").Str+`", "title": "Named"}`)
	for body, want := range map[string]int{
		`{"client_secret": "` + made.Get("client_secret").Str + `"}`: 200, `{"client_secret": "x"}`: 400, `{}`: 400, `{"client_secret": ""}`: 400,
		`{"client_secret": "` + made.Get("client_secret").Str + `", "client_id": "x"}`: 400,
	} {
		c.Is(want, "POST", at+"/verify-client-secret", body)
	}
	for _, path := range []string{at, all, "apps/acme/duo-app"} {
		if a := c.Get(path); strings.Contains(a.Body, made.Get("client_secret").Str) {
			t.Errorf("%s: got %s, want no secret", path, a.Body)
		}
	}
	c.Must(200, "POST", at+"/reset", `{"client_id": "mine", "client_secret": "s3cret"}`).Check(t, "client_secret", "s3cret")
	c.Get(at).Check(t, "client_id", "mine")
	c.Is(409, "POST", at+"/reset", `{"client_id": "portico-duo-app"}`)
	c.Must(200, "POST", at+"/verify-client-secret", `{"client_id": "mine", "client_secret": "s3cret"}`)
	for _, id := range c.Get(all).Get("results.#.id").Array() {
		c.Must(200, "DELETE", all+"/"+id.Str, "")
	}
	c.Get(all).Check(t, "total_results", "0")
	c.Must(201, "POST", all, `{"client_id": "mine"}`).Check(t, "title", "Credential 1")
	p := c.With(catalog, "ibm-emu.production").As("production-admin")
	hashed := p.Must(201, "POST", "apps/acme-live/dev-app/credentials", `{"client_secret": "abc"}`)
	hashed.Check(t, "client_secret_hashed", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
	p.Get("apps/acme-live/dev-app/credentials/"+hashed.Get("id").Str).Check(t, "client_secret", "")
}

// TestI17OrderOfSubscribing takes one obstacle after the other away.
func TestI17OrderOfSubscribing(t *testing.T) {
	t.Parallel()
	c := connect(t)
	product := c.Add("product", sandbox, `{"name": "hurdles", "version": "1", "lifecycle_state": "staged",
		"visibility": {"view": {"type": "public", "enabled": true}, "subscribe": {"type": "custom", "enabled": true, "orgs": []}},
		"plans": [{"name": "paid", "title": "Paid", "approval": true, "billing": {"price": 1, "integration": "43000000-0000-4000-8000-000000000099"}}]}`)
	const app = "30000000-0000-4000-8000-000000000002" // disabled
	body := func(plan string) string {
		return `{"product_url": "/products/` + product + `", "plan": "` + plan + `"}`
	}
	const at = "apps/acme/paused-app/subscriptions"
	c.Is(404, "POST", at, body("nope"))
	c.Change("product", product, `{"lifecycle_state": "deprecated"}`)
	c.Is(400, "POST", at, body("nope"))
	c.Change("product", product, `{"lifecycle_state": "published"}`)
	c.Is(403, "POST", at, body("nope"))
	c.Change("product", product, `{"visibility": {"subscribe": {"orgs": ["`+acme+`"]}}}`)
	if a := c.Is(400, "POST", at, body("nope")); !strings.Contains(a.Body, "plan") {
		t.Errorf("plan: got %s", a.Body)
	}
	if a := c.Is(400, "POST", at, body("paid")); !strings.Contains(a.Body, "disabled") {
		t.Errorf("app: got %s", a.Body)
	}
	c.Change("app", app, `{"state": "enabled"}`)
	if a := c.Is(400, "POST", at, body("paid")); !strings.Contains(a.Body, "payment") {
		t.Errorf("billing: got %s", a.Body)
	}
	c.Change("billing", "41000000-0000-4000-8000-000000000001", `{"integration": "43000000-0000-4000-8000-000000000099"}`)
	c.Is(201, "POST", at, body("paid")).Check(t, "state", "pending")
	c.Is(409, "POST", at, body("paid"))
	// A group that holds the org does as well as the org itself.
	c.Change("product", product, `{"visibility": {"subscribe": {"orgs": [], "groups": ["15000000-0000-4000-8000-000000000001"]}}}`)
	c.Is(201, "POST", "apps/acme/duo-app/subscriptions", body("paid"))
	// Another version is another product.
	c.Is(201, "POST", "apps/acme/duo-app/subscriptions", `{"product_url": "/products/weather/2.0.0", "plan": "default"}`)
	for _, form := range []string{
		"/products/weather/2.0.0", "/consumer-api/products/weather/2.0.0", "https://h.example/consumer-api/products/weather/2.0.0", "/products/" + strings.ToUpper(weather2),
		"http://h/_world/w/consumer-api/products/" + weather2, "/api/catalogs/ibm-emu/sandbox/products/" + weather2, "https://h/api/catalogs/ibm-emu/" + sandbox + "/products/weather/2.0.0",
	} {
		c.Is(409, "POST", "apps/acme/duo-app/subscriptions", `{"product_url": "`+form+`", "plan": "default"}`)
	}
	for form, want := range map[string]int{
		"": 400, "/": 400, "weather": 400, "/products/weather": 400, "/products": 400, "/apis/weather/2.0.0": 400, "/products/weather/2.0.0/document": 400, "/products//2.0.0": 400,
		"/products/" + nowhere: 404, "/products/weather/9": 404, "/api/catalogs/ibm-emu/production/products/" + weather2: 404,
	} {
		c.Is(want, "POST", "apps/acme/duo-app/subscriptions", `{"product_url": "`+form+`", "plan": "default"}`)
	}
}

// TestI17Patch is the table of what a body does to a subscription, by its state.
func TestI17Patch(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		from, body string
		status     int
		to, wait   string
	}{
		{"enabled", `{"state": "disabled"}`, 200, "disabled", ""},
		{"disabled", `{"state": "enabled"}`, 200, "enabled", ""},
		{"enabled", `{"state": "enabled"}`, 409, "", ""},
		{"disabled", `{"state": "disabled"}`, 409, "", ""},
		{"pending", `{"state": "pending"}`, 409, "", ""},
		{"rejected", `{"state": "rejected"}`, 409, "", ""},
		{"pending", `{"state": "enabled"}`, 403, "", ""},
		{"pending", `{"state": "disabled"}`, 403, "", ""},
		{"pending", `{"state": "rejected"}`, 403, "", ""},
		{"rejected", `{"state": "enabled"}`, 403, "", ""},
		{"rejected", `{"state": "disabled"}`, 403, "", ""},
		{"rejected", `{"state": "pending"}`, 403, "", ""},
		{"enabled", `{"state": "pending"}`, 403, "", ""},
		{"disabled", `{"state": "rejected"}`, 403, "", ""},
		{"pending", `{"state_pending": "enabled"}`, 409, "", ""},
		{"pending", `{"state_pending": "enabled", "title": "x"}`, 200, "pending", "enabled"},
		{"enabled", `{"state_pending": "enabled"}`, 409, "", ""},
		{"pending", `{"state_pending": null}`, 400, "", ""},
		{"rejected", `{"state_pending": "enabled"}`, 200, "pending", "enabled"},
		{"disabled", `{"state_pending": "enabled"}`, 200, "disabled", "enabled"},
		{"disabled", `{"state_pending": "enabled", "state": "enabled"}`, 400, "", ""},
		{"enabled", `{"plan": "default"}`, 200, "enabled", ""},
		{"disabled", `{"plan": "default"}`, 200, "disabled", ""},
		{"enabled", `{"product_url": "/products/orders/1.0.0"}`, 400, "", ""}, // which has no such plan
		{"enabled", `{"product_url": "/products/orders/1.0.0", "plan": "bulk"}`, 200, "pending", "enabled"},
		{"enabled", `{"product_url": "/products/drafts/1.0.0"}`, 404, "", ""},
		{"enabled", `{"product_url": "/products/readonly/1.0.0", "plan": "default"}`, 403, "", ""},
		{"enabled", `{"product_url": "/products/weather/1.0.0", "plan": "default"}`, 400, "", ""},
		{"enabled", `{"plan": "default", "state": "disabled"}`, 400, "", ""},
		{"pending", `{"plan": "default"}`, 400, "", ""},
		{"rejected", `{"product_url": "/products/orders/1.0.0", "plan": "default"}`, 400, "", ""},
		{"rejected", `{"title": "x", "summary": "y", "metadata": {}}`, 200, "rejected", ""},
	} {
		c := connect(t)
		id := c.Add("subscription", "30000000-0000-4000-8000-000000000003", `{"product": "`+weather2+`", "plan": "gold", "state": "`+row.from+`"}`)
		at := "apps/acme/duo-app/subscriptions/" + id
		before := c.Get(at).Body
		a := c.Call("PATCH", at, row.body)
		if a.Status != row.status {
			t.Errorf("%s, %s: got %d %s, want %d", row.from, row.body, a.Status, a.Body, row.status)
		}
		if a.Status >= 300 {
			if after := c.Get(at).Body; after != before {
				t.Errorf("%s, %s was refused: got %s, want %s", row.from, row.body, after, before)
			}
			continue
		}
		a.Check(t, "state", row.to)
		a.Check(t, "state_pending", row.wait)
		a.Check(t, "task_urls.#", map[bool]string{true: "1", false: "0"}[row.wait != ""])
	}
	// Without approval, who asks is given.
	c := connect(t)
	id := c.Add("subscription", "30000000-0000-4000-8000-000000000003", `{"product": "`+weather2+`", "plan": "default", "state": "disabled"}`)
	c.Must(200, "PATCH", "apps/acme/duo-app/subscriptions/"+id, `{"state_pending": "enabled"}`).Check(t, "state", "enabled")
}

func TestI18APIs(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Get("apis/routes/1.0.0").Check(t, "state", "offline")
	for _, hidden := range []string{"apis/beta/1.0.0", "apis/sunset/1.0.0", "apis/20000000-0000-4000-8000-000000000006", "public-apis/beta/1.0.0"} {
		c.Is(404, "GET", hidden, "")
	}
	c.Is(404, "GET", "public-apis/routes/1.0.0", "")
	c.Get("public-apis/geo/1.0.0") // by one of its two products
	c.Change("product", weather2, `{"lifecycle_state": "retired"}`)
	c.Is(404, "GET", "public-apis/geo/1.0.0", "")
	c.Get("apis/geo/1.0.0")
	c.Change("product", routes, `{"lifecycle_state": "retired"}`)
	c.Is(404, "GET", "apis/geo/1.0.0", "")
	c.Is(404, "GET", "apis/weather/1.0.0/wsdl", "")
	c.With("Accept", "text/xml").Is(404, "GET", "apis/weather/1.0.0/wsdl", "")
	raw := c.With("Accept", "text/xml").Get("apis/soap-orders/1.0.0/wsdl?endpoint=https://e.example/x")
	if !strings.Contains(raw.Body, `<soap:address location="https://e.example/x"/>`) || raw.Header.Get("Content-Type") != "text/xml" {
		t.Errorf("endpoint: got %s", raw.Body)
	}
	plain := c.With("Accept", "application/zip").Get("apis/soap-bundle/1.0.0/wsdl")
	if moved := c.With("Accept", "application/zip").Get("apis/soap-bundle/1.0.0/wsdl?endpoint=https://e.example/x"); moved.Body != plain.Body {
		t.Error("a zip was changed")
	}
	c.Get("apis/soap-orders?api_type=wsdl").Check(t, "total_results", "1")
	c.Get("apis/soap-orders?api_type=rest").Check(t, "total_results", "0")
	// A version may be called like a part of a path.
	c.Add("api", sandbox, `{"id": "20000000-0000-4000-8000-000000000098", "name": "odd", "version": "document"}`)
	c.Add("product", sandbox, `{"name": "odd", "version": "1", "apis": ["20000000-0000-4000-8000-000000000098"]}`)
	c.Get("apis/odd/document").Check(t, "version", "document")
	c.Get("apis/odd/document/document").Check(t, "swagger", "2.0")
	c.Is(404, "GET", "apis/odd/wsdl", "")
}

func TestI19Search(t *testing.T) {
	t.Parallel()
	c := connect(t).As("outsider")
	find := func(registry, body string) string {
		return c.Must(200, "POST", "user-registries/"+registry+"/search", body).Get("results.#.username").Raw
	}
	for body, want := range map[string]string{
		`{"username": "viewer"}`: `["viewer"]`, `{"username": "VIEWER"}`: `[]`, `{"username": "v*"}`: `["viewer"]`, `{"username": "*er"}`: `["owner","developer","viewer","member","outsider","globex-owner"]`,
		`{"username": "*"}`:     `["owner","administrator","developer","viewer","member","outsider","invitee","globex-owner","disabled"]`,
		`{"username": "o*t*r"}`: `["outsider"]`, `{"username": "a**n*or"}`: `["administrator"]`, `{"username": "aa*a"}`: `[]`, `{"username": "viewer*viewer"}`: `[]`, `{"username": "rita", "remote": true}`: `[]`,
	} {
		if got := find("sandbox-catalog", body); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
	for body, want := range map[string]string{
		`{"username": "carol"}`: `["Carol"]`, `{"username": "*"}`: `["Carol"]`, `{"username": "*", "remote": true}`: `["Carol","rita"]`, `{"username": "RITA", "remote": false}`: `[]`,
	} {
		if got := find("corp-ldap", body); got != want {
			t.Errorf("ldap, %s: got %s, want %s", body, got, want)
		}
	}
}

func TestI20Redirect(t *testing.T) {
	t.Parallel()
	c := connect(t).As("")
	for query, want := range map[string]int{
		"": 400, "code=x": 400, "state=nope&code=x": 400, "state=portico-state": 400, "oauth_token=nope&oauth_verifier=x": 400, "state=&oauth_token=&code=x": 400,
		"state=portico-state&code=": 400, "state=nope&oauth_token=portico-oauth-token&oauth_verifier=x": 400,
	} {
		c.Is(want, "GET", "oauth2/redirect?"+query, "")
	}
	a := c.With("Content-Type", "application/x-www-form-urlencoded").Must(302, "POST", "oauth2/redirect?state=portico-state&code=q", "error=denied&error_description=a+b%26c")
	if got, want := a.Header.Get("Location"), "https://portal.sandbox.example.com/ibm_apim/oauth2/redirect?site=1&error=denied&error_description=a+b%26c&state=client-state"; got != want {
		t.Errorf("Location: got %s, want %s", got, want)
	}
	if a.Body != "" || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Content-Type") != "" {
		t.Errorf("redirect: got %q %v, want an empty body that is not kept", a.Body, a.Header)
	}
	c.Is(400, "GET", "oauth2/redirect?state=portico-state&code=x", "")
}

func TestI21Payment(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const card, id = "orgs/acme/payment-methods/company-card", "42000000-0000-4000-8000-000000000001"
	stored := func() client.Answer { return c.Get("/_portico/state/apiconnect.payment-method/" + id) }
	c.Must(200, "PATCH", card, `{"configuration": {"token": "********", "last_4": "1"}}`)
	stored().Check(t, "configuration", `{"token":"tok_portico","last_4":"1","owner_name":"Olivia Owner"}`)
	c.Must(200, "PATCH", card, `{"configuration": {"token": "tok_2", "owner_name": "x"}}`)
	stored().Check(t, "configuration", `{"token":"tok_2","owner_name":"Olivia Owner"}`)
	for config, want := range map[string]int{
		`{}`: 400, `{"token": 1}`: 400, `{"token": "x", "cvc": "1"}`: 400, `{"token": "x", "expiration_month": 0}`: 400, `{"token": "x", "expiration_month": "13"}`: 400,
		`{"token": "x", "expiration_year": 26}`: 400, `{"token": "x", "expiration_year": "2030", "expiration_month": "02"}`: 200, `{"token": "x", "expiration_month": 1.5}`: 400,
	} {
		c.Is(want, "PATCH", card, `{"configuration": `+config+`}`)
	}
	body := `{"product_url": "/products/maps/1.0.0", "plan": "metered"}`
	c.Must(204, "DELETE", "/_portico/state/apiconnect.payment-method/"+id, "")
	c.Is(400, "POST", "apps/acme/duo-app/subscriptions", body)
	c.Add("payment-method", acme, `{"title": "Other", "billing": "41000000-0000-4000-8000-000000000001"}`)
	c.Is(201, "POST", "apps/acme/duo-app/subscriptions", body)
}

// A configuration is checked against the schema of its type by the real validator, in the dialect's words: missing members first, the
// others as they were sent.
func TestPaymentConfigurationSchema(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const card, kind = "orgs/acme/payment-methods/company-card", "40000000-0000-4000-8000-000000000001"
	c.Change("payment-method-type", kind, `{"configuration_schema": {"type": "object", "required": ["token"], "additionalProperties": false, "properties": {
		"token": {"type": "string"}, "owner_name": {}, "level": {"enum": ["low", "high"]}, "limit": {"type": ["integer", "null"], "minimum": 5, "maximum": 9},
		"rate": {"minimum": 1.5}, "address": {"type": "object", "properties": {"city": {"type": "string"}}}}}}`)
	for config, want := range map[string]string{
		`{"limit": 4, "x": 1, "level": "mid"}`:       `configuration.token: is required; configuration.limit: must be 5 or more; configuration.x: is not a field that can be set; configuration.level: must be one of low, high`,
		`{"token": 1, "limit": 10}`:                  `configuration.token: must be of type string; configuration.limit: must be 9 or less`,
		`{"token": "x", "limit": "5", "rate": 1}`:    `configuration.limit: must be of type integer or null; configuration.rate: must be 1.5 or more`,
		`{"token": "x", "address": {"city": false}}`: `configuration.address.city: must be of type string`,
	} {
		a := c.Must(400, "PATCH", card, `{"configuration": `+config+`}`)
		var got []string
		for _, e := range slices.Concat(a.Get("message").Array(), a.Get("errors").Array()) {
			if !strings.HasPrefix(e.String(), "the request has") {
				got = append(got, e.String())
			}
		}
		if text := strings.Join(got, "; "); text != want {
			t.Errorf("%s: got %q, want %q", config, text, want)
		}
	}
	for _, schema := range []string{`{"type": "text"}`, `{"properties": {"a": {"$ref": "#"}}}`, `{"title": "` + strings.Repeat("x", 16<<10) + `"}`} {
		c.Must(400, "PATCH", "/_portico/state/apiconnect.payment-method-type/"+kind, `{"configuration_schema": `+schema+`}`)
	}
}

func TestI22Clock(t *testing.T) {
	t.Parallel()
	c := connect(t)
	login := func() client.Answer {
		return c.As("").Must(200, "POST", "token", `{"grant_type": "password", "realm": "consumer:ibm-emu:sandbox/sandbox-idp", "username": "viewer", "password": "portico-viewer", "client_id": "portico-portal", "client_secret": "portico-portal-secret"}`)
	}
	token := login()
	token.Check(t, "expires_in", "28800")
	token.Check(t, "refresh_expires_in", "36000")
	viewer := c.As(token.Get("access_token").Str)
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "7h59m59s"}`)
	viewer.Get("me")
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "1s"}`)
	viewer.Is(401, "GET", "me", "")
	c.Change("catalog", sandbox, `{"token_ttl": 60}`)
	login().Check(t, "expires_in", "60")
}

func TestI23Cascade(t *testing.T) {
	t.Parallel()
	user := func(name string) string { return "user-registries/sandbox-catalog/users/" + name }
	c := connect(t)
	c.Must(200, "DELETE", "orgs/acme/members/viewer", "")
	c.Get(user("viewer"))
	c.Must(200, "DELETE", "orgs/acme/members/member?cascade=true", "")
	c.Is(404, "GET", user("member"), "")
	c.As("globex-owner").Must(201, "POST", "orgs/globex/members", `{"user_url": "/`+user("developer")+`"}`)
	c.Must(200, "DELETE", "orgs/acme/members/developer?cascade=true", "")
	c.Get(user("developer")) // who has another org
	c.Must(200, "DELETE", "orgs/acme", "")
	c.Get(user("administrator"))
	c = connect(t)
	c.Must(200, "DELETE", "orgs/acme?cascade=true", "")
	c.Is(404, "GET", user("administrator"), "")
	c.Get(user("owner")) // who called, and has another org
	c.Get(user("outsider"))
}

// TestBodies is what a body may not be. Nothing of it is kept.
func TestBodies(t *testing.T) {
	t.Parallel()
	c := connect(t)
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for i := range 9 {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", 'b'+i, 'b'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i)
	}
	before := c.Get("/_portico/state").Body
	for name, body := range map[string]string{
		"duplicate key": "title: a\ntitle: b", "nested duplicate": "title: a\nmetadata: {x: 1, x: 2}", "duplicate in JSON's form": `{"title": "a", "title": "b"}`, "documents": "title: a\n---\ntitle: b", "list": "- title", "text": "title",
		"number": "1", "null": "null", "comment": "# nothing", "bomb": bomb, "recursive": "metadata: &a\n  b: *a", "unknown anchor": "title: *x", "tag": "title: !!python/object x",
		"bad UTF-8": "title: \xff", "deep": "metadata: " + strings.Repeat("{a: ", 100), "deeper": "metadata: " + strings.Repeat("[", 100000), "many": strings.Repeat("- 1\n", 100000),
		"keys": manyKeys(20000), "tab": "\ttitle: a", "open": "title: \"a", "infinity": "title: a\nmetadata: {a: .inf}", "list as key": "? [a]\n: b",
	} {
		a := c.With("Content-Type", "application/yaml", "Accept", "application/yaml").Is(400, "POST", "orgs/acme/apps", body)
		if !strings.HasPrefix(a.Body, "status: 400\nmessage:\n  - ") || a.Header.Get("Content-Type") != "application/yaml" {
			t.Errorf("%s: got %s", name, a.Body)
		}
	}
	for _, body := range []string{`[]`, `"x"`, `1`, `null`, `{"title": "x"} {}`, `{"title": "x"`, "{\"title\": \"\xff\"}", `{'title': 'x'}`, ` `, strings.Repeat("[", 1000)} {
		c.Is(400, "POST", "orgs/acme/apps", body).Check(t, "message.#", "1")
	}
	c.Is(413, "POST", "orgs/acme/apps", `{"title": "`+strings.Repeat("x", 1<<20)+`"}`)
	if after := c.Get("/_portico/state").Body; after != before {
		t.Errorf("documents: got %s, want %s", after, before)
	}
	// What YAML has beyond JSON, where it means the same.
	y := c.With("Content-Type", "application/yaml").Must(201, "POST", "orgs/acme/apps", "title: &t Anchored\nsummary: |\n  two\n  lines\nmetadata: {a: *t, n: 0x1f}\n")
	y.Check(t, "summary", "two\nlines\n")
	y.Check(t, "metadata", `{"a":"Anchored","n":31}`)
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return b.String()
}

// TestEveryRefusalIsOneEnvelope looks at each row with a fault of every sort.
func TestEveryRefusalIsOneEnvelope(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, op := range rows(func(*api.Operation) bool { return true }) {
		for _, a := range []client.Answer{
			c.With("Accept", "text/html").Call(op.Method, sample(&op), "{}"),
			c.With(catalog, "x").Call(op.Method, sample(&op), "{}"),
			c.As("expired").Call(op.Method, sample(&op), "{}"),
			c.As("outsider").Call(op.Method, client.Filled(&op, func(string) string { return nowhere }), `{"x": 1, "y": 2}`),
			c.Call(op.Method, client.Filled(&op, func(string) string { return nowhere }), `{"x": 1, "y": 2}`),
			c.Call(op.Method, client.Filled(&op, func(string) string { return "nope" }), `{"x": 1, "y": 2}`),
		} {
			if a.Status < 400 {
				continue
			}
			if !a.Get("message").IsArray() || a.Get("message.#").Int() < 1 || a.Get("status").Int() != int64(a.Status) || a.Header.Get("X-Request-Id") == "" {
				t.Errorf("%s: got %d %v %s", op.ID, a.Status, a.Header, a.Body)
			}
		}
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	c := connect(t)
	first, second := c.Get("orgs").Header.Get("X-Request-Id"), c.Get("orgs").Header.Get("X-Request-Id")
	if !api.IsUUID(first) || !api.IsUUID(second) || first == second {
		t.Errorf("got %q and %q, want two UUIDs", first, second)
	}
	for _, path := range []string{"orgs", "orgs/nope", "nope", "oauth2/redirect?state=portico-state&code=x"} {
		if got := c.With("X-Request-ID", "mine").Call("GET", path, "").Header.Get("X-Request-Id"); got != "mine" {
			t.Errorf("%s: got %q, want it back", path, got)
		}
	}
}

// TestHead proves that HEAD works where GET does.
func TestHead(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, path := range []string{"orgs/acme", "products", "apis/soap-bundle/1.0.0/wsdl"} {
		get, head := c.Get(path), c.Must(200, "HEAD", path, "")
		if head.Body != "" || head.Header.Get("Content-Length") != fmt.Sprint(len(get.Body)) {
			t.Errorf("%s: got %v %q, want the headers of %d bytes", path, head.Header, head.Body, len(get.Body))
		}
	}
}

// TestStateHoldsTheRules proves that what the provider writes obeys the same rules.
func TestStateHoldsTheRules(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, is := range []struct {
		kind, in, document string
		want               int
	}{
		{"org", sandbox, `{"title": "x"}`, 400},
		{"org", sandbox, `{"title": "x", "owner": "` + nowhere + `"}`, 400},
		{"org", production, `{"title": "x", "owner": "13000000-0000-4000-8000-000000000001"}`, 400}, // a user of another catalog
		{"org", sandbox, `{"name": "acme", "owner": "13000000-0000-4000-8000-000000000006"}`, 409},
		{"member", globex, `{"user": "13000000-0000-4000-8000-000000000006", "roles": ["nope"]}`, 400},
		{"member", globex, `{"user": "13000000-0000-4000-8000-000000000006", "roles": ["developer", "viewer"]}`, 201},
		{"member", globex, `{"user": "13000000-0000-4000-8000-000000000006"}`, 409},
		{"member-invitation", acme, `{"email": "invitee@example.com"}`, 409},
		{"subscription", weatherApp, `{"product": "` + partner + `", "plan": "nope"}`, 400},
		{"subscription", weatherApp, `{"product": "` + routes + `", "plan": "default"}`, 409},
		{"subscription", "30000000-0000-4000-8000-000000000003", `{"product": "21000000-0000-4000-8000-000000000011", "plan": "default"}`, 400},
		{"role", acme, `{"name": "x", "permissions": ["nope"]}`, 400},
		{"role", acme, `{"name": "developer"}`, 409},
		{"app", acme, `{"title": "x", "lifecycle_state_pending": "production"}`, 400},
		{"app", acme, `{}`, 400},
		{"credential", weatherApp, `{"client_id": "portico-duo-app"}`, 409},
		{"payment-method", acme, `{"title": "x", "configuration": {"expiration_month": 13}}`, 400},
		{"user", "12000000-0000-4000-8000-000000000002", `{"username": "CAROL"}`, 409},
		{"user", "12000000-0000-4000-8000-000000000001", `{"username": "x", "email": "OWNER@acme.example"}`, 409},
		{"product", sandbox, `{"name": "weather", "version": "2.0.0"}`, 409},
		{"login", sandbox, `{"state": "portico-state", "redirect_uri": "https://x.example"}`, 409},
	} {
		c.Is(is.want, "POST", "/_portico/state/apiconnect."+is.kind, `{"in": ["`+is.in+`"], "document": `+is.document+`}`)
	}
	c.Is(400, "PATCH", "/_portico/state/apiconnect.org/"+initech, `{"owner": "`+nowhere+`"}`)
}

// TestFixturesCompleteWhatIsBorn gives what is born along an id and a secret of its own.
func TestFixturesCompleteWhatIsBorn(t *testing.T) {
	t.Parallel()
	base, err := fixtures.FS.ReadFile("empty/apiconnect.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "mine.yaml")
	mine := string(base) + `
  - kind: apiconnect.app
    in: [` + acme + `]
    document: {name: mine, title: Mine}
    has:
      - {kind: apiconnect.credential, document: {id: 31000000-0000-4000-8000-000000000077, name: credential-for-mine, client_id: known, client_secret: known-secret}}
`
	if err := os.WriteFile(file, []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	c := vendor.Connect(t, emulator.Config{Fixture: file})
	c.Get("apps/acme/mine/credentials").Check(t, "results.#.client_id", `["known"]`)
	c.Must(200, "POST", "apps/acme/mine/credentials/31000000-0000-4000-8000-000000000077/verify-client-secret", `{"client_id": "known", "client_secret": "known-secret"}`)
	if stored := c.Get("/_portico/state/apiconnect.credential").Body; strings.Contains(stored, "known-secret") {
		t.Errorf("stored: got %s, want no secret", stored)
	}
}

// TestLarge is large, and lists of it come in pages.
func TestLarge(t *testing.T) {
	t.Parallel()
	c := vendor.Connect(t, emulator.Config{Fixture: "large"})
	total := c.Get("products?limit=5").Get("total_results").Int()
	if total < 60 {
		t.Errorf("products: got %d, want 60 at least", total)
	}
	c.Get(fmt.Sprintf("products?limit=5&offset=%d", total-2)).Check(t, "results.#", "2")
	c.Get("user-registries/sandbox-catalog/users/developer")
	c.Must(200, "POST", "user-registries/sandbox-catalog/search?limit=3", `{"username": "*"}`).Check(t, "results.#", "3")
}

// TestEmpty has an administrator with an organization, and what no operation makes.
func TestEmpty(t *testing.T) {
	t.Parallel()
	c := vendor.Connect(t, emulator.Config{Fixture: "empty"}).With("Authorization", "Bearer whatever")
	c.Get("me").Check(t, "username", "owner")
	c.Get("orgs").Check(t, "results.#.name", `["acme"]`)
	c.Must(201, "POST", "orgs/acme/apps", `{"title": "First"}`)
	c.Get("products").Check(t, "total_results", "0")
}

// An app shows the addresses that its reader can follow, whoever read it before, by other names of the server or in other
// worlds, and what it says now.
func TestAppIsShownAnew(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Must(201, "POST", "/_portico/worlds", `{"name": "other"}`)
	origins := []string{"http://one.example", "http://two.example:8080", "http://one.example/_world/other"}
	want := strings.ReplaceAll(c.Get("apps/acme/weather-app").Body, "http://example.com", "ORIGIN")
	if strings.Count(want, "ORIGIN") < 6 {
		t.Fatalf("got %s, want addresses", want)
	}
	look := func(origin, want string) {
		t.Helper()
		got := c.Send("GET", origin+"/consumer-api/apps/acme/weather-app", "").Body
		if want = strings.ReplaceAll(want, "ORIGIN", origin); got != want {
			t.Errorf("at %s: got %s, want %s", origin, got, want)
		}
	}
	for i := range 60 {
		look(origins[i%3], want)
		look(origins[i/20], want)
	}
	changed := c.Must(200, "PATCH", "apps/acme/weather-app", `{"title": "Other weather"}`).Body
	for range 20 {
		look(origins[0], strings.ReplaceAll(changed, "http://example.com", "ORIGIN"))
		look(origins[2], want)
	}
	c.Must(201, "POST", "apps/acme/weather-app/credentials", `{"title": "More"}`)
	if got := c.Get("apps/acme/weather-app").Get("app_credential_urls.#").Int(); got != 2 {
		t.Errorf("got %d credentials, want 2", got)
	}
}

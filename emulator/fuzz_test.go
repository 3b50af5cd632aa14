package emulator_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
	"github.com/portico-emulator/portico/fixtures"
	"github.com/portico-emulator/portico/scenarios"
)

// The targets here try what reaches the emulator beside the vendors' calls: fixtures, exports, documents, rules, scenarios,
// questions to the journal. Calls to the vendors in between show that the emulator works with whatever it accepted.

// reading is a call that lists something of a vendor.
type reading struct{ vendor, path, credential string }

// readings are the lists of all vendors that need nothing but a credential.
func readings(f *testing.F) []reading {
	f.Helper()
	ops, err := emulator.Operations("")
	if err != nil {
		f.Fatal(err)
	}
	admins := map[string]string{
		"konnect": "Bearer kpat_portico-admin", "axway": "Basic YXBpYWRtaW46Y2hhbmdlbWU=", "apiconnect": "Bearer portico-owner",
		"experience-hub": "Bearer portico-anypoint-admin", "exchange": "Bearer portico-anypoint-admin",
	}
	var out []reading
	for _, op := range ops {
		if credential := admins[op.Vendor]; credential != "" && op.Method == http.MethodGet && !strings.Contains(op.Path, "{") {
			out = append(out, reading{op.Vendor, op.Path, credential})
		}
	}
	if len(out) < 10 {
		f.Fatalf("got the lists %v, want ten at least", out)
	}
	return out
}

// nobody's requests carry no headers of their own.
var nobody = client.Vendor{}

// readAll lists the documents of all vendors, or of those that use a kind: each answers.
func readAll(c client.Client, all []reading, kind string) {
	c.T.Helper()
	vendor, _, _ := strings.Cut(kind, ".")
	for _, r := range all {
		if vendor == "" || vendor == "mulesoft" && r.vendor != "konnect" && r.vendor != "axway" || vendor == r.vendor {
			c.Try("GET", r.path, "Authorization: "+r.credential, "")
		}
	}
}

// kinds are the kinds of all documents there can be, each with what a document of it is made from.
func kinds(f *testing.F, c client.Client) (names []string, bodies map[string][]byte) {
	f.Helper()
	plan, err := emulator.Plan()
	if err != nil {
		f.Fatal(err)
	}
	bodies = map[string][]byte{}
	for _, v := range plan.Vendors {
		for _, r := range v.Resources {
			names = append(names, r.Kind)
			var stored []map[string]json.RawMessage
			if err := json.Unmarshal([]byte(c.State(r.Kind).Body), &stored); err != nil {
				f.Fatal(err)
			}
			body := map[string]any{"document": map[string]any{}}
			if len(stored) > 0 {
				body["in"] = stored[0]["_in"]
				delete(stored[0], "_in")
				delete(stored[0], "_id")
				body["document"] = stored[0]
			}
			if bodies[r.Kind], err = json.Marshal(body); err != nil {
				f.Fatal(err)
			}
		}
	}
	return names, bodies
}

// Headers that say what a body is.
const (
	inJSON = "Content-Type: application/json"
	inYAML = "Content-Type: application/yaml"
)

// many finds counts that would make a world of its own out of an input, which takes its time.
var many = regexp.MustCompile(`count\W{0,8}\d{3,}|large`)

// grown is what fixtures begin with: parts of the built-in ones, and what no other part has.
func grown(f *testing.F) []string {
	f.Helper()
	out := []string{
		"documents:\n  - kind: konnect.portal\n    document: {name: A}\n    has:\n      - {kind: konnect.developer, count: 3, document: {email: \"{email}\", full_name: \"{name}\", status: \"{randomstring:[approved,pending]}\"}}\n",
		"now: 2026-01-01T00:00:00Z\ndocuments: [{kind: konnect.portal, document: {name: \"{slug:{company}}\"}}, {kind: konnect.team, in: [\"@konnect.portal[0]\"], document: {name: \"{number:1,9}\"}}]",
		`{"format":1,"portico":"0.1.0","clock":{"now":"2026-03-01T09:00:00Z","frozen":true},"documents":{"konnect.portal":[{"_id":"x","_in":[],"id":"x","name":"y"}]}}`,
		`{"documents": []}`, "documents: [{kind: konnect.portal, count: 2, document: {name: \"@konnect.portal[?]\", labels: {a: \"{regex:[a-z]{9}}\"}}}]", "a: &a [*a]", "include: [small]",
	}
	for _, name := range []string{"empty/konnect.yaml", "empty/axway.yaml", "empty/apiconnect.yaml", "empty/exchange.yaml", "empty/experience-hub.yaml"} {
		text, err := fs.ReadFile(fixtures.FS, name)
		if err != nil {
			f.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

// FuzzFixture grows any text.
func FuzzFixture(f *testing.F) {
	for _, text := range grown(f) {
		f.Add(text, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		heap.Input(t)
		if !many.MatchString(text) {
			_ = emulator.GrowText([]byte(text), seed)
		}
	})
}

// FuzzImport imports anything. What was taken can be read, exported, and taken again.
func FuzzImport(f *testing.F) {
	w, all := nobody.Fresh(f, nil), readings(f)
	for _, text := range grown(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := w.Begin(t)
		if many.MatchString(text) || c.Try("POST", "/_portico/import", inJSON, text).Status >= 400 {
			return
		}
		readAll(c, all, "")
		export := c.Get("/_portico/export").Body
		c.Must(204, "POST", "/_portico/import", export)
		if again := c.Get("/_portico/export").Body; again != export {
			t.Fatalf("exported, imported, exported: got %s, want %s", again, export)
		}
	})
}

// FuzzDocument creates a document of any kind, or changes the first one, and reads what its vendor lists.
func FuzzDocument(f *testing.F) {
	all := readings(f)
	var names []string
	var bodies map[string][]byte
	w := nobody.Fresh(f, func(c client.Client) { names, bodies = kinds(f, c) })
	changes := []string{`{"id": null, "name": "x"}`, `{"created_at": null, "updated_at": null, "createdOn": null, "createdAt": null, "updatedAt": null}`}
	for i, kind := range names {
		f.Add(byte(i), false, bodies[kind])
		f.Add(byte(i), true, []byte(changes[i%len(changes)]))
	}
	f.Fuzz(func(t *testing.T, at byte, change bool, body []byte) {
		c := w.Begin(t)
		kind := names[int(at)%len(names)]
		method, path := "POST", "/_portico/state/"+kind
		if change {
			id := c.Get(path).Get("0._id").Str
			if id == "" {
				return
			}
			method, path = "PATCH", path+"/"+id
		}
		before := c.Changes()
		if a := c.Try(method, path, inJSON, string(body)); a.Status >= 400 {
			if after := c.Changes(); after != before {
				t.Fatalf("%s %s %s was refused: got the changes %s, want %s", method, path, body, after, before)
			}
			return
		}
		readAll(c, all, kind)
	})
}

// FuzzFault arms any rule, in JSON or YAML, and makes calls under it, in a bubble where waiting takes no time. Every call
// ends, and the rule and the journal can be read afterwards.
func FuzzFault(f *testing.F) {
	for _, rule := range []string{
		`{"on": "konnect.*", "give": {"error": "rate-limited", "retry_after": "2s"}}`,
		"on: konnect.list-portals\nplan: [pass, fail]\ngive: {wire: reset}", "on: '*.list-*'\nstage: after\ngive: {wire: hang}",
		"on: konnect.create-portal\nwhen: {body: {$.name: {matches: '^a+$'}}, header: {X-Trace: abc}}\ngive: {delay: {lognormal: {median: 80ms, sigma: 0.4}}}",
		"on: konnect.list-portals\ngive: {patch: [{op: remove, path: /data/0/id}, {op: move, from: /data, path: /meta}]}", "on: '*'\ngive: {gateway: 502}\nodds: 0.5",
		"on: konnect.get-portal\nwhen: {document: {$.name: Portal A}, path: {portalId: x}}\ngive: {status: 200, headers: {A: b}, body: {a: 1}}",
		"on: '*'\nevery: 2\nafter: 1\ntimes: 3\ngive: {wire: truncate, delay: {uniform: [50ms, 24h]}}", "on: '*'\ngive: {wire: malformed-chunk}", "on: '*'\ngive: {wire: garbage}",
		"on: '*'\ngive: {wire: dribble}", "on: '*'\nstage: after\ngive: {wire: empty}", "on: konnect.list-portals\ngive: {stale: 24h}",
	} {
		f.Add([]byte(rule), `{"name": "aaaa"}`)
	}
	w := nobody.Fresh(f, nil)
	f.Fuzz(func(t *testing.T, rule []byte, body string) {
		c := begin(t, w)
		if c.Try("POST", "/_portico/faults", inYAML, string(rule)).Status >= 400 {
			return
		}
		play(t, c, body)
		c.Try("GET", "/_portico/faults", "", "")
	})
}

// FuzzScenario puts any scenario, plays it through some calls and an hour, and asks what became of it.
func FuzzScenario(f *testing.F) {
	files, err := fs.Glob(scenarios.FS, "*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := fs.ReadFile(scenarios.FS, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	w := nobody.Fresh(f, nil)
	name := regexp.MustCompile(`(?m)^name: *([a-z-]+)$`)
	f.Fuzz(func(t *testing.T, text string) {
		m := name.FindStringSubmatch(text)
		if m == nil || many.MatchString(text) {
			return
		}
		c := begin(t, w)
		one := "/_portico/scenarios/" + m[1]
		if c.Try("PUT", one, inYAML, text).Status >= 400 {
			return
		}
		if c.Try("POST", one+"/start", "", "").Status < 400 {
			play(t, c, `{"name": "a"}`)
			c.Try("POST", "/_portico/clock/advance", inJSON, `{"by": "1h"}`)
			play(t, c, `{"name": "b"}`)
		}
		c.Try("GET", one, "", "")
		c.Try("POST", one+"/stop", "", "")
	})
}

// FuzzVerify asks anything about calls that were made.
func FuzzVerify(f *testing.F) {
	for _, body := range []string{
		`{"operation": "konnect.create-portal", "body": {"$.name": {"matches": "^a+$"}}, "times": {"min": 1, "max": 2}}`, `{"path": "/v2/*", "status": 201, "times": 0}`,
		`{"method": "POST", "body": {"$['labels']['a.b'][0]": null, "$.labels": {"a": 1}}}`, `{"operation": "*", "body": {"$": {}}}`, `{"body": {"$.x": {"matches": "("}, "$[": 1}}`,
	} {
		f.Add(body, "operation=konnect.*&vendor=konnect&status=400&unmatched=true&since=1&limit=2")
	}
	f.Add(`{}`, "since=99999999999999999999&limit=-1&status=x&operation=[")
	admin := client.Vendor{Header: http.Header{"Authorization": {"Bearer kpat_portico-admin"}, "Content-Type": {"application/json"}}}
	w := admin.Fresh(f, func(c client.Client) {
		for _, body := range []string{`{"name": "aaaa", "labels": {"a.b": "c"}}`, `[1, {"x": null}]`, `{"name`, `7`} {
			c.Try("POST", "/v2/portals", "", body)
		}
	})
	f.Fuzz(func(t *testing.T, body, query string) {
		c := w.Begin(t)
		c.Try("POST", "/_portico/requests/verify", "", body)
		c.Try("GET", "/_portico/requests?"+query, "", "")
	})
}

// begin puts a world back in which rules were armed and scenarios played.
func begin(t *testing.T, w *client.World) client.Client {
	t.Helper()
	c := w.Begin(t)
	c.Must(204, "DELETE", "/_portico/faults", "")
	c.Must(204, "DELETE", "/_portico/requests", "")
	c.Must(204, "POST", "/_portico/reset", "")
	return c
}

// play makes calls on which rules may act, then reads the journal. A panic is allowed only where it ends the connection.
func play(t *testing.T, c client.Client, body string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1000*time.Hour)
		defer cancel()
		for _, call := range []struct{ do, credential string }{
			{"GET /v2/portals?page[size]=2", "Bearer kpat_portico-admin"},
			{"POST /v2/portals", "Bearer kpat_portico-admin"},
			{"GET /v2/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7/developers", "Bearer kpat_portico-admin"},
			{"PATCH /v2/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7/developers/df120cb4-f60b-47bc-a2f8-6a28e6a3c63b", "Bearer kpat_portico-admin"},
			{"GET /api/portal/v1.2/applications", "Basic YXBpYWRtaW46Y2hhbmdlbWU="},
			{"GET /consumer-api/orgs", "Bearer portico-owner"},
			{"GET /exchange/api/v1/assets/com.example/payment-api/users", "Bearer portico-anypoint-admin"},
		} {
			method, path, _ := strings.Cut(call.do, " ")
			r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
			r.Header = http.Header{"Content-Type": {"application/json"}, "X-Trace": {"abc"}, "Authorization": {call.credential}}
			func() {
				defer func() {
					if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // the value itself
						panic(p)
					}
				}()
				c.Handler.ServeHTTP(httptest.NewRecorder(), r)
			}()
		}
	})
	c.Try("GET", "/_portico/requests?limit=7", "", "")
}

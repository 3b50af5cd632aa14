package emulator_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/gauge"
	"github.com/portico-emulator/portico/emulator/internal/probe"
	"github.com/portico-emulator/portico/fixtures"
	"github.com/portico-emulator/portico/scenarios"
)

// The targets here try what reaches the emulator beside the vendors' calls: fixtures, exports, documents, rules, scenarios,
// questions to the journal. Calls of vendors between them show that what was taken can be lived with.

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

// readAll lists what there is of all vendors, or of those that share a kind's; whatever it is, it can be shown.
func readAll(t *testing.T, w *probe.World, all []reading, kind string) {
	t.Helper()
	vendor, _, _ := strings.Cut(kind, ".")
	for _, r := range all {
		if vendor == "" || vendor == "mulesoft" && r.vendor != "konnect" && r.vendor != "axway" || vendor == r.vendor {
			w.Do(t, probe.Request("GET", r.path, "Authorization: "+r.credential, nil))
		}
	}
}

// kinds are the kinds of all documents there can be, each with what a document of it is made from.
func kinds(f *testing.F, w *probe.World) (names []string, bodies map[string][]byte) {
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
			if err := json.Unmarshal([]byte(w.Client(f).State(r.Kind)), &stored); err != nil {
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
		gauge.Input(t)
		defer endsSoon()()
		if !many.MatchString(text) {
			_ = emulator.GrowText([]byte(text), seed)
		}
	})
}

// FuzzImport imports anything. What was taken can be read, exported, and taken again.
func FuzzImport(f *testing.F) {
	w, all := probe.Fresh(f, nil), readings(f)
	for _, text := range grown(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w.Begin(t)
		if many.MatchString(text) || w.Do(t, probe.Request("POST", "/_portico/import", "Content-Type: application/json", []byte(text))).Status >= 400 {
			return
		}
		readAll(t, w, all, "")
		c := w.Client(t)
		export := c.Get("/_portico/export").Body
		c.Must(204, "POST", "/_portico/import", export)
		if again := c.Get("/_portico/export").Body; again != export {
			t.Fatalf("exported, imported, exported: got %s, want %s", again, export)
		}
	})
}

// FuzzDocument creates a document of any kind, or changes the first one, and reads what its vendor lists.
func FuzzDocument(f *testing.F) {
	w, all := probe.Fresh(f, nil), readings(f)
	names, bodies := kinds(f, w)
	changes := []string{`{"id": null, "name": "x"}`, `{"created_at": null, "updated_at": null, "createdOn": null, "createdAt": null, "updatedAt": null}`}
	for i, kind := range names {
		f.Add(byte(i), false, bodies[kind])
		f.Add(byte(i), true, []byte(changes[i%len(changes)]))
	}
	f.Fuzz(func(t *testing.T, at byte, change bool, body []byte) {
		w.Begin(t)
		kind := names[int(at)%len(names)]
		method, path := "POST", "/_portico/state/"+kind
		if change {
			id := w.Client(t).Get(path).Get("0._id").Str
			if id == "" {
				return
			}
			method, path = "PATCH", path+"/"+id
		}
		before := w.Changes(t)
		if a := w.Do(t, probe.Request(method, path, "Content-Type: application/json", body)); a.Status >= 400 {
			if after := w.Client(t).Get("/_portico/diff?from=kept").Body; after != before {
				t.Fatalf("%s %s %s was refused: got the changes %s, want %s", method, path, body, after, before)
			}
			return
		}
		readAll(t, w, all, kind)
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
	w := probe.Fresh(f, nil)
	f.Fuzz(func(t *testing.T, rule []byte, body string) {
		begin(t, w)
		if w.Do(t, probe.Request("POST", "/_portico/faults", "Content-Type: application/yaml", rule)).Status >= 400 {
			return
		}
		play(t, w, body)
		w.Do(t, probe.Request("GET", "/_portico/faults", "", nil))
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
	w := probe.Fresh(f, nil)
	name := regexp.MustCompile(`(?m)^name: *([a-z-]+)$`)
	f.Fuzz(func(t *testing.T, text string) {
		m := name.FindStringSubmatch(text)
		if m == nil || many.MatchString(text) {
			return
		}
		begin(t, w)
		one := "/_portico/scenarios/" + m[1]
		if w.Do(t, probe.Request("PUT", one, "Content-Type: application/yaml", []byte(text))).Status >= 400 {
			return
		}
		if w.Do(t, probe.Request("POST", one+"/start", "", nil)).Status < 400 {
			play(t, w, `{"name": "a"}`)
			w.Do(t, probe.Request("POST", "/_portico/clock/advance", "Content-Type: application/json", []byte(`{"by": "1h"}`)))
			play(t, w, `{"name": "b"}`)
		}
		w.Do(t, probe.Request("GET", one, "", nil))
		w.Do(t, probe.Request("POST", one+"/stop", "", nil))
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
	w := probe.Fresh(f, http.Header{"Authorization": {"Bearer kpat_portico-admin"}, "Content-Type": {"application/json"}})
	for _, body := range []string{`{"name": "aaaa", "labels": {"a.b": "c"}}`, `[1, {"x": null}]`, `{"name`, `7`} {
		w.Do(f, probe.Request("POST", "/v2/portals", "", []byte(body)))
	}
	f.Fuzz(func(t *testing.T, body, query string) {
		gauge.Input(t)
		w.Do(t, probe.Request("POST", "/_portico/requests/verify", "", []byte(body)))
		w.Do(t, probe.Request("GET", "/_portico/requests?"+query, "", nil))
	})
}

// begin puts a world back in which rules were armed and scenarios played.
func begin(t *testing.T, w *probe.World) {
	t.Helper()
	c := w.Client(t)
	c.Must(204, "DELETE", "/_portico/faults", "")
	c.Must(204, "DELETE", "/_portico/requests", "")
	c.Must(204, "POST", "/_portico/reset", "")
	w.Begin(t)
}

// play makes calls on which rules may act, then reads the journal.
func play(t *testing.T, w *probe.World, body string) {
	t.Helper()
	defer endsSoon()()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1000*time.Hour)
		defer cancel()
		for _, c := range []struct{ do, credential string }{
			{"GET /v2/portals?page[size]=2", "Bearer kpat_portico-admin"},
			{"POST /v2/portals", "Bearer kpat_portico-admin"},
			{"GET /v2/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7/developers", "Bearer kpat_portico-admin"},
			{"PATCH /v2/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7/developers/df120cb4-f60b-47bc-a2f8-6a28e6a3c63b", "Bearer kpat_portico-admin"},
			{"GET /api/portal/v1.2/applications", "Basic YXBpYWRtaW46Y2hhbmdlbWU="},
			{"GET /consumer-api/orgs", "Bearer portico-owner"},
			{"GET /exchange/api/v1/assets/com.example/payment-api/users", "Bearer portico-anypoint-admin"},
		} {
			method, path, _ := strings.Cut(c.do, " ")
			r := probe.Request(method, path, "Content-Type: application/json\nX-Trace: abc\nAuthorization: "+c.credential, []byte(body))
			w.Let(t, r.WithContext(ctx))
		}
	})
	w.Do(t, probe.Request("GET", "/_portico/requests?limit=7", "", nil))
}

// endsSoon ends the process when what follows takes longer than it may, and says where it stands.
func endsSoon() (stop func()) {
	timer := time.AfterFunc(probe.Patience, func() {
		stacks := make([]byte, 1<<20)
		panic("no end within " + probe.Patience.String() + "\n" + string(stacks[:runtime.Stack(stacks, true)]))
	})
	return func() { timer.Stop() }
}

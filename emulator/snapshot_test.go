package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

func documents(t testing.TB, export string) string {
	t.Helper()
	var x struct{ Documents json.RawMessage }
	if err := json.Unmarshal([]byte(export), &x); err != nil {
		t.Fatal(err)
	}
	return string(x.Documents)
}

// TestExportComesBack proves for all kinds of all vendors that an export is imported and exported again byte for byte,
// that it is a fixture, and that the clock comes along.
func TestExportComesBack(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	call(t, e, http.MethodPost, "/v2/portals", `{"name":"\u00e4 \ud83d\ude00 \u2028","labels":{"a":"1.0","b":"x.y_z"}}`, 201)
	call(t, e, http.MethodDelete, "/v2/portals/"+portalA+"?force=true", "", 204)
	call(t, e, http.MethodPut, "/_portico/clock", `{"now":"2030-01-01T00:00:00Z","frozen":true}`, 200)
	first := call(t, e, http.MethodGet, "/_portico/export", "", 200)

	call(t, e, http.MethodPost, "/_portico/worlds", `{"name":"other","fixture":"empty","seed":7}`, 201)
	call(t, e, http.MethodPost, "/_world/other/_portico/import", first, 204)
	second := call(t, e, http.MethodGet, "/_world/other/_portico/export", "", 200)
	if documents(t, first) != documents(t, second) {
		t.Errorf("what came back is not what was exported:\n%s\n%s", first, second)
	}
	if got := call(t, e, http.MethodGet, "/_world/other/_portico/clock", "", 200); got != `{"now":"2030-01-01T00:00:00Z","frozen":true}` {
		t.Errorf("the clock is %s", got)
	}
	file := filepath.Join(t.TempDir(), "export.json")
	if err := os.WriteFile(file, []byte(first), 0o600); err != nil {
		t.Fatal(err)
	}
	third := call(t, start(t, emulator.Config{Fixture: file}), http.MethodGet, "/_portico/export", "", 200)
	if documents(t, first) != documents(t, third) {
		t.Error("an export is not the same as a fixture")
	}
	// The world goes on: ids that it would make are taken, and what it was born with is still there.
	call(t, e, http.MethodPost, "/_world/other/v2/portals", `{"name":"one more"}`, 201)
	call(t, e, http.MethodPost, "/_world/other/_portico/reset", "", 204)
	call(t, e, http.MethodGet, "/_world/other/v2/portals", "", 200)
}

// TestLargeComesBack proves the same of the data set that is grown in the most ways.
func TestLargeComesBack(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Fixture: "large"})
	first := call(t, e, http.MethodGet, "/_portico/export", "", 200)
	call(t, e, http.MethodPost, "/_portico/worlds", `{"name":"other","fixture":"empty"}`, 201)
	call(t, e, http.MethodPost, "/_world/other/_portico/import", first, 204)
	if second := call(t, e, http.MethodGet, "/_world/other/_portico/export", "", 200); documents(t, first) != documents(t, second) {
		t.Error("what came back is not what was exported")
	}
}

// TestImportRefused proves that what cannot be imported is told with its place and leaves the world as it was.
func TestImportRefused(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Fixture: "empty"})
	call(t, e, http.MethodPost, "/_portico/state/konnect.portal", `{"document":{"name":"Kept","id":"00000000-0000-4000-8000-000000000001"}}`, 201)
	before := call(t, e, http.MethodGet, "/_portico/export", "", 200)
	const id, team = "00000000-0000-4000-8000-000000000009", `"created_at":"2026-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z","name":"T","description":"",`
	portal := func(id, name string) string {
		_, doc, _ := strings.Cut(before, `"konnect.portal":[`)
		doc, _, _ = strings.Cut(doc, `]}`)
		doc += `]}`
		return strings.ReplaceAll(strings.ReplaceAll(doc, "00000000-0000-4000-8000-000000000001", id), "Kept", name)
	}
	const head = "{\"format\":1,\"documents\":{\n"
	for _, c := range []struct{ what, body, want string }{
		{"nothing", "", `"import: there is no member documents; an empty world is imported with {\"documents\": []}"`},
		{"null", "null", "there is no member documents"},
		{"no documents", `{"format":1}`, "there is no member documents"},
		{"cut off", before[:len(before)/2], "import:1:"},
		{"cut off at the end", before[:len(before)-1], "import:1:"},
		{"a newer format", `{"format":2,"portico":"9.1.0","new":1,"documents":{}}`, `import:1:11: format 2 was written by portico 9.1.0; this version reads format 1: use one at least as new`},
		{"no format", `{"format":"x","documents":{}}`, `import:1:11: format: want 1, got \"x\"`},
		{"a clock", `{"format":1,"clock":{"now":"yesterday"},"documents":{}}`, "import:1:28: clock: now: want an RFC 3339 instant in the years 1678 to 2261"},
		{"an unknown member", `{"docs":{}}`, `import:1:2: unknown member \"docs\"`},
		{"an unknown kind", head + `"konnect.portl":[]}}`, `import:2:1: no kind \"konnect.portl\"`},
		{"no list", head + `"konnect.portal":{}}}`, `import:2:18: konnect.portal: want a list of documents`},
		{"no document", head + `"konnect.portal":[7]}}`, `import:2:19: konnect.portal: want a document`},
		{"no _id", head + `"konnect.token":[{"name":"x","token":"kpat_y","user":"u","access":"admin"}]}}`, "import:2:18: konnect.token: the document has no _id"},
		{"another _id", head + `"konnect.token":[{"name":"x","token":"kpat_y","user":"u","access":"admin","_id":"z","_in":[]}]}}`, `_id is \"z\", but the document is known by \"x\"`},
		{"an id twice", head + `"konnect.portal":[` + portal(id, "A") + ",\n" + portal(id, "B") + `]}}`, `import:3:1: duplicate konnect.portal \"` + id + `\"`},
		{"a name twice", head + `"konnect.portal":[` + portal(id, "A") + ",\n" + portal("00000000-0000-4000-8000-000000000008", "A") + `]}}`, `import:3:1: konnect.portal: name \"A\" is taken`},
		{"a rule broken", head + `"konnect.portal":[` + strings.Replace(portal(id, "A"), `"is_public":false`, `"is_public":"no"`, 1) + `]}}`, "konnect.portal: is_public: want boolean"},
		{"an owner that is not there", head + `"konnect.team":[{"id":"` + id + `",` + team + `"_id":"` + id + `","_in":["nowhere"]}]}}`, `import:2:17: konnect.team \"` + id + `\": its konnect.portal \"nowhere\" does not exist`},
		{"owners that do not fit", head + `"konnect.portal":[` + portal(id, "A") + "],\n" + `"konnect.team":[{"id":"` + id + `",` + team + `"_id":"` + id + `","_in":["x","` + id + `"]}]}}`, `import:3:17: konnect.team \"` + id + `\": _in is`},
		{"a fixture with a mistake", "documents:\n  - {kind: konnect.portal, document: {nam: x}}\n", "import:2:39: konnect.portal: name is missing"},
		{"a fixture that includes", "include: [small]\ndocuments: []\n", "only built-in fixtures include others"},
	} {
		w := ask(t, e, http.MethodPost, "/_portico/import", c.body)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: got %d %s, want 400 …%s…", c.what, w.Code, w.Body, c.want)
		}
		if after := call(t, e, http.MethodGet, "/_portico/export", "", 200); documents(t, after) != documents(t, before) {
			t.Fatalf("%s: the world is not as it was", c.what)
		}
	}
	call(t, e, http.MethodPost, "/_portico/import", `{"documents":[]}`, 204)
	if got := call(t, e, http.MethodGet, "/_portico/state", "", 200); got != "{}" {
		t.Errorf("after an import of nothing: %s", got)
	}
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	const snapshots = "/_portico/snapshots"
	call(t, e, http.MethodPut, "/_portico/clock", `{"now":"2030-01-01T00:00:00Z","frozen":true}`, 200)
	call(t, e, http.MethodPut, snapshots+"/before", "", 204)
	made := call(t, e, http.MethodPost, "/v2/portals", `{"name":"New"}`, 201)
	call(t, e, http.MethodPatch, "/v2/portals/"+portalA, `{"description":"Other"}`, 200)
	call(t, e, http.MethodDelete, "/v2/portals/8f9fd312-a987-4628-b4c5-bb4f4fddd5f7?force=true", "", 204)
	call(t, e, http.MethodPost, "/_portico/clock/advance", `{"by":"1h"}`, 200)
	var diff struct {
		Added, Removed []struct {
			Kind, ID string
			Document map[string]any
		}
		Changed []struct {
			Kind, ID string
			Patch    []struct {
				Op, Path string
				Value    any
			}
		}
	}
	for _, from := range []string{"?from=before", ""} {
		if err := json.Unmarshal([]byte(call(t, e, http.MethodGet, "/_portico/diff"+from, "", 200)), &diff); err != nil {
			t.Fatal(err)
		}
		if len(diff.Added) != 1 || diff.Added[0].Kind != "konnect.portal" || diff.Added[0].Document["name"] != "New" {
			t.Errorf("added: got %+v", diff.Added)
		}
		if len(diff.Removed) == 0 || len(diff.Changed) == 0 || diff.Changed[0].ID != portalA || fmt.Sprint(diff.Changed[0].Patch) != "[{replace /updated_at 2030-01-01T00:00:00.000Z} {replace /description Other}]" {
			t.Errorf("removed %d, changed %+v", len(diff.Removed), diff.Changed)
		}
	}
	call(t, e, http.MethodPost, snapshots+"/before/restore", "", 204)
	if got := call(t, e, http.MethodGet, "/_portico/diff?from=before", "", 200); got != `{"added":[],"changed":[],"removed":[]}` {
		t.Errorf("restored, got %s", got)
	}
	if again := call(t, e, http.MethodPost, "/v2/portals", `{"name":"New"}`, 201); again != made {
		t.Errorf("the same call after a restore makes\n%s\nof\n%s", again, made)
	}
	if got, want := call(t, e, http.MethodGet, snapshots, "", 200), `[{"name":"before","taken":"2030-01-01T00:00:00Z","documents":`; !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
	call(t, e, http.MethodPost, "/_portico/reset", "", 204)
	call(t, e, http.MethodPost, snapshots+"/before/restore", "", 204) // a reset keeps them
	call(t, e, http.MethodPost, "/_portico/worlds", `{"name":"mine"}`, 201)
	for _, c := range []struct {
		method, path string
		status       int
		want         string
	}{
		{http.MethodPost, snapshots + "/befor/restore", 404, `no snapshot \"befor\" in the world default; did you mean \"before\"?`},
		{http.MethodPost, "/_world/mine" + snapshots + "/before/restore", 404, `no snapshot \"before\" in the world mine`},
		{http.MethodGet, "/_portico/diff?from=befor", 404, `did you mean \"before\"?`},
		{http.MethodGet, "/_portico/diff?form=before", 400, `there is no parameter form; did you mean \"from\"?`},
		{http.MethodPut, snapshots + "/no%20spaces", 400, "name: want a letter or digit"},
		{http.MethodDelete, snapshots + "/befor", 404, `did you mean \"before\"?`},
		{http.MethodDelete, snapshots + "/before", 204, ""},
		{http.MethodDelete, snapshots + "/before", 404, `no snapshot \"before\" in the world default`},
	} {
		if w := ask(t, e, c.method, c.path, ""); w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: got %d %s, want %d %s", c.method, c.path, w.Code, w.Body, c.status, c.want)
		}
	}
}

// TestSnapshotsKeepApart restores, resets, forks and exports a world while it is written to: each snapshot stays whole.
func TestSnapshotsKeepApart(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	call(t, e, http.MethodPut, "/_portico/snapshots/whole", "", 204)
	var wg sync.WaitGroup
	const rounds = 30
	for writer := range 3 {
		wg.Go(func() {
			for n := range rounds {
				ask(t, e, http.MethodPost, "/v2/portals", fmt.Sprintf(`{"name":"P%d-%d"}`, writer, n), asAdmin)
				ask(t, e, http.MethodPatch, "/v2/portals/"+portalA, fmt.Sprintf(`{"description":"%d"}`, n), asAdmin)
				ask(t, e, http.MethodGet, "/v2/portals/"+portalA+"/developers?sort=name", "", asAdmin)
			}
		})
	}
	for _, do := range []string{"POST snapshots/whole/restore", "POST reset", "PUT snapshots/other", "GET diff?from=whole", "GET diff", "GET export", "GET coverage?worlds=all", "GET metrics", "GET requests"} {
		wg.Go(func() {
			method, path, _ := strings.Cut(do, " ")
			for range rounds {
				if w := ask(t, e, method, "/_portico/"+path, ""); w.Code >= 300 {
					t.Errorf("%s: got %d %s", do, w.Code, w.Body)
				}
			}
		})
	}
	wg.Wait()
	call(t, e, http.MethodPost, "/_portico/snapshots/whole/restore", "", 204)
	if got := call(t, e, http.MethodGet, "/_portico/diff", "", 200); got != `{"added":[],"changed":[],"removed":[]}` {
		t.Errorf("the snapshot of a world as it was born differs from birth: %s", got)
	}
}

package testkit_test

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/testkit"
)

// bundleOf is what a failed test has left of a world.
func bundleOf(t *testing.T, dir, world string) (log struct {
	Version string
	Entries []struct {
		ID      string    `json:"_id"` // "": of the admin API
		At      time.Time `json:"_world_at"`
		Request struct{ Method, URL string }
	}
	Portico struct {
		Format        int
		Test, Fixture string
		Seed          uint64
		Strict        bool
		Clock         struct{ Frozen bool }
		Faults        []struct{ Hits, Fired int }
		Armed         []struct{ ID string }
		Diff          struct{ Added []struct{ Kind string } }

		Scenarios map[string]struct{ Held bool }
	} `json:"_portico"`
},
) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "portico-*"+world+"*.har"))
	if err != nil || len(files) != 1 {
		t.Fatalf("got %v, %v, want one bundle of %s", files, err, world)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Log json.RawMessage }
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(all.Log, &log); err != nil {
		t.Fatal(err)
	}
	return log
}

// A failed test leaves all that it did in its worlds, with what the testkit itself did, in order.
func TestBundle(t *testing.T) {
	t.Parallel()
	var id string
	r := record(t, func(r *recorder) {
		p := testkit.Start(r, testkit.Seed(7), still, testkit.Strict())
		w := p.World(r, testkit.Fixture("empty"))
		quiet := p.World(r)
		portal := w.Put("konnect.portal", map[string]string{"name": "Partners"})
		id = portal.ID
		get := func(path string) {
			call(t, w.Client(), w.Header("konnect", "admin"), "GET", w.Base("konnect")+path, "")
		}
		get("/portals")
		w.Advance(time.Hour)
		w.Fault(testkit.Fault{On: "konnect.get-portal", Times: 1, Give: testkit.Give{Error: "internal"}})
		get("/portals/" + portal.ID)
		get("/portals/" + portal.ID)
		w.Scenario("testdata/anew.yaml")
		get("/portal-roles")
		get("/nowhere")
		w.Put("konnect.portal", map[string]string{"name": "Guests"})
		_ = quiet
	})
	log := bundleOf(t, r.dir, "TestBundle")
	var calls []string
	for _, e := range log.Entries {
		u, err := url.Parse(e.Request.URL)
		if err != nil {
			t.Fatal(err)
		}
		path := u.Path[strings.LastIndex(u.Path, "/v2/")+1:]
		calls = append(calls, strings.TrimSpace(strings.Join([]string{e.ID, e.Request.Method, path, e.At.Format("15:04")}, " ")))
	}
	if d := cmp.Diff([]string{
		"POST /_portico/state/konnect.portal 09:00", "1 GET v2/portals 09:00", "POST /_portico/clock/advance 09:00",
		"POST /_portico/faults 10:00",
		"2 GET v2/portals/" + id + " 10:00", "3 GET v2/portals/" + id + " 10:00", "PUT /_portico/scenarios/anew 10:00",
		"POST /_portico/scenarios/anew/start 10:00", "1 GET v2/portal-roles 09:00", "2 GET v2/nowhere 09:00",
		"POST /_portico/state/konnect.portal 09:00", "POST /_portico/scenarios/anew/stop 09:00",
	}, calls); d != "" || log.Version != "1.2" {
		t.Errorf("calls of HAR %s, -want +got:\n%s", log.Version, d)
	}
	b := log.Portico
	if b.Format != 2 || b.Test != t.Name() || b.Fixture != "empty" || b.Seed != 7 || !b.Strict || !b.Clock.Frozen {
		t.Errorf("got %+v", b)
	}
	if len(b.Faults) != 1 || b.Faults[0].Hits != 2 || b.Faults[0].Fired != 1 || len(b.Armed) != 0 {
		t.Errorf("faults: got %+v, %+v", b.Faults, b.Armed)
	}
	if len(b.Diff.Added) != 1 || b.Diff.Added[0].Kind != "konnect.portal" || len(b.Scenarios) != 1 || !b.Scenarios["anew"].Held {
		t.Errorf("got %+v, %+v", b.Diff, b.Scenarios)
	}
	if said := strings.Join(r.logs, "\n"); strings.Count(said, "portico:") != 1 || !strings.Contains(said, "go test -artifacts keeps") {
		t.Errorf("said: got %q", said)
	}
}

// All worlds of a test that failed leave a bundle, also those that were well, and also if a Cleanup failed it.
func TestBundlesOfATest(t *testing.T) {
	t.Parallel()
	r := record(t, func(r *recorder) {
		p := testkit.Start(r)
		for range 2 {
			w := p.World(r)
			call(t, w.Client(), "", "GET", w.Base("konnect")+"/portals", "")
		}
		r.Cleanup(func() { r.Errorf("failed late") })
	})
	if files, _ := filepath.Glob(r.dir + "/portico-*.har"); len(files) != 2 || len(r.texts) != 1 {
		t.Errorf("got %v, %q", files, r.texts)
	}
	r = record(t, func(r *recorder) {
		p := testkit.Start(r)
		nowhere(t, p.World(r)) // is judged last, since it was made first
		w := p.World(r)
		call(t, w.Client(), "", "GET", w.Base("konnect")+"/portals", "")
	})
	if files, _ := filepath.Glob(r.dir + "/portico-*.har"); len(files) != 2 || len(r.texts) != 1 {
		t.Errorf("failed by the end of another world: got %v, %q", files, r.texts)
	}
	r = record(t, func(r *recorder) {
		w := testkit.Start(r).World(r)
		call(t, w.Client(), "", "GET", w.Base("konnect")+"/portals", "")
	})
	if files, _ := filepath.Glob(r.dir + "/*"); len(files) != 0 || r.Failed() {
		t.Errorf("of a test that passed: got %v, %q", files, r.texts)
	}
}

// A bundle is written in a bubble, too.
func TestBundleInABubble(t *testing.T) {
	t.Parallel()
	r := newRecorder(t)
	synctest.Test(t, func(t *testing.T) {
		r.run(func(r *recorder) { nowhere(t, testkit.Start(r).World(r)) })
	})
	if log := bundleOf(t, r.dir, ""); len(log.Entries) != 1 {
		t.Errorf("got %+v", log)
	}
}

// No secret that GET /_portico/credentials lists, nor any that a test brings along, is in a bundle.
func TestBundlesTellNoSecret(t *testing.T) {
	t.Parallel()
	const own = "correct-horse-battery"
	var credentials []emulator.Credential
	r := record(t, func(r *recorder) {
		w := testkit.Start(r, testkit.AllowUnmatched()).World(r)
		_, body := call(t, w.Client(), "", "GET", "http://portico.invalid/_portico/credentials", "")
		if err := json.Unmarshal([]byte(body), &credentials); err != nil {
			t.Error(err)
		}
		for _, c := range credentials {
			_, word, ok := strings.Cut(c.Value, " ")
			if !ok {
				word = c.Value
			}
			for _, secret := range []string{word, c.Secret} {
				if secret == "" {
					continue
				}
				quoted, err := json.Marshal(secret)
				if err != nil {
					t.Error(err)
				}
				s := string(quoted)
				call(t, w.Client(), c.Value, "POST", w.Base("konnect")+"/nowhere", `{"note":`+s+`,"password":`+s+`}`)
				w.Fault(testkit.Fault{
					On: "konnect.list-portals", Optional: true,
					When: &testkit.When{Header: map[string]string{"X-Api-Key": secret}}, Give: testkit.Give{Status: 500, Body: "no " + secret},
				})
			}
		}
		w.Reset()
		w.Fault(testkit.Fault{On: "konnect.list-portals", Optional: true, Give: testkit.Give{Status: 500, Body: "no " + w.Token("konnect", "admin")}})
		w.Put("axway.user", map[string]any{"loginName": "jane", "name": "Jane", "password": own, "organizationId": orgOf(w)})
		w.Import(w.Export())
		r.Errorf("failed")
	})
	if len(r.texts) != 1 {
		t.Fatalf("got %q", r.texts)
	}
	files, err := filepath.Glob(r.dir + "/*.har")
	if err != nil || len(files) != 1 {
		t.Fatalf("got %v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	told := string(data)
	look := func(secret, of string) {
		if at := strings.Index(told, secret); at >= 0 {
			t.Errorf("the bundle tells the secret of %s: …%s…", of, told[max(at-80, 0):min(at+80, len(told))])
		}
	}
	look(own, "the test")
	n := 0
	for _, c := range credentials {
		_, word, ok := strings.Cut(c.Value, " ")
		if !ok {
			word = c.Value
		}
		for _, secret := range []string{word, c.Secret} {
			if secret != "" {
				look(secret, c.Vendor+"."+c.Name)
				n++
			}
		}
	}
	if n < 20 || !strings.Contains(told, "[konnect.admin]") {
		t.Errorf("looked for %d secrets", n)
	}
}

// orgOf is the id of an organization of Axway's.
func orgOf(w *testkit.Portico) string { return w.Documents("axway.organization")[0].ID }

// With -artifacts the bundle is there after the test, and the test says where; without, it says how to keep it.
func TestArtifacts(t *testing.T) {
	t.Parallel()
	const be = "BE_A_FAILED_TEST"
	if os.Getenv(be) != "" {
		w := testkit.Start(t).World(t)
		call(t, w.Client(), "", "GET", w.Base("konnect")+"/portals", "")
		w.Calls("konnect.list-portals").Never()
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := func(flags ...string) string {
		cmd := exec.CommandContext(t.Context(), self, append([]string{"-test.run=^TestArtifacts$"}, flags...)...)
		cmd.Env = append(os.Environ(), be+"=1", "GOCOVERDIR="+t.TempDir())
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Fatalf("the test passes:\n%s", out)
		}
		return string(out)
	}
	dir := t.TempDir()
	said := run("-test.artifacts", "-test.outputdir="+dir)
	_, file, ok := strings.Cut(said, "portico replay ")
	file, _, _ = strings.Cut(file, "\n")
	if info, err := os.Stat(file); !ok || err != nil || info.Size() == 0 || !strings.HasPrefix(file, dir) {
		t.Errorf("got %v of\n%s", err, said)
	}
	if log := bundleOf(t, filepath.Dir(file), "TestArtifacts"); len(log.Entries) != 1 {
		t.Errorf("got %+v", log)
	}
	if !strings.Contains(said, "bundle_test.go:") || strings.Contains(said, "testing.go") {
		t.Errorf("the lines are not the test's:\n%s", said)
	}
	if said := run(); !strings.Contains(said, "go test -artifacts keeps what the world TestArtifacts-") || strings.Contains(said, ".har") {
		t.Errorf("got\n%s", said)
	}
}

// What a reset or a clearing of the journal makes the world forget is in the bundle, in order, and so is a call of the admin API
// with an escaped path; what only asks is not.
func TestBundleOfWhatTheWorldForgets(t *testing.T) {
	t.Parallel()
	r := record(t, func(r *recorder) {
		w := testkit.Start(r).World(r, testkit.AllowUnmatched())
		do := func(method, path string) {
			call(t, w.Client(), w.Header("konnect", "admin"), method, "http://portico.invalid"+path, "")
		}
		do("GET", "/v2/portals")
		do("DELETE", "/_portico/requests")
		do("GET", "/v2/portals")
		w.Reset()
		do("GET", "/v2/portals")
		do("DELETE", "/_portico/snapshots/a%2Fb")
		do("GET", "/_portico/state")
		do("POST", "/_portico/worlds/nothing-to-record")
		do("DELETE", "/_portico/worlds/"+strings.Split(w.Base("konnect"), "/")[4])
		r.Errorf("failed")
	})
	var got []string
	log := bundleOf(t, r.dir, "")
	for _, e := range log.Entries {
		got = append(got, strings.TrimSpace(e.ID+" "+e.Request.Method+" "+e.Request.URL))
	}
	if d := cmp.Diff([]string{
		"1 GET http://portico.invalid/v2/portals", "DELETE http://portico.invalid/_portico/requests", "2 GET http://portico.invalid/v2/portals",
		"POST http://portico.invalid/_portico/reset", "1 GET http://portico.invalid/v2/portals",
		"DELETE http://portico.invalid/_portico/snapshots/a%2Fb",
	}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

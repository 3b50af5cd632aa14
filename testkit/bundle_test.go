package testkit_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
		ID      string `json:"_id"`
		Request struct{ Method string }
	}
	Portico struct {
		Format                int
		Test, Fixture, Folder string
		Seed                  uint64
		Strict                bool
		Clock                 struct{ Frozen bool }
		Chapters              []struct{ Entries, Requests int }
		Admin                 []struct {
			Chapter, After, Status int
			At                     time.Time
			Method, Path, Body     string
		}
		Faults []struct{ Hits, Fired int }
		Armed  []struct{ ID string }
		Diff   struct{ Added []struct{ Kind string } }

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
	r := record(t, func(r *recorder) {
		p := testkit.Start(r, testkit.Seed(7), still, testkit.Strict())
		w := p.World(r, testkit.Fixture("empty"))
		quiet := p.World(r)
		portal := w.Put("konnect.portal", map[string]string{"name": "Partners"})
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
	var sent []string
	for _, e := range log.Entries {
		sent = append(sent, e.ID)
	}
	if want := []string{"1", "2", "3", "1", "2"}; !slices.Equal(sent, want) || log.Version != "1.2" {
		t.Errorf("calls: got %v, want %v", sent, want)
	}
	b := log.Portico
	var did []string
	for _, d := range b.Admin {
		did = append(did, strings.Join([]string{string(rune('0' + d.Chapter)), string(rune('0' + d.After)), d.Method, d.Path, d.At.Format("15:04")}, " "))
	}
	if d := cmp.Diff([]string{
		"0 0 POST /state/konnect.portal 09:00", "0 1 POST /clock/advance 09:00", "0 1 POST /faults 10:00",
		"0 3 PUT /scenarios/anew 10:00", "0 3 POST /scenarios/anew/start 10:00",
		"1 2 POST /state/konnect.portal 09:00", "1 2 POST /scenarios/anew/stop 09:00",
	}, did); d != "" {
		t.Errorf("what the testkit did, -want +got:\n%s", d)
	}
	if b.Format != 1 || b.Test != t.Name() || b.Fixture != "empty" || b.Seed != 7 || !b.Strict || !b.Clock.Frozen || b.Folder == "" {
		t.Errorf("got %+v", b)
	}
	if len(b.Chapters) != 2 || b.Chapters[0].Entries != 3 || b.Chapters[0].Requests != 3 || b.Chapters[1].Entries != 2 {
		t.Errorf("chapters: got %+v", b.Chapters)
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

package testkit_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/testkit"
)

const (
	hintUnmatched = "Where that is what the test is about, give testkit.AllowUnmatched() to Start or World."
	hintUnused    = "Where that is well, set Optional in the Fault, or give testkit.AllowUnusedFaults() to Start or World."
)

// nowhere asks for what no operation answers.
func nowhere(t *testing.T, w *testkit.Portico) {
	t.Helper()
	call(t, w.Client(), w.Header("konnect", "admin"), "GET", w.Base("konnect")+"/portal", "")
}

var never = testkit.Fault{Name: "storm", On: "konnect.list-portals", Give: testkit.Give{Error: "rate-limited"}}

// What a test is failed for at its end, and what not.
func TestEnd(t *testing.T) {
	t.Parallel()
	const (
		one = "portico: 1 request matched no operation:\n    request 1: GET /v2/portal answered 404\n" +
			"        no operation answers for GET /v2/portal; the nearest is GET /v2/portals (konnect.list-portals)\n" + hintUnmatched
		unused = `portico: the fault "storm" (konnect.list-portals) never acted: no call matched it.` + "\n" + hintUnused
	)
	portals := func(w *testkit.Portico) {
		call(t, w.Client(), w.Header("konnect", "admin"), "GET", w.Base("konnect")+"/portals", "")
	}
	for name, tt := range map[string]struct {
		do   func(*recorder)
		want []string
	}{
		"nothing":         {func(r *recorder) { portals(testkit.Start(r).World(r)) }, nil},
		"unmatched":       {func(r *recorder) { nowhere(t, testkit.Start(r)) }, []string{one}},
		"in a world":      {func(r *recorder) { nowhere(t, testkit.Start(r).World(r)) }, []string{one}},
		"allowed":         {func(r *recorder) { nowhere(t, testkit.Start(r, testkit.AllowUnmatched())) }, nil},
		"allowed for all": {func(r *recorder) { nowhere(t, testkit.Start(r, testkit.AllowUnmatched()).World(r)) }, nil},
		"allowed for one": {func(r *recorder) {
			p := testkit.Start(r)
			nowhere(t, p.World(r, testkit.AllowUnmatched()))
			nowhere(t, p.World(r))
		}, []string{one}},
		"a reset": {func(r *recorder) {
			w := testkit.Start(r).World(r)
			nowhere(t, w)
			w.Reset()
			portals(w)
		}, []string{one}},
		"the journal cleared": {func(r *recorder) {
			w := testkit.Start(r).World(r)
			nowhere(t, w)
			call(t, w.Client(), "", "DELETE", "http://portico.invalid/_portico/requests", "")
		}, []string{one}},
		"born anew for a scenario": {func(r *recorder) {
			w := testkit.Start(r).World(r)
			nowhere(t, w)
			call(t, w.Client(), "", "PUT", "http://portico.invalid/_portico/scenarios/anew", "name: anew\nsummary: s\nfixture: empty\n")
			call(t, w.Client(), "", "POST", "http://portico.invalid/_portico/scenarios/anew/start", "")
			portals(w)
		}, []string{one}},
		"a scenario in the world as it is": {func(r *recorder) {
			w := testkit.Start(r).World(r)
			nowhere(t, w)
			w.Fault(never)
			w.Scenario("testdata/plain.yaml")
			portals(w)
		}, []string{one}},
		"a scenario in a world that was asked nothing": {func(r *recorder) {
			w := testkit.Start(r).World(r)
			w.Fault(never)
			w.Scenario("testdata/plain.yaml")
			portals(w)
		}, nil},
		"the world deleted": {func(r *recorder) {
			w := testkit.Start(r).World(r)
			name := strings.Split(w.Base("konnect"), "/")[4]
			nowhere(t, w)
			call(t, w.Client(), "", "DELETE", "http://portico.invalid/_portico/worlds/"+name, "")
		}, []string{one}},
		"skipped": {func(r *recorder) {
			r.skipped = true
			nowhere(t, testkit.Start(r))
		}, nil},
		"never fired": {func(r *recorder) { testkit.Start(r).Fault(never) }, []string{unused}},
		"matched, never fired": {func(r *recorder) {
			w := testkit.Start(r)
			f := never
			f.After = 2
			w.Fault(f)
			portals(w)
		}, []string{strings.Replace(unused, "no call", "1 call", 1)}},
		"fired": {func(r *recorder) {
			w := testkit.Start(r)
			w.Fault(never)
			portals(w)
		}, nil},
		"optional": {func(r *recorder) {
			f := never
			f.Optional = true
			testkit.Start(r).Fault(f)
		}, nil},
		"unused allowed": {func(r *recorder) { testkit.Start(r, testkit.AllowUnusedFaults()).World(r).Fault(never) }, nil},
		"disarmed":       {func(r *recorder) { testkit.Start(r).Fault(never).Disarm() }, []string{unused}},
		"all disarmed": {func(r *recorder) {
			w := testkit.Start(r)
			w.Fault(never)
			call(t, w.Client(), "", "DELETE", "http://portico.invalid/_portico/faults", "")
		}, []string{unused}},
		"fired, disarmed": {func(r *recorder) {
			w := testkit.Start(r)
			f := w.Fault(never)
			portals(w)
			f.Disarm()
			if f.Hits() != 1 || f.Fired() != 1 {
				r.Errorf("after disarming: got %d hits, %d fired, want 1, 1", f.Hits(), f.Fired())
			}
		}, nil},
		"armed before a reset": {func(r *recorder) {
			w := testkit.Start(r)
			w.Fault(never)
			w.Reset()
			w.Fault(never)
			portals(w)
		}, []string{unused}},
		"armed before a scenario": {func(r *recorder) {
			w := testkit.Start(r)
			w.Fault(never)
			w.Scenario("testdata/anew.yaml")
		}, []string{unused}},
		"armed by hand": {func(r *recorder) {
			w := testkit.Start(r)
			call(t, w.Client(), "", "POST", "http://portico.invalid/_portico/faults", `{"name":"storm","on":"konnect.list-portals","give":{"error":"internal"}}`)
		}, []string{unused}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, record(t, tt.do).texts); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// Of the default world of an emulator that others use, only what happened in the test counts, and no fault is left behind.
func TestEndOfAt(t *testing.T) {
	t.Parallel()
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	fetch := func(path string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	fetch("/v2/before")
	if r := record(t, func(r *recorder) { testkit.At(r, s.URL) }); r.Failed() {
		t.Errorf("for what was before: got %s", r.said())
	}
	r := record(t, func(r *recorder) {
		testkit.At(r, s.URL).Fault(never)
		fetch("/v2/during")
	})
	if len(r.texts) != 2 || !strings.Contains(r.texts[0], "1 request matched no operation:\n    request 2: GET /v2/during") || !strings.Contains(r.texts[1], "never acted") {
		t.Errorf("got %q", r.texts)
	}
	if _, body := call(t, http.DefaultClient, "", "GET", s.URL+"/_portico/faults", ""); body != "[]" {
		t.Errorf("left behind: %s", body)
	}
	if r := record(t, func(r *recorder) { testkit.At(r, s.URL, testkit.Scenario("rate-limit-storm")) }); !strings.Contains(r.said(), "scenario rate-limit-storm does not hold") {
		t.Errorf("a scenario that nobody met: got %q", r.said())
	}
	if status, body := call(t, http.DefaultClient, "", "POST", s.URL+"/_portico/worlds", `{"name":"kept"}`); status != http.StatusCreated {
		t.Fatalf("got %d %s", status, body)
	}
	r = record(t, func(r *recorder) {
		p := testkit.At(r, s.URL+"/_world/kept/")
		call(t, http.DefaultClient, p.Header("konnect", "admin"), "GET", p.URL("konnect")+"/portals", "")
		p.Calls("konnect.list-portals").Once()
	})
	if r.Failed() {
		t.Errorf("in a world by its prefix: got %s", r.said())
	}
	if status, body := call(t, http.DefaultClient, "", "GET", s.URL+"/_portico/worlds/kept", ""); status != http.StatusOK || !strings.Contains(body, `"requests":1`) {
		t.Errorf("the world: got %d %s", status, body)
	}
	gone := httptest.NewServer(e)
	r = record(t, func(r *recorder) {
		testkit.At(r, gone.URL)
		gone.Close()
	})
	if said := r.said(); !strings.Contains(said, "did not answer at the end of the test: ") || !strings.Contains(said, "registered before At, not in a defer") {
		t.Errorf("an emulator that is gone: got %q", said)
	}
	for want, opt := range map[string]testkit.Option{
		"At takes the world at " + s.URL + " as it is; give Seed(7) to World": testkit.Seed(7),
		"is lenient: start it with --auth strict":                             testkit.Strict(),
		"Prove cannot be given to an emulator that runs already":              testkit.Prove(),
	} {
		if r := record(t, func(r *recorder) { testkit.At(r, s.URL, opt) }); !strings.Contains(r.said(), want) {
			t.Errorf("got %q, want %q", r.said(), want)
		}
	}
}

// Strict is no wish of a single world, and no mistake where the emulator is strict.
func TestStrictElsewhere(t *testing.T) {
	t.Parallel()
	if r := record(t, func(r *recorder) { testkit.Start(r).World(r, testkit.Strict()) }); !strings.Contains(r.said(), "give it to Start, not to World") {
		t.Errorf("got %q", r.said())
	}
	e, err := emulator.New(emulator.Config{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	p := testkit.At(t, s.URL, testkit.Strict())
	if got, _ := call(t, p.Client(), "Bearer made-up", "GET", p.Base("konnect")+"/portals", ""); got != http.StatusUnauthorized {
		t.Errorf("got %d, want 401", got)
	}
}

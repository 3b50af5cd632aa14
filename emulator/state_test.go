package emulator_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
)

// of is the answer of a handler.
func (s step) of(h http.Handler) *httptest.ResponseRecorder {
	r := httptest.NewRequest(s.method, s.path, strings.NewReader(s.body))
	r.Header = maps.Clone(s.header)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// kept is an emulator with a state file that can be started again.
type kept struct {
	*emulator.Emulator
	config emulator.Config
}

func keep(t *testing.T, config emulator.Config) *kept {
	t.Helper()
	if config.State == "" {
		config.State = filepath.Join(t.TempDir(), "world.state")
	}
	return &kept{start(t, config), config}
}

func (k *kept) restart(t *testing.T) {
	t.Helper()
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	k.Emulator = start(t, k.config)
}

// view is all that is to be seen of the default world, whose clock stands still.
func view(t *testing.T, h http.Handler) string {
	t.Helper()
	var b strings.Builder
	for _, path := range []string{"/_portico/export", "/_portico/state", "/_portico/clock", "/_portico/snapshots", "/_portico/diff", "/_portico/credentials"} {
		fmt.Fprintln(&b, path, call(t, h, http.MethodGet, path, "", 200))
	}
	for _, name := range gjson.Get(call(t, h, http.MethodGet, "/_portico/snapshots", "", 200), "#.name").Array() {
		fmt.Fprintln(&b, name.Str, call(t, h, http.MethodGet, "/_portico/diff?from="+name.Str, "", 200))
	}
	return b.String()
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// TestConversationsOutliveTheProcess plays conversations of all vendors, mixed, to an emulator that is started anew now and
// then, and to one that is not: both answer the same, and worlds look the same.
func TestConversationsOutliveTheProcess(t *testing.T) {
	t.Parallel()
	all := recorded(t)
	const seed = 3
	r := rand.New(rand.NewPCG(seed, seed))
	config := emulator.Config{Clock: noon, Journal: -1, StateLimit: 64 << 10}
	twin := start(t, config)
	k := keep(t, config)
	calls, wrote := 0, 0
	for len(all) > 0 {
		i := r.IntN(len(all))
		name, a := all[i].vendor+"."+all[i].operation, all[i].steps[0]
		if all[i].steps = all[i].steps[1:]; len(all[i].steps) == 0 {
			all = slices.Delete(all, i, i+1)
		}
		want, got := a.of(twin), a.of(k)
		if want.Code != got.Code || want.Code < 400 && want.Body.String() != got.Body.String() {
			t.Fatalf("%s (call %d): got %d %s\nfrom the one without a break %d %s", name, calls, got.Code, got.Body, want.Code, want.Body)
		}
		if a.method != http.MethodGet && got.Code < 300 {
			wrote++
		}
		if calls++; calls%499 == 0 {
			k.restart(t)
			if d := cmp.Diff(view(t, twin), view(t, k)); d != "" {
				t.Fatalf("after %d calls and a break the world is another (-without +with):\n%s", calls, d)
			}
		}
	}
	if calls < 1000 || wrote < 300 {
		t.Errorf("there were %d calls, of which %d wrote", calls, wrote)
	}
}

// TestAdminOutlivesTheProcess does everything that the admin API can do to the world.
func TestAdminOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	export := call(t, start(t, emulator.Config{Seed: new(uint64(7))}), http.MethodGet, "/_portico/export", "", 200)
	scenario := `{"name":"mine","clock":"2026-05-01T00:00:00Z","fixture":"empty",
		"documents":[{"kind":"konnect.portal","document":{"name":"Of the scenario"}}],
		"steps":[{"on":"konnect.list-portals","then":[{"set":{"kind":"konnect.portal","where":{"name":"Of the scenario"},"document":{"description":"by a step"}}},{"advance":"1h"}]}]}`
	const admin = "/_portico"
	for _, limit := range []int64{0, 1} { // never written anew, and as often as can be
		k := keep(t, emulator.Config{StateLimit: limit})
		done := map[string]bool{}
		for _, c := range []struct {
			row, method, path, body string
			status                  int
		}{
			{"set-clock", "PUT", "/clock", `{"now":"2026-04-01T00:00:00Z","frozen":true}`, 200},
			{"create-document", "POST", "/state/konnect.portal", `{"document":{"name":"By hand","id":"00000000-0000-4000-8000-000000000001"}}`, 201},
			{"take-snapshot", "PUT", "/snapshots/one", "", 204},
			{"update-document", "PATCH", "/state/konnect.portal/00000000-0000-4000-8000-000000000001", `{"description":"Changed"}`, 200},
			{"take-snapshot", "PUT", "/snapshots/two", "", 204},
			{"delete-document", "DELETE", "/state/konnect.portal/" + portalA, "", 204},
			{"advance-clock", "POST", "/clock/advance", `{"by":"36h"}`, 200},
			{"restore-snapshot", "POST", "/snapshots/one/restore", "", 204},
			{"delete-snapshot", "DELETE", "/snapshots/one", "", 204},
			{"import", "POST", "/import", export, 204},
			{"set-clock", "PUT", "/clock", `{"now":"2026-04-01T00:00:00Z","frozen":true}`, 200},
			{"restore-snapshot", "POST", "/snapshots/two/restore", "", 204},
			{"reset", "POST", "/reset", "", 204},
			{"set-clock", "PUT", "/clock", `{"now":"2026-04-02T00:00:00Z","frozen":true}`, 200},
			{"put-scenario", "PUT", "/scenarios/mine", scenario, 200},
			{"start-scenario", "POST", "/scenarios/mine/start", "", 200},
			{"", "GET", "/../v2/portals", "", 200}, // a step follows
			{"reset", "POST", "/reset", "", 204},   // of what the scenario began with
			{"set-clock", "PUT", "/clock", `{"now":"2026-04-03T00:00:00Z","frozen":true}`, 200},
		} {
			done[c.row] = true
			call(t, k, c.method, strings.Replace(admin+c.path, admin+"/..", "", 1), c.body, c.status)
			if gjson.Get(call(t, k, http.MethodGet, admin+"/clock", "", 200), "frozen").Bool() {
				before := view(t, k)
				k.restart(t)
				if d := cmp.Diff(before, view(t, k)); d != "" {
					t.Fatalf("after %s %s and a break the world is another (-before +after):\n%s", c.method, c.path, d)
				}
				if c.row == "put-scenario" { // scenarios are not kept
					call(t, k, c.method, admin+c.path, c.body, c.status)
				}
				if c.row == "start-scenario" { // nor do they play on
					call(t, k, http.MethodPut, admin+"/scenarios/mine", scenario, 200)
					call(t, k, http.MethodPost, admin+"/scenarios/mine/start", "", 200)
				}
			}
		}
		if limit != 0 {
			continue
		}
		// Every row that writes is either played above or does nothing to what is kept.
		others := []string{
			"create-world", "delete-world", "arm-fault", "disarm-faults", "disarm-fault", "stop-scenario", "clear-requests", "verify-requests",
		}
		p, err := emulator.Plan()
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range p.Vendor("portico").Operations {
			if op.Method != http.MethodGet && !done[op.ID] && !slices.Contains(others, op.ID) {
				t.Errorf("%s: what it does to a world is not tried", op.ID)
			}
		}
	}
}

// TestClockOutlivesTheProcess proves that a clock that runs goes on as far from real time as it was.
func TestClockOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	k := keep(t, emulator.Config{Fixture: "empty"})
	call(t, k, http.MethodPost, "/_portico/clock/advance", `{"by":"1000h"}`, 200)
	k.restart(t)
	got := call(t, k, http.MethodGet, "/_portico/clock", "", 200)
	if off := time.Until(gjson.Get(got, "now").Time()) - 1000*time.Hour; off.Abs() > time.Minute || gjson.Get(got, "frozen").Bool() {
		t.Errorf("got %s, want it to run 1000 hours ahead", got)
	}
	call(t, k, http.MethodPost, "/_portico/reset", "", 204)
	k.restart(t)
	if now := gjson.Get(call(t, k, http.MethodGet, "/_portico/clock", "", 200), "now").Time(); time.Until(now).Abs() > time.Minute {
		t.Errorf("after a reset it is %s", now)
	}
}

// TestOtherWorldsAreForgotten says what a state file does not hold.
func TestOtherWorldsAreForgotten(t *testing.T) {
	t.Parallel()
	k := keep(t, emulator.Config{Fixture: "empty"})
	call(t, k, http.MethodPost, "/_portico/worlds", `{"name":"other"}`, 201)
	call(t, k, http.MethodPost, "/_world/other/v2/portals", `{"name":"Elsewhere"}`, 201)
	call(t, k, http.MethodPost, "/_portico/faults", `{"on":"konnect.*","give":{"error":"internal"}}`, 201)
	k.restart(t)
	call(t, k, http.MethodGet, "/_world/other/_portico/state", "", 404)
	for _, path := range []string{"/_portico/faults", "/_portico/requests"} {
		if got := call(t, k, http.MethodGet, path, "", 200); got != "[]" {
			t.Errorf("%s: got %s", path, got)
		}
	}
	if got := k.State(); got.Commits != 0 || got.Documents == 0 || got.File != k.config.State {
		t.Errorf("got %+v", got)
	}
}

// TestScenarioGoesOnWithAKeptWorld proves that a scenario of the command line sets its scene once.
func TestScenarioGoesOnWithAKeptWorld(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "s.yaml")
	text := "name: s\nfixture: empty\ndocuments: [{kind: konnect.portal, document: {name: Once}}]\nfaults: [{name: f, on: konnect.create-portal, give: {error: unavailable}}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	k := keep(t, emulator.Config{Scenarios: []string{file}})
	call(t, k, http.MethodPost, "/_portico/state/konnect.portal", `{"document":{"name":"Kept"}}`, 201)
	k.restart(t)
	if got := gjson.Get(call(t, k, http.MethodGet, "/_portico/state/konnect.portal", "", 200), "#.name").Raw; got != `["Once","Kept"]` {
		t.Errorf("the portals are %s", got)
	}
	call(t, k, http.MethodPost, "/v2/portals", `{"name":"x"}`, 503)
	call(t, k, http.MethodGet, "/_portico/scenarios/s", "", 200)
}

// TestUnkept proves that nobody is told of a success that was not kept: by no vendor, under no fault rule, nor by the admin
// API. A closed emulator writes as little as one whose disk is full.
func TestUnkept(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	k := keep(t, emulator.Config{Clock: noon, Prove: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
	call(t, k, http.MethodPut, "/_portico/snapshots/s", "", 204)
	call(t, k, http.MethodPost, "/_portico/faults", `{"on":"konnect.create-api-product","stage":"after","give":{"status":201,"body":{"id":"x"}}}`, 201)
	before := view(t, k)
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ vendor, text, want string }{
		{"konnect", "POST /v2/portals\n\n{\"name\":\"x\"}", `"status":503`},
		{"konnect", "POST /v2/api-products\n\n{\"name\":\"x\"}", `"status":503`},
		{"axway", "POST /api/portal/v1.2/applications\n\n{\"name\":\"x\",\"organizationId\":\"a1f00000-0000-4000-8000-000000000001\"}", `"errors":[{"code":503`},
		{"apiconnect", "POST /consumer-api/orgs\n\n{\"title\":\"x\"}", `"status":503`},
		{"experience-hub", "PATCH /api-experience-hub/api/v1/connections/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/apiPortals/550e8400-e29b-41d4-a716-446655440000/userGroups/660e8400-e29b-41d4-a716-446655440001\n\n{\"name\":\"x\"}", `"status":503`},
		{"exchange", "PUT /exchange/api/v1/assets/bbbbbbbb-0000-4000-8000-000000000003/shipping-api/users\n\n[{\"userId\":\"99685226-c802-4fc6-8c7d-d159737784bb\",\"role\":\"viewer\"}]", `"status":503`},
	} {
		a := stepOf(t, c.vendor, c.text, "")
		got := a.of(k)
		if got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), c.want) {
			t.Errorf("%s %s: got %d %s, want 503 and %s", a.method, a.path, got.Code, got.Body, c.want)
		}
	}
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/reset", ""},
		{"POST", "/import", `{"documents":[]}`},
		{"PUT", "/snapshots/t", ""},
		{"POST", "/snapshots/s/restore", ""},
		{"DELETE", "/snapshots/s", ""},
		{"PUT", "/clock", `{"frozen":false}`},
		{"POST", "/clock/advance", `{"by":"1h"}`},
		{"POST", "/state/konnect.portal", `{"document":{"name":"x"}}`},
		{"POST", "/scenarios/lost-create-response/start", ""},
	} {
		if c.path == "/scenarios/lost-create-response/start" {
			call(t, k, "PUT", "/_portico/scenarios/lost-create-response", `{"name":"lost-create-response","fixture":"empty"}`, 200)
		}
		got := call(t, k, c.method, "/_portico"+c.path, c.body, http.StatusServiceUnavailable)
		if want := `{"error":{"code":"unavailable","message":"the change could not be written to the state file, so it was not made"}}`; got != want {
			t.Errorf("%s %s: got %s, want %s", c.method, c.path, got, want)
		}
	}
	if d := cmp.Diff(before, view(t, k)); d != "" {
		t.Errorf("what was refused was done (-before +after):\n%s", d)
	}
	if n := strings.Count(log.String(), "level=ERROR msg=\"the state file could not be written, so the change was not made\""); n != 15 {
		t.Errorf("logged %d times, want 15:\n%s", n, log.String())
	}
	call(t, k, http.MethodGet, "/v2/portals", "", 200)
}

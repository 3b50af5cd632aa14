package emulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

// What is asked of one world costs as much with 10,000 worlds beside it as with 10.
func TestCostsDoNotGrowWithWorlds(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	missing(t, e, 300)
	calls := []string{
		"/_portico/requests", "/_portico/requests?unmatched=true", "/_portico/requests.har", "/_portico/requests/1",
		"/_portico/worlds/" + unknownWorld, "/_portico/coverage?worlds=all", "/_portico/metrics",
	}
	measure := func() (out []time.Duration) {
		for _, path := range calls {
			out = append(out, fastest(5, func() { get(e, path) }))
		}
		return out
	}
	worlds(t, e, 1, fewWorlds)
	before := measure()
	worlds(t, e, fewWorlds, manyWorlds)
	for i, after := range measure() {
		t.Logf("%s: %s with %d worlds, %s with %d", calls[i], before[i], fewWorlds, after, manyWorlds)
		if limit := 8 * max(before[i], time.Millisecond); after > limit {
			t.Errorf("%s: got %s with %d worlds, %s with %d; want at most %s", calls[i], before[i], fewWorlds, after, manyWorlds, limit)
		}
	}
}

// Among many worlds an explanation still names the default one and those that were made last, which tests mix up.
func TestExplanationsAmongManyWorlds(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	worlds(t, e, 1, 200)
	const id = "11111111-0000-4000-8000-000000000001"
	portal := `{"document":{"id":"` + id + `","name":"New"}}`
	newest := "/_world/" + longWorld(199)
	call(t, e, http.MethodPost, newest+"/_portico/state/konnect.portal", portal, http.StatusCreated)
	call(t, e, http.MethodGet, "/v2/portals/"+id, "", http.StatusNotFound)
	if got, want := call(t, e, http.MethodGet, "/_portico/requests?limit=1", "", http.StatusOK), "it is in the world "+longWorld(199); !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	call(t, e, http.MethodPost, "/_portico/state/konnect.portal", strings.ReplaceAll(portal, id, id[:35]+"2"), http.StatusCreated)
	call(t, e, http.MethodGet, newest+"/v2/portals/"+id[:35]+"2", "", http.StatusNotFound)
	if got, want := call(t, e, http.MethodGet, newest+"/_portico/requests?limit=1", "", http.StatusOK), "it is in the world default, and"; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

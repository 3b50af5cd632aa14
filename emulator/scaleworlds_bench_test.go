package emulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

// fewWorlds and manyWorlds are numbers of worlds between which a call's cost must not grow.
const fewWorlds, manyWorlds = 10, 10_000

// longWorld is the name of a world as test suites make them: long, and like all others.
func longWorld(n int) string {
	return fmt.Sprintf("a-test-of-the-portal-that-made-a-world-of-its-own-no-%05d", n)
}

// unknownWorld is like those names, and none of them.
const unknownWorld = "a-test-of-the-portal-that-made-no-world-of-its-own-no-12345"

// worlds makes worlds until there are so manyWorlds.
func worlds(t testing.TB, e *emulator.Emulator, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		call(t, e, http.MethodPost, "/_portico/worlds", `{"name":"`+longWorld(n)+`"}`, http.StatusCreated)
	}
}

// missing records so manyWorlds calls of the default world for objects that are nowhere, every fifth of them at a path that no
// operation has.
func missing(t testing.TB, e *emulator.Emulator, calls int) {
	t.Helper()
	for n := range calls {
		path := fmt.Sprintf("/v2/portals/00000000-0000-4000-8000-%012d", n)
		if n%5 == 0 {
			path = fmt.Sprintf("/v2/portal%d/developer", n)
		}
		call(t, e, http.MethodGet, path, "", http.StatusNotFound)
	}
}

func get(e http.Handler, path string) int {
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code
}

// BenchmarkScaleWorlds measures what may grow with the number of worlds, or faster than with the number of rules.
func BenchmarkScaleWorlds(b *testing.B) {
	e := start(b, emulator.Config{})
	missing(b, e, emulator.DefaultJournal)
	made := 1 // the default world
	for _, n := range []int{fewWorlds, manyWorlds} {
		for _, c := range []struct {
			name, path string
			want       int
		}{
			{fmt.Sprintf("journal-%d-worlds", n), "/_portico/requests", http.StatusOK},
			{fmt.Sprintf("unknown-world-%d", n), "/_portico/worlds/" + unknownWorld, http.StatusNotFound},
		} {
			b.Run(c.name, func(b *testing.B) {
				worlds(b, e, made, n)
				made = n
				for b.Loop() {
					if got := get(e, c.path); got != c.want {
						b.Fatalf("got %d, want %d", got, c.want)
					}
				}
			})
		}
	}
	for times, rules := range map[string]int{"1x": 100, "10x": 1000} {
		b.Run("fault-rules-"+times, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				call(b, e, http.MethodDelete, "/_portico/faults", "", http.StatusNoContent)
				b.StartTimer()
				armed(b, e, rules)
			}
		})
	}
}

// armed arms rules that match and do not act, and makes a call.
func armed(t testing.TB, e *emulator.Emulator, rules int) {
	t.Helper()
	for n := range rules {
		call(t, e, http.MethodPost, "/_portico/faults", fmt.Sprintf(
			`{"name":"rule %d","on":"konnect.*","when":{"document":{"$.name":{"matches":"^[A-Z].*"}}},"odds":0,"give":{"error":"internal"}}`, n), http.StatusCreated)
	}
	call(t, e, http.MethodGet, "/v2/portals/"+portalA, "", http.StatusOK)
}

// fastest is the least time that something takes of several, which no other process on the machine makes longer than it is.
func fastest(runs int, do func()) time.Duration {
	best := time.Hour
	for range runs {
		began := time.Now()
		do()
		best = min(best, time.Since(began))
	}
	return best
}

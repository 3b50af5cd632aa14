package emulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

// BenchmarkFaults is what rules that do not match, and a scenario that plays, add to the way of a request.
func BenchmarkFaults(b *testing.B) {
	post := func(e *emulator.Emulator, path, body string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "http://localhost/_portico"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		e.ServeHTTP(w, r)
		if w.Code >= http.StatusBadRequest {
			b.Fatal(w.Code, w.Body)
		}
	}
	path := "/v2/portals/" + portalA
	b.Run("none", func(b *testing.B) { handle(b, start(b, emulator.Config{}), path) })
	b.Run("100 of others", func(b *testing.B) {
		e := start(b, emulator.Config{})
		for i := range 100 {
			post(e, "/faults", fmt.Sprintf("{name: n%d, on: konnect.create-portal, give: {error: internal}}", i))
		}
		handle(b, e, path)
	})
	b.Run("100 with conditions", func(b *testing.B) {
		e := start(b, emulator.Config{})
		for i := range 100 {
			post(e, "/faults", fmt.Sprintf("{name: n%d, on: konnect.get-portal, when: {header: {X-Trace: n%d}}, give: {error: internal}}", i, i))
		}
		handle(b, e, path)
	})
	b.Run("a scenario", func(b *testing.B) {
		e := start(b, emulator.Config{})
		post(e, "/scenarios/lost-create-response/start", "")
		handle(b, e, path)
	})
}

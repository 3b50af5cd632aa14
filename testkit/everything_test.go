package testkit_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/testkit"
)

var parameter = regexp.MustCompile(`\{[^{}]+\}`)

// Every operation of every vendor can be made to fail in every way, before it is done and after, and the emulator stands.
func TestEverythingFails(t *testing.T) {
	t.Parallel()
	var operations []struct{ ID, Vendor, Method, Path string }
	_, list := call(t, testkit.Start(t).Client(), "", "GET", "http://portico.invalid/_portico/operations", "")
	if err := json.Unmarshal([]byte(list), &operations); err != nil || len(operations) < 100 {
		t.Fatalf("got %d operations, %v", len(operations), err)
	}
	for name, give := range map[string]testkit.Give{
		"error":   {Error: "rate-limited"},
		"status":  {Status: 418, Body: "teapot", Headers: map[string]string{"Content-Type": "text/plain"}},
		"gateway": {Gateway: 502},
		"reset":   {Wire: "reset"}, "empty": {Wire: "empty"}, "truncate": {Wire: "truncate"},
		"chunk": {Wire: "malformed-chunk"}, "garbage": {Wire: "garbage"},
		"patch": {Patch: []testkit.PatchStep{{Op: "add", Path: "/broken", Value: true}}},
	} {
		for _, stage := range []string{"before", "after"} {
			t.Run(name+"/"+stage, func(t *testing.T) {
				t.Parallel()
				w := testkit.Start(t, still)
				headers := map[string]string{}
				for _, op := range operations {
					if headers[op.Vendor] == "" {
						headers[op.Vendor] = w.Header(op.Vendor, "admin")
					}
					f := w.Fault(testkit.Fault{On: op.ID, Stage: stage, Give: give})
					var status int
					for _, value := range []string{"6f0d0000-0000-4000-8000-000000000001", "x"} { // some rows take UUIDs, their twins anything else
						if f.Hits() > 0 {
							break
						}
						r, err := http.NewRequestWithContext(t.Context(), op.Method, "http://portico.invalid"+parameter.ReplaceAllString(op.Path, value), strings.NewReader(""))
						if err != nil {
							t.Fatal(err)
						}
						r.Header.Set("Authorization", headers[op.Vendor])
						res, err := w.Client().Do(r)
						if status = 0; err == nil {
							status = res.StatusCode
							if _, err := io.Copy(io.Discard, res.Body); err != nil && name == "chunk" {
								status = 0 // which a client that reads the answer takes for none
							}
							_ = res.Body.Close()
						}
					}
					want := map[string]int{"error": 429, "status": 418, "gateway": 502, "reset": 0, "empty": 0, "chunk": 0}
					if code, exact := want[name]; f.Fired() != 1 || exact && status != code && status != http.StatusNoContent {
						t.Errorf("%s: got %d, fired %d times, want %d, once", op.ID, status, f.Fired(), code)
					}
					f.Disarm()
				}
			})
		}
	}
}

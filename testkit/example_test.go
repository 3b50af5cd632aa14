package testkit_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// example stands for the *testing.T that a test has: examples have none.
type example struct {
	testing.TB
	cleanups []func()
}

func (e *example) Helper()          {}
func (e *example) Name() string     { return "Example" }
func (e *example) Cleanup(f func()) { e.cleanups = append(e.cleanups, f) }
func (e *example) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf(format, args...))
}

func (e *example) end() {
	for _, f := range slices.Backward(e.cleanups) {
		f()
	}
}

func Example() {
	t := &example{}
	defer t.end()

	p := testkit.Start(t)                             // an emulator in this process
	w := p.World(t)                                   // a world of this test's own
	portal := w.Put("konnect.portal", map[string]any{ // what the vendor's API cannot create, or you need not
		"name": "Partners", "auto_approve_developers": true,
	})
	w.Put("konnect.developer", map[string]string{"email": "jane@example.com", "full_name": "Jane Dev"}, testkit.In(portal.ID))

	r, _ := http.NewRequest(http.MethodGet, w.Base("konnect")+"/portals/"+portal.ID+"/developers", nil)
	r.Header.Set("Authorization", w.Header("konnect", "admin"))
	res, err := w.Client().Do(r)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer res.Body.Close()
	var list struct {
		Data []struct{ Email, Status string }
	}
	_ = json.NewDecoder(res.Body).Decode(&list)
	fmt.Println(res.Status, list.Data)
	// Output: 200 OK [{jane@example.com approved}]
}

func ExamplePortico_Advance() {
	t := &example{}
	defer t.end()
	w := testkit.Start(t, testkit.Clock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)))
	w.Advance(24 * time.Hour)
	fmt.Println(w.Now())
	// Output: 2026-03-02 09:00:00 +0000 UTC
}

func ExamplePortico_URL() {
	t := &example{}
	defer t.end()
	w := testkit.Start(t).World(t)
	url := w.URL("konnect") // any client can use it, in any language
	fmt.Println(strings.HasPrefix(url, "http://127.0.0.1:"), strings.HasSuffix(url, "/v2"))
	// Output: true true
}

func ExamplePortico_Documents() {
	t := &example{}
	defer t.end()
	w := testkit.Start(t, testkit.Fixture("empty"))
	for _, d := range w.Documents("konnect.auth-strategy") {
		var strategy struct{ Name string }
		_ = d.Into(&strategy)
		fmt.Println(strategy.Name)
	}
	// Output:
	// key auth strategy
	// client credentials strategy
	// self-managed strategy
}

package testkit_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// example stands for the *testing.T that a test has: examples have none.
type example struct{ cleanups []func() }

func (e *example) Helper()          {}
func (e *example) Name() string     { return "Example" }
func (e *example) Cleanup(f func()) { e.cleanups = append(e.cleanups, f) }
func (e *example) Errorf(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
}

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

func ExampleCalls() {
	t := &example{}
	defer t.end()
	w := testkit.Start(t, testkit.Clock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)))

	r, _ := http.NewRequest(http.MethodPost, w.Base("konnect")+"/portals", strings.NewReader(`{"name": "Guests"}`))
	r.Header.Set("Authorization", w.Header("konnect", "admin"))
	_, _ = w.Client().Do(r)

	w.Calls("konnect.create-portal").Status(201).With("$.name", testkit.Matches("^G")).Once() // holds
	w.Calls("konnect.create-portal").With("$.name", "Partners").Once()                        // fails the test
	// Output:
	// calls of konnect.create-portal with $.name = "Partners":
	//     got  0 calls
	//     want exactly 1 call
	// Nearest:
	//     request 1: POST /v2/portals answered 201
	//         body $.name: got "Guests", want "Partners"
}

func ExampleCalls_All() {
	t := &example{}
	defer t.end()
	w := testkit.Start(t)
	r, _ := http.NewRequest(http.MethodPost, w.Base("konnect")+"/portals", strings.NewReader(`{"name": "Guests", "isPublic": true}`))
	r.Header.Set("Authorization", w.Header("konnect", "admin"))
	_, _ = w.Client().Do(r)
	for _, c := range w.Calls("konnect.create-portal").All() {
		fmt.Println(c)
		fmt.Println(c.Body.At("$.name"), c.Caller, c.Unread)
	}
	// Output:
	// request 1: POST /v2/portals answered 400
	// Guests admin [isPublic]
}

func ExamplePortico_Diff() {
	t := &example{}
	defer t.end()
	w := testkit.Start(t, testkit.Clock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)))
	portal := w.Put("konnect.portal", map[string]string{"name": "Partners"})
	w.Snapshot("before")
	w.Change("konnect.portal", portal.ID, map[string]bool{"rbac_enabled": true})
	for _, d := range w.Diff("before").Of("konnect.portal").Changed {
		fmt.Println(d.Kind, d.Patch[0].Op, d.Patch[0].Path, d.Patch[0].Value)
	}
	w.Restore("before")
	w.Diff("before").Empty()
	// Output: konnect.portal replace /rbac_enabled true
}

func ExamplePortico_Fault() {
	t := &example{}
	defer t.end()
	w := testkit.Start(t)
	w.Fault(testkit.Fault{Name: "a storm", On: "konnect.list-portals", Give: testkit.Give{Error: "rate-limited"}})
	// The test ends, and no call has met the fault: it has proved nothing.

	// Output:
	// portico: the fault "a storm" (konnect.list-portals) never acted: no call matched it.
	// Where that is well, set Optional in the Fault, or give testkit.AllowUnusedFaults() to Start or World.
}

func ExampleGuard() {
	t := &example{}
	defer t.end()
	client := &http.Client{Transport: testkit.Guard(t, nil)}
	_, err := client.Get("https://us.api.konghq.com/v2/portals")
	fmt.Println(err)
	// Output:
	// portico: a client is about to call the real host us.api.konghq.com (/v2/portals); nothing was sent.
	// Give the client scheme, host and port of the emulator instead: w.URL(vendor) is its base URL, and w.Client() an HTTP client.
	// Get "https://us.api.konghq.com/v2/portals": the testkit's guard: us.api.konghq.com is a vendor's real host
}

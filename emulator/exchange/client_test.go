package exchange_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/probe"
)

// What the fixture small holds.
const (
	finance   = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
	commerce  = "bbbbbbbb-0000-4000-8000-000000000002"
	logistics = "bbbbbbbb-0000-4000-8000-000000000003"

	john    = "99685226-c802-4fc6-8c7d-d159737784bb" // who has shares alone
	doe     = "cccccccc-cccc-cccc-cccc-cccccccccccc" // who made most assets
	paula   = "10000000-0000-4000-8000-000000000003" // who administers portals, and may view Finance and Commerce
	locked  = "10000000-0000-4000-8000-000000000008" // disabled
	cleo    = "10000000-0000-4000-8000-000000000010" // who made loyalty-api
	alien   = "f0000000-0000-4000-8000-000000000002" // of another organization
	nowhere = "00000000-0000-4000-8000-000000000000" // an id that nothing has
)

const (
	assets   = "/exchange/api/v1/assets/"
	payment  = assets + "com.example/payment-api/users"
	tracking = assets + logistics + "/tracking-api/users"
	portal   = "/api-experience-hub/api/v1/connections/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/apiPortals/550e8400-e29b-41d4-a716-446655440000"
)

// client calls an emulator.
type client struct{ probe.Client }

// connect calls an emulator of its own as the administrator.
func connect(t testing.TB) client {
	t.Helper()
	return client{probe.Connect(t)}.as("portico-anypoint-admin")
}

// as is the client with another token.
func (c client) as(token string) client { return client{c.Bearer(token)} }

// refused calls, expects that status in Exchange's envelope, and that nothing has changed.
func (c client) refused(status int, method, path, body string, headers ...string) probe.Answer {
	c.T.Helper()
	before := c.State("mulesoft.asset-share")
	a := c.Must(status, method, path, body, headers...)
	if !strings.HasPrefix(a.Body, `{"status":`) || !a.Get("details").IsObject() || a.Get("name").Exists() {
		c.T.Errorf("%s %s: got %s, want status, message and an object of details", method, path, a.Body)
	}
	if after := c.State("mulesoft.asset-share"); after != before {
		c.T.Errorf("%s %s was refused: got %s afterwards, want %s", method, path, after, before)
	}
	return a
}

// one is an assignment.
func one(user, role string) string { return `{"userId": "` + user + `", "role": "` + role + `"}` }

// list is a body of assignments.
func list(some ...string) string { return "[" + strings.Join(some, ", ") + "]" }

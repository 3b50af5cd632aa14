package exchange_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/exchange"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
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

var vendor = client.Vendor{
	Table:  exchange.Vendor(),
	Header: http.Header{"Authorization": {client.Bearer("portico-anypoint-admin")}, "Content-Type": {"application/json"}},
	Login:  client.Bearer,
	Refused: func(a client.Answer) bool {
		return a.Header.Get("Content-Type") == "application/json" && a.Int("status") == a.Status &&
			a.Get("message").Str != "" && a.Get("details").IsObject() && !a.Get("name").Exists()
	},
	Reason: "message",
}

func TestGolden(t *testing.T) { vendor.Golden(t) }

// connect calls an emulator of its own as the administrator.
func connect(t testing.TB) client.Client {
	t.Helper()
	return vendor.Connect(t, emulator.Config{})
}

// one is an assignment.
func one(user, role string) string { return `{"userId": "` + user + `", "role": "` + role + `"}` }

// list is a body of assignments.
func list(some ...string) string { return "[" + strings.Join(some, ", ") + "]" }

package experiencehub_test

import (
	"net/http"
	"testing"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/experiencehub"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// What the fixture small holds.
const (
	root    = "5a673b98-92f4-459d-b950-daeed7a8165d"
	foreign = "f0000000-0000-4000-8000-000000000001"

	connection = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
	sandbox    = "aaaaaaaa-0000-4000-8000-000000000002"
	portal     = "550e8400-e29b-41d4-a716-446655440000"
	site       = "77777777-7777-7777-7777-777777777777" // of the portal
	uat        = "55555555-5555-5555-5555-555555555555" // portal of the sandbox

	everyone   = portal
	admins     = "550e8400-e29b-41d4-a716-4466554400ad"
	developers = "660e8400-e29b-41d4-a716-446655440001"
	gold       = "dddddddd-dddd-dddd-dddd-dddddddddddd"
	partners   = "660e8400-e29b-41d4-a716-446655440003" // below gold
	pilots     = "660e8400-e29b-41d4-a716-446655440004" // below partners
	hackathon  = "660e8400-e29b-41d4-a716-446655440006"
	elsewhere  = "55555555-0000-4000-8000-000000000000" // Everyone of uat

	jane  = "11111111-1111-4111-8111-000000000001"
	luis  = "11111111-1111-4111-8111-000000000002" // in everyone, developers and gold
	maria = "880e8400-e29b-41d4-a716-446655440004" // the first of five pending prospects
	omar  = "880e8400-e29b-41d4-a716-446655440005"
	ann   = "880e8400-e29b-41d4-a716-446655440009" // approved

	idp = "eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee" // the default
	sso = "eeeeeeee-0000-4000-8000-000000000002"

	finance  = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
	commerce = "bbbbbbbb-0000-4000-8000-000000000002"

	nowhere = "00000000-0000-4000-8000-000000000000" // an id that nothing has
)

const (
	base     = "/api-experience-hub/api/v1"
	inPortal = base + "/connections/" + connection + "/apiPortals/" + portal
	inUAT    = base + "/connections/" + sandbox + "/apiPortals/" + uat
)

var vendor = client.Vendor{
	Table:  experiencehub.Vendor(),
	Header: http.Header{"Authorization": {client.Bearer("portico-anypoint-admin")}, "Content-Type": {"application/json"}},
	Login:  client.Bearer,
	Refused: func(a client.Answer) bool {
		return a.Header.Get("Content-Type") == "application/json" && a.Int("status") == a.Status &&
			a.Get("name").Str != "" && a.Get("message").Str != ""
	},
	Reason: "details.0.code",
}

func TestGolden(t *testing.T) { vendor.Golden(t) }

// connect calls an emulator of its own as the administrator.
func connect(t testing.TB) client.Client {
	t.Helper()
	return vendor.Connect(t, emulator.Config{})
}

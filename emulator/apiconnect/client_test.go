package apiconnect_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/apiconnect"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// What the fixture small holds.
const (
	adminToken      = "portico-admin" // owner of acme and of the disabled initech
	productionToken = "portico-production-admin"

	nowhere = "00000000-0000-4000-8000-000000000000" // an id that nothing has

	sandbox    = "11000000-0000-4000-8000-000000000001"
	production = "11000000-0000-4000-8000-000000000002"
	acme       = "14000000-0000-4000-8000-000000000001"
	globex     = "14000000-0000-4000-8000-000000000002"
	initech    = "14000000-0000-4000-8000-000000000003"

	weatherApp   = "30000000-0000-4000-8000-000000000001"
	upgradingApp = "30000000-0000-4000-8000-000000000012"

	weather1 = "21000000-0000-4000-8000-000000000001" // deprecated
	weather2 = "21000000-0000-4000-8000-000000000002"
	routes   = "21000000-0000-4000-8000-000000000003"
	partner  = "21000000-0000-4000-8000-000000000004"

	invitation    = "18000000-0000-4000-8000-000000000001" // of invitee@example.com to acme
	orgInvitation = "19000000-0000-4000-8000-000000000001" // of founder@example.com
)

var vendor = client.Vendor{
	Table: apiconnect.Vendor(),
	Base:  "/consumer-api/",
	Header: http.Header{
		"Authorization": {client.Bearer(adminToken)}, "Content-Type": {"application/json"},
		catalog: {"ibm-emu.sandbox"}, "X-Request-Id": {"golden"},
	},
	Login: func(user string) string { // a user of the fixture by name, or anybody by a token
		if len(user) < 30 {
			user = "portico-" + user
		}
		return client.Bearer(user)
	},
	Refused: func(a client.Answer) bool {
		switch a.Header.Get("Content-Type") {
		case "application/json":
			return gjson.Valid(a.Body) && a.Get("message").IsArray()
		case "application/yaml":
			return strings.Contains(a.Body, "\nmessage:\n  - ")
		}
		return false
	},
	Reason: "message.0",
}

// catalog is the header that names a catalog.
const catalog = "X-Ibm-Consumer-Context"

func TestGolden(t *testing.T) { vendor.Golden(t) }

// connect calls an emulator of its own as the owner of acme.
func connect(t testing.TB) client.Client {
	t.Helper()
	return vendor.Connect(t, emulator.Config{})
}

// mail returns the activation token in the latest mail to an address.
func mail(c client.Client, to string) string {
	c.T.Helper()
	link := c.State("mail").Get(`#(to=="` + to + `")#.activation_link|@reverse|0`).Str
	_, token, ok := strings.Cut(link, "?activation=")
	if !ok {
		c.T.Fatalf("no mail to %s", to)
	}
	return token
}

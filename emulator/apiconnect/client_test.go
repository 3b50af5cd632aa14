package apiconnect_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/probe"
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

// client calls an emulator.
type client struct{ probe.Client }

// connect calls an emulator of its own as the owner of acme.
func connect(t testing.TB) client {
	t.Helper()
	return connectTo(t, emulator.Config{})
}

func connectTo(t testing.TB, config emulator.Config) client {
	t.Helper()
	c := probe.Client{T: t, Handler: probe.Configured(t, config), Base: "/consumer-api/", Media: "application/json"}
	return client{c.Bearer(adminToken)}
}

// as is the client as one of the fixture's users, or with another token.
func (c client) as(name string) client {
	if len(name) < 30 && name != "" {
		name = "portico-" + name
	}
	return client{c.Bearer(name)}
}

// with is the client with further headers, name by name.
func (c client) with(headers ...string) client { return client{c.With(headers...)} }

// in is the client in another catalog.
func (c client) in(catalog string) client {
	return c.with("X-IBM-Consumer-Context", "ibm-emu."+catalog)
}

// state changes a document as the provider would.
func (c client) state(kind, id, change string) {
	c.T.Helper()
	c.Must(200, "PATCH", "/_portico/state/apiconnect."+kind+"/"+id, change)
}

// born brings a document into the world as only the provider can, and gives its id.
func (c client) born(kind, in, document string) string {
	c.T.Helper()
	return c.Born("apiconnect."+kind, in, document)
}

// mail is the activation token in the latest mail to an address.
func (c client) mail(to string) string {
	c.T.Helper()
	link := c.Get("/_portico/state/apiconnect.mail").Get(`#(to=="` + to + `")#.activation_link|@reverse|0`).Str
	_, token, ok := strings.Cut(link, "?activation=")
	if !ok {
		c.T.Fatalf("no mail to %s", to)
	}
	return token
}

// count is how many documents of a kind there are.
func (c client) count(kind string) int {
	c.T.Helper()
	return c.Get("/_portico/state").Int(`apiconnect\.` + kind)
}

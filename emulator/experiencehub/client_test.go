package experiencehub_test

import (
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/probe"
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

// client calls an emulator.
type client struct{ probe.Client }

// connect calls an emulator of its own as the administrator.
func connect(t testing.TB) client {
	t.Helper()
	return client{probe.Connect(t)}.as("portico-anypoint-admin")
}

// as is the client with another token.
func (c client) as(token string) client { return client{c.Bearer(token)} }

// refused calls, expects a 400 with that code, and that nothing has changed.
func (c client) refused(code, method, path, body string, headers ...string) probe.Answer {
	c.T.Helper()
	before := c.state()
	a := c.Must(400, method, path, body, headers...)
	a.Check(c.T, "details.0.code", code)
	if after := c.state(); after != before {
		c.T.Errorf("%s %s was refused: got another world afterwards", method, path)
	}
	return a
}

// state is every document of this vendor.
func (c client) state() string {
	c.T.Helper()
	return c.State("experience-hub.user-group", "experience-hub.group-mapping", "experience-hub.portal-user", "experience-hub.prospect",
		"experience-hub.portal-asset", "mulesoft.asset-share")
}

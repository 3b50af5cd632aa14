package konnect_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// here are the objects of the fixture that path parameters are filled with.
var here = map[string]string{
	"portalId": portalA, "developerId": jane, "teamId": partner, "roleId": "8350205f-a305-4e39-abe9-bc082a80091a",
	"applicationId": app1, "registrationId": app1, "apiProductId": payments, "apiProductVersionId": paymentsV1,
	"productVersionId": paymentsV1, "id": james,
}

var fuzz = client.Fuzz{
	Vendor: &vendor,
	At: func(op *api.Operation) string {
		return client.Filled(op, func(name string) string { return here[name] })
	},
	Bodies: map[string][]string{
		"": {
			``, `{}`, `[]`, `null`, `"x"`, `{"name": "x"}`, `{"id": "` + jim + `"}`, `{"status": "approved"}`, `{"labels": {"a": null, "1": "b"}}`,
			`{"data": [{"team_id": "` + root + `", "groups": ["a", "a"]}]}`, `{"api_products": {"` + orders + `": null}}`,
			`{"oidc_client_id": "x", "oidc_auth_enabled": true}`, `{"type": "saml", "config": {"idp_metadata_url": "x"}}`,
			`{"images": {"logo": {"data": "data:image/png;base64,AAAA"}}}`, "{\"name\": \"\xff\"}", `{"name": "\ud800", "name": 1}`, `{"custom_domain": "a.b"}`,
		},
		"Content-Type: text/plain": {`{}`},
	},
	Queries: []string{
		"force=true&force=1", "page[size]=1&page%5Bnumber%5D=2147483647&sort=created_at+desc,name",
		"page[size]=&sort=%00,&filter[=&filter[]=&filter[][]=&filter=x;y&%zz",
	},
	Filters: []string{"filter[%]=true&filter[%]=x&filter[%][oeq]=,&filter[%][contains]=\xff"},
	Headers: []string{
		"Authorization: Bearer " + viewerToken, "Authorization: Bearer kpat_portico-expired\nAccept: text/html", "Authorization:\nContent-Type: ;",
		"Content-Type: application/json; charset=\"", "Authorization: bearer \x00",
	},
	Parts: []string{portalA + "\n" + jane + "\n" + app1, strings.ToUpper(portalA), publicPortal + "\n" + nowhere, portalA + "/" + jane},
}

func FuzzBody(f *testing.F)   { fuzz.FuzzBody(f) }
func FuzzQuery(f *testing.F)  { fuzz.FuzzQuery(f) }
func FuzzHeader(f *testing.F) { fuzz.FuzzHeader(f) }
func FuzzPath(f *testing.F)   { fuzz.FuzzPath(f) }
func FuzzCalls(f *testing.F)  { fuzz.FuzzCalls(f) }

func FuzzPatch(f *testing.F) {
	fuzz.FuzzPatches(f, portalsPath+portalA,
		"{\"name\": \"x\"}\n{\"name\": \"Public Portal\"}\n{\"labels\": {\"a\": \"b\", \"env\": null}}\n{\"labels\": null}",
		"{\"custom_domain\": null}\n{\"custom_client_domain\": null}\n{\"custom_domain\": null}\n{\"custom_client_domain\": \"a.b\"}",
		"{\"description\": null}\n{\"description\": \"\\u0000\\ud83d\\ude00\"}\n{\"is_public\": true, \"is_public\": false}\n{}",
		"{\"default_application_auth_strategy_id\": \""+nowhere+"\"}\n{\"default_application_auth_strategy_id\": null}\n[]\n\n{")
}

package exchange_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

var fuzz = client.Fuzz{
	Vendor: &vendor,
	At: func(op *api.Operation) string {
		values := []string{"com.example", "payment-api", "1.0.0"}
		return client.Filled(op, func(string) string {
			v := values[0]
			values = append(values[1:], v)
			return v
		})
	},
	Bodies: map[string][]string{
		"": {
			``, `{}`, `[]`, `null`, `"x"`, list(one(john, "viewer"), one(doe, "admin")), list(one(john, "viewer"), one(strings.ToUpper(john), "admin")),
			list(one(alien, "viewer")), `[{"userId": "x", "role": 7}, null]`, `{"query": "x", "variables": {"accessToken": "portico-anypoint-admin", "searchText": "api", "limit": -1, "offset": 1e30, "organizationIds": [7]}}`,
			`{"variables": {"accessToken": "", "organizationIds": {}, "searchText": null, "limit": "x"}}`, "[\"\xff\"]",
		},
		"Content-Type: text/plain": {`[]`},
	},
	Queries: []string{"search=x&%zz", "search=" + finance + "&search=&offset=-1&limit=2147483648", "organizationId=" + commerce + "&;=\x00"},
	Headers: []string{
		"Authorization:", "Authorization: portico-anypoint-admin", "Authorization: Bearer portico-anypoint-viewer", "Authorization: bearer",
		"Authorization: Basic fn5+Q2xpZW50fn5+Og==", "Authorization: Basic x\nAccept: \x00", "Authorization: Bearer  x\nContent-Type: ;",
	},
	Parts: []string{"com.example\npayment-api\n1.0.0", "a/b\n%\n..", finance + "\nusers", commerce + "\nключ\n "},
}

func FuzzBody(f *testing.F)   { fuzz.FuzzBody(f) }
func FuzzQuery(f *testing.F)  { fuzz.FuzzQuery(f) }
func FuzzHeader(f *testing.F) { fuzz.FuzzHeader(f) }
func FuzzPath(f *testing.F)   { fuzz.FuzzPath(f) }
func FuzzCalls(f *testing.F)  { fuzz.FuzzCalls(f) }

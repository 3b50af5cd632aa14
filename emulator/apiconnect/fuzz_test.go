package apiconnect_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
	"github.com/portico-emulator/portico/emulator/internal/testing/golden"
)

var fuzz = client.Fuzz{
	Vendor: &vendor,
	At:     sample,
	Bodies: map[string][]string{
		"": {
			``, `{}`, `[]`, `null`, `{"name": "x", "title": "y", "summary": null, "metadata": {"a": [1]}}`, `{"state": "enabled"}`, `{"state_pending": null, "plan": "gold"}`,
			`{"product_url": "/products/weather/2.0.0", "plan": "gold"}`, `{"role_urls": ["/orgs/acme/roles/viewer", "//"]}`, `{"user": {"url": "/user-registries/x/users/y"}}`,
			`{"user": {"username": "a", "password": "b"}, "org": {"title": "c"}}`, `{"configuration": {"token": "********", "expiration_month": 1e400}}`,
			`{"client_id": "a", "client_secret": "b"}`, `{"permission_urls": ["/consumer/permissions/org/view"]}`, "{\"title\": \"\xff\"}", `{"title": "\ud800", "title": 1}`,
			`{"grant_type": "password", "realm": "consumer:ibm-emu:sandbox/sandbox-idp", "username": "viewer", "password": "portico-viewer", "client_id": "portico-portal", "client_secret": "portico-portal-secret"}`,
		},
		"Content-Type: application/yaml\nAccept: application/yaml": {
			"title: x", "a: &a [*a]", "a: 1\na: 2", "--- \na: 1\n---\nb: 2", "- 1", "? x\n: y", "title: !!str 1", "metadata: {<<: {a: 1}}", "summary: |\n x\n", "username: '*'\nremote: true", "\t", "%YAML 1.2\n---\na: 1",
		},
		"Content-Type: application/x-www-form-urlencoded\nAccept: */*;q=0": {"state=x&code=%zz"},
	},
	Queries: []string{
		"limit=1&offset=2147483647&fields=add(product),name&fields=id&api_type=rest&consumer_org_url=/orgs/acme",
		"limit=&offset=-1&fields=add((&fields=)&consumer_org_url=//&api_type=&x;y&%zz",
		"endpoint=%00%ff\"<&cascade=true&expand=true&state=portico-state&code=\xff", "oauth_token=portico-oauth-token&oauth_verifier=1&error=x",
	},
	Headers: []string{
		"X-IBM-Consumer-Context: .\nAccept: text/xml;q=x,,;\nAuthorization: bearer a.b.c", "X-IBM-Consumer-Context: a.b.c\nAccept: application/zip\nAuthorization: Bearer ZXlKLmEuYg==",
		"X-IBM-Consumer-Context: ibm-emu.production\nAccept: application/vnd.ibm-apim.swagger2+yaml\nAuthorization: Bearer eyJhbGciOiJub25lIn0.eyJ0b2tlbl90eXBlIjoiaW52aXRhdGlvbiJ9.",
		"Accept: application/yaml;q=0.5, */*\nAuthorization: Bearer portico-viewer\nContent-Type: text/plain", "X-Request-Id: \xff\nAccept-Language: de",
	},
	Parts: []string{
		"acme\nweather-app\nsecond", strings.ToUpper(acme), nowhere + "\n..\n/", weather2, "weather\n2.0.0\nwsdl", "acme\nduo-app\nweather-2-0-0-gold",
	},
}

func FuzzBody(f *testing.F)   { fuzz.FuzzBody(f) }
func FuzzQuery(f *testing.F)  { fuzz.FuzzQuery(f) }
func FuzzHeader(f *testing.F) { fuzz.FuzzHeader(f) }
func FuzzPath(f *testing.F)   { fuzz.FuzzPath(f) }
func FuzzCalls(f *testing.F)  { fuzz.FuzzCalls(f) }

// FuzzAddress takes any text for a URL in a body: it names what is there, or is refused as one thing or the other.
func FuzzAddress(f *testing.F) {
	for _, text := range []string{
		"/products/weather/2.0.0", "http://h/consumer-api/products/" + weather2, "/api/catalogs/ibm-emu/sandbox/products/" + weather2, "://", "http://", "/consumer-api", "/products/%zz",
		"/products/weather/2.0.0?x", "/_world/w/consumer-api/products/weather/2.0.0", "/products/" + weather2 + "/x", "\x00", "/products/%2e%2e/2.0.0",
	} {
		f.Add(text)
	}
	w := fuzz.Fresh(f, nil)
	f.Fuzz(func(t *testing.T, text string) {
		body := api.Object{{Name: "product_url", Value: api.Quote(text)}, {Name: "plan", Value: api.Quote("default")}}
		a := fuzz.Try(w.Begin(t), golden.Call{Method: "POST", Target: "/consumer-api/apps/acme/duo-app/subscriptions", Body: string(body.JSON())})
		if a.Status != 201 && a.Status != 400 && a.Status != 403 && a.Status != 404 {
			t.Fatalf("%q: got %d %s", text, a.Status, a.Body)
		}
	})
}

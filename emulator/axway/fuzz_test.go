package axway_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// here are the objects of the fixture that path parameters are filled with, all of the iPhone app but the OAuth client.
var here = map[string]string{
	"id": iPhone, "apikeyid": aKey, "keyId": aKey, "apiAccessId": aPending, "objectId": aKey, "clientId": "SamplePublicApp",
	"clientid": "SamplePublicApp", "oauthId": "SamplePublicApp", "resourceId": aScope, "scopeId": aScope, "permId": aView,
}

var fuzz = client.Fuzz{
	Vendor: &vendor,
	At: func(op *api.Operation) string {
		return client.Filled(op, func(name string) string {
			if name == "id" && (strings.Contains(op.Path, "/oauth/") || strings.Contains(op.Path, "/scope") || strings.Contains(op.Path, "/oauthresource")) {
				return storefront
			}
			return here[name]
		})
	},
	Ready: func(c client.Client) {
		c.Change("config", "config", `{"customProperties":["x","name","y"]}`)
		c.Add("session", "", `{"id":"s","userId":"`+anna+`","token":"t"}`)
	},
	Bodies: map[string][]string{
		"": {
			``, `{}`, `[]`, `null`, `"x"`, `{"name":"x","organizationId":"` + acme + `","apis":["` + petStore + `",null,1]}`, `{"id":"\u0000","secret":"` + "\xff" + `"}`,
			`{"apiId":"` + orders + `","enabled":"TRUE"}`, `{"clientId":"\ud800","corsOrigins":[[]]}`, `{"cert":"-----BEGIN CERTIFICATE----------END CERTIFICATE-----","type":"public"}`,
			`{"uriprefix":"/a","scope":"/b","isDefault":"true"}`, `{"userId":"` + ben + `","permission":"view"}`,
			`{"restrictions":[{"api":"` + payments + `","method":"` + pay + `","type":"throttle","config":{"period":"days","per":1e3,"messages":"007"}}]}`,
			`{"restrictions":[{"type":"throttlemb","config":{"period":"s","per":-1,"mb":1e400}},null]}`, `{"name":" ","name":"y"}`,
		},
		"Content-Type: application/x-www-form-urlencoded": {"username=anna&password=portico-anna&success=%0d%0aX:y", "username=a&password=b&failure=//x"},
		"Content-Type: multipart/form-data; boundary=b": {
			"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nGIF89a\r\n--b--",
			"--b\r\nContent-Disposition: form-data; name=file\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=FF=D8=FF\r\n--b--",
		},
		"Content-Type: text/plain": {`{}`},
	},
	Queries: []string{"applicationId=" + storefront + "&apiScope=true&type=x&lop=or", "field=&op=&value=&field=x;y&%zz&lop=%00"},
	Filters: []string{
		"field=%&op=eq&value=1,2&lop=OR", "field=%&op=ne&value=%ff%00", "field=%&op=like&value=a", "field=%&op=gt&value=1&field=%&op=le&value=x&lop=and",
		"field=%&op=lt&value=-1", "field=%&op=ge&value=9e999",
	},
	Headers: []string{
		"Authorization: Basic YW5uYTpwb3J0aWNvLWFubmE=\nCookie: APIMANAGERSESSION=s\nCSRF-Token: t", "Authorization: Basic AA==\nCookie: APIMANAGERSESSION=\"",
		"Authorization:\nCookie: APIMANAGERSESSION=s; APIMANAGERSESSION=x\nCSRF-Token: t", "Authorization: Basic Og==\nCSRF-Token: \x00",
	},
	Parts: []string{iPhone + "\n" + aKey, strings.ToUpper(iPhone), storefront + "\nresource.READ", "oauthclient\n.."},
}

func FuzzBody(f *testing.F)   { fuzz.FuzzBody(f) }
func FuzzQuery(f *testing.F)  { fuzz.FuzzQuery(f) }
func FuzzHeader(f *testing.F) { fuzz.FuzzHeader(f) }
func FuzzPath(f *testing.F)   { fuzz.FuzzPath(f) }
func FuzzCalls(f *testing.F)  { fuzz.FuzzCalls(f) }

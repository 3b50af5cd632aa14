package axway_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/axway"
	"github.com/portico-emulator/portico/emulator/internal/api"
)

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

// here are the objects of the fixture that path parameters are filled with, all of the iPhone app but the OAuth client.
var here = map[string]string{
	"id": iPhone, "apikeyid": aKey, "keyId": aKey, "apiAccessId": aPending, "objectId": aKey, "clientId": "SamplePublicApp",
	"clientid": "SamplePublicApp", "oauthId": "SamplePublicApp", "resourceId": aScope, "scopeId": aScope, "permId": aView,
}

func rowsThat(which func(*api.Operation) bool) []api.Operation {
	var out []api.Operation
	for _, op := range axway.Vendor().Operations {
		if which(&op) {
			out = append(out, op)
		}
	}
	return out
}

// filled is a row's path with the values in the places of its parameters, one after the other.
func filled(op *api.Operation, value func(name string) string) string {
	under := base
	if op.Base != "" {
		under = op.Base
	}
	return under + placeholder.ReplaceAllStringFunc(op.Path, func(p string) string { return value(strings.Trim(p, "{}")) })
}

func usual(op *api.Operation) func(string) string {
	return func(name string) string {
		if name == "id" && (strings.Contains(op.Path, "/oauth/") || strings.Contains(op.Path, "/scope") || strings.Contains(op.Path, "/oauthresource")) {
			return storefront
		}
		return here[name]
	}
}

// hold answers a request and checks what every answer has in common: no internal error, the vendor's envelope on
// refusals, which change nothing.
func hold(t *testing.T, h http.Handler, r *http.Request) {
	t.Helper()
	c := client{t, h, ""}
	if r.Header.Get("Authorization") == "" {
		r.SetBasicAuth("apiadmin", "changeme")
	}
	before := c.everything()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	media := w.Header().Get("Content-Type")
	switch {
	case w.Code >= 500:
		t.Fatalf("%s %s: got %d %s", r.Method, r.URL, w.Code, w.Body)
	case w.Code >= 400:
		if media != "application/json" || !strings.HasPrefix(w.Body.String(), `{"errors":[{"code":`) {
			t.Fatalf("%s %s: got %d as %q: %s", r.Method, r.URL, w.Code, media, w.Body)
		}
		if after := c.everything(); after != before {
			t.Fatalf("%s %s was refused and changed something", r.Method, r.URL)
		}
	case (w.Body.Len() == 0) != (media == ""):
		t.Fatalf("%s %s: got %d bytes as %q", r.Method, r.URL, w.Body.Len(), media)
	}
}

func FuzzBody(f *testing.F) {
	ops := rowsThat(func(op *api.Operation) bool { return op.Body != "" })
	for i, op := range ops {
		for _, body := range []string{
			``, `{}`, `[]`, `null`, `"x"`, `{"name":"x","organizationId":"` + acme + `","apis":["` + petStore + `",null,1]}`, `{"id":"\u0000","secret":"` + "\xff" + `"}`,
			`{"apiId":"` + orders + `","enabled":"TRUE"}`, `{"clientId":"\ud800","corsOrigins":[[]]}`, `{"cert":"-----BEGIN CERTIFICATE----------END CERTIFICATE-----","type":"public"}`,
			`{"uriprefix":"/a","scope":"/b","isDefault":"true"}`, `{"userId":"` + ben + `","permission":"view"}`,
			`{"restrictions":[{"api":"` + payments + `","method":"` + pay + `","type":"throttle","config":{"period":"days","per":1e3,"messages":"007"}}]}`,
			`{"restrictions":[{"type":"throttlemb","config":{"period":"s","per":-1,"mb":1e400}},null]}`, `{"name":" ","name":"y"}`,
			"username=anna&password=portico-anna&success=%0d%0aX:y", "username=a&password=b&failure=//x", "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nGIF89a\r\n--b--",
			"--b\r\nContent-Disposition: form-data; name=file\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=FF=D8=FF\r\n--b--",
		} {
			media := "application/json"
			if strings.HasPrefix(body, "--b") {
				media = "multipart/form-data; boundary=b"
			}
			f.Add(byte(i), []byte(body), media)
		}
		f.Add(byte(i), []byte(`{}`), "text/"+op.ID)
	}
	f.Fuzz(func(t *testing.T, at byte, body []byte, media string) {
		op := &ops[int(at)%len(ops)]
		r := httptest.NewRequest(op.Method, filled(op, usual(op)), strings.NewReader(string(body)))
		r.Header["Content-Type"] = []string{media}
		h := start(t)
		(client{t, h, ""}).settings(`{"customProperties":["x","name","y"]}`)
		hold(t, h, r)
	})
}

func FuzzQuery(f *testing.F) {
	ops := rowsThat(func(*api.Operation) bool { return true })
	for i, op := range ops {
		f.Add(byte(i), "applicationId="+storefront+"&apiScope=true&type=x&lop=or")
		if op.List == nil {
			continue
		}
		f.Add(byte(i), "field=&op=&value=&field=x;y&%zz&lop=%00")
		for _, field := range op.List.Filter {
			for _, o := range field.Ops {
				f.Add(byte(i), "field="+field.Name+"&op="+o+"&value=1,2&lop=OR")
			}
			f.Add(byte(i), "field="+field.Name+"&op=ne&value=%ff%00")
		}
	}
	f.Fuzz(func(t *testing.T, at byte, query string) {
		op := &ops[int(at)%len(ops)]
		r := httptest.NewRequest(op.Method, filled(op, usual(op)), http.NoBody)
		if op.Body != "" {
			r = httptest.NewRequest(op.Method, r.URL.Path, strings.NewReader("{}"))
		}
		r.URL.RawQuery = query
		hold(t, start(t), r)
	})
}

func FuzzHeaders(f *testing.F) {
	ops := rowsThat(func(*api.Operation) bool { return true })
	for i := range ops {
		f.Add(byte(i), "Basic YW5uYTpwb3J0aWNvLWFubmE=", "APIMANAGERSESSION=s", "t")
		f.Add(byte(i), "Basic AA==", "APIMANAGERSESSION=\"", "")
		f.Add(byte(i), "", "APIMANAGERSESSION=s; APIMANAGERSESSION=x", "t")
		f.Add(byte(i), "Basic Og==", "", "\x00")
	}
	f.Fuzz(func(t *testing.T, at byte, authorization, cookie, token string) {
		op := &ops[int(at)%len(ops)]
		h := start(t)
		(client{t, h, ""}).state(201, "POST", "session", `{"document":{"id":"s","userId":"`+anna+`","token":"t"}}`)
		r := httptest.NewRequest(op.Method, filled(op, usual(op)), strings.NewReader("{}"))
		r.Header["Authorization"] = []string{authorization}
		r.Header["Cookie"] = []string{cookie}
		r.Header["Csrf-Token"] = []string{token}
		if authorization == "" {
			r.Header.Del("Authorization")
			r.Header["Authorization"] = nil
		}
		hold(t, h, r)
	})
}

func FuzzPath(f *testing.F) {
	ops := rowsThat(func(*api.Operation) bool { return true })
	for i := range ops {
		f.Add(byte(i), iPhone, aKey, "")
		f.Add(byte(i), strings.ToUpper(iPhone), "%", "/")
		f.Add(byte(i), storefront, "resource.READ", "//")
		f.Add(byte(i), "oauthclient", "..", "/%2f/%zz?x#y")
		f.Add(byte(i), "\x00", "ключ", " ")
	}
	f.Fuzz(func(t *testing.T, at byte, first, second, tail string) {
		op := &ops[int(at)%len(ops)]
		ids := []string{first, second}
		plain := filled(op, func(string) string {
			id := ids[0]
			ids = append(ids[1:], id)
			return url.PathEscape(id)
		}) + tail
		target, err := url.Parse(plain)
		if err != nil || !strings.HasPrefix(target.Path, "/api/portal/") || target.Host != "" {
			return
		}
		r := httptest.NewRequest(op.Method, "/", strings.NewReader(`{"name":"x","userId":"`+ben+`","permission":"view"}`))
		r.URL = target
		hold(t, start(t), r)
	})
}

package apiconnect_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// hold answers a request and checks what every answer has in common: no internal error, the one envelope in the one of
// two media types, and after a refusal as many documents of each kind as before. The world is as it was born.
func hold(t *testing.T, h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	counts := func() string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/_portico/state", http.NoBody))
		return w.Body.String()
	}
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/_portico/reset", http.NoBody))
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+adminToken)
	}
	before := counts()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	media := w.Header().Get("Content-Type")
	if w.Code >= 500 {
		t.Fatalf("%s %s: got %d %s", r.Method, r.URL, w.Code, w.Body)
	}
	if w.Code < 400 {
		if (w.Body.Len() == 0) != (media == "") {
			t.Fatalf("%s %s: got %d bytes as %q", r.Method, r.URL, w.Body.Len(), media)
		}
		return w
	}
	switch media {
	case "application/json":
		if !gjson.ValidBytes(w.Body.Bytes()) || !gjson.GetBytes(w.Body.Bytes(), "message").IsArray() {
			t.Fatalf("%s %s: got %d %s, want the envelope", r.Method, r.URL, w.Code, w.Body)
		}
	case "application/yaml":
		if !strings.Contains(w.Body.String(), "\nmessage:\n  - ") {
			t.Fatalf("%s %s: got %d %s, want the envelope", r.Method, r.URL, w.Code, w.Body)
		}
	default:
		t.Fatalf("%s %s: got %d as %q", r.Method, r.URL, w.Code, media)
	}
	if after := counts(); after != before {
		t.Fatalf("%s %s was refused: got the documents %s, want %s", r.Method, r.URL, after, before)
	}
	return w
}

// FuzzBody sends any body, as JSON, as YAML or as anything else, to every row that takes one.
func FuzzBody(f *testing.F) {
	ops := rows(func(op *api.Operation) bool { return op.Body != "" })
	for i := range ops {
		for _, body := range []string{
			``, `{}`, `[]`, `null`, `{"name": "x", "title": "y", "summary": null, "metadata": {"a": [1]}}`, `{"state": "enabled"}`, `{"state_pending": null, "plan": "gold"}`,
			`{"product_url": "/products/weather/2.0.0", "plan": "gold"}`, `{"role_urls": ["/orgs/acme/roles/viewer", "//"]}`, `{"user": {"url": "/user-registries/x/users/y"}}`,
			`{"user": {"username": "a", "password": "b"}, "org": {"title": "c"}}`, `{"configuration": {"token": "********", "expiration_month": 1e400}}`,
			`{"client_id": "a", "client_secret": "b"}`, `{"permission_urls": ["/consumer/permissions/org/view"]}`, "{\"title\": \"\xff\"}", `{"title": "\ud800", "title": 1}`,
			`{"grant_type": "password", "realm": "consumer:ibm-emu:sandbox/sandbox-idp", "username": "viewer", "password": "portico-viewer", "client_id": "portico-portal", "client_secret": "portico-portal-secret"}`,
		} {
			f.Add(byte(i), []byte(body), "application/json", "")
		}
		for _, body := range []string{
			"title: x", "a: &a [*a]", "a: 1\na: 2", "--- \na: 1\n---\nb: 2", "- 1", "? x\n: y", "title: !!str 1", "metadata: {<<: {a: 1}}", "summary: |\n x\n", "username: '*'\nremote: true", "\t", "%YAML 1.2\n---\na: 1",
		} {
			f.Add(byte(i), []byte(body), "application/yaml", "application/yaml")
		}
		f.Add(byte(i), []byte("state=x&code=%zz"), "application/x-www-form-urlencoded", "*/*;q=0")
	}
	h := start(f)
	f.Fuzz(func(t *testing.T, row byte, body []byte, media, accept string) {
		op := &ops[int(row)%len(ops)]
		r := httptest.NewRequest(op.Method, sample(op), bytes.NewReader(body))
		r.Header["Content-Type"] = []string{media}
		r.Header["Accept"] = []string{accept}
		hold(t, h, r)
	})
}

// FuzzQuery sends any query and any header that the dialect reads to every row.
func FuzzQuery(f *testing.F) {
	ops := rows(func(*api.Operation) bool { return true })
	for i := range ops {
		f.Add(byte(i), "limit=1&offset=2147483647&fields=add(product),name&fields=id&api_type=rest&consumer_org_url=/orgs/acme", "ibm-emu.sandbox", "application/yaml;q=0.5, */*", "Bearer portico-viewer")
		f.Add(byte(i), "limit=&offset=-1&fields=add((&fields=)&consumer_org_url=//&api_type=&x;y&%zz", ".", "text/xml;q=x,,;", "bearer a.b.c")
		f.Add(byte(i), "endpoint=%00%ff\"<&cascade=true&expand=true&state=portico-state&code=\xff", "a.b.c", "application/zip", "Bearer ZXlKLmEuYg==")
		f.Add(byte(i), "oauth_token=portico-oauth-token&oauth_verifier=1&error=x", "ibm-emu.production", "application/vnd.ibm-apim.swagger2+yaml", "Bearer eyJhbGciOiJub25lIn0.eyJ0b2tlbl90eXBlIjoiaW52aXRhdGlvbiJ9.")
	}
	h := start(f)
	f.Fuzz(func(t *testing.T, row byte, query, context, accept, authorization string) {
		op := &ops[int(row)%len(ops)]
		r := httptest.NewRequest(op.Method, sample(op), http.NoBody)
		if op.Body != "" {
			r = httptest.NewRequest(op.Method, sample(op), strings.NewReader("{}"))
		}
		r.URL.RawQuery = query
		r.Header["X-Ibm-Consumer-Context"] = []string{context}
		r.Header["Accept"] = []string{accept}
		r.Header["Authorization"] = []string{authorization}
		hold(t, h, r)
	})
}

// FuzzPath puts anything into the places of a path.
func FuzzPath(f *testing.F) {
	ops := rows(func(*api.Operation) bool { return true })
	for i := range ops {
		f.Add(byte(i), "acme", "weather-app", "second", "")
		f.Add(byte(i), strings.ToUpper(acme), "%", "/", "/")
		f.Add(byte(i), nowhere, "..", "\x00", "//")
		f.Add(byte(i), weather2, "ключ", " ", "/document")
		f.Add(byte(i), "weather", "2.0.0", "wsdl", "?fields=name")
	}
	h := start(f)
	f.Fuzz(func(t *testing.T, row byte, first, second, third, tail string) {
		op := &ops[int(row)%len(ops)]
		parts := []string{first, second, third}
		target, err := url.Parse(filled(op, func(string) string {
			part := parts[0]
			parts = append(parts[1:], part)
			return url.PathEscape(part)
		}) + tail)
		if err != nil || target.Host != "" || !strings.HasPrefix(target.Path, "/consumer-api/") {
			return
		}
		r := httptest.NewRequest(op.Method, "/", strings.NewReader(`{"title": "x", "state": "disabled", "username": "x", "client_secret": "y"}`))
		r.URL = target
		hold(t, h, r)
	})
}

// FuzzAddress takes any text for a URL in a body: it names what is there, or is refused as one thing or the other.
func FuzzAddress(f *testing.F) {
	for _, text := range []string{
		"/products/weather/2.0.0", "http://h/consumer-api/products/" + weather2, "/api/catalogs/ibm-emu/sandbox/products/" + weather2, "://", "http://", "/consumer-api", "/products/%zz",
		"/products/weather/2.0.0?x", "/_world/w/consumer-api/products/weather/2.0.0", "/products/" + weather2 + "/x", "\x00", "/products/%2e%2e/2.0.0",
	} {
		f.Add(text)
	}
	h := start(f)
	f.Fuzz(func(t *testing.T, text string) {
		body := api.Object{{Name: "product_url", Value: api.Quote(text)}, {Name: "plan", Value: api.Quote("default")}}
		r := httptest.NewRequest("POST", "/consumer-api/apps/acme/duo-app/subscriptions", bytes.NewReader(body.JSON()))
		if w := hold(t, h, r); w.Code != 201 && w.Code != 400 && w.Code != 403 && w.Code != 404 {
			t.Fatalf("%q: got %d %s", text, w.Code, w.Body)
		}
	})
}

package exchange_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/exchange"
	"github.com/portico-emulator/portico/emulator/internal/api"
)

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

// filled is a row's path with the values in the places of its parameters, one after the other.
func filled(op *api.Operation, values ...string) string {
	from := strings.TrimSuffix(assets, "/assets/")
	if op.Base != "" {
		from = op.Base
	}
	return from + placeholder.ReplaceAllStringFunc(op.Path, func(string) string {
		v := values[0]
		values = append(values[1:], v)
		return url.PathEscape(v)
	})
}

// hold answers a request and checks what every answer has in common: no internal error, refusals in the one envelope, and
// after a refusal the same shares as before.
func hold(t *testing.T, h http.Handler, r *http.Request) {
	t.Helper()
	c := client{t, h, "portico-anypoint-admin"}
	before := c.get("/_portico/state/mulesoft.asset-share").body
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := answer{status: w.Code, body: w.Body.String()}
	media := w.Header().Get("Content-Type")
	switch {
	case w.Code >= 500:
		t.Fatalf("%s %s: got %d %s", r.Method, r.URL, w.Code, w.Body)
	case w.Code >= 400:
		if media != "application/json" || a.get("status").Int() != int64(w.Code) || a.get("message").Str == "" || !a.get("details").IsObject() {
			t.Fatalf("%s %s: got %d %s as %q", r.Method, r.URL, w.Code, w.Body, media)
		}
		if after := c.get("/_portico/state/mulesoft.asset-share").body; after != before {
			t.Fatalf("%s %s was refused: got %s afterwards, want %s", r.Method, r.URL, after, before)
		}
	case (w.Body.Len() == 0) != (media == ""):
		t.Fatalf("%s %s: got %d bytes as %q", r.Method, r.URL, w.Body.Len(), media)
	}
}

func FuzzBody(f *testing.F) {
	ops := exchange.Vendor().Operations
	for i := range ops {
		for _, body := range []string{
			``, `{}`, `[]`, `null`, `"x"`, list(one(john, "viewer"), one(doe, "admin")), list(one(john, "viewer"), one(strings.ToUpper(john), "admin")),
			list(one(alien, "viewer")), `[{"userId": "x", "role": 7}, null]`, `{"query": "x", "variables": {"accessToken": "portico-anypoint-admin", "searchText": "api", "limit": -1, "offset": 1e30, "organizationIds": [7]}}`,
			`{"variables": {"accessToken": "", "organizationIds": {}, "searchText": null, "limit": "x"}}`, "[\"\xff\"]",
		} {
			f.Add(byte(i), []byte(body), "application/json")
		}
		f.Add(byte(i), []byte(`[]`), "text/plain")
	}
	f.Fuzz(func(t *testing.T, row byte, body []byte, media string) {
		op := &ops[int(row)%len(ops)]
		r := httptest.NewRequest(op.Method, filled(op, "com.example", "payment-api", "1.0.0"), bytes.NewReader(body))
		r.Header["Content-Type"] = []string{media}
		r.Header.Set("Authorization", "portico-anypoint-admin")
		hold(t, start(t), r)
	})
}

func FuzzHeaders(f *testing.F) {
	ops := exchange.Vendor().Operations
	for i := range ops {
		for _, credential := range []string{"", "portico-anypoint-admin", "Bearer portico-anypoint-viewer", "bearer", "Basic fn5+Q2xpZW50fn5+Og==", "Basic x", "\x00", "Bearer  x"} {
			f.Add(byte(i), "search=x&%zz", credential, "application/json")
		}
	}
	f.Fuzz(func(t *testing.T, row byte, query, credential, accept string) {
		op := &ops[int(row)%len(ops)]
		r := httptest.NewRequest(op.Method, filled(op, "com.example", "payment-api", "1.0.0"), strings.NewReader("[]"))
		r.URL.RawQuery = query
		r.Header["Authorization"], r.Header["Accept"] = []string{credential}, []string{accept}
		hold(t, start(t), r)
	})
}

func FuzzPath(f *testing.F) {
	ops := exchange.Vendor().Operations
	for i := range ops {
		f.Add(byte(i), "com.example", "payment-api", "1.0.0", "")
		f.Add(byte(i), "a/b", "%", "..", "/")
		f.Add(byte(i), finance, "\x00", "users", "//")
		f.Add(byte(i), commerce, "ключ", " ", "/%2f/%zz?x#y")
	}
	f.Fuzz(func(t *testing.T, row byte, first, second, third, tail string) {
		op := &ops[int(row)%len(ops)]
		target, err := url.Parse(filled(op, first, second, third) + tail)
		if err != nil || target.Host != "" || !regexp.MustCompile(`^/(exchange/api/v1|graph|cli)/`).MatchString(target.Path) {
			return
		}
		r := httptest.NewRequest(op.Method, "/", strings.NewReader("[]"))
		r.URL = target
		r.Header.Set("Authorization", "portico-anypoint-admin")
		hold(t, start(t), r)
	})
}

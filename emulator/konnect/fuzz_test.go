package konnect_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/konnect"
)

// here are the objects of the fixture that path parameters are filled with.
var here = map[string]string{
	"portalId": portalA, "developerId": jane, "teamId": partner, "roleId": "8350205f-a305-4e39-abe9-bc082a80091a",
	"applicationId": app1, "registrationId": app1, "apiProductId": payments, "apiProductVersionId": paymentsV1,
	"productVersionId": paymentsV1, "id": james,
}

// rows are the operations of the table that have a certain form.
func rows(which func(*api.Operation) bool) []api.Operation {
	var out []api.Operation
	for _, op := range konnect.Vendor().Operations {
		if which(&op) {
			out = append(out, op)
		}
	}
	return out
}

// filled is a row's path with the values in the places of its parameters, one after the other.
func filled(op *api.Operation, value func(name string) string) string {
	return "/v2" + placeholder.ReplaceAllStringFunc(op.Path, func(p string) string { return value(strings.Trim(p, "{}")) })
}

// hold answers a request and checks what every answer has in common: no internal error, a body in its own media type,
// and after a refusal as many documents of each kind as before.
func hold(t *testing.T, h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	r.Header.Set("Authorization", "Bearer "+adminToken)
	before := send(h, "GET", "/_portico/state", "").Body.String()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	media := w.Header().Get("Content-Type")
	switch {
	case w.Code >= 500:
		t.Fatalf("%s %s: got %d %s, want no internal error", r.Method, r.URL, w.Code, w.Body)
	case w.Code >= 400:
		if media != "application/problem+json; charset=utf-8" {
			t.Fatalf("%s %s: got %d as %q, want a problem document", r.Method, r.URL, w.Code, media)
		}
		if after := send(h, "GET", "/_portico/state", "").Body.String(); after != before {
			t.Fatalf("%s %s was refused: got the documents %s, want %s", r.Method, r.URL, after, before)
		}
	case (w.Body.Len() == 0) != (media == ""):
		t.Fatalf("%s %s: got %d bytes as %q, want both or neither", r.Method, r.URL, w.Body.Len(), media)
	}
	return w
}

func FuzzBody(f *testing.F) {
	ops := rows(func(op *api.Operation) bool { return op.Body != "" })
	for i, op := range ops {
		for _, body := range []string{
			``, `{}`, `[]`, `null`, `"x"`, `{"name": "x"}`, `{"id": "` + jim + `"}`, `{"status": "approved"}`, `{"labels": {"a": null, "1": "b"}}`,
			`{"data": [{"team_id": "` + root + `", "groups": ["a", "a"]}]}`, `{"api_products": {"` + orders + `": null}}`,
			`{"oidc_client_id": "x", "oidc_auth_enabled": true}`, `{"type": "saml", "config": {"idp_metadata_url": "x"}}`,
			`{"images": {"logo": {"data": "data:image/png;base64,AAAA"}}}`, "{\"name\": \"\xff\"}", `{"name": "\ud800", "name": 1}`, `{"custom_domain": "a.b"}`,
		} {
			f.Add(byte(i), []byte(body), "application/json")
		}
		f.Add(byte(i), []byte(`{}`), "text/"+op.ID)
	}
	f.Fuzz(func(t *testing.T, row byte, body []byte, media string) {
		op := &ops[int(row)%len(ops)]
		r := httptest.NewRequest(op.Method, filled(op, func(name string) string { return here[name] }), bytes.NewReader(body))
		r.Header["Content-Type"] = []string{media}
		hold(t, start(t), r)
	})
}

func FuzzQuery(f *testing.F) {
	ops := rows(func(*api.Operation) bool { return true })
	for i, op := range ops {
		f.Add(byte(i), "force=true&force=1")
		if op.List == nil {
			continue
		}
		f.Add(byte(i), "page[size]=1&page%5Bnumber%5D=2147483647&sort=created_at+desc,name")
		f.Add(byte(i), "page[size]=&sort=%00,&filter[=&filter[]=&filter[][]=&filter=x;y&%zz")
		for _, field := range op.List.Filter {
			f.Add(byte(i), "filter["+field.Name+"]=true&filter["+field.Name+"]=x&filter["+field.Name+"][oeq]=,&filter["+field.Name+"][contains]=%ff")
		}
	}
	f.Fuzz(func(t *testing.T, row byte, query string) {
		op := &ops[int(row)%len(ops)]
		r := httptest.NewRequest(op.Method, filled(op, func(name string) string { return here[name] }), http.NoBody)
		if op.Body != "" {
			r = httptest.NewRequest(op.Method, r.URL.Path, strings.NewReader("{}"))
		}
		r.URL.RawQuery = query
		hold(t, start(t), r)
	})
}

func FuzzPath(f *testing.F) {
	ops := rows(func(*api.Operation) bool { return true })
	for i := range ops {
		f.Add(byte(i), portalA, jane, app1, "")
		f.Add(byte(i), strings.ToUpper(portalA), "%", "/", "/")
		f.Add(byte(i), publicPortal, "..", "\x00", "//")
		f.Add(byte(i), portalA+"/"+jane, "ключ", " ", "/%2f/%zz?x#y")
	}
	f.Fuzz(func(t *testing.T, row byte, first, second, third, tail string) {
		op := &ops[int(row)%len(ops)]
		ids := []string{first, second, third}
		plain := filled(op, func(string) string {
			id := ids[0]
			ids = append(ids[1:], id)
			return url.PathEscape(id)
		}) + tail
		target, err := url.Parse(plain)
		if err != nil || !strings.HasPrefix(target.Path, "/v2/") || target.Host != "" {
			return // no client can send it
		}
		r := httptest.NewRequest(op.Method, "/", strings.NewReader(`{"name": "x", "status": "approved"}`))
		r.URL = target
		hold(t, start(t), r)
	})
}

// FuzzPatch sends one PATCH after the other, a line each, to one portal. Each of them is taken whole or not at all, and
// one that was taken changes nothing the second time.
func FuzzPatch(f *testing.F) {
	f.Add("{\"name\": \"x\"}\n{\"name\": \"Public Portal\"}\n{\"labels\": {\"a\": \"b\", \"env\": null}}\n{\"labels\": null}")
	f.Add("{\"custom_domain\": null}\n{\"custom_client_domain\": null}\n{\"custom_domain\": null}\n{\"custom_client_domain\": \"a.b\"}")
	f.Add("{\"description\": null}\n{\"description\": \"\\u0000\\ud83d\\ude00\"}\n{\"is_public\": true, \"is_public\": false}\n{}")
	f.Add("{\"default_application_auth_strategy_id\": \"" + nowhere + "\"}\n{\"default_application_auth_strategy_id\": null}\n[]\n\n{")
	f.Fuzz(func(t *testing.T, bodies string) {
		h, path := start(t), portalsPath+portalA
		for _, body := range strings.SplitN(bodies, "\n", 12) {
			patch := func() *httptest.ResponseRecorder {
				return hold(t, h, httptest.NewRequest("PATCH", path, strings.NewReader(body)))
			}
			before := send(h, "GET", path, "").Body.String()
			w := patch()
			now := send(h, "GET", path, "").Body.String()
			switch {
			case w.Code != 200 && now != before:
				t.Fatalf("%q was refused: got %s afterwards, want %s", body, now, before)
			case w.Code == 200 && now != w.Body.String():
				t.Fatalf("%q: got %s, want what is shown afterwards: %s", body, w.Body, now)
			case w.Code != 200:
				continue
			}
			if again := patch(); again.Code != 200 || again.Body.String() != now {
				t.Fatalf("%q for the second time: got %d %s, want 200 %s", body, again.Code, again.Body, now)
			}
		}
	})
}

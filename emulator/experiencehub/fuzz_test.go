package experiencehub_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/experiencehub"
	"github.com/portico-emulator/portico/emulator/internal/api"
)

// rows are the operations of the table that have a certain form.
func rows(which func(*api.Operation) bool) []api.Operation {
	var out []api.Operation
	for _, op := range experiencehub.Vendor().Operations {
		if which(&op) {
			out = append(out, op)
		}
	}
	return out
}

// hold answers a request and checks what every answer has in common: no internal error, refusals in the one envelope, and
// after a refusal the same documents as before.
func hold(t *testing.T, h http.Handler, r *http.Request) {
	t.Helper()
	c := client{t, h, "portico-anypoint-admin"}
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer portico-anypoint-admin")
	}
	before := c.some()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := answer{status: w.Code, body: w.Body.String()}
	media := w.Header().Get("Content-Type")
	switch {
	case w.Code >= 500:
		t.Fatalf("%s %s: got %d %s", r.Method, r.URL, w.Code, w.Body)
	case w.Code >= 400:
		if media != "application/json" || a.get("status").Int() != int64(w.Code) || a.get("name").Str == "" || a.get("message").Str == "" {
			t.Fatalf("%s %s: got %d %s as %q", r.Method, r.URL, w.Code, w.Body, media)
		}
		if c.some() != before {
			t.Fatalf("%s %s was refused: got other documents afterwards", r.Method, r.URL)
		}
	case (w.Body.Len() == 0) != (media == ""):
		t.Fatalf("%s %s: got %d bytes as %q", r.Method, r.URL, w.Body.Len(), media)
	}
	for _, path := range []string{groups, assets + "/" + finance + "/invoice-api"} {
		if got := c.call("GET", path, "").status; got >= 500 {
			t.Fatalf("GET %s after %s %s: got %d", path, r.Method, r.URL, got)
		}
	}
}

// some is enough of the state to see that something has changed: how much there is of each kind, and what nests most.
func (c client) some() string {
	return c.get("/_portico/state").body + c.get("/_portico/state/experience-hub.portal-asset").body + c.get("/_portico/state/experience-hub.user-group").body
}

func FuzzBody(f *testing.F) {
	ops := rows(func(op *api.Operation) bool { return op.Body != "" })
	for i, op := range ops {
		for _, body := range []string{
			``, `{}`, `[]`, `null`, `"x"`, good[op.ID], `{"name": "x", "description": "", "parentUserGroupId": "` + gold + `"}`,
			`["` + gold + `", "` + strings.ToUpper(everyone) + `"]`, `{"userGroupIds": ["` + gold + `"]}`, `{"groupMappingName": "a/b", "idpId": "` + sso + `"}`,
			`[{"assetId": "payment-api", "groupId": "com.example"}, {"assetId": "order-api", "groupId": "com.example"}]`,
			`{"searchTerm": "a", "categories": ["x:y"], "tags": [""], "sort": {"direction": "ASC", "criteria": "NAME"}, "userGroupId": "` + gold + `", "showInherited": true}`,
			`{"minorVersions": [{"minorVersion": "v01", "profileVisibility": ["` + gold + `"]}], "instancesVisibility": "All"}`,
			`{"minorVersions": [{"minorVersion": "99999999999999999999"}]}`, "{\"name\": \"\xff\"}", `{"name": "\ud800", "name": 1}`,
			`{"username": "admin", "password": "portico-password-admin"}`, `{"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}`,
		} {
			f.Add(byte(i), []byte(body), "application/json")
		}
		f.Add(byte(i), []byte(`username=%zz&password&=;`), "application/x-www-form-urlencoded")
		f.Add(byte(i), []byte(`{}`), "text/"+op.ID)
	}
	f.Fuzz(func(t *testing.T, row byte, body []byte, media string) {
		op := &ops[int(row)%len(ops)]
		r := httptest.NewRequest(op.Method, at(op), bytes.NewReader(body))
		r.Header["Content-Type"] = []string{media}
		hold(t, start(t), r)
	})
}

func FuzzQueryAndHeaders(f *testing.F) {
	ops := rows(func(*api.Operation) bool { return true })
	for i := range ops {
		f.Add(byte(i), "searchTerm=a&isActive=true", "10", "5", "", "Bearer portico-anypoint-admin")
		f.Add(byte(i), "searchTerm=%ff%00&isActive=", "-1", "2147483648", root, "Bearer portico-anypoint-portal-admin")
		f.Add(byte(i), "searchTerm=a&searchTerm=b&isActive=1&%zz;x", "0", "2147483647", foreign, "Bearer portico-anypoint-users-approver")
		f.Add(byte(i), "", "1", "2147483647", "", "Bearer portico-anypoint-admin")
		f.Add(byte(i), "&&=&a[b]=c", " 1", "+1", finance, "portico-anypoint-admin")
	}
	f.Fuzz(func(t *testing.T, row byte, query, limit, from, org, credential string) {
		op := &ops[int(row)%len(ops)]
		r := httptest.NewRequest(op.Method, at(op), strings.NewReader(good[op.ID]))
		r.URL.RawQuery = query
		for name, value := range map[string]string{"X-Limit": limit, "X-From": from, "X-Offset": from, "X-Anypnt-Org-Id": org, "Authorization": credential} {
			r.Header[name] = []string{value}
		}
		hold(t, start(t), r)
	})
}

func FuzzPath(f *testing.F) {
	ops := rows(func(*api.Operation) bool { return true })
	for i := range ops {
		f.Add(byte(i), connection, portal, developers, idp, "API Developers", "")
		f.Add(byte(i), strings.ToUpper(connection), site, "%", "/", "a+b/c", "/")
		f.Add(byte(i), sandbox, uat, "..", "\x00", "", "//")
		f.Add(byte(i), connection, portal, "com.example", "payment-api", "ключ", "/%2f/%zz?x#y")
		f.Add(byte(i), connection, portal, jane, maria, " ", "")
	}
	f.Fuzz(func(t *testing.T, row byte, first, second, third, fourth, fifth, tail string) {
		op := &ops[int(row)%len(ops)]
		ids := []string{first, second, third, fourth, fifth}
		target, err := url.Parse(filled(op, func(string) string {
			id := ids[0]
			ids = append(ids[1:], id)
			return url.PathEscape(id)
		}) + tail)
		if err != nil || target.Host != "" || !strings.HasPrefix(target.Path, base+"/") && !strings.HasPrefix(target.Path, "/accounts/") {
			return
		}
		r := httptest.NewRequest(op.Method, "/", strings.NewReader(good[op.ID]))
		r.URL = target
		hold(t, start(t), r)
	})
}

// FuzzVisibility sends one PATCH after the other, a line each. Each is taken whole or not at all, and one that was taken
// changes nothing the second time.
func FuzzVisibility(f *testing.F) {
	f.Add(`{"minorVersions": [{"minorVersion": "1", "profileVisibility": ["` + gold + `"]}]}` + "\n" + `{"minorVersions": [{"minorVersion": "v2", "profileVisibility": []}], "instancesVisibility": "All"}`)
	f.Add(`{"minorVersions": [{"minorVersion": "v001"}, {"minorVersion": "2", "profileVisibility": null}]}` + "\n{}\n[]\n\n{")
	f.Fuzz(func(t *testing.T, bodies string) {
		c := client{t, start(t), "portico-anypoint-admin"}
		path := assets + "/" + finance + "/invoice-api"
		for _, body := range strings.SplitN(bodies, "\n", 8) {
			before := c.get(path).body
			a := c.call("PATCH", path, body)
			now := c.get(path).body
			switch {
			case a.status >= 500:
				t.Fatalf("%q: got %d %s", body, a.status, a.body)
			case a.status != 200 && now != before:
				t.Fatalf("%q was refused: got %s afterwards, want %s", body, now, before)
			case a.status != 200:
				continue
			}
			if again := c.call("PATCH", path, body); again.status != 200 || c.get(path).body != now {
				t.Fatalf("%q for the second time: got %d %s", body, again.status, c.get(path).body)
			}
		}
	})
}

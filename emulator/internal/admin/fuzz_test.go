package admin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
)

// FuzzAdmin proves that nothing that is sent breaks the admin plane.
func FuzzAdmin(f *testing.F) {
	f.Add(uint8(1), "worlds", "", `{"name":"w","seed":1,"ttl":"1s","clock":"2026-01-01T00:00:00Z","from":"default"}`)
	f.Add(uint8(2), "clock", "", `{"now":"2026-01-01T00:00:00Z","frozen":false}`)
	f.Add(uint8(1), "clock/advance", "", `{"by":"-24h"}`)
	f.Add(uint8(1), "state/toy.book", "", `{"in":["`+shelfA+`"],"document":{"id":"x","author":"homer"}}`)
	f.Add(uint8(3), "state/toy.mark/iliad%2F1~12", "", `{"note":null,"page":"1/2"}`)
	f.Add(uint8(3), "state/toy.lamp/"+shelfA, "", `{"on":true}`)
	f.Add(uint8(4), "state/toy.shelf/"+shelfA, "", ``)
	f.Add(uint8(0), "operations", "vendor=toy&x=1", ``)
	f.Add(uint8(0), "openapi/toy.json", "", ``)
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	f.Fuzz(func(t *testing.T, method uint8, path, query, body string) {
		heap.Input(t)
		u, err := url.Parse("/_portico/" + path)
		if err != nil || strings.ContainsAny(path, "?#") {
			return
		}
		u.RawQuery = query
		r := &http.Request{Method: methods[int(method)%len(methods)], URL: u, Host: "localhost", Header: http.Header{}, Body: http.NoBody}
		if body != "" {
			r = httptest.NewRequestWithContext(t.Context(), r.Method, "/", strings.NewReader(body))
			r.URL = u
		}
		w := httptest.NewRecorder()
		newToy(t, "").ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s?%s %s: got %d %s", r.Method, path, query, body, w.Code, w.Body)
		}
	})
}

package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

// BenchmarkHandler measures the way of a request without a socket.
func BenchmarkHandler(b *testing.B) {
	e := start(b, emulator.Config{})
	b.Run("get", func(b *testing.B) { handle(b, e, "/v2/portals/"+portalA) })
	b.Run("list", func(b *testing.B) { handle(b, e, "/v2/portals/"+portalA+"/developers") })
	b.Run("create", func(b *testing.B) {
		r := httptest.NewRequest(http.MethodPost, "/v2/portals", nil)
		r.Header.Set("Authorization", "Bearer kpat_portico-admin")
		r.Header.Set("Content-Type", "application/json")
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i++
			body := `{"name":"Portal ` + strconv.Itoa(i) + `","description":"made by a benchmark","is_public":false,` +
				`"rbac_enabled":true,"auto_approve_applications":false,"auto_approve_developers":true,"custom_domain":"api.example.com",` +
				`"labels":{"env":"test"}}`
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
			w := discard{http.Header{}}
			e.ServeHTTP(w, r)
		}
	})
}

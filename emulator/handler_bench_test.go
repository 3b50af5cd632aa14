package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

// BenchmarkHandler measures the way of a request without a socket, for each vendor: what profiles are made of.
func BenchmarkHandler(b *testing.B) {
	for i := range races {
		r := &races[i]
		b.Run(r.vendor+"/"+r.what, func(b *testing.B) {
			e := start(b, emulator.Config{})
			r.fill(b, e)
			q := httptest.NewRequest(r.method, r.path, nil)
			r.head(q)
			q.Header.Set("Content-Type", "application/json")
			b.ReportAllocs()
			n := int64(0)
			for b.Loop() {
				n++
				if r.body != nil {
					body := r.body(n)
					q.Body, q.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
				}
				e.ServeHTTP(discard{http.Header{}}, q)
			}
		})
	}
}

package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/portico-emulator/portico/emulator"
)

// race is a call whose speed is compared with the floor: a bare gin handler that writes the same bytes, or for a call with
// a body decodes it, and encodes what it decoded.
type race struct {
	vendor, what         string
	method, path, header string               // of the header several lines
	body                 func(n int64) string // nil: none
	status               int
	crowd                int // developers to put into portal A first
}

const (
	bearer    = "Authorization: Bearer kpat_portico-admin"
	axwayAuth = "Authorization: Basic YXBpYWRtaW46Y2hhbmdlbWU="
	ibmAuth   = "Authorization: Bearer portico-admin"
	muleAuth  = "Authorization: Bearer portico-anypoint-admin"

	hubPortal = "/api-experience-hub/api/v1/connections/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/apiPortals/550e8400-e29b-41d4-a716-446655440000"
	hubUsers  = "/exchange/api/v1/assets/bbbbbbbb-0000-4000-8000-000000000003/shipping-api/users"
)

var races = []race{
	{vendor: "konnect", what: "get", method: "GET", path: "/v2/portals/" + portalA, header: bearer, status: 200},
	{vendor: "konnect", what: "list", method: "GET", path: "/v2/portals/" + portalA + "/developers?page%5Bsize%5D=10", header: bearer, status: 200, crowd: 1000},
	{vendor: "konnect", what: "write", method: "POST", path: "/v2/portals", header: bearer, status: 201, body: func(n int64) string {
		return fmt.Sprintf(`{"name":"Portal %d","description":"made by a benchmark","is_public":false,"rbac_enabled":true,`+
			`"auto_approve_applications":false,"auto_approve_developers":true,"custom_domain":"api.example.com","labels":{"env":"test"}}`, n)
	}},
	{vendor: "axway", what: "get", method: "GET", path: "/api/portal/v1.2/applications/b76a3e23-deca-49ab-9682-79cd503b7e3a", header: axwayAuth, status: 200},
	{vendor: "axway", what: "list", method: "GET", path: "/api/portal/v1.2/applications", header: axwayAuth, status: 200},
	{vendor: "axway", what: "write", method: "POST", path: "/api/portal/v1.2/applications", header: axwayAuth, status: 201, body: func(n int64) string {
		return fmt.Sprintf(`{"name":"App %d","description":"made by a benchmark","email":"support@example.com","phone":"+1 877-564-7700",`+
			`"organizationId":"f7842fdc-ab83-4bca-82c9-7eac76eeef99"}`, n)
	}},
	{vendor: "apiconnect", what: "get", method: "GET", path: "/consumer-api/apps/acme/weather-app", header: ibmAuth, status: 200},
	{vendor: "apiconnect", what: "list", method: "GET", path: "/consumer-api/orgs/acme/apps", header: ibmAuth, status: 200},
	{vendor: "apiconnect", what: "write", method: "POST", path: "/consumer-api/apps/acme/weather-app/credentials", header: ibmAuth, status: 201, body: func(n int64) string {
		return fmt.Sprintf(`{"title":"Credential %d","summary":"made by a benchmark"}`, n)
	}},
	// One call that makes two documents: an app is born with a credential.
	{vendor: "apiconnect", what: "write-two", method: "POST", path: "/consumer-api/orgs/acme/apps", header: ibmAuth, status: 201, body: func(n int64) string {
		return fmt.Sprintf(`{"title":"App %d","summary":"made by a benchmark","redirect_endpoints":["https://example.com/cb"]}`, n)
	}},
	{vendor: "experience-hub", what: "get", method: "GET", path: hubPortal + "/users/11111111-1111-4111-8111-000000000001", header: muleAuth, status: 200},
	{vendor: "experience-hub", what: "list", method: "GET", path: hubPortal + "/users", header: muleAuth + "\r\nX-Limit: 10", status: 200},
	// A portal has room for few groups, so that the write is a change.
	{vendor: "experience-hub", what: "write", method: "PATCH", path: hubPortal + "/userGroups/660e8400-e29b-41d4-a716-446655440001", header: muleAuth, status: 200, body: func(n int64) string {
		return fmt.Sprintf(`{"name":"Group %d","description":"changed by a benchmark"}`, n)
	}},
	{vendor: "exchange", what: "list", method: "GET", path: hubUsers, header: muleAuth, status: 200},
	{vendor: "exchange", what: "write", method: "PUT", path: hubUsers, header: muleAuth, status: 204, body: func(n int64) string {
		return fmt.Sprintf(`[{"userId":"99685226-c802-4fc6-8c7d-d159737784bb","role":"%s"}]`, []string{"viewer", "contributor"}[n%2])
	}},
}

// message is a request as bytes.
func (r *race) message(n int64) []byte {
	body := ""
	if r.body != nil {
		body = r.body(n)
	}
	return message(r.method, r.path, r.header, body)
}

// message is a request with a header as bytes.
func message(method, path, header, body string) []byte {
	return fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method, path, header, len(body), body)
}

// fill gives the emulator the documents that the call wants there.
func (r *race) fill(b *testing.B, e http.Handler) {
	b.Helper()
	for n := range r.crowd {
		post(b, e, "/_portico/state/konnect.developer", fmt.Sprintf(`{"in":["%s"],"document":{"email":"d%d@example.com","full_name":"Dev %d"}}`, portalA, n, n))
	}
}

// head gives a request the race's headers.
func (r *race) head(q *http.Request) {
	for line := range strings.SplitSeq(r.header, "\r\n") {
		name, value, _ := strings.Cut(line, ": ")
		q.Header.Set(name, value)
	}
}

// floor is the handler to compare with.
func (r *race) floor(b *testing.B, e http.Handler) http.Handler {
	b.Helper()
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	if r.body != nil {
		g.NoRoute(func(c *gin.Context) {
			var v any
			if json.NewDecoder(c.Request.Body).Decode(&v) != nil {
				c.Status(http.StatusBadRequest)
				return
			}
			c.JSON(r.status, v)
		})
		return g
	}
	path, _, _ := strings.Cut(r.path, "?")
	w := httptest.NewRecorder()
	q := httptest.NewRequest(r.method, r.path, nil)
	r.head(q)
	e.ServeHTTP(w, q)
	if w.Code != r.status {
		b.Fatalf("%s: got %d %s", r.path, w.Code, w.Body)
	}
	body, media := w.Body.Bytes(), w.Header().Get("Content-Type")
	g.Handle(r.method, path, func(c *gin.Context) { c.Data(r.status, media, body) })
	return g
}

// BenchmarkFloor compares each vendor's speed with the floor's, over real sockets. Both run in turns of some milliseconds,
// so that whatever else the machine does meets both; of-floor is the median over the turns. The name of this file puts it
// before other benchmarks, which leave fixtures of hundreds of megabytes behind that no server has.
func BenchmarkFloor(b *testing.B) {
	for i := range races {
		r := &races[i]
		b.Run(r.vendor+"/"+r.what, func(b *testing.B) {
			e := start(b, emulator.Config{})
			r.fill(b, e)
			ratio, took := compete(b, r, r.floor(b, e), e)
			b.ReportMetric(ratio, "of-floor")
			b.ReportMetric(took, "µs/call")
		})
	}
}

// compete has two handlers answer the same calls in turns, and tells how fast the second is, compared with the first, and
// how long a call of the second takes, in µs.
func compete(b *testing.B, r *race, first, second http.Handler) (ratio, took float64) {
	b.Helper()
	one, other := serve(b, first), serve(b, second)
	var n atomic.Int64
	turn(b, one, r, &n) // warm
	turn(b, other, r, &n)
	b.ResetTimer()
	var ratios, times []float64
	turns := 1
	if b.N > 1 { // the first time, only how long a turn takes is asked
		turns = max(enough, b.N/(each*len(one)))
	}
	for i := range turns {
		var f, p time.Duration
		if i%2 == 0 {
			f = turn(b, one, r, &n)
			p = turn(b, other, r, &n)
		} else {
			p = turn(b, other, r, &n)
			f = turn(b, one, r, &n)
		}
		ratios = append(ratios, f.Seconds()/p.Seconds())
		times = append(times, float64(p.Microseconds())/float64(each*len(one)))
	}
	b.ReportMetric(0, "ns/op") // of two handlers says nothing
	return median(ratios), median(times)
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// serve listens, and gives connections, one for each processor.
func serve(b *testing.B, h http.Handler) []*wire {
	b.Helper()
	s := httptest.NewServer(h)
	b.Cleanup(s.Close)
	var out []*wire
	for range runtime.GOMAXPROCS(0) {
		w := dial(b, strings.TrimPrefix(s.URL, "http://"))
		b.Cleanup(func() { _ = w.conn.Close() })
		out = append(out, w)
	}
	return out
}

// each is how many requests of a connection make a turn, enough how many turns the least that make a median.
const (
	each   = 100
	enough = 150
)

// turn sends requests over all connections at once and tells how long that took.
func turn(b *testing.B, wires []*wire, r *race, n *atomic.Int64) time.Duration {
	b.Helper()
	var group sync.WaitGroup
	began := time.Now()
	for _, w := range wires {
		group.Go(func() {
			for range each {
				if got, err := w.do(r.message(n.Add(1))); err != nil || got != r.status {
					b.Errorf("%s %s: got %d %v, want %d", r.method, r.path, got, err, r.status)
					return
				}
			}
		})
	}
	group.Wait()
	return time.Since(began)
}

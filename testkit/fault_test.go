package testkit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

var still = testkit.Clock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))

// read gets a URL as the administrator and gives what a client sees: status, body, error.
func read(ctx context.Context, c *http.Client, header, url string) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Authorization", header)
	res, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return res.StatusCode, string(data), err
}

// Each wire fault, as Go's client sees it over a socket and in memory, as curl sees it, and as Node's fetch does.
func TestWireFaults(t *testing.T) {
	t.Parallel()
	type seen struct {
		err  error  // Go
		curl int    // exit code
		node string // cause of the error, or the state of the body
	}
	for wire, want := range map[string]seen{
		"reset":           {syscall.ECONNRESET, 56, "ECONNRESET"},
		"empty":           {io.EOF, 52, "UND_ERR_SOCKET"},
		"truncate":        {io.ErrUnexpectedEOF, 18, "UND_ERR_SOCKET"},
		"malformed-chunk": {nil, 56, "HPE_INVALID_CHUNK_SIZE"},
		"garbage":         {nil, 0, "SyntaxError"},
		"dribble":         {nil, 0, "ok"},
		"hang":            {context.DeadlineExceeded, 28, "TimeoutError"},
	} {
		t.Run(wire, func(t *testing.T) {
			t.Parallel()
			p := testkit.Start(t, still)
			url, header := p.URL("konnect")+"/portal-roles", p.Header("konnect", "admin")
			_, whole, err := read(t.Context(), p.Client(), header, url)
			if err != nil {
				t.Fatal(err)
			}
			p.Fault(testkit.Fault{On: "konnect.list-portal-roles", Give: testkit.Give{Wire: wire}})
			for name, client := range map[string]*http.Client{"socket": {Transport: &http.Transport{DisableKeepAlives: true}}, "memory": p.Client()} {
				ctx, cancel := context.WithTimeout(t.Context(), patience(wire))
				status, body, err := read(ctx, client, header, url)
				cancel()
				switch {
				case wire == "malformed-chunk":
					if err == nil {
						t.Errorf("%s: got %d %s and no error", name, status, body)
					}
				case !errors.Is(err, want.err):
					t.Errorf("%s: got %v, want %v", name, err, want.err)
				case wire == "dribble" && body != whole, wire == "garbage" && (body == whole || len(body) != len(whole)),
					wire == "truncate" && (body == "" || !strings.HasPrefix(whole, body)):
					t.Errorf("%s: got %d %q", name, status, body)
				}
			}
			t.Run("curl", func(t *testing.T) {
				t.Parallel()
				if got := curl(t, url, header, patience(wire)); got != want.curl {
					t.Errorf("got exit code %d, want %d", got, want.curl)
				}
			})
			t.Run("node", func(t *testing.T) {
				t.Parallel()
				if got := node(t, url, header, patience(wire)); got != want.node {
					t.Errorf("got %s, want %s", got, want.node)
				}
			})
		})
	}
}

// patience is how long a client waits: little for an answer that never comes.
func patience(wire string) time.Duration {
	if wire == "hang" {
		return 500 * time.Millisecond
	}
	return 20 * time.Second
}

// need skips a test on a machine without a program that only the test needs.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
}

func curl(t *testing.T, url, header string, most time.Duration) int {
	t.Helper()
	need(t, "curl")
	cmd := exec.CommandContext(t.Context(), "curl", "-s", "-o", "/dev/null", "--max-time", fmt.Sprint(most.Seconds()), "-H", "Authorization: "+header, url)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

func node(t *testing.T, url, header string, most time.Duration) string {
	t.Helper()
	need(t, "node")
	const script = `
const [url, authorization, most] = process.argv.slice(1);
try {
  const r = await fetch(url, {headers: {authorization}, signal: AbortSignal.timeout(+most)});
  await r.json();
  console.log("ok");
} catch (e) {
  console.log(e.cause?.code ?? e.name);
}`
	cmd := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", script, url, header, fmt.Sprint(most.Milliseconds()))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("node: %v\n%s", err, out.String())
	}
	return strings.TrimSpace(out.String())
}

// Neutral words come out in the vendor's own envelope, for every vendor.
func TestWords(t *testing.T) {
	t.Parallel()
	for vendor, words := range map[string]map[string]string{
		"konnect": {
			"unauthorized": `401 {"status":401,"title":"Unauthorized","instance":"…","detail":"Unauthorized"}`,
			"forbidden":    `403 {"status":403,"title":"Forbidden","instance":"…","detail":"You do not have permission to perform this action"}`,
			"not-found":    `404 {"status":404,"title":"Not Found","instance":"…","detail":"Not Found"}`,
			"conflict":     `409 {"status":409,"title":"Conflict","instance":"…","detail":"Conflict"}`,
			"invalid":      `400 {"status":400,"title":"Invalid Request","instance":"…","detail":"Invalid Parameters"}`,
			"rate-limited": `429 {"status":429,"title":"Rate Limited","instance":"…","detail":"Too many requests"}`,
			"timeout":      `504 {"status":504,"title":"Gateway Timeout","instance":"…","detail":"Gateway Timeout"}`,
			"internal":     `500 {"status":500,"title":"Internal","instance":"…","detail":"An unexpected error occurred"}`,
			"unavailable":  `503 {"status":503,"title":"Service Unavailable","instance":"…","detail":"Service Unavailable"}`,
		},
		"axway": {
			"unauthorized": `401 {"errors":[{"code":102,"message":"Authorization required"}]}`,
			"forbidden":    `403 {"errors":[{"code":403,"message":"You do not have permission to access this resource"}]}`,
			"not-found":    `404 {"errors":[{"code":102,"message":"The entity could not be found.  Please refresh your session."}]}`,
			"conflict":     `409 {"errors":[{"code":102,"message":"resource already exists"}]}`,
			"invalid":      `400 {"errors":[{"code":102,"message":"the request is not valid"}]}`,
			"rate-limited": `429 {"errors":[{"code":429,"message":"Too many requests"}]}`,
			"timeout":      `504 {"errors":[{"code":504,"message":"Gateway timeout"}]}`,
			"internal":     `500 {"errors":[{"code":500,"message":"Internal server error"}]}`,
			"unavailable":  `503 {"errors":[{"code":503,"message":"Service unavailable"}]}`,
		},
		"apiconnect": {
			"unauthorized": `401 {"status":401,"message":["authentication is required"]}`,
			"forbidden":    `403 {"status":403,"message":["permission denied"]}`,
			"not-found":    `404 {"status":404,"message":["not found"]}`,
			"conflict":     `409 {"status":409,"message":["conflict"]}`,
			"invalid":      `400 {"status":400,"message":["the request is not valid"]}`,
			"rate-limited": `429 {"status":429,"message":["too many requests"]}`,
			"timeout":      `408 {"status":408,"message":["the request timed out"]}`,
			"internal":     `500 {"status":500,"message":["the request could not be processed"]}`,
			"unavailable":  `503 {"status":503,"message":["the service is unavailable"]}`,
		},
		"experience-hub": {
			"unauthorized": `401 {"name":"Unauthorized","status":401,"message":"Authentication is required"}`,
			"forbidden":    `403 {"name":"Forbidden","status":403,"message":"permission denied"}`,
			"not-found":    `404 {"name":"NotFound","status":404,"message":"not found"}`,
			"conflict":     `400 {"name":"BadRequest","status":400,"message":"conflict","details":[{"message":"conflict","arguments":[{"field":"body"}]}]}`,
			"invalid":      `400 {"name":"BadRequest","status":400,"message":"Request validation failed"}`,
			"rate-limited": `429 {"name":"TooManyRequests","status":429,"message":"Too many requests"}`,
			"timeout":      `504 {"name":"GatewayTimeout","status":504,"message":"The upstream service did not answer in time"}`,
			"internal":     `500 {"name":"InternalServerError","status":500,"message":"An unexpected error occurred"}`,
			"unavailable":  `503 {"name":"ServiceUnavailable","status":503,"message":"The service is unavailable"}`,
		},
		"exchange": {
			"unauthorized": `401 {"status":401,"message":"Unauthorized","details":{}}`,
			"forbidden":    `403 {"status":403,"message":"Unauthorized","details":{}}`,
			"not-found":    `404 {"status":404,"message":"Not Found","details":{}}`,
			"conflict":     `400 {"status":400,"message":"Bad Request","details":{}}`,
			"invalid":      `400 {"status":400,"message":"Bad Request","details":{}}`,
			"rate-limited": `429 {"status":429,"message":"Too Many Requests","details":{}}`,
			"timeout":      `504 {"status":504,"message":"Gateway Timeout","details":{}}`,
			"internal":     `500 {"status":500,"message":"Internal Server Error","details":{}}`,
			"unavailable":  `503 {"status":503,"message":"Service Unavailable","details":{}}`,
		},
	} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			for word, want := range words {
				w := testkit.Start(t, still)
				w.Fault(testkit.Fault{On: vendor + ".*", Give: testkit.Give{Error: word, RetryAfter: testkit.Duration(7 * time.Second)}})
				a := (&client{T: t, w: w, vendor: vendor, auth: w.Header(vendor, "admin")}).read()
				if got := fmt.Sprint(a.status, " ", blurred(a.body)); got != want {
					t.Errorf("%s: got %s, want %s", word, got, want)
				}
				if got := a.header.Get("Retry-After"); got != "7" {
					t.Errorf("%s: got Retry-After %q, want 7", word, got)
				}
			}
		})
	}
}

// blurred is a problem document without its trace.
func blurred(body string) string {
	head, rest, ok := strings.Cut(body, `"instance":"`)
	if !ok {
		return body
	}
	_, tail, _ := strings.Cut(rest, `"`)
	return head + `"instance":"…"` + tail
}

// Which matching calls a rule acts on.
func TestPlans(t *testing.T) {
	t.Parallel()
	odds, never := 0.5, 0.0
	for name, tt := range map[string]struct {
		fault testkit.Fault
		want  string // . passes, x fails
	}{
		"always":             {testkit.Fault{}, "xxxxxxxx"},
		"plan":               {testkit.Fault{Plan: []string{"pass", "fail", "fail", "pass"}}, ".xx....."},
		"plan ends in fail":  {testkit.Fault{Plan: []string{"pass", "fail"}}, ".xxxxxxx"},
		"after":              {testkit.Fault{After: 3}, "...xxxxx"},
		"times":              {testkit.Fault{Times: 2}, "xx......"},
		"every":              {testkit.Fault{Every: 3}, "..x..x.."},
		"after, every, once": {testkit.Fault{After: 2, Every: 2, Times: 1}, "...x...."},
		"odds":               {testkit.Fault{Odds: &odds}, "x.xxx.xx"},
		"odds of 0":          {testkit.Fault{Odds: &never, Optional: true}, "........"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := testkit.Start(t)
			tt.fault.On, tt.fault.Name, tt.fault.Give.Status = "konnect.list-portals", "test", 503
			for range 2 { // arming again after a reset repeats the run
				f := w.Fault(tt.fault)
				var got strings.Builder
				for range 8 {
					status, _ := call(t, w.Client(), w.Header("konnect", "admin"), "GET", w.Base("konnect")+"/portals", "")
					got.WriteByte(map[bool]byte{true: 'x', false: '.'}[status == 503])
				}
				if got.String() != tt.want {
					t.Errorf("got %s, want %s", got.String(), tt.want)
				}
				if hits, fired := f.Hits(), f.Fired(); hits != 8 || fired != strings.Count(tt.want, "x") {
					t.Errorf("got %d hits, %d fired, want 8, %d", hits, fired, strings.Count(tt.want, "x"))
				}
				w.Reset()
			}
		})
	}
}

// Conditions that must all hold.
func TestConditions(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t)
	f := w.Fault(testkit.Fault{
		On: "konnect.update-developer",
		When: &testkit.When{
			Header:   map[string]string{"X-Trace": "abc"},
			Query:    map[string]string{"dry": "1"},
			Path:     map[string]string{"portalId": portalA},
			Body:     map[string]any{"$.status": testkit.Matches("^appr")},
			Document: map[string]any{"$['status']": "pending"},
		},
		Give: testkit.Give{Error: "unavailable", RetryAfter: testkit.Duration(1500 * time.Millisecond)},
	})
	const jim = "df120cb4-f60b-47bc-a2f8-6a28e6a3c63b" // pending
	const jane = "5f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	for _, tt := range []struct {
		name, developer, query, trace, body string
		want                                int
	}{
		{"all hold", jim, "?dry=1", "abc", `{"status":"approved"}`, 503},
		{"another document", jane, "?dry=1", "abc", `{"status":"approved"}`, 200},
		{"another query", jim, "?dry=2", "abc", `{"status":"pending"}`, 200},
		{"another header", jim, "?dry=1", "abd", `{"status":"pending"}`, 200},
		{"another body", jim, "?dry=1", "abc", `{"status":"rejected"}`, 200},
		{"the document has changed", jim, "?dry=1", "abc", `{"status":"approved"}`, 200},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch,
			w.Base("konnect")+"/portals/"+portalA+"/developers/"+tt.developer+tt.query, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", w.Header("konnect", "admin"))
		r.Header.Set("X-Trace", tt.trace)
		res, err := w.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, res.StatusCode, tt.want)
		}
		if after := res.Header.Get("Retry-After"); tt.want == 503 && after != "2" {
			t.Errorf("Retry-After: got %q, want 2", after)
		}
	}
	if f.Hits() != 1 || f.Fired() != 1 {
		t.Errorf("got %d hits, %d fired, want 1, 1", f.Hits(), f.Fired())
	}
}

// At stage before nothing has happened; at stage after the write is there and its answer is lost.
func TestStages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		stage string
		give  testkit.Give
		kept  bool
	}{
		{"error before", "before", testkit.Give{Error: "unavailable"}, false},
		{"error after", "after", testkit.Give{Error: "unavailable"}, true},
		{"reset before", "before", testkit.Give{Wire: "reset"}, false},
		{"reset after", "after", testkit.Give{Wire: "reset"}, true},
		{"truncated before", "before", testkit.Give{Wire: "truncate"}, false},
		{"truncated after", "after", testkit.Give{Wire: "truncate"}, true},
		{"patched before", "before", testkit.Give{Patch: []testkit.PatchStep{{Op: "remove", Path: "/id"}}}, false},
		{"patched after", "after", testkit.Give{Patch: []testkit.PatchStep{{Op: "remove", Path: "/id"}}}, true},
		{"gateway after", "after", testkit.Give{Gateway: 502}, true},
		{"only headers", "before", testkit.Give{Headers: map[string]string{"X-Odd": "1"}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := testkit.Start(t)
			w.Fault(testkit.Fault{On: "konnect.create-portal", Stage: tt.stage, Give: tt.give})
			before := len(w.Documents("konnect.portal"))
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Base("konnect")+"/portals", strings.NewReader(`{"name":"N"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", w.Header("konnect", "admin"))
			res, err := w.Client().Do(r)
			if err == nil {
				body, _ := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if tt.give.Patch != nil && (bytes.Contains(body, []byte(`"id"`)) || !json.Valid(body)) {
					t.Errorf("got %s", body)
				}
			}
			if got := len(w.Documents("konnect.portal")) > before; got != tt.kept {
				t.Errorf("the portal is there: %t, want %t", got, tt.kept)
			}
		})
	}
}

// Delays pass in a bubble's time, and other calls are not held up by them.
func TestDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := testkit.Start(t)
		header := w.Header("konnect", "admin")
		w.Fault(testkit.Fault{On: "konnect.list-portals", Times: 1, Give: testkit.Give{Delay: testkit.Duration(time.Minute)}})
		w.Fault(testkit.Fault{On: "konnect.list-portals", Times: 1, Give: testkit.Give{Delay: testkit.Uniform{testkit.Duration(time.Second), testkit.Duration(2 * time.Second)}}})
		w.Fault(testkit.Fault{On: "konnect.list-portals", Times: 1, Give: testkit.Give{Delay: testkit.Lognormal{testkit.Duration(time.Second), 0.1}}})
		began := time.Now()
		var wg sync.WaitGroup
		var quick atomic.Int64
		wg.Go(func() { _, _, _ = read(t.Context(), w.Client(), header, w.Base("konnect")+"/portals") })
		wg.Go(func() {
			_, _, _ = read(t.Context(), w.Client(), header, w.Base("konnect")+"/portal-roles")
			quick.Store(int64(time.Since(began)))
		})
		wg.Wait()
		if slow := time.Since(began); slow != time.Minute || quick.Load() != 0 {
			t.Errorf("got %s and %s, want 1m and 0", slow, time.Duration(quick.Load()))
		}
		for _, most := range []time.Duration{2 * time.Second, 3 * time.Second} {
			began = time.Now()
			_, _, _ = read(t.Context(), w.Client(), header, w.Base("konnect")+"/portals")
			if took := time.Since(began); took < 500*time.Millisecond || took > most {
				t.Errorf("drawn delay: got %s", took)
			}
		}
	})
}

// A fault is decided once for each call, also when many come at a time.
func TestParallelCalls(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t)
	f := w.Fault(testkit.Fault{On: "konnect.list-portals", Every: 4, Give: testkit.Give{Error: "rate-limited"}})
	header := w.Header("konnect", "admin")
	var refused atomic.Int64
	var wg sync.WaitGroup
	for range 400 {
		wg.Go(func() {
			status, _, err := read(t.Context(), w.Client(), header, w.Base("konnect")+"/portals")
			if err != nil || status != 200 && status != 429 {
				t.Errorf("got %d %v", status, err)
			}
			if status == 429 {
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	if refused.Load() != 100 || f.Hits() != 400 || f.Fired() != 100 {
		t.Errorf("got %d refused, %d hits, %d fired, want 100, 400, 100", refused.Load(), f.Hits(), f.Fired())
	}
}

// A rule with a mistake is refused with its place and what was meant perhaps.
func TestBadRules(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t)
	for rule, want := range map[string]string{
		"on: konnect.creat-portal\ngive: {error: internal}":                   `1:5: on: no operation \"konnect.creat-portal\"; did you mean \"konnect.create-portal\"?`,
		"on: konnect.*\ngive: {error: rate-limitted}":                         `2:15: error: want one of [unauthorized forbidden not-found conflict invalid rate-limited timeout internal unavailable], got \"rate-limitted\"; did you mean \"rate-limited\"?`,
		"on: konnect.*\ngvie: {error: internal}":                              `2:1: a rule has no member \"gvie\"; did you mean \"give\"?`,
		"on: konnect.*":                                                       `1:1: give: want at least one of error, status, headers, body, delay, wire, gateway, patch`,
		"on: konnect.*\ngive: {wire: rset}":                                   `2:14: wire: want one of [reset empty truncate malformed-chunk garbage dribble hang], got \"rset\"; did you mean \"reset\"?`,
		"on: konnect.*\nodds: 1.5\ngive: {error: internal}":                   `2:7: odds: want a number from 0 to 1`,
		"on: konnect.*\ngive: {delay: soon}":                                  `2:15: want a duration from 0 to 24h, such as 150ms or 2s`,
		"on: konnect.*\nwhen: {body: {status: x}}\ngive: {error: internal}":   `2:15: \"status\" is no JSON path: it begins with $`,
		"on: konnect.*\nplan: [fail]\ntimes: 2\ngive: {error: internal}":      `1:1: plan stands for after, times, every and odds: use it or them`,
		"on: konnect.*\ngive: {error: internal, wire: reset}":                 `1:1: give: an answer can go wrong in one way`,
		"on: konnect.*\ngive: {patch: [{op: zap, path: /a}]}":                 `2:21: op: want one of`,
		"on: konnect.*\ngive: {status: 42}":                                   `2:16: status: want an HTTP status from 200 to 599`,
		"on: konnect.*\ngive: {headers: {\"X-A\": \"b\\r\\nSet-Cookie: c\"}}": `2:18: headers: `,
		"give: {error: internal}":                                             `1:1: on: want an operation`,
		"[]":                                                                  `1:1: a rule is a mapping`,
		"on: [":                                                               `1:6: did not find expected node content`,
	} {
		status, body := call(t, w.Client(), "", "POST", "http://portico.invalid/_portico/faults", rule)
		if status != 400 || !strings.Contains(body, want) {
			t.Errorf("%s\n got %d %s\nwant %s", rule, status, body, want)
		}
	}
	status, body := call(t, w.Client(), "", "GET", "http://portico.invalid/_portico/faults", "")
	if status != 200 || body != "[]" {
		t.Errorf("armed: got %d %s, want none", status, body)
	}
}

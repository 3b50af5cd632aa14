package emulator_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
)

// ask is a call with headers, "Name: value", whatever its answer.
func ask(t testing.TB, h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const asAdmin = "Authorization: Bearer kpat_portico-admin"

// subscribe listens to the events of the default world. What it gives waits for so many.
func subscribe(ctx context.Context, t *testing.T, url string) func(n int) string {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/_portico/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("got %s %s", answer.Status, got)
	}
	return reader(t, answer.Body)
}

// reader waits for events: for so many.
func reader(t *testing.T, stream io.Reader) func(n int) string {
	t.Helper()
	lines := bufio.NewReader(stream)
	return func(n int) string {
		t.Helper()
		var all strings.Builder
		for n > 0 {
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatalf("%d events are missing: %v", n, err)
			}
			if strings.HasPrefix(line, "data: ") {
				n--
			}
			all.WriteString(line)
		}
		return all.String()
	}
}

// TestEvents proves that whoever has the headers of the event stream misses no call, and that the stream ends with the
// server and with its world.
func TestEvents(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Journal: new(0)}) // whatever the journal keeps
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- e.Serve(ctx, l) }()
	url := "http://" + l.Addr().String()

	const writers, each = 4, 25
	events := subscribe(t.Context(), t, url)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				ask(t, e, http.MethodGet, "/v2/portals/none", "", asAdmin)
			}
		})
	}
	wg.Wait()
	text := events(writers * each)
	for n := range writers * each {
		if want := fmt.Sprintf("id: %d\ndata: {", n+1); !strings.Contains(text, want) {
			t.Errorf("no event %d", n+1)
		}
	}
	call(t, e, http.MethodPost, "/_portico/worlds", `{"name":"brief"}`, http.StatusCreated)
	inBrief := subscribe(t.Context(), t, url+"/_world/brief")
	ask(t, e, http.MethodGet, "/_world/brief/v2/portals", "", asAdmin)
	if got := inBrief(1); !strings.Contains(got, `"world":"brief"`) {
		t.Errorf("got %s", got)
	}
	call(t, e, http.MethodDelete, "/_portico/worlds/brief", "", http.StatusNoContent)
	stop() // the first stream is still open
	if err := <-served; err != nil {
		t.Errorf("with a stream open the server ends with %v", err)
	}
	if got := ask(t, e, http.MethodHead, "/_portico/events", ""); got.Code != http.StatusOK || got.Body.Len() > 0 {
		t.Errorf("HEAD: got %d %q", got.Code, got.Body)
	}
}

// TestVerifyCountsWhatWasAnswered has clients that verify as soon as they have an answer, while others call.
func TestVerifyCountsWhatWasAnswered(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	s := httptest.NewServer(e)
	defer s.Close()
	var wg sync.WaitGroup
	for client := range 8 {
		wg.Go(func() {
			path := fmt.Sprintf("/v2/portals/none-%d", client)
			for n := range 20 {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, http.NoBody)
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Authorization", "Bearer kpat_portico-admin")
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				_ = answer.Body.Close()
				got := ask(t, e, http.MethodPost, "/_portico/requests/verify", fmt.Sprintf(`{"path":%q,"times":%d}`, path, n+1))
				if want := fmt.Sprintf(`{"count":%d}`, n+1); got.Body.String() != want {
					t.Errorf("got %d %s, want %s", got.Code, got.Body, want)
				}
			}
		})
	}
	wg.Wait()
}

// TestHAR holds the archive to what HAR 1.2 requires of every entry.
func TestHAR(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	ask(t, e, http.MethodGet, "/v2/portals?page%5Bsize%5D=1", "", asAdmin)
	ask(t, e, http.MethodPost, "/v2/portals", `{"name":""}`, asAdmin)
	ask(t, e, http.MethodPost, "/nowhere", "\xff\xfe", asAdmin, "Content-Type: ")
	ask(t, e, http.MethodDelete, "/v2/portals/"+portalA+"?force=true", "", asAdmin)
	ask(t, e, http.MethodHead, "http://example.com/v2/portals", "", asAdmin)
	var archive struct {
		Log struct {
			Version string
			Creator struct{ Name, Version *string }
			Entries []map[string]any
		}
	}
	if err := json.Unmarshal([]byte(call(t, e, http.MethodGet, "/_portico/requests.har", "", 200)), &archive); err != nil {
		t.Fatal(err)
	}
	if archive.Log.Version != "1.2" || archive.Log.Creator.Name == nil || archive.Log.Creator.Version == nil || len(archive.Log.Entries) != 5 {
		t.Fatalf("got %+v", archive.Log)
	}
	has := func(where string, o any, forms map[string]string) {
		for name, form := range forms {
			v, there := o.(map[string]any)[name]
			if got := fmt.Sprintf("%T", v); !there || got != form {
				t.Errorf("%s.%s: got %s, want %s", where, name, got, form)
			}
		}
	}
	const text, number, list, object = "string", "float64", "[]interface {}", "map[string]interface {}"
	for i, one := range archive.Log.Entries {
		where := fmt.Sprintf("entries[%d]", i)
		has(where, one, map[string]string{"startedDateTime": text, "time": number, "request": object, "response": object, "cache": object, "timings": object})
		has(where+".request", one["request"], map[string]string{
			"method": text, "url": text, "httpVersion": text, "cookies": list, "headers": list, "queryString": list, "headersSize": number, "bodySize": number,
		})
		has(where+".response", one["response"], map[string]string{
			"status": number, "statusText": text, "httpVersion": text, "cookies": list, "headers": list, "content": object, "redirectURL": text, "headersSize": number, "bodySize": number,
		})
		has(where+".content", one["response"].(map[string]any)["content"], map[string]string{"size": number, "mimeType": text})
		has(where+".timings", one["timings"], map[string]string{"send": number, "wait": number, "receive": number})
		if post, ok := one["request"].(map[string]any)["postData"]; ok {
			has(where+".postData", post, map[string]string{"mimeType": text, "text": text})
		}
		if got := one["request"].(map[string]any)["url"].(string); !strings.HasPrefix(got, "http://example.com/") {
			t.Errorf("%s: the URL is %s", where, got)
		}
	}
	first := archive.Log.Entries[0]["request"].(map[string]any)["queryString"]
	if got := fmt.Sprint(first); got != "[map[name:page[size] value:1]]" {
		t.Errorf("got %s", got)
	}
}

// A call of the admin API that asks for it is answered with the very time of the world's clock at which it was made, which is that
// of the document it brings, and with the number of calls; others are not.
func TestRecordedCallsOfTheAdminAPI(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	ask(t, e, http.MethodGet, "/v2/portals", "", asAdmin)
	const portal = `{"document":{"name":"x"}}`
	w := ask(t, e, http.MethodPost, "/_portico/state/konnect.portal", portal, "Portico-Record: true")
	at, err := time.Parse(time.RFC3339Nano, w.Header().Get("Portico-World-At"))
	if created := gjson.Get(w.Body.String(), "created_at").Time(); err != nil || w.Code != 201 || at.Sub(created).Abs() >= time.Millisecond {
		t.Errorf("got %v, %v of %s", w.Header(), err, w.Body)
	}
	for _, c := range [][2]string{{"/v2/portals", ""}, {"/_portico/nowhere", "2"}, {"/_portico/reset", "0"}} {
		if got := ask(t, e, http.MethodPost, c[0], "{}", asAdmin, "Portico-Record: true").Header().Get("Portico-World-Requests"); got != c[1] {
			t.Errorf("%s: got %q, want %q", c[0], got, c[1])
		}
	}
	h := ask(t, e, http.MethodPost, "/_portico/reset", "").Header()
	if h.Get("Portico-World-At") != "" || h.Get("Portico-World-Requests") != "" {
		t.Errorf("not asked for: got %v", h)
	}
}

package admin_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAbout(t *testing.T) {
	t.Parallel()
	run(t, newToy(t, ""),
		call{do: "GET /_portico", status: 200, want: `{"portico":"0.0.0-toy","vendors":[{"name":"toy","title":"Toy Library","url":"http://example.com/toy"}],"calls":[{"method":"GET","path":"/_portico","summary":"List what is here"},…`},
		call{do: "GET /_portico/", status: 200, want: `{"portico":"0.0.0-toy",…`},
		call{do: "HEAD /_portico/health", status: 200},
		call{do: "GET /_portico/health", status: 200, want: `{"status":"ok","version":"0.0.0-toy"}`},
		call{do: "GET /_portico/operations", status: 200, want: `[{"id":"toy.list-shelves","vendor":"toy","method":"GET","path":"/toy/shelves","summary":"List shelves","status":200,"errors":[401],"companion":false},{"id":"toy.create-shelf","vendor":"toy","method":"POST","path":"/toy/shelves","summary":"Put up a shelf","status":201,"errors":[],"companion":false},{"id":"toy.get-shelf","vendor":"toy","method":"GET","path":"/toy/shelves/{shelf}","summary":"Show a shelf","status":200,"errors":[],"companion":true}]`},
		call{do: "GET /_portico/operations?vendor=toy", status: 200, want: `[{"id":"toy.list-shelves",…`},
		call{do: "GET /_portico/operations?vendor=tyo", status: 400, want: `{"error":{"code":"invalid","message":"no vendor \"tyo\"; did you mean \"toy\"?"}}`},
		call{do: "GET /_portico/operations?vendor=zebra", status: 400, want: `{"error":{"code":"invalid","message":"no vendor \"zebra\"; there are toy"}}`},
		call{do: "GET /_portico/operations?vendr=toy", status: 400, want: `{"error":{"code":"invalid","message":"there is no parameter vendr; did you mean \"vendor\"?","details":[{"field":"vendr","rule":"unknown","message":"there is no parameter vendr; did you mean \"vendor\"?"}]}}`},
		call{do: "GET /_portico/operations?vendor=portico", status: 400, want: `{"error":{"code":"invalid","message":"no vendor \"portico\"; there are toy"}}`},
		call{do: "GET /_portico/credentials", status: 200, want: `[{"vendor":"toy","name":"admin","user":"ada","roles":["librarian"],"header":"Authorization","value":"Bearer 42"},{"vendor":"toy","name":"gone","user":"bob","roles":[],"header":"Authorization","value":"Bearer gone","state":"revoked"}]`},
		call{do: "GET /_portico/credentials?vendor=to", status: 400, want: `{"error":{"code":"invalid","message":"no vendor \"to\"; did you mean \"toy\"?"}}`},
		call{do: "GET /_portico/openapi/toy.json", status: 200, want: `{"openapi":"3.1.0","info":{"title":"Toy Library","version":"3",…`},
		call{do: "GET /_world/default/_portico/openapi/portico.json", status: 200, want: `{"openapi":"3.1.0","info":{"title":"portico","version":"1","description":"Served by portico, an emulator."},"servers":[{"url":"http://example.com/_world/default"}],…`},
		call{do: "GET /_portico/openapi/tyo.json", status: 404, want: `{"error":{"code":"not-found","message":"no vendor \"tyo\"; did you mean \"toy\"?"}}`},
		call{do: "GET /_portico/openapi/toy", status: 404, want: `{"error":{"code":"not-found","message":"nothing is at /_portico/openapi/toy; did you mean \"toy.json\"?"}}`},
		call{do: "GET /_portico/helth", status: 404, want: `{"error":{"code":"unknown-path","message":"nothing is at /_portico/helth; GET /_portico lists what is here; did you mean \"/_portico/health\"?"}}`},
		call{do: "GET /_portico/worlds/default/sate", status: 404, want: `{"error":{"code":"unknown-path","message":"nothing is at /_portico/worlds/default/sate; GET /_portico lists what is here; did you mean \"/_portico/state/default/sate\"?"}}`},
		call{do: "GET /_portico/stat/toy.book", status: 404, want: `{"error":{"code":"unknown-path","message":"nothing is at /_portico/stat/toy.book; GET /_portico lists what is here; did you mean \"/_portico/state/toy.book\"?"}}`},
		call{do: "DELETE /_portico/health", status: 405, want: `{"error":{"code":"wrong-method","message":"/_portico/health does not answer DELETE"}}`},
	)
}

// TestRedact proves that the credentials of the world, those that are given and what a name marks as a secret are removed from
// JSON and from other texts, and that nothing is remembered.
func TestRedact(t *testing.T) {
	t.Parallel()
	const given = `{"vendor":"toy","name":"old","user":"eve","roles":[],"header":"Authorization","value":"Bearer given-secret"}`
	run(t, newToy(t, ""),
		call{
			do: "POST /_portico/redact", body: `{"texts":["{\"a\":\"given-secret\",\"password\":\"x\"}","token=abc","no secret"],"credentials":[` + given + `]}`,
			status: 200, want: `{"texts":["{\"a\":\"[toy.old]\",\"password\":\"[redacted]\"}","token=[redacted]","no secret"]}`,
		},
		call{do: "POST /_portico/redact", body: `{"texts":["given-secret"]}`, status: 200, want: `{"texts":["given-secret"]}`},
		call{do: "POST /_portico/redact", body: `{}`, status: 400, want: `{"error":{"code":"invalid",…`},
	)
}

// Calls here are none of the vendors': they are not counted, shift no chance and no id of a world.
func TestAdminIsNotCounted(t *testing.T) {
	t.Parallel()
	bare, watched := newToy(t, ""), newToy(t, "")
	for range 3 {
		run(t, watched, call{do: "GET /_portico/health", status: 200, want: `{…`}, call{do: "GET /_portico/state", status: 200, want: `{…`})
	}
	var ids []string
	for _, h := range []http.Handler{bare, watched} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/toy/shelves", strings.NewReader(`{"name":"n"}`)))
		ids = append(ids, w.Header().Get("Portico-Request")+w.Body.String())
	}
	if ids[0] != ids[1] {
		t.Errorf("got %s, want as if nobody had looked: %s", ids[1], ids[0])
	}
	w := httptest.NewRecorder()
	bare.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/_portico/health", http.NoBody))
	if got := w.Header().Values("Portico-Request"); got != nil {
		t.Errorf("Portico-Request: got %q, want none", got)
	}
}

// ask sends a request over a real connection.
func ask(t *testing.T, method, url, body string, set func(*http.Request)) (status int, code string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	set(r)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var text strings.Builder
	if err := answer.Write(&text); err != nil {
		t.Fatal(err)
	}
	_, code, _ = strings.Cut(text.String(), `"code":"`)
	code, _, _ = strings.Cut(code, `"`)
	return answer.StatusCode, code
}

func TestGuard(t *testing.T) {
	t.Parallel()
	open, closed := httptest.NewServer(newToy(t, "")), httptest.NewServer(newToy(t, "s3cret"))
	t.Cleanup(open.Close)
	t.Cleanup(closed.Close)
	_, port, err := net.SplitHostPort(open.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	header := func(pairs ...string) func(*http.Request) {
		return func(r *http.Request) {
			for i := 0; i < len(pairs); i += 2 {
				r.Header.Set(pairs[i], pairs[i+1])
			}
		}
	}
	for _, c := range []struct {
		name, do, body string
		set            func(*http.Request)
		status         int
		code           string
	}{
		{"localhost", "GET /_portico", "", host("localhost:1"), 200, ""},
		{"a name below localhost", "GET /_portico", "", host("Portico.LOCALHOST."), 200, ""},
		{"127/8", "GET /_portico", "", host("127.9.9.9"), 200, ""},
		{"IPv6", "GET /_portico", "", host("[::1]:" + port), 200, ""},
		{"IPv6 without a port", "GET /_portico", "", host("[::1]"), 200, ""},
		{"a name that leads here", "GET /_portico/health", "", host("evil.example"), 403, "forbidden"},
		{"a name that looks like here", "GET /_portico/health", "", host("127.0.0.1.evil.example:" + port), 403, "forbidden"},
		{"localhost of another", "GET /_portico/health", "", host("localhost.evil.example"), 403, "forbidden"},
		{"any address", "GET /_portico", "", host("203.0.113.9:" + port), 200, ""},
		{"a name of one label", "GET /_portico", "", host("portico:4780"), 200, ""},
		{"a name that was given", "GET /_portico", "", host("Portico.CI.example.:4780"), 200, ""},
		{"a name below one that was given", "GET /_portico", "", host("evil.portico.ci.example"), 403, "forbidden"},
		{"a name that leads here, written with a dot at the end", "GET /_portico", "", host("evil.example."), 403, "forbidden"},
		{"a name before brackets", "GET /_portico", "", host("evil.example[::1]"), 403, "forbidden"},
		{"vendors take any host", "GET /toy/shelves", "", host("evil.example"), 200, ""},

		{"cross-origin write", "POST /_portico/reset", "", header("Origin", "http://evil.example"), 403, "forbidden"},
		{"cross-site write", "DELETE /_portico/worlds/default", "", header("Sec-Fetch-Site", "cross-site"), 403, "forbidden"},
		{"another port of this machine", "POST /_portico/reset", "", header("Sec-Fetch-Site", "same-site"), 403, "forbidden"},
		{"same-origin write", "POST /_portico/reset", "", header("Sec-Fetch-Site", "same-origin"), 204, ""},
		{"cross-origin read", "GET /_portico/state", "", header("Origin", "http://evil.example"), 200, ""},
		{"vendors take any origin", "POST /toy/shelves", `{"name":"n"}`, header("Origin", "http://evil.example"), 201, ""},

		{"form", "POST /_portico/worlds", `{"name":"f"}`, header("Content-Type", "text/plain;charset=UTF-8"), 415, "unsupported-media-type"},
		{"form 2", "POST /_portico/worlds", `{"name":"f"}`, header("Content-Type", "application/x-www-form-urlencoded"), 415, "unsupported-media-type"},
		{"form 3", "POST /_portico/reset", `x`, header("Content-Type", "multipart/form-data; boundary=x"), 415, "unsupported-media-type"},
		{"empty form", "POST /_portico/reset", ``, header("Content-Type", "application/x-www-form-urlencoded"), 204, ""},
		{"no content type", "POST /_portico/worlds", `{"name":"plain"}`, header(), 415, "unsupported-media-type"},
		{"a content type that cannot be read", "POST /_portico/worlds", `{"name":"f"}`, header("Content-Type", "text/plain; a=b; a=c"), 415, "unsupported-media-type"},
		{"two content types in one", "POST /_portico/worlds", `{"name":"f"}`, header("Content-Type", "text/plain, application/json"), 415, "unsupported-media-type"},
		{"two content types", "POST /_portico/worlds", `{"name":"f"}`, func(r *http.Request) {
			r.Header["Content-Type"] = []string{"application/json", "text/plain"}
		}, 415, "unsupported-media-type"},
		{"another content type", "POST /_portico/worlds", `{"name":"odd"}`, header("Content-Type", "application/vnd.odd"), 415, "unsupported-media-type"},
		{"a kind of JSON", "POST /_portico/worlds", `{"name":"odd"}`, header("Content-Type", "application/vnd.odd+json; charset=utf-8"), 201, ""},
		{"too much", "POST /_portico/worlds", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, header("Content-Type", "application/json"), 413, "too-large"},
	} {
		method, path, _ := strings.Cut(c.do, " ")
		if status, code := ask(t, method, open.URL+path, c.body, c.set); status != c.status || code != c.code {
			t.Errorf("%s: %s: got %d %q, want %d %q", c.name, c.do, status, code, c.status, c.code)
		}
	}
	for _, c := range []struct {
		name, do string
		set      func(*http.Request)
		status   int
	}{
		{"no token", "GET /_portico", header(), 401},
		{"another token", "GET /_portico/state", header("Authorization", "Bearer s3cre"), 401},
		{"another scheme", "GET /_portico/state", header("Authorization", "Basic s3cret"), 401},
		{"token", "GET /_portico/state", header("Authorization", "bearer s3cret"), 200},
		{"health", "GET /_portico/health", header(), 200},
		{"vendors need no token", "GET /toy/shelves", header(), 200},
		{"write without", "POST /_portico/reset", header(), 401},
	} {
		method, path, _ := strings.Cut(c.do, " ")
		if status, _ := ask(t, method, closed.URL+path, "", c.set); status != c.status {
			t.Errorf("%s: %s: got %d, want %d", c.name, c.do, status, c.status)
		}
	}
}

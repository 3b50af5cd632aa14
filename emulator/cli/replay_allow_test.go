package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

type object = map[string]any

// entryOf is a call of a bundle, with headers such as "Accept: a/b". Without an id it is of the admin API.
func entryOf(id, method, url, body string, headers ...string) object {
	fields := []object{}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		fields = append(fields, object{"name": name, "value": value})
	}
	if strings.HasPrefix(url, "/") {
		url = "http://h" + url
	}
	e := object{
		"_world_at": "2026-03-01T09:00:00Z", "response": object{"status": 204},
		"request": object{"method": method, "url": url, "headers": fields, "postData": object{"text": body}},
	}
	if id != "" {
		e["_id"] = id
	}
	return e
}

// bundleWith is a bundle of the world "mine" with some calls.
func bundleWith(info object, entries ...object) []byte {
	all := object{"format": bundleFormat, "test": "T", "world": "mine", "fixture": "empty", "portico": app.Version}
	maps.Copy(all, info)
	return must(json.Marshal(object{"log": object{"entries": entries, "_portico": all}}))
}

// guarded is a running emulator with worlds that no bundle may touch. It notes what it is sent.
type guarded struct {
	*httptest.Server
	before string

	mu   sync.Mutex
	sent []*http.Request
}

func guard(t testing.TB) *guarded {
	t.Helper()
	e := must(app.New(app.Config{Fixture: "empty", Clock: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}))
	g := &guarded{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		g.sent = append(g.sent, r.Clone(context.Background()))
		g.mu.Unlock()
		e.ServeHTTP(w, r)
	}))
	t.Cleanup(g.Close)
	g.ask(t, "/_portico/worlds", `{"name":"victim"}`)
	for _, world := range []string{"victim", "default"} {
		g.ask(t, "/_world/"+world+"/_portico/state/konnect.portal", `{"document":{"name":"Precious"}}`)
		g.ask(t, "/_world/"+world+"/_portico/faults", `{"on":"konnect.get-portal","give":{"error":"internal"}}`)
	}
	g.before = g.state(t)
	return g
}

// state is all that can be seen of the worlds.
func (g *guarded) state(t testing.TB) string {
	t.Helper()
	out := g.ask(t, "/_portico/worlds", "")
	for _, world := range []string{"victim", "default"} {
		for _, path := range []string{"export", "faults", "snapshots", "scenarios", "requests"} {
			out += "\n" + g.ask(t, "/_world/"+world+"/_portico/"+path, "")
		}
	}
	return out
}

// ask calls the admin API: with a body it posts that.
func (g *guarded) ask(t testing.TB, path, body string) string {
	t.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	r := must(http.NewRequestWithContext(t.Context(), method, g.URL+path, strings.NewReader(body)))
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		t.Fatalf("%s: got %s, %v, %s", path, answer.Status, err, got)
	}
	return string(got)
}

// allowed are the calls of the admin API that docs/testkit.md lists, and those that the player makes for itself.
var allowed = regexp.MustCompile(`^(` + strings.Join([]string{
	`POST /reset`, `DELETE /requests`, `POST /import`, `PUT /clock`, `POST /clock/advance`, `POST /faults`, `DELETE /faults(/[^/]+)?`,
	`POST /state/[^/]+`, `(PATCH|DELETE) /state/[^/]+/[^/]+`, `(PUT|DELETE) /snapshots/[^/]+`, `POST /snapshots/[^/]+/restore`,
	`PUT /scenarios/[^/]+`, `POST /scenarios/[^/]+/(start|stop)`, `GET /credentials`, `(GET|DELETE) /worlds/replay-[0-9a-z]+`,
}, "|") + `)$`)

// replay repeats a bundle here. It fails the test if anything is sent that may not be, or another world changes.
func (g *guarded) replay(t testing.TB, bundle []byte) (stdout string, err error) {
	t.Helper()
	b, err := parseBundle(bundle)
	if err != nil {
		return "", err
	}
	g.mu.Lock()
	g.sent = nil
	g.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out bytes.Buffer
	err = (&replayOptions{url: g.URL}).run(ctx, b, &out)
	g.mu.Lock()
	sent := slices.Clone(g.sent)
	g.mu.Unlock()
	for _, r := range sent {
		if how := outside(r, strings.TrimPrefix(g.URL, "http://")); how != "" {
			t.Errorf("sent %s %s of %q to %s: %s", r.Method, r.RequestURI, r.Header["Portico-World"], r.Host, how)
		}
	}
	if now := g.state(t); now != g.before {
		t.Errorf("the worlds have changed: got\n%s\nwant\n%s", now, g.before)
	}
	return out.String(), err
}

// outside says why a request may not be sent.
func outside(r *http.Request, host string) string {
	worlds := r.Header["Portico-World"]
	path := r.RequestURI
	switch {
	case r.Host != host:
		return "another host"
	case r.Method == http.MethodGet && path == "/_portico/health" || r.Method == http.MethodPost && path == "/_portico/worlds":
		return ""
	case len(worlds) != 1 || !strings.HasPrefix(worlds[0], "replay-"):
		return "another world"
	}
	path, _, _ = strings.Cut(path, "?")
	path = strings.TrimPrefix(path, "/_world/"+worlds[0])
	if admin, ok := strings.CutPrefix(path, "/_portico"); ok {
		if !allowed.MatchString(r.Method + " " + admin) {
			return "not listed"
		}
		path = admin
	}
	for range 20 {
		path, _ = url.PathUnescape(path)
	}
	if strings.Contains(path, "/_portico") || strings.Contains(path, "/_world") || slices.Contains(strings.Split(path, "/"), "..") {
		return "leads elsewhere"
	}
	return ""
}

// A bundle does nothing outside its world, whatever it is made to look like, and what it may not do is printed.
func TestReplayRefusesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	for _, one := range [][2]string{
		{"DELETE", "/_portico/worlds/victim"},
		{"DELETE", "/_portico/worlds/default"},
		{"POST", "/_portico/worlds"},
		{"GET", "/_portico/credentials"},
		{"POST", "/_world/default/_portico/import"},
		{"POST", "/_world/victim/_portico/reset"},
		{"POST", "/_world/victim/v2/portals"},
		{"POST", "/_world/default/v2/portals"},
		{"POST", "/_world/mine/_world/victim/v2/portals"},
		{"POST", "/_world/mine/../victim/v2/portals"},
		{"POST", "/_world/mine%2f..%2fvictim/v2/portals"},
		{"POST", "/_WORLD/victim/v2/portals"},
		{"POST", "/%5fworld/victim/v2/portals"},
		{"POST", "/%255Fworld/victim/v2/portals"},
		{"POST", "/%25255Fworld/victim/v2/portals"},
		{"POST", "/%252525252525255Fworld/victim/v2/portals"},
		{"POST", "//_world/victim/v2/portals"},
		{"POST", "//victim/_portico/reset"},
		{"POST", "/v2/../_world/victim/v2/portals"},
		{"POST", "/v2/%2e%2e/%2e%2e/x"},
		{"POST", "/v2/..;/x"},
		{"POST", "/v2/%5c..%5cx"},
		{"POST", `/v2/\..\_portico\reset`},
		{"POST", "/v2;_portico/reset"},
		{"POST", "/%5fportico/reset"},
		{"POST", "/_PORTICO/reset"},
		{"POST", "//_portico/reset"},
		{"POST", "/_portico//reset"},
		{"POST", "/_portico/reset/"},
		{"POST", "/_portico/reset?world=victim"},
		{"POST", "/_portico/reset#x"},
		{"POST", "/_portico/reset/../worlds"},
		{"POST", "/_portico/./reset"},
		{"DELETE", "/_portico/state/konnect.portal/..%2f..%2fworlds%2fvictim"},
		{"DELETE", "/_portico/state/konnect.portal/%252e%252e"},
		{"DELETE", "/_portico/faults/%2e%2e"},
		{"PUT", "/_portico/snapshots/_world"},
		{"delete", "/_portico/faults"},
		{"POST ", "/_portico/reset"},
		{"CONNECT", "/v2/portals"},
		{"post", "/v2/portals"},
		{"", "/v2/portals"},
		{"GET /_portico/worlds HTTP/1.1\r\nX: ", "/v2/portals"},
		{"GET", "/v2/portals HTTP/1.1\r\nX: /_portico"},
		{"GET", "/v2/portals\x00"},
		{"GET", "/v2/%0d%0a"},
		{"GET", "http://h/_portico"},
		{"POST", "http://h/http://victim/_portico/reset"},
		{"POST", "/_portico/reset\u202e"},
		{"GET", "/" + strings.Repeat("x", 20_000)},
	} {
		for _, id := range []string{"1", ""} { // as a call of a vendor and of the admin API
			t.Run(one[0]+" "+one[1][:min(len(one[1]), 60)]+" "+id, func(t *testing.T) {
				t.Parallel()
				g := guard(t)
				stdout, err := g.replay(t, bundleWith(nil, entryOf(id, one[0], one[1], `{"name":"x"}`)))
				const want = "1 of 1 calls are refused: they are not what a test does to its own world"
				if err == nil || err.Error() != want || !strings.Contains(stdout, ": refused: ") {
					t.Errorf("got %v\n%s", err, stdout)
				}
				if !strings.Contains(stdout, printable(clip(one[0]))) {
					t.Errorf("it is not named in\n%s", stdout)
				}
			})
		}
	}
}

// Whatever a bundle calls its world, and whatever headers a call has, the world is the player's own.
func TestReplayKeepsToItsOwnWorld(t *testing.T) {
	t.Parallel()
	for _, world := range []string{"mine", "victim", "default"} {
		for _, header := range []string{
			"Portico-World: victim", "portico-world: victim", "PORTICO-WORLD: victim", "Host: victim", "Connection: Portico-World",
			"Transfer-Encoding: chunked", "Content-Length: 7", "X-Http-Method-Override: DELETE", "Authorization: [konnect.admin]",
		} {
			t.Run(world+" "+header, func(t *testing.T) {
				t.Parallel()
				g := guard(t)
				stdout, err := g.replay(t, bundleWith(object{"world": world},
					entryOf("", "POST", "/_portico/state/konnect.portal", `{"document":{"name":"New"}}`, header),
					entryOf("1", "POST", "/v2/portals", `{"name":"x"}`, "Authorization: Bearer [konnect.admin]", header),
					entryOf("2", "DELETE", "/_world/"+world+"/v2/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7", "", "Authorization: Bearer x", header),
					entryOf("", "POST", "/_portico/reset", "", header),
				))
				if strings.Contains(stdout, "refused:") || !strings.Contains(stdout, "got 201") {
					t.Errorf("got %v\n%s", err, stdout)
				}
			})
		}
	}
}

// A secret that a call has made is put into a path only if that stays in the world.
func TestReplayRefusesASecretThatLeadsElsewhere(t *testing.T) {
	t.Parallel()
	g := guard(t)
	stdout, _ := g.replay(t, bundleWith(object{"fixture": "small"},
		entryOf("", "POST", "/_portico/state/axway.user", `{"document":{"loginName":"eve","name":"Eve",`+
			`"password":"../../_portico/worlds/victim","organizationId":"3e21b76a-defa-49ab-9682-a9cd60387e37"}}`),
		entryOf("1", "DELETE", "/v2/[axway.eve:secret]", ""),
		entryOf("", "DELETE", "/_portico/faults/[axway.eve:secret]", ""),
	))
	if strings.Count(stdout, ": refused: its path leads out of the test's world\n") != 2 {
		t.Errorf("got\n%s", stdout)
	}
}

// A redirect is not followed.
func TestReplayFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	g := guard(t)
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2/") {
			http.Redirect(w, r, g.URL+"/_portico/worlds/victim", http.StatusTemporaryRedirect)
			return
		}
		r.URL, _ = url.Parse(g.URL + r.URL.Path)
		r.RequestURI = ""
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = answer.Body.Close() }()
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body)
	}))
	t.Cleanup(liar.Close)
	var out bytes.Buffer
	b := must(parseBundle(bundleWith(nil, entryOf("1", "DELETE", "/v2/portals", ""))))
	err := (&replayOptions{url: liar.URL}).run(t.Context(), b, &out)
	if err == nil || !strings.Contains(out.String(), "1 DELETE /v2/portals: differs: got 307, recorded 204\n") || g.state(t) != g.before {
		t.Errorf("got %v\n%s", err, out.String())
	}
}

// What a terminal would obey is escaped, wherever it stands in a bundle.
func TestReplayPrintsNoControlCharacters(t *testing.T) {
	t.Parallel()
	const evil = "\x1b]0;x\x07\u009b31m\u202e\r\n\t"
	g := guard(t)
	call := entryOf("1", "GET", "/v2/portals", "", "Authorization: Bearer [konnect.admin]")
	call["response"] = object{
		"status": 200, "headers": []object{{"name": "X" + evil, "value": evil}}, "content": object{"text": `{"meta":` + evil},
	}
	header := entryOf("2", "GET", "/v2/portals", "", "Authorization: Bearer [konnect.admin]", "X"+evil+": "+evil)
	all := bundleWith(object{"test": "T" + evil, "portico": evil},
		call, header, entryOf("3", "GET"+evil, "/v2/"+evil+"?"+evil, evil),
		entryOf("4", "GET", "/v2/portals", "", "Authorization: ["+evil+", password redacted]"))
	stdout, err := g.replay(t, all)
	text := stdout + fmt.Sprint(err)
	_, err = g.replay(t, bundleWith(object{"fixture": evil}))
	text += printable(err.Error())
	_, err = g.replay(t, bundleWith(object{"world": evil}))
	text += printable(err.Error())
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%q is printed in\n%q", r, text)
		}
	}
	if strings.Count(stdout, "\n") != 7 || strings.Count(text, `\x1b`) < 6 {
		t.Errorf("got\n%s", text)
	}
	file := filepath.Join(t.TempDir(), "evil.har")
	if err := os.WriteFile(file, bundleWith(object{"world": evil}), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := do(t, nil, "replay", file); code != 1 || stdout != "" || strings.ContainsAny(stderr, "\x1b\a\r\t\u009b\u202e") {
		t.Errorf("exit %d, %q %q", code, stdout, stderr)
	}
}

// pieces are what FuzzBundle makes bundles of.
var pieces = struct{ methods, paths, headers, bodies, worlds, fixtures, times []string }{
	methods: []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "Delete", "", "A B", "GET\r\n"},
	paths: []string{
		"/", "/", "/", "/", "//", "\\", "%2f", "%5c", "_portico", "_portico", "%5fportico", "%255fportico", "_PORTICO", "_world", "_world",
		"%5Fworld", "victim", "default", "mine", "..", "%2e%2e", "%252e", ".", ";", "?", "#", "@", ":", "%00", "%", "\n", " ", "é",
		"[konnect.admin]", "[redacted:0.1]", "[axway.eve:secret]", "worlds", "reset", "import", "state", "konnect.portal", "faults", "f1",
		"snapshots", "scenarios", "start", "clock", "advance", "requests", "v2", "portals", "/_portico/state/konnect.portal",
		"/_portico/faults", "/_portico/reset", "/_portico/worlds/victim", "/_portico/snapshots/s", "/_portico/import",
		"/_world/mine/", "/_world/victim/", "/v2/portals", "http://h", "https://victim",
	},
	headers: []string{
		"Authorization: Bearer [konnect.admin]", "Authorization: Basic [eve, password redacted]", "Portico-World: victim",
		"portico-world: default", "Host: victim", "Cookie: a=[redacted:0.1]", "X\x1b: \x1b", ": ", "Transfer-Encoding: chunked",
		"Content-Length: 3", "Connection: close", "Upgrade: h2c", "Expect: 100-continue", "Content-Type: application/yaml", "User-Agent: x",
	},
	bodies: []string{
		"", `{}`, `{"name":"x"}`, `{"document":{"name":"x"}}`, `{"documents":[]}`, `{"on":"*","give":{"wire":"reset","delay":"9h"}}`,
		`{"on":"*","give":{"status":302,"headers":{"Location":"/_portico/worlds/victim"}}}`, `{"by":"24h"}`, `{"frozen":false}`,
		"a: b\n", "\uFFFD", "[redacted:0.1]", `{"token":"[redacted:0.1]"}`,
		`{"document":{"loginName":"eve","name":"Eve","password":"../../_portico","organizationId":"3e21b76a-defa-49ab-9682-a9cd60387e37"}}`,
	},
	worlds:   []string{"mine", "mine", "mine", "victim", "default", "", "../victim", "a/b", "mine\n", "replay-1"},
	fixtures: []string{"empty", "empty", "empty", "small", "", ".", "..", "/etc/passwd", "empty/konnect.yaml", "small\x1b"},
	times:    []string{"2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1700-01-01T00:00:00Z"},
}

// grammar makes a bundle out of bytes: each is a choice.
func grammar(data []byte) []byte {
	next := func(n int) int {
		if len(data) == 0 {
			return 0
		}
		c := int(data[0]) % n
		data = data[1:]
		return c
	}
	pick := func(from []string) string { return from[next(len(from))] }
	info := object{
		"world": pick(pieces.worlds), "fixture": pick(pieces.fixtures), "seed": next(3), "strict": next(2) == 1, "since": next(5),
		"clock": object{"now": pick(pieces.times), "frozen": next(2) == 1},
	}
	var entries []object
	for len(data) > 0 && len(entries) < 6 {
		url := []string{"", "http://h", "https://victim:1", "//"}[next(4)]
		for range 1 + next(8) {
			url += pick(pieces.paths)
		}
		var headers []string
		for range next(4) {
			headers = append(headers, pick(pieces.headers))
		}
		id := []string{"", "1", "2", "3", "5", "18446744073709551615", "0"}[next(7)]
		e := entryOf(id, pick(pieces.methods), url, pick(pieces.bodies), headers...)
		e["_world_at"] = pick(pieces.times)
		e["response"] = object{
			"status":  next(6) * 100,
			"content": object{"text": pick(pieces.bodies), "size": next(3) * 65536, "encoding": []string{"", "base64"}[next(2)]},
			"headers": []object{{"name": "Set-Cookie", "value": "a=[redacted:0.1]; " + pick(pieces.paths)}},
		}
		entries = append(entries, e)
	}
	return bundleWith(info, entries...)
}

// FuzzBundle repeats bundles, made of pieces or of any JSON, on an emulator with other worlds. Nothing is sent that a bundle may not
// do, no other world changes, nothing panics and no control character is printed.
func FuzzBundle(f *testing.F) {
	g := guard(f)
	f.Add([]byte("any bytes"))
	f.Add(bundleWith(nil, entryOf("", "DELETE", "/_portico/worlds/victim", "")))
	f.Add(bundleWith(nil, entryOf("1", "POST", "/_world/mine/v2/portals", `{"name":"x"}`)))
	f.Add(bundleWith(object{"world": "victim"}, entryOf("1", "POST", "/_world/victim/_portico/reset", "")))
	f.Add([]byte(`{"log":{"entries":[null,{}],"_portico":{"format":2,"world":"w","fixture":"empty","clock":null}}}`))
	f.Add([]byte(`{"log":{"entries":[],"_portico":{"format":1,"chapters":[{"entries":-1}]}}}`))
	for seed := range 200 {
		random := make([]byte, 60)
		_, _ = rand.NewChaCha8([32]byte{byte(seed)}).Read(random)
		f.Add(random)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			data = grammar(data)
		}
		stdout, err := g.replay(t, data)
		for _, r := range stdout {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%q is printed, with %v, in\n%q", r, err, stdout)
			}
		}
	})
}

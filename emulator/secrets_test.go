package emulator_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

// secretive are the names of members, parameters and headers whose values nobody else may read, and harmless those that
// only sound so. They are wider than what portico redacts by name, and know nothing of it.
var (
	secretive = regexp.MustCompile(`(?i)secret|passw|pwd|passphrase|token|apikey|api_key|(?:access|private|secret)_?key|hash|assertion|verifier|activation|cookie|authorization|csrf`)
	harmless  = regexp.MustCompile(`(?i)^(?:token_type|token_ttl|hash_client_secret|.*_url|.*_endpoint|.*_expires_at|type|authentication.*|oauth.*Count)$`)
)

// hides tells whether a value under a name is a secret.
func hides(name string) bool {
	known, ok := names.Load(name)
	if !ok {
		known = secretive.MatchString(name) && !harmless.MatchString(name)
		names.Store(name, known)
	}
	return known.(bool)
}

var names sync.Map // string → bool

// secrets are what is looked for, and where each came from.
type secrets map[string]string

// shortest is the length from which a value is looked for: "x" stands in every text.
const shortest = 8

func (s secrets) add(value, from string) {
	if len(value) >= shortest && s[value] == "" && strings.Trim(value, "*") != "" {
		s[value] = from
	}
}

// harvest takes the secrets out of a JSON value: what stands under a secretive name, and codes that buy tokens.
func (s secrets) harvest(v any, from string, under bool) {
	switch v := v.(type) {
	case map[string]any:
		_, buys := v["grant_type"]
		for name, member := range v {
			s.harvest(member, from+"."+name, under && !harmless.MatchString(name) || hides(name) || buys && name == "code")
		}
	case []any:
		for _, one := range v {
			s.harvest(one, from+"[]", under)
		}
	case string:
		if under {
			s.add(v, from)
		}
	}
}

func (s secrets) values(v url.Values, from string) {
	for name, values := range v {
		for _, value := range values {
			if hides(name) || name == "code" {
				s.add(value, from+" "+name)
			}
		}
	}
}

func (s secrets) body(body, media, from string) {
	var v any
	if json.Unmarshal([]byte(body), &v) == nil {
		s.harvest(v, from, false)
	} else if strings.Contains(media, "form-urlencoded") {
		if form, err := url.ParseQuery(body); err == nil {
			s.values(form, from)
		}
	}
}

func (s secrets) header(h http.Header, from string) {
	for name, values := range h {
		for _, value := range values {
			switch {
			case name == "Authorization":
				_, word, ok := strings.Cut(value, " ")
				if !ok {
					word = value
				}
				s.add(word, from+" "+name)
				if pair, err := base64.StdEncoding.DecodeString(word); err == nil {
					_, password, _ := strings.Cut(string(pair), ":")
					s.add(password, from+" password")
				}
			case name == "Set-Cookie":
				_, word, _ := strings.Cut(strings.Split(value, ";")[0], "=")
				s.add(word, from+" "+name)
			case name == "Cookie":
				for pair := range strings.SplitSeq(value, ";") {
					_, word, _ := strings.Cut(pair, "=")
					s.add(strings.TrimSpace(word), from+" "+name)
				}
			case name == "Location":
				if u, err := url.Parse(value); err == nil {
					s.values(u.Query(), from+" "+name)
				}
			case hides(name):
				s.add(value, from+" "+name)
			}
		}
	}
}

// world takes what a world keeps: credentials and documents.
func (s secrets) world(t *testing.T, h http.Handler, name string) {
	t.Helper()
	var credentials []emulator.Credential
	read(t, h, "/_world/"+name+"/_portico/credentials", &credentials)
	for _, c := range credentials {
		s.header(http.Header{c.Header: {c.Value}}, c.Vendor+"."+c.Name)
		s.add(c.Secret, c.Vendor+"."+c.Name+" secret")
	}
	var world struct{ Documents map[string][]map[string]any }
	read(t, h, "/_world/"+name+"/_portico/export", &world)
	for kind, documents := range world.Documents {
		for _, d := range documents {
			s.document(kind, d)
		}
	}
}

func (s secrets) document(kind string, d map[string]any) {
	s.harvest(d, kind, false)
	if id, ok := d["_id"].(string); ok && kind == "axway.session" {
		s.add(id, "cookie of a session")
	}
}

// changes takes what a world has come to keep since its birth.
func (s secrets) changes(t *testing.T, h http.Handler, name string) {
	t.Helper()
	var diff struct {
		Added []struct {
			Kind, ID string
			Document map[string]any
		}
		Changed []struct {
			Kind  string
			Patch []struct {
				Path  string
				Value any
			}
		}
	}
	read(t, h, "/_world/"+name+"/_portico/diff", &diff)
	for _, one := range diff.Added {
		if one.Document["_id"] == nil {
			one.Document["_id"] = one.ID
		}
		s.document(one.Kind, one.Document)
	}
	for _, one := range diff.Changed {
		for _, op := range one.Patch {
			s.harvest(op.Value, one.Kind, hides(op.Path[strings.LastIndexByte(op.Path, '/')+1:]))
		}
	}
}

func read(t *testing.T, h http.Handler, path string, to any) {
	t.Helper()
	if err := json.Unmarshal(ask(t, h, http.MethodGet, path, "").Body.Bytes(), to); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// told is all that a world tells of the calls it had.
func told(t *testing.T, h http.Handler, world string, members []string, pages bool) map[string]string {
	t.Helper()
	out := map[string]string{}
	paths := []string{"requests", "requests.har"}
	if pages {
		paths = append(paths, "coverage", "coverage?format=html", "coverage?format=junit")
	}
	for _, path := range paths {
		out[path] = ask(t, h, http.MethodGet, "/_world/"+world+"/_portico/"+path, "").Body.String()
	}
	other := map[string]string{"$.name": "other"}
	for _, name := range members {
		other["$['"+name+"']"] = "other"
	}
	body, err := json.Marshal(map[string]any{"path": "/none", "body": other})
	if err != nil {
		t.Fatal(err)
	}
	out["verify"] = ask(t, h, http.MethodPost, "/_world/"+world+"/_portico/requests/verify", string(body)).Body.String()
	return out
}

func (s secrets) lookIn(t *testing.T, where, text string) {
	t.Helper()
	for secret, from := range s {
		for _, form := range slices.Compact([]string{secret, url.QueryEscape(secret)}) {
			if at := whole(text, form); at >= 0 {
				t.Errorf("%s tells %s: …%s…", where, from, text[max(at-80, 0):min(at+len(form)+40, len(text))])
				break
			}
		}
	}
}

// whole is where a word stands that is no part of a longer one, or -1.
func whole(text, word string) int {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return -1
		}
		at += from
		from = at + len(word)
		if (at == 0 || !inWord(text[at-1])) && (from == len(text) || !inWord(text[from])) {
			return at
		}
	}
}

func inWord(c byte) bool {
	return c == '-' || c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// overheard is an emulator with a debug log and a socket for its events.
type overheard struct {
	*emulator.Emulator
	server *httptest.Server
	log    *bytes.Buffer
}

func overhear(t *testing.T) *overheard {
	t.Helper()
	w := &overheard{log: &bytes.Buffer{}}
	w.Emulator = start(t, emulator.Config{
		Clock: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
		Log:   slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	return w
}

// TestSecretsOfConversations plays all recorded conversations, each in a world of its own, and looks in all that is told of
// them for every secret that was sent, answered or stored.
func TestSecretsOfConversations(t *testing.T) {
	t.Parallel()
	vendors := map[string][]conversation{}
	for _, c := range recorded(t) {
		vendors[c.vendor] = append(vendors[c.vendor], c)
	}
	for vendor, conversations := range vendors {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			w, all := overhear(t), secrets{}
			all.world(t, w, "default")
			born := maps.Clone(all)
			for i, c := range conversations {
				maps.Copy(all, w.play(t, c, born, i == 0))
			}
			w.ended(t, all)
			if len(all) < 100 {
				t.Errorf("got %d secrets", len(all))
			}
		})
	}
}

// ended looks in what is told of all worlds together.
func (w *overheard) ended(t *testing.T, all secrets) {
	t.Helper()
	w.server.Close() // the log is whole
	all.lookIn(t, "log", w.log.String())
	all.lookIn(t, "metrics", ask(t, w, http.MethodGet, "/_portico/metrics", "").Body.String())
}

// play plays a conversation, looks in what its world tells of it, and gives the secrets that it had.
func (w *overheard) play(t *testing.T, c conversation, born secrets, pages bool) secrets {
	t.Helper()
	world := c.operation
	call(t, w, http.MethodPost, "/_portico/worlds", `{"name":"`+world+`"}`, http.StatusCreated)
	defer call(t, w, http.MethodDelete, "/_portico/worlds/"+world, "", http.StatusNoContent)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	events := subscribe(ctx, t, w.server.URL+"/_world/"+world)
	found, calls, members := secrets{}, 0, []string{}
	for _, one := range c.steps {
		r := httptest.NewRequest(one.method, one.path, strings.NewReader(one.body))
		r.Header = one.header.Clone()
		r.Header.Set("Portico-World", world)
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, r)
		if strings.HasPrefix(one.path, "/_portico/") {
			continue // the admin API's own calls are not journalled
		}
		calls++
		from := world + " request"
		found.values(r.URL.Query(), from)
		found.header(one.header, from)
		found.body(one.body, one.header.Get("Content-Type"), from)
		found.header(answer.Header(), world+" answer")
		found.body(answer.Body.String(), "", world+" answer")
		var sent map[string]any
		if json.Unmarshal([]byte(one.body), &sent) == nil {
			for name := range sent {
				if !slices.Contains(members, name) {
					members = append(members, name)
				}
			}
		}
	}
	found.changes(t, w, world)
	texts := told(t, w, world, members, pages)
	texts["events"] = events(calls)
	for where, text := range texts {
		found.lookIn(t, world+" "+where, text)
	}
	born.lookIn(t, world+" requests", texts["requests"]) // the other texts tell the same again
	return found
}

// mark makes secrets that stand nowhere else.
func mark(n int) string { return fmt.Sprintf("Zq%07dxKw", n) }

// places are where a client puts a secret, at SECRET: the body's media type, then path, headers or body.
var places = []struct{ media, path, header, body string }{
	{"", "?access_token=SECRET", "", ""},
	{"", "?a=1&client_secret=SECRET#x", "", ""},
	{"", "?apikey=SECRET", "", ""},
	{"", "?filter[api_key]=SECRET", "", ""},
	{"", "?code=SECRET&state=x", "", ""},
	{"", "?activation=SECRET", "", ""},
	{"", "", "Authorization: Bearer SECRET", ""},
	{"", "", "Authorization: SECRET", ""},
	{"", "", "Authorization: Digest username=\"x\", response=\"SECRET\"", ""},
	{"", "", "Proxy-Authorization: Basic SECRET", ""},
	{"", "", "Cookie: theme=dark; APIMANAGERSESSION=SECRET", ""},
	{"", "", "CSRF-Token: SECRET", ""},
	{"", "", "X-IBM-Client-Secret: SECRET", ""},
	{"", "", "X-Api-Key: SECRET", ""},
	{"", "", "X-Amz-Security-Token: SECRET", ""},
	{"", "", "Referer: https://x.example/?id_token=SECRET", ""},
	{"", "", "Referer: https://ben:SECRET@x.example/", ""},
	{"application/json", "", "", `{"password":"SECRET"}`},
	{"application/json", "", "", `{"newPassword":"SECRET","old_password":"x"}`},
	{"application/json", "", "", `{"a":[{"clientSecret":"SECRET"}]}`},
	{"application/json", "", "", `{"secret":{"value":"SECRET","list":["x"]}}`},
	{"application/json", "", "", `{"tokens":["x","SECRET"]}`},
	{"application/json", "", "", `{"p\u0061ssword":"SECRET"}`},
	{"application/json", "", "", `{"accessKey":"SECRET","private_key":"x"}`},
	{"application/json", "", "", `{"privateKey":"SECRET"}`},
	{"application/json", "", "", `{"grant_type":"authorization_code","code":"SECRET"}`},
	{"application/json", "", "", `{"client_assertion":"SECRET","code_verifier":"x"}`},
	{"application/json", "", "", `{"url":"https://x.example/cb?refresh_token=SECRET"}`},
	{"application/json", "", "", `{"url":"https://ben:SECRET@x.example/cb"}`},
	{"application/json", "", "", `{"cert":"-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----"}`},
	{"application/json", "", "", `{"name":"x","password":"SECRET`},
	{"application/json", "", "", `{"password":"SECRET","password":"x"}`},
	{"application/json", "", "", `[{"op":"replace","path":"/a/clientSecret","value":"SECRET"}]`},
	{"application/json", "", "", `{"when":{"$.a['password']":"SECRET"}}`},
	{"application/x-www-form-urlencoded", "", "", "username=ben&password=SECRET"},
	{"application/x-www-form-urlencoded", "", "", "grant_type=authorization_code&code=SECRET"},
	{"application/x-www-form-urlencoded", "", "", "client_secret=SECRET&x=%zz"},
	{"multipart/form-data; boundary=b", "", "", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nSECRET\r\n--b--\r\n"},
	{"multipart/form-data; boundary=b", "", "", "--b\r\nContent-Disposition: form-data; name=client_secret\r\nContent-Type: text/plain\r\n\r\nSECRET\r\n--b--\r\n"},
	{"application/yaml", "", "", "password: SECRET\n"},
	{"application/yaml", "", "", "a:\n  - client_secret: 'SECRET'\n    b: 1\n"},
	{"application/yaml", "", "", "client_secret: |\n  x\n  SECRET\nb: 1\n"},
	{"application/yaml", "", "", "secret:\n  deep:\n    value: SECRET\n"},
	{"application/yaml", "", "", "a: {token: SECRET, b: 1}\n"},
	{"application/yaml", "", "", "grant_type: authorization_code\ncode: SECRET\n"},
	{"text/xml", "", "", "<login><password>SECRET</password></login>"},
	{"text/plain", "", "", "-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----\n"},
	{"application/octet-stream", "", "", "\xff\xfe password=SECRET"},
}

// TestSecretsStayOut puts a secret that nobody knows, and each that is known, into every place that a client has for one,
// at operations that take it and at paths that nobody serves, in every vendor's API.
func TestSecretsStayOut(t *testing.T) {
	t.Parallel()
	vendors, err := emulator.Vendors()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vendors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			w, found := overhear(t), secrets{}
			found.world(t, w, "default")
			known := make([]string, 0, len(found))
			for secret := range found {
				known = append(known, secret)
			}
			slices.Sort(known)
			credentials, err := w.Credentials(v.Name)
			if err != nil {
				t.Fatal(err)
			}
			operations, err := emulator.Operations(v.Name)
			if err != nil {
				t.Fatal(err)
			}
			var paths []string
			for _, op := range operations {
				if op.Method == http.MethodPost || op.Method == http.MethodPut {
					paths = append(paths, op.Method+" "+op.Path)
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			events := subscribe(ctx, t, w.server.URL)
			n := 0
			for i, place := range places {
				for _, path := range []string{"POST " + v.Base + "/nowhere", paths[i%len(paths)], paths[(i*7+3)%len(paths)]} {
					for _, secret := range []string{mark(n), known[n%len(known)]} {
						n++
						found.add(secret, fmt.Sprintf("place %d of %s", i, path))
						w.put(t, place.media, path+place.path, []string{credentials[0].Header + ": " + credentials[0].Value, place.header}, place.body, secret)
					}
				}
			}
			for _, c := range credentials { // of everyone, the expired ones included
				n++
				w.put(t, "", "GET "+v.Base+"/nowhere", []string{c.Header + ": " + c.Value}, "", "")
			}
			texts := told(t, w, "default", []string{"password", "note", "clientSecret"}, true)
			texts["events"] = events(n)
			for where, text := range texts {
				found.lookIn(t, where, text)
			}
			if name := "[" + v.Name + ".admin]"; !strings.Contains(texts["requests"], name) && v.Name != "exchange" {
				t.Errorf("a known credential is not told by its name, %s", name)
			}
			cancel()
			w.ended(t, found)
		})
	}
}

// put sends a call with a secret in the place of SECRET.
func (w *overheard) put(t *testing.T, media, line string, headers []string, body, secret string) {
	t.Helper()
	method, target, _ := strings.Cut(line, " ")
	escaped := url.QueryEscape(secret)
	if strings.Contains(media, "form-urlencoded") {
		body = strings.ReplaceAll(body, "SECRET", escaped)
	}
	target = strings.NewReplacer("SECRET", escaped, "{", "%7B", "}", "%7D", "#", "%23").Replace(target)
	r := httptest.NewRequest(method, target, strings.NewReader(strings.ReplaceAll(body, "SECRET", secret)))
	for _, h := range headers {
		if name, value, ok := strings.Cut(h, ": "); ok {
			r.Header.Set(name, strings.ReplaceAll(value, "SECRET", secret))
		}
	}
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	w.ServeHTTP(httptest.NewRecorder(), r)
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/testkit"
)

// failing is a test that fails without failing this one, and leaves its bundle in a folder.
type failing struct {
	name, dir string
	failed    []string
	cleanups  []func()
}

func (f *failing) Helper()             {}
func (f *failing) Name() string        { return f.name }
func (f *failing) Cleanup(do func())   { f.cleanups = append(f.cleanups, do) }
func (f *failing) Failed() bool        { return true }
func (f *failing) ArtifactDir() string { return f.dir }
func (f *failing) Logf(string, ...any) {}
func (f *failing) Errorf(format string, args ...any) {
	f.failed = append(f.failed, fmt.Sprintf(format, args...))
}
func (f *failing) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// bundleOf runs a test that fails and gives the file that it leaves.
func bundleOf(t *testing.T, do func(tb testkit.TB)) string {
	t.Helper()
	f := &failing{name: t.Name(), dir: t.TempDir()}
	do(f)
	for _, end := range slices.Backward(f.cleanups) {
		end()
	}
	files, err := filepath.Glob(f.dir + "/portico-*.har")
	if err != nil || len(files) != 1 {
		t.Fatalf("got %v, %v, want one bundle; the test said %q", files, err, f.failed)
	}
	return files[0]
}

// ask sends a call with headers, "Name: value", and gives what came of it.
func ask(t *testing.T, w *testkit.Portico, method, url, body string, headers ...string) (http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	answer, err := w.Client().Do(r)
	if err != nil {
		return nil, ""
	}
	defer answer.Body.Close()
	got, _ := io.ReadAll(answer.Body)
	return answer.Header, string(got)
}

// everything is a test that does all kinds of things: every vendor's logins, documents, clocks, snapshots, faults of the
// wire, a scenario, a reset.
func everything(t *testing.T, w *testkit.Portico) {
	t.Helper()
	konnect := "Authorization: " + w.Header("konnect", "admin")
	base := w.Base("konnect")
	portal := w.Put("konnect.portal", map[string]string{"name": "Partners"})
	w.Put("konnect.developer", map[string]string{"email": "a@b.example", "full_name": "A B"}, testkit.In(portal.ID))
	ask(t, w, "GET", base+"/portals/"+portal.ID, "", konnect)
	ask(t, w, "POST", base+"/portals", `{"name":"Guests","labels":{"a":"<&>"}}`, konnect, "User-Agent: client/1")
	ask(t, w, "POST", base+"/portals", `{"name":"Guests"}`, konnect, "Content-Type: application/json")
	ask(t, w, "HEAD", base+"/portals", "", konnect)
	ask(t, w, "GET", base+"/portals?filter%5Bname%5D=Guests&page[size]=1", "", "Authorization: Bearer anything-at-all")
	w.Snapshot("before")
	w.Advance(36 * time.Hour)
	w.Delete("konnect.portal", portal.ID)
	ask(t, w, "GET", base+"/portals/"+portal.ID, "", konnect)
	w.Restore("before")
	ask(t, w, "GET", base+"/portals/"+portal.ID, "", konnect)

	header, _ := ask(t, w, "POST", w.Base("axway")+"/login", "username=apiadmin&password=changeme", "Content-Type: application/x-www-form-urlencoded")
	var cookies []string
	for _, c := range header.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(c, ";")
		cookies = append(cookies, pair)
	}
	session := "Cookie: " + strings.Join(cookies, "; ")
	ask(t, w, "GET", w.Base("axway")+"/applications", "", session)
	ask(t, w, "POST", w.Base("axway")+"/applications", `{"name":"Mine","organizationId":"`+w.Documents("axway.organization")[0].ID+`"}`,
		session, "CSRF-Token: "+header.Get("CSRF-Token"), "Content-Type: application/json")

	_, body := ask(t, w, "POST", w.Base("apiconnect")+"/token", `{"grant_type":"password","realm":"consumer:ibm-emu:sandbox/sandbox-idp",`+
		`"username":"viewer","password":"portico-viewer","client_id":"portico-toolkit","client_secret":"portico-toolkit-secret"}`, "Content-Type: application/json")
	var token struct {
		Access string `json:"access_token"`
	}
	_ = json.Unmarshal([]byte(body), &token)
	ask(t, w, "GET", w.Base("apiconnect")+"/me", "", "Authorization: Bearer "+token.Access)
	ask(t, w, "GET", w.Base("apiconnect")+"/orgs", "", "Authorization: Bearer "+token.Access)
	anypoint := strings.TrimSuffix(w.Base("exchange"), "/exchange/api/v1")
	_, body = ask(t, w, "POST", anypoint+"/accounts/login", `{"username":"admin","password":"portico-password-admin"}`, "Content-Type: application/json")
	_ = json.Unmarshal([]byte(body), &token)
	ask(t, w, "GET", anypoint+"/accounts/api/me", "", "Authorization: Bearer "+token.Access)

	w.Fault(testkit.Fault{On: "konnect.list-portals", Plan: []string{"fail", "pass"}, Give: testkit.Give{Wire: "reset"}})
	w.Fault(testkit.Fault{On: "konnect.get-portal", Times: 1, Give: testkit.Give{Error: "rate-limited", RetryAfter: testkit.Duration(time.Second)}})
	half := 0.5
	w.Fault(testkit.Fault{On: "konnect.list-portal-roles", Odds: &half, Give: testkit.Give{Wire: "truncate"}})
	for range 4 {
		ask(t, w, "GET", base+"/portals", "", konnect)
		ask(t, w, "GET", base+"/portals/"+portal.ID, "", konnect)
		ask(t, w, "GET", base+"/portal-roles", "", konnect)
	}
	ask(t, w, "GET", base+"/nothing/here", "", konnect)
	w.Reset()
	w.Scenario("lost-create-response")
	ask(t, w, "POST", base+"/portals", `{"name":"Again"}`, konnect, "Content-Type: application/json")
	ask(t, w, "POST", base+"/portals", `{"name":"Again"}`, konnect, "Content-Type: application/json")
}

var still = testkit.Clock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))

// A bundle can be repeated to the byte: in a process of its own and on a running emulator, whether the clock stood or ran, and
// wherever the world was.
func TestReplay(t *testing.T) {
	t.Parallel()
	running := httptest.NewServer(must(emulator.New(emulator.Config{Seed: new(uint64(3)), Fixture: "empty", AdminToken: "t"})))
	t.Cleanup(running.Close)
	for name, start := range map[string]func(testkit.TB) *testkit.Portico{
		"a clock that runs":   func(tb testkit.TB) *testkit.Portico { return testkit.Start(tb).World(tb) },
		"a clock that stands": func(tb testkit.TB) *testkit.Portico { return testkit.Start(tb, still, testkit.Seed(7)) },
		"elsewhere": func(tb testkit.TB) *testkit.Portico {
			return testkit.At(tb, running.URL, testkit.AdminToken("t")).World(tb, testkit.Fixture("small"), still)
		},
		"another fixture": func(tb testkit.TB) *testkit.Portico { return testkit.Start(tb).World(tb, testkit.Fixture("empty")) },
		"strict":          func(tb testkit.TB) *testkit.Portico { return testkit.Start(tb, testkit.Strict()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := bundleOf(t, func(tb testkit.TB) { everything(t, start(tb)) })
			if world := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "portico-"), ".har"); world != "default" { // its name is taken, and stands in links
				post(t, running.URL+"/_portico/worlds", `{"name":"`+world+`"}`)
			}
			for where, args := range map[string][]string{"in process": nil, "on a server": {"--url", running.URL, "--admin-token", "t"}} {
				if name == "strict" && args != nil {
					continue // the server is not
				}
				code, stdout, stderr := do(t, nil, append([]string{"replay", file}, args...)...)
				var calls, same int
				lines := strings.Split(strings.TrimSpace(stdout), "\n")
				_, err := fmt.Sscanf(lines[len(lines)-1], "%d calls: %d the same, 0 differ, 0 cannot be repeated", &calls, &same)
				if code != 0 || stderr != "" || err != nil || calls != same || calls < 30 { // a client may repeat a call that was reset
					t.Errorf("%s: exit %d, %s\n%s", where, code, stderr, stdout)
				}
			}
		})
	}
}

// post calls the admin API of the running emulator.
func post(t *testing.T, url, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer t")
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("got %s", answer.Status)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// edited is a bundle in which texts were replaced, pairs of old and new.
func edited(t *testing.T, file string, pairs ...string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !bytes.Contains(data, []byte(pairs[i])) {
			t.Fatalf("the bundle has no %q", pairs[i])
		}
		data = bytes.Replace(data, []byte(pairs[i]), []byte(pairs[i+1]), 1)
	}
	out := filepath.Join(t.TempDir(), "edited.har")
	if err := os.WriteFile(out, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// What is answered otherwise is told with its first difference.
func TestReplayDiffers(t *testing.T) {
	t.Parallel()
	file := bundleOf(t, func(tb testkit.TB) {
		w := testkit.Start(tb, still)
		konnect := "Authorization: " + w.Header("konnect", "admin")
		w.Put("konnect.portal", map[string]string{"name": "Partners"})
		ask(t, w, "POST", w.Base("konnect")+"/portals", `{"name":"Guests"}`, konnect)
		ask(t, w, "GET", w.Base("konnect")+"/portals?page[size]=1&sort=name", "", konnect)
	})
	for name, tt := range map[string]struct {
		edit []string
		want []string // lines
	}{
		"nothing": {nil, []string{
			"TestReplayDiffers: seed 42, fixture small, clock 2026-03-01T09:00:00Z", "      POST /_portico/state/konnect.portal: same",
			"    1 POST /v2/portals: same", "    2 GET /v2/portals?page[size]=1&sort=name: same", "2 calls: 2 the same, 0 differ, 0 cannot be repeated",
		}},
		"a status": {[]string{`"status": 201,`, `"status": 202,`}, []string{"    1 POST /v2/portals: differs: got 201, recorded 202"}},
		"a member": {[]string{`\"display_name\":\"Guests\"`, `\"display_name\":\"Ghosts\"`}, []string{`    1 POST /v2/portals: differs: body $.display_name: got "Guests", recorded "Ghosts"`}},
		"a member more": {[]string{`\"display_name\":\"Guests\"`, `\"display_name\":\"Guests\",\"is_odd\":true`}, []string{
			`    1 POST /v2/portals: differs: body $.is_odd: got none, recorded true`,
		}},
		"the order of members": {[]string{`\"name\":\"Guests\",\"display_name\":\"Guests\"`, `\"display_name\":\"Guests\",\"name\":\"Guests\"`}, []string{
			`    1 POST /v2/portals: differs: byte `,
		}},
		"a media type": {[]string{`"mimeType": "application/json; charset=utf-8"`, `"mimeType": "text/plain"`}, []string{
			"    1 POST /v2/portals: differs: media type: got application/json; charset=utf-8, recorded text/plain",
		}},
		"a header": {[]string{`"name": "Content-Length"`, `"name": "X-Odd"`}, []string{"    1 POST /v2/portals: differs: header Content-Length: got "}},
		"what the testkit made": {[]string{`\"display_name\":\"Partners\"`, `\"display_name\":\"Ghosts\"`}, []string{
			`      POST /_portico/state/konnect.portal: differs: body $.display_name: got "Partners", recorded "Ghosts"`,
			"2 calls: 2 the same, 0 differ, 0 cannot be repeated",
		}},
		"the seed": {[]string{`"seed": 42,`, `"seed": 43,`}, []string{"TestReplayDiffers: seed 43, fixture small, clock 2026-03-01T09:00:00Z", "    1 POST /v2/portals: differs: body $.default_domain: got "}},
		"what was sent": {[]string{`"text": "{\"name\":\"Guests\"}"`, `"text": "{\"nome\":\"Guests\"}"`}, []string{
			"    1 POST /v2/portals: differs: got 400, recorded 201", "2 calls: 0 the same, 2 differ, 0 cannot be repeated",
		}},
		"a call that is missing": {[]string{`"_id": "2"`, `"_id": "9"`}, []string{"2 calls: 2 the same, 0 differ, 0 cannot be repeated"}},
		"what the testkit did":   {[]string{`\"name\":\"Partners\"`, `\"nome\":\"Partners\"`}, []string{"      POST /_portico/state/konnect.portal: differs: got 400, recorded 201: document.name is missing"}},
		"another portico":        {[]string{`"portico": "` + emulator.Version + `"`, `"portico": "0.0.9"`}, []string{"note: the test ran on portico 0.0.9, this is " + emulator.Version}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := do(t, nil, "replay", edited(t, file, tt.edit...))
			for _, l := range tt.want {
				if !strings.Contains("\n"+stdout, "\n"+l) {
					t.Errorf("no line %q in\n%s%s", l, stdout, stderr)
				}
			}
			if differ := strings.Contains(stdout, ": differs"); (code == 1) != differ || (stderr != "") != differ {
				t.Errorf("exit %d, %s\n%s", code, stderr, stdout)
			}
		})
	}
}

// What cannot be repeated says why, and is no failure.
func TestReplayCannot(t *testing.T) {
	t.Parallel()
	file := bundleOf(t, func(tb testkit.TB) {
		w := testkit.Start(tb, testkit.Strict(), still)
		konnect := "Authorization: " + w.Header("konnect", "admin")
		_, body := ask(t, w, "POST", w.Base("apiconnect")+"/token", `{"grant_type":"password","realm":"consumer:ibm-emu:sandbox/sandbox-idp",`+
			`"username":"viewer","password":"portico-viewer","client_id":"portico-toolkit","client_secret":"portico-toolkit-secret"}`,
			"Content-Type: application/json", "Accept: application/yaml")
		_, token, _ := strings.Cut(body, `access_token: "`)
		token, _, _ = strings.Cut(token, `"`)
		ask(t, w, "GET", w.Base("apiconnect")+"/me", "", "Authorization: Bearer "+token)
		ask(t, w, "POST", w.Base("konnect")+"/portals", `{"name":"`+strings.Repeat("x", 70_000)+`"}`, konnect)
		ask(t, w, "POST", w.Base("konnect")+"/portals", "\xff\xfe", konnect)
		ask(t, w, "GET", w.Base("konnect")+"/portal-roles", "", konnect)
	})
	code, stdout, stderr := do(t, nil, "replay", file)
	for _, l := range []string{
		"    1 POST /consumer-api/token: same",
		"    2 GET /consumer-api/me: cannot be repeated: the header Authorization is a secret that is nowhere told (got 401, recorded 200)",
		"    3 POST /v2/portals: cannot be repeated: the journal keeps 65536 bytes of a body, and this one had 70011",
		"    4 POST /v2/portals: cannot be repeated: its body is not text",
		"    5 GET /v2/portal-roles: same",
	} {
		if !strings.Contains("\n"+stdout, "\n"+l+"\n") {
			t.Errorf("no line %q", l)
		}
	}
	if code != 0 || stderr != "" || t.Failed() {
		t.Errorf("exit %d, %s\n%s", code, stderr, stdout)
	}
}

// A file that is no bundle, or none that can be repeated, is refused in a line.
func TestReplayRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	file := bundleOf(t, func(tb testkit.TB) {
		w := testkit.Start(tb, testkit.Fixture(write("mine.yaml", "documents: []\n")))
		ask(t, w, "GET", w.Base("konnect")+"/portals", "")
	})
	if code, stdout, stderr := do(t, nil, "replay", file); code != 0 || !strings.Contains(stdout, "1 calls: 1 the same") {
		t.Errorf("born from a file: exit %d, %s%s", code, stdout, stderr)
	}
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 2, "portico replay wants one bundle: a file portico-*.har that go test -artifacts has kept"},
		{[]string{"a", "b"}, 2, "portico replay wants one bundle: a file portico-*.har that go test -artifacts has kept"},
		{[]string{dir + "/none.har"}, 1, "open " + dir + "/none.har: no such file or directory"},
		{[]string{write("text", "hello")}, 1, dir + "/text is no bundle: invalid character 'h' looking for beginning of value"},
		{[]string{write("plain.har", `{"log":{"entries":[]}}`)}, 1, dir + "/plain.har is no bundle: its log has no member _portico, which the testkit writes when a test fails"},
		{[]string{write("new.har", `{"log":{"entries":"odd","_portico":{"format":2}}}`)}, 1, dir + "/new.har is a bundle of format 2, and this portico (" + emulator.Version + ") reads up to 1: take a newer one"},
		{[]string{write("part.har", `{"log":{"entries":[],"_portico":{"format":1,"chapters":[{"entries":2}]}}}`)}, 1, dir + "/part.har is no whole bundle: it has 0 calls, and tells of 2"},
		{[]string{edited(t, file, `mine.yaml"`, `gone.yaml"`)}, 1, "the test's world was born from the file " + dir + "/gone.yaml, which is not here: nothing can be repeated"},
		{[]string{file, "--url", "ftp://x"}, 2, "--url ftp://x: want a URL such as http://127.0.0.1:4780"},
		{[]string{file, "--url", "http://127.0.0.1:1"}, 1, "no emulator answers at http://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"},
	} {
		code, stdout, stderr := do(t, nil, append([]string{"replay"}, tt.args...)...)
		if d := cmp.Diff("portico: "+tt.want+"\n", stderr); d != "" || code != tt.code || stdout != "" {
			t.Errorf("%v: exit %d, %s; -want +got:\n%s", tt.args, code, stdout, d)
		}
	}
}

// The help tells of what is compared and what is not.
func TestReplayHelp(t *testing.T) {
	t.Parallel()
	_, stdout, _ := do(t, nil, "replay", "--help")
	if !regexp.MustCompile(`Not compared are Portico-Request`).MatchString(stdout) {
		t.Errorf("got %s", stdout)
	}
}

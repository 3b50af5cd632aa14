package cli

import (
	"bytes"
	"encoding/base64"
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
	"golang.org/x/tools/txtar"

	"github.com/portico-emulator/portico/emulator/internal/app"
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

	owner := "Authorization: " + w.Header("apiconnect", "admin")
	ask(t, w, "GET", w.Base("apiconnect")+"/me", "", owner)
	const change = `{"current_password":"portico-owner","password":"A-new-one.1"}`
	ask(t, w, "POST", w.Base("apiconnect")+"/me/change-password", change, owner, "Content-Type: application/json")
	ask(t, w, "GET", w.Base("apiconnect")+"/orgs", "", owner)
	anypoint := strings.TrimSuffix(w.Base("exchange"), "/exchange/api/v1")
	var tokens []string
	for _, user := range []string{"admin", "hub.admin"} {
		login := `{"username":"` + user + `","password":"portico-password-` + user + `"}`
		_, body := ask(t, w, "POST", anypoint+"/accounts/login", login, "Content-Type: application/json")
		var token struct {
			Access string `json:"access_token"`
		}
		_ = json.Unmarshal([]byte(body), &token)
		tokens = append(tokens, token.Access)
	}
	for _, token := range tokens { // who logged in last is not who calls next
		ask(t, w, "GET", anypoint+"/accounts/api/me", "", "Authorization: Bearer "+token)
	}

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
	running := httptest.NewServer(must(app.New(app.Config{Seed: new(uint64(3)), Fixture: "empty", AdminToken: "t"})))
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
				_, err := fmt.Sscanf(lines[len(lines)-1], "%d calls: %d the same, 0 differ, 0 cannot be repeated, 0 refused", &calls, &same)
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

// All that the vendors' recorded conversations ask can be repeated to the byte while the clock runs, as far as nothing before it
// held a secret that is not in the bundle.
func TestReplayConversations(t *testing.T) {
	t.Parallel()
	running := httptest.NewServer(must(app.New(app.Config{})))
	t.Cleanup(running.Close)
	files, err := filepath.Glob("../../emulator/*/testdata/*.txtar")
	if err != nil || len(files) < 150 {
		t.Fatalf("got %v, %v", files, err)
	}
	calls := 0
	for _, f := range files {
		talk, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		vendor := strings.Replace(filepath.Base(filepath.Dir(filepath.Dir(f))), "experiencehub", "experience-hub", 1)
		file := bundleOf(t, func(tb testkit.TB) {
			w := testkit.At(tb, running.URL).World(tb, testkit.AllowUnmatched())
			for _, part := range talk.Files {
				head, body, _ := strings.Cut(strings.TrimRight(string(part.Data), "\n"), "\n\n")
				lines := strings.Split(head, "\n")
				method, path, ok := strings.Cut(lines[0], " ")
				if !ok || strings.HasSuffix(part.Name, " answer") {
					continue
				}
				headers := []string{"Authorization: " + w.Header(vendor, "admin"), "Content-Type: application/json"}
				for _, l := range lines[1:] { // one without a value is none
					name, _, _ := strings.Cut(l, ":")
					headers = slices.DeleteFunc(headers, func(h string) bool { return strings.HasPrefix(h, name+":") })
					if strings.Contains(l, ": ") {
						headers = append(headers, l)
					}
				}
				ask(t, w, method, running.URL+path, body, headers...)
			}
		})
		var stdout, stderr bytes.Buffer
		Run(t.Context(), []string{"replay", "--url", running.URL, file}, &stdout, &stderr)
		for l := range strings.Lines(stdout.String()) {
			if strings.Contains(l, ": cannot be repeated: ") || strings.Contains(l, ": refused: ") {
				break
			}
			if strings.Contains(l, ": differs: ") {
				t.Errorf("%s: %s%s", f, l, &stderr)
			}
			calls++
		}
	}
	if calls < 2000 {
		t.Errorf("%d calls were compared", calls)
	}
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
			"    1 POST /v2/portals: same", "    2 GET /v2/portals?page[size]=1&sort=name: same",
			"3 calls: 3 the same, 0 differ, 0 cannot be repeated, 0 refused",
		}},
		"a status": {[]string{`"status": 201,`, `"status":201,`, `"status": 201,`, `"status": 202,`}, []string{ // the first is the testkit's
			"    1 POST /v2/portals: differs: got 201, recorded 202",
		}},
		"a member": {[]string{`\"display_name\":\"Guests\"`, `\"display_name\":\"Ghosts\"`}, []string{
			`    1 POST /v2/portals: differs: body at byte 158: got "display_name":"Guests", recorded "display_name":"Ghosts"`,
		}},
		"a member more": {[]string{`\"display_name\":\"Guests\"`, `\"display_name\":\"Guests\",\"is_odd\":true`}, []string{
			`    1 POST /v2/portals: differs: body at byte 166: got "description":null, recorded "is_odd":true`,
		}},
		"the order of members": {[]string{
			`\"name\":\"Guests\",\"display_name\":\"Guests\"`, `\"display_name\":\"Guests\",\"name\":\"Guests\"`,
		}, []string{
			`    1 POST /v2/portals: differs: body at byte 126: got "name":"Guests", recorded "display_name":"Guests"`,
		}},
		"a media type": {[]string{`"value": "application/json; charset=utf-8"`, `"value": "text/plain"`}, []string{
			"    1 POST /v2/portals: differs: header Content-Type: got application/json; charset=utf-8, recorded text/plain",
		}},
		"a header": {[]string{`"name": "Portico-Request"`, `"name": "X-Odd"`}, []string{
			"    1 POST /v2/portals: differs: header X-Odd: got none, recorded 1",
		}},
		"what the testkit made": {[]string{`\"display_name\":\"Partners\"`, `\"display_name\":\"Ghosts\"`}, []string{
			`      POST /_portico/state/konnect.portal: differs: body at byte 159: got "display_name":"Partners", recorded "display_name":"Ghosts"`,
			"3 calls: 2 the same, 1 differ, 0 cannot be repeated, 0 refused",
		}},
		"the seed": {[]string{`"seed": 42,`, `"seed": 43,`}, []string{
			"TestReplayDiffers: seed 43, fixture small, clock 2026-03-01T09:00:00Z", "    1 POST /v2/portals: differs: body at byte ",
		}},
		"what was sent": {[]string{`"text": "{\"name\":\"Guests\"}"`, `"text": "{\"nome\":\"Guests\"}"`}, []string{
			"    1 POST /v2/portals: differs: got 400, recorded 201", "3 calls: 1 the same, 2 differ, 0 cannot be repeated, 0 refused",
		}},
		"a call that is missing": {[]string{`"_id": "2"`, `"_id": "9"`}, []string{
			"3 calls: 3 the same, 0 differ, 0 cannot be repeated, 0 refused",
		}},
		"a call that comes twice": {[]string{`"_id": "2"`, `"_id": "1"`}, []string{
			"    1 GET /v2/portals?page[size]=1&sort=name: cannot be repeated: it comes after 0 calls, but the world has counted 1",
		}},
		"a number that does not fit": {[]string{`"_id": "2"`, `"_id": "18446744073709551615"`}, []string{
			"18446744073709551615 GET /v2/portals?page[size]=1&sort=name: cannot be repeated: " +
				"it comes after 18446744073709551614 calls, but the world has counted 1",
		}},
		"what the testkit did": {[]string{`\"name\":\"Partners\"`, `\"nome\":\"Partners\"`}, []string{
			"      POST /_portico/state/konnect.portal: differs: got 400, recorded 201: document.name is missing",
		}},
		"another portico": {[]string{`"portico": "` + app.Version + `"`, `"portico": "0.0.9"`}, []string{
			"note: the test ran on portico 0.0.9, this is " + app.Version,
		}},
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
		"    1 POST /consumer-api/token: cannot be repeated: its body holds a secret that is not in the bundle, [redacted:0.1] " +
			"(differs: got 401, recorded 200)",
		"    2 GET /consumer-api/me: cannot be repeated: its header Authorization holds a secret that is not in the bundle, [redacted:0.2] " +
			"(differs: got 401, recorded 200)",
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

// What the test itself made up is made up again, the same each time: a token that a lenient emulator takes, the password of a
// user whom the test has made.
func TestReplayMakesUpSecrets(t *testing.T) {
	t.Parallel()
	file := bundleOf(t, func(tb testkit.TB) {
		w := testkit.Start(tb)
		ask(t, w, "GET", w.Base("konnect")+"/portals", "", "Authorization: Bearer whatever")
		w.Put("axway.user", map[string]any{
			"loginName": "jane", "name": "Jane", "password": "correct-horse-battery", "organizationId": w.Documents("axway.organization")[0].ID,
		})
		login := base64.StdEncoding.EncodeToString([]byte("jane:correct-horse-battery"))
		ask(t, w, "GET", w.Base("axway")+"/currentuser", "", "Authorization: Basic "+login)
		const form = "Content-Type: application/x-www-form-urlencoded"
		ask(t, w, "POST", w.Base("axway")+"/login", "username=jane&password=correct-horse-battery", form)
	})
	code, stdout, stderr := do(t, nil, "replay", file)
	if code != 0 || stderr != "" || !strings.Contains(stdout, "\n4 calls: 4 the same, 0 differ, 0 cannot be repeated, 0 refused\n") {
		t.Errorf("exit %d, %s\n%s", code, stderr, stdout)
	}
	data, err := os.ReadFile(file)
	if err != nil || bytes.Contains(data, []byte("correct-horse-battery")) || !bytes.Contains(data, []byte("303")) {
		t.Errorf("got %v, %s", err, data)
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
	fixture := write("mine.yaml", "documents: []\n")
	file := bundleOf(t, func(tb testkit.TB) {
		w := testkit.Start(tb, testkit.Fixture(fixture))
		ask(t, w, "GET", w.Base("konnect")+"/portals", "")
	})
	builtin := bundleOf(t, func(tb testkit.TB) {
		w := testkit.Start(tb)
		ask(t, w, "GET", w.Base("konnect")+"/portals", "", "Authorization: Bearer x")
	})
	code, stdout, stderr := do(t, []string{"PORTICO_FIXTURE=" + fixture}, "replay", builtin) // of portico serve, perhaps
	if code != 0 || !strings.Contains(stdout, "fixture small") {
		t.Errorf("of a built-in fixture: exit %d, %s%s", code, stdout, stderr)
	}
	code, stdout, stderr = do(t, nil, "replay", file, "--fixture", fixture)
	if code != 0 || !strings.Contains(stdout, "1 calls: 1 the same") {
		t.Errorf("of a fixture file: exit %d, %s%s", code, stdout, stderr)
	}
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	portico := httptest.NewServer(must(app.New(app.Config{AdminToken: "t"})))
	t.Cleanup(portico.Close)
	const rest = " is no bundle: "
	whole := func(entries, info string) string {
		return `{"log":{"entries":` + entries + `,"_portico":{"format":2,"fixture":"empty",` + info + `}}}`
	}
	good := write("good.har", whole(`[]`, `"world":"w"`))
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 2, "portico replay wants one bundle: a file portico-*.har that go test -artifacts has kept"},
		{[]string{"a", "b"}, 2, "portico replay wants one bundle: a file portico-*.har that go test -artifacts has kept"},
		{[]string{dir + "/none.har"}, 1, "stat " + dir + "/none.har: no such file or directory"},
		{[]string{write("text", "hello")}, 1, dir + "/text" + rest + "invalid character 'h' looking for beginning of value"},
		{
			[]string{write("plain.har", `{"log":{"entries":[]}}`)},
			1,
			dir + "/plain.har" + rest + "its log has no member _portico, which the testkit writes when a test fails",
		},
		{
			[]string{write("new.har", `{"log":{"entries":"odd","_portico":{"format":3,"seed":[]}}}`)},
			1,
			dir + "/new.har" + rest + "its format is 3, and this portico (" + app.Version + ") reads 2: take the portico that the test ran on",
		},
		{
			[]string{write("old.har", `{"log":{"entries":[],"_portico":{"format":1,"chapters":[{"entries":-1}]}}}`)},
			1,
			dir + "/old.har" + rest + "its format is 1, and this portico (" + app.Version + ") reads 2: take the portico that the test ran on",
		},
		{[]string{write("world.har", whole(`[]`, `"world":"../w"`))}, 1, dir + "/world.har" + rest + `no world is called "../w"`},
		{
			[]string{write("number.har", whole(`[{"_id":"-1"}]`, `"world":"w"`))},
			1,
			dir + "/number.har" + rest + `json: cannot unmarshal number -1 into Go struct field recordedCall._id of type uint64`,
		},
		{[]string{file}, 1, `the test had the fixture "` + fixture + `", which is not a built-in one: pass the file with --fixture`},
		{
			[]string{file, "--fixture", dir + "/gone.yaml"},
			1,
			`no fixture "` + dir + `/gone.yaml": the built-in ones are empty, large, small, anything else is a file`,
		},
		{[]string{good, "--url", "ftp://x"}, 2, "--url ftp://x: want a URL such as http://127.0.0.1:4780"},
		{
			[]string{good, "--url", "http://x/_world/mine"},
			2,
			"--url http://x/_world/mine: replay makes a world of its own; give scheme, host and port alone, such as http://127.0.0.1:4780",
		},
		{
			[]string{good, "--url", "http://127.0.0.1:1"},
			1,
			"no emulator answers at http://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused",
		},
		{[]string{good, "--url", other.URL}, 1, "what answers at " + other.URL + " is not an emulator: 404 Not Found"},
		{
			[]string{good, "--url", portico.URL}, 1, portico.URL + " makes no world like the test's: POST /_portico/worlds: " +
				"the admin API needs the admin token that the server was started with, as Authorization: Bearer TOKEN",
		},
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

package journal_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
)

func redactor() *journal.Redactor {
	return journal.NewRedactor([]api.Credential{
		{Vendor: "v", Name: "admin", Header: "Authorization", Value: "Bearer kpat_abcdefgh"},
		{Vendor: "v", Name: "anna", Header: "Authorization", Value: "Basic YW5uYTpwYXNzd29yZCt4PTE=", Secret: "password+x=1"},
		{Vendor: "v", Name: "session", Header: "Cookie", Value: "SID=0123456789; other=abcdefghij"},
	})
}

var number = regexp.MustCompile(`\[redacted:\d+\]`)

// archived is bodies as an archive has them.
func archived(t *testing.T, bodies ...string) (out []string) {
	t.Helper()
	var entries []*journal.Entry
	for _, b := range slices.Backward(bodies) {
		entries = append(entries, &journal.Entry{Body: []byte(b), Length: len(b)})
	}
	data, err := journal.HAR(entries, redactor(), &journal.Knowledge{}, "0")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range gjson.GetBytes(data, "log.entries.#.request.postData.text").Array() {
		out = append(out, text.Str)
	}
	return out
}

// In an archive a secret without a name has the same number wherever it stands, and another secret another one.
func TestArchivesNumberSecrets(t *testing.T) {
	t.Parallel()
	got := archived(t, `{"access_token":"abc","refresh_token":"def"}`, "token=def&x=1", "token: abc\npassword: kpat_abcdefgh",
		`{"password":7,"token":"eyJh.b.c"}`, "eyJh.b.c")
	if d := cmp.Diff([]string{
		`{"access_token":"[redacted:1]","refresh_token":"[redacted:2]"}`, "token=[redacted:2]&x=1", "token: [redacted:1]\npassword: [v.admin]",
		`{"password":"[redacted:3]","token":"[redacted:4]"}`, "[redacted:4]",
	}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	r := redactor()
	for _, c := range []struct{ what, in, want string }{
		{"a known secret anywhere", "see kpat_abcdefgh there", "see [v.admin] there"},
		{"a known secret in a URL", "/x?note=password%2Bx%3D1", "/x?note=[v.anna:secret]"},
		{"a known cookie", "it was 0123456789", "it was [v.session]"},
		{"a form", "user=a&password=b%20c&grant_type=password", "user=a&password=[redacted]&grant_type=password"},
		{"a URL", "/x?a=1&access_token=abc#id_token=def", "/x?a=1&access_token=[redacted]#id_token=[redacted]"},
		{"a known secret in a form", "user=a&password=password%2Bx%3D1&token=kpat_abcdefgh", "user=a&password=[v.anna:secret]&token=[v.admin]"},
		{"YAML", "name: x\npassword: s3 cret\nclient_secret: \"a b\"\n- token: 'x y'\nkeys: {secret: abc, x: 1}", "name: x\npassword: [redacted]\nclient_secret: \"[redacted]\"\n- token: '[redacted]'\nkeys: {secret: [redacted], x: 1}"},
		{"YAML without values", "password: null\ntoken: true\nsecret:\nx: 1", "password: null\ntoken: true\nsecret:\nx: 1"},
		{"YAML with members below", "a:\n  secret:\n    x: 1\n    y: |\n      abc\n  b: 2", "a:\n  secret:\n    x: [redacted]\n    y: [redacted]\n      [redacted]\n  b: 2"},
		{"YAML with a list below", "tokens:\n- abc\n- x: def\nb: 2", "tokens:\n- [redacted]\n- x: [redacted]\nb: 2"},
		{"YAML with a text below", "client_secret: |-\r\n  abc\r\n\r\n  def\r\nb: 2", "client_secret: [redacted]\r\n  [redacted]\r\n\r\n  [redacted]\r\nb: 2"},
		{"YAML on several lines", "password: abc\n  def\nb: 2", "password: [redacted]\n  [redacted]\nb: 2"},
		{"YAML that buys a token", "grant_type: authorization_code\ncode: abc", "grant_type: authorization_code\ncode: [redacted]"},
		{"a code that buys a token", "grant_type=authorization_code&code=abc", "grant_type=authorization_code&code=[redacted]"},
		{"a member of a parameter", "/x?filter[api_key]=abc&a%5Btoken%5D=def&filter[name]=x", "/x?filter[api_key]=[redacted]&a%5Btoken%5D=[redacted]&filter[name]=x"},
		{"a link to an invitation", "Follow https://x/user/invitation?activation=ZXlK to answer", "Follow https://x/user/invitation?activation=[redacted] to answer"},
		{"a password in a URL", "https://ben:s3cret@x.example/a?b=c@d", "https://ben:[redacted]@x.example/a?b=c@d"},
		{"a URL with a port", "https://x.example:8080/a@b", "https://x.example:8080/a@b"},
		{"a private key", "a\n-----BEGIN EC PRIVATE KEY-----\nMHcC\nAQ==\n-----END EC PRIVATE KEY-----\nb", "a\n-----BEGIN EC PRIVATE KEY-----[redacted]-----END EC PRIVATE KEY-----\nb"},
		{"half a private key", "-----BEGIN PRIVATE KEY-----\nMHcC", "-----BEGIN PRIVATE KEY-----[redacted]"},
		{"XML", "<a><Password>abc</Password><b x='1'>token</b></a>", "<a><Password>[redacted]</Password><b x='1'>token</b></a>"},
		{"JSON that is cut", `{"name":"x","password":"abc`, `{"name":"x","password":"[redacted]"`},
		{"a multipart form", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nabc\r\n--b--", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n[redacted]\r\n--b--"},
		{"a JWT", "x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-1 y", "x [redacted] y"},
		{"innocent words", "the tokens of secretaries; passwords: 3", "the tokens of secretaries; passwords: 3"},
	} {
		if got := r.Text(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
		if got := number.ReplaceAllString(archived(t, c.in)[0], "[redacted]"); got != c.want {
			t.Errorf("%s, numbered: got %q, want %q", c.what, got, c.want)
		}
	}
	if got, want := r.Words("password: want at least 8 characters, kpat_abcdefgh"), "password: want at least 8 characters, [v.admin]"; got != want {
		t.Errorf("our own words: got %q, want %q", got, want)
	}
}

// A secret is hidden however YAML writes the member, and what stands beside it is not.
func TestYAML(t *testing.T) {
	t.Parallel()
	r := redactor()
	for _, s := range []string{
		// Explicit keys.
		"? password\n: s3cret\nb: 1", "? password # c\n\n# d\n: s3cret\nb: 1", "? \"password\"\n: |\n  s3cret\n  s3cret\nb: 1", "? |\n  password\n: s3cret\nb: 1",
		"? password\n:\n  - s3cret\n  - s3cret\nb: 1", "? token\n: a: s3cret\n  c: s3cret\nb: 1", "- ? token\n  : s3cret\n  b: 1", "{? password : s3cret, b: 1}", "{? password\n : s3cret, b: 1}",
		// In brackets.
		"{password: s3cret, b: 1}", "{b: 1, password: s3cret}", "{b: 1,\n password: s3cret}", "{password:\n  s3cret, b: 1}", "{\n  password: s3cret,\n  b: 1\n}", "{\npassword:\ns3cret,\nb: 1}",
		"{password: s3cret\n s3cret, b: 1}", "{\n  password: s3cret\n  s3cret,\n  b: 1}", "{password: 's3cret\n  s3cret', b: 1}", "{'password':s3cret, b: 1}", "b: 1\na: {c: [{password: s3cret}, {token: s3cret}]}",
		"tokens: [s3cret, 's3cret,', \"s3cret]\"]\nb: 1", "tokens: [it's s3cret, s3cret]\nb: 1", "secret: {a: s3cret, c: [s3cret]}\nb: 1", "[password: s3cret, b: 1]", "{\"b: 1\":1,\"password\": {\"a\": \"s3cret\", \"s3cret",
		// In lines.
		"- - password: s3cret\n  - b: 1", "- token: s3cret\n  b: 1", "- token:\n    s3cret\n  b: 1", "- token:\n  - s3cret\n  b: 1", "password : s3cret\nb: 1", "password: s3cret, s3cret\nb: 1", "password:\n\n  s3cret\n\n  s3cret\nb: 1",
		"password: 'it''s s3cret'\nb: 1", "password: \"\\\"s3cret\"\nb: 1", "password:\n  \"s3cret\n  s3cret\"\nb: 1", "password: >2\n   s3cret\nb: 1", "a\rpassword: s3cret\rb: 1",
		"password: !!str s3cret\nb: 1", "password: &x !!str \"s3cret\"\nb: 1", "&k password: s3cret\nb: 1", "!!str password: !!str\n  s3cret\nb: 1", "# password: s3cret\nb: 1",
		"b: 1\nnote: \"[\"\npassword: |\n  s3cret, s3cret\n  s3cret", "grant_type: x\ncode: s3cret\nb: 1", "{grant_type: x, code: s3cret, b: 1}",
	} {
		got := r.Text(s)
		if strings.Contains(got, "s3cret") || !strings.Contains(got, "b: 1") || !strings.Contains(got, "[redacted]") {
			t.Errorf("%q: got %q", s, got)
		}
	}
	for _, s := range []string{"tokens: []\nb: 1", "tokens:\n- null\n- [v.admin]", "{token: , a: b}", "{token}", "token\nb: 1", "token_type: Bearer", "{code: 1}", "? token\nb: 1"} {
		if got := r.Text(s); got != s {
			t.Errorf("%q: got %q", s, got)
		}
	}
}

// The cost grows as the text does.
func TestTextLinear(t *testing.T) {
	t.Parallel()
	r := redactor()
	for _, piece := range []string{
		"token: x\n", "{token: x", ",token", "token\n", "{token\n", ",token #", "# ,token\n# token: x\n", "? token\n: x\n", "token:\n  - x\n", "token: [x, ", "token: \"x", "{token: x\n", "&a ", ",&a ", "- ", "[", "\n", " ", "#\n", "tokentoken", "token.",
		"-----BEGIN PRIVATE KEY-----", "<token ", "<token>", "name=token\n", "token=", "://", "eyJ.", "a:", "\"token\\\"",
	} {
		heap.Linear(t, piece, 2<<10, func(bytes int) { r.Text(strings.Repeat(piece, bytes/len(piece))) })
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	r := redactor()
	for _, c := range []struct{ in, want string }{
		{"{ \"a\" : 1.0 ,\n\"b\":\"\\u00e4\" }", "{ \"a\" : 1.0 ,\n\"b\":\"\\u00e4\" }"},
		{`{"password":"x","a":{"clientSecret":"y\"z","client_secret_hashed":"h"},"token":null,"secret":""}`, `{"password":"[redacted]","a":{"clientSecret":"[redacted]","client_secret_hashed":"[redacted]"},"token":null,"secret":""}`},
		{`[{"note":"kpat_\u0061bcdefgh"}]`, `[{"note":"[v.admin]"}]`},
		{`{"token":"kpat_abcdefgh","api_key":["one",2],"secret":{"value":"v","on":true}}`, `{"token":"[v.admin]","api_key":["[redacted]","[redacted]"],"secret":{"value":"[redacted]","on":true}}`},
		{`{"kpat_abcdefgh":1,"url":"https://x/?a=1&token=abc&code=1"}`, `{"[v.admin]":1,"url":"https://x/?a=1&token=[redacted]&code=[redacted]"}`},
		{`{"grant_type":"authorization_code","code":"abc"}`, `{"grant_type":"authorization_code","code":"[redacted]"}`},
		{`{"error":{"code":"not-found"},"a":"-----BEGIN PRIVATE KEY-----\nMHcC\n-----END PRIVATE KEY-----\n"}`, `{"error":{"code":"not-found"},"a":"-----BEGIN PRIVATE KEY-----[redacted]-----END PRIVATE KEY-----\n"}`},
		{`[{"op":"replace","path":"/a/0/password","value":"x"},{"op":"add","path":"/name","value":"y"}]`, `[{"op":"replace","path":"/a/0/password","value":"[redacted]"},{"op":"add","path":"/name","value":"y"}]`},
		{`{"$.password":"x","$.a['client_secret']":"y","$['name']":"z","secret/":"a"}`, `{"$.password":"[redacted]","$.a['client_secret']":"[redacted]","$['name']":"z","secret/":"a"}`},
		{`{"full_access_key":"x","publishable_key":"y","pwd":"z","secrets":["a"]}`, `{"full_access_key":"[redacted]","publishable_key":"y","pwd":"[redacted]","secrets":["[redacted]"]}`},
		{`{"reason":"password: want at least 8 characters","token_type":"Bearer"}`, `{"reason":"password: want at least 8 characters","token_type":"Bearer"}`},
	} {
		if got := r.JSON(c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	got := redactor().Header(headerOf(http.Header{
		"Authorization":       {"Bearer kpat_abcdefgh", "bearer unknown", "Basic YW5uYTpwYXNzd29yZCt4PTE=", "Basic YmVuOnNlY3JldA==", "Basic !", "bare", "Bearer "},
		"Proxy-Authorization": {"Digest user, response=abc"},
		"Cookie":              {"SID=0123456789; theme=dark"},
		"Set-Cookie":          {"SID=new; Path=/; HttpOnly", "gone=; Max-Age=0"},
		"X-Api-Key":           {"abc"}, "X-Csrf-Token": {"abc"}, "X-Ibm-Client-Secret": {"abc"},
		"Referer": {"http://x/?token=abc"}, "Accept": {"application/json"},
	}))
	want := http.Header{
		"Authorization":       {"Bearer [v.admin]", "bearer [redacted]", "Basic [v.anna]", "Basic [ben, password redacted]", "Basic [redacted]", "[redacted]", "Bearer "},
		"Proxy-Authorization": {"Digest [redacted]"},
		"Cookie":              {"SID=[v.session]; theme=[redacted]"},
		"Set-Cookie":          {"SID=[redacted]; Path=/; HttpOnly", "gone=; Max-Age=0"},
		"X-Api-Key":           {"[redacted]"}, "X-Csrf-Token": {"[redacted]"}, "X-Ibm-Client-Secret": {"[redacted]"},
		"Referer": {"http://x/?token=[redacted]"}, "Accept": {"application/json"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestTell(t *testing.T) {
	t.Parallel()
	e := &journal.Entry{
		ID: "7", Method: "POST", Path: "/x", Query: "token=abc&a=password%2Bx%3D1", URL: "/x?token=abc&a=password%2Bx%3D1", Proto: "HTTP/1.1",
		Body: []byte("password=\xff\xfe"), Answer: []byte("\xff kpat_abcdefgh"), Status: 302,
		AnswerHeader: journal.Header{{Name: "Location", Value: "/y?access_token=abc"}},
	}
	journal.New(1, nil).Record(e)
	told := e.Tell(redactor(), nil)
	if d := cmp.Diff(map[string][]string{"token": {"[redacted]"}, "a": {"[v.anna:secret]"}}, told.Query); d != "" {
		t.Errorf("query, -want +got:\n%s", d)
	}
	if got, want := string(told.Response.Body), `"base64:/yBbdi5hZG1pbl0="`; got != want { // "\xff [v.admin]"
		t.Errorf("got %s, want %s", got, want)
	}
	archive, err := journal.HAR([]*journal.Entry{e}, redactor(), nil, "0")
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"abc", "kpat_abcdefgh", "password+x", "password%2Bx", "a3BhdF9hYmNkZWZnaA"} {
		if strings.Contains(string(archive), secret) {
			t.Errorf("the archive tells %q: %s", secret, archive)
		}
	}
}

func headerOf(h http.Header) journal.Header {
	out, _ := journal.HeadersOf(h, nil)
	return out
}

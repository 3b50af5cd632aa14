package journal_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
)

func redactor() *journal.Redactor {
	return journal.NewRedactor([]api.Credential{
		{Name: "admin", Header: "Authorization", Value: "Bearer kpat_abcdefgh"},
		{Name: "anna", Header: "Authorization", Value: "Basic YW5uYTpwYXNzd29yZCt4PTE=", Secret: "password+x=1"},
		{Name: "session", Header: "Cookie", Value: "SID=0123456789; other=abcdefghij"},
	})
}

func TestText(t *testing.T) {
	t.Parallel()
	r := redactor()
	for _, c := range []struct{ what, in, want string }{
		{"a known secret anywhere", "see kpat_abcdefgh there", "see [admin] there"},
		{"a known secret in a URL", "/x?note=password%2Bx%3D1", "/x?note=[anna]"},
		{"a known cookie", "it was 0123456789", "it was [session]"},
		{"a form", "user=a&password=b%20c&grant_type=password", "user=a&password=[redacted]&grant_type=password"},
		{"a URL", "/x?a=1&access_token=abc#id_token=def", "/x?a=1&access_token=[redacted]#id_token=[redacted]"},
		{"YAML", "name: x\npassword: s3 cret\nclient_secret: \"a b\"\n- token: 'x y'\nkeys: {secret: abc, x: 1}", "name: x\npassword: [redacted]\nclient_secret: \"[redacted]\"\n- token: '[redacted]'\nkeys: {secret: [redacted], x: 1}"},
		{"YAML without values", "password: null\ntoken: true\nsecret:\n  x: 1", "password: null\ntoken: true\nsecret:\n  x: 1"},
		{"JSON that is cut", `{"name":"x","password":"abc`, `{"name":"x","password":"[redacted]"`},
		{"a multipart form", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nabc\r\n--b--", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n[redacted]\r\n--b--"},
		{"a JWT", "x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-1 y", "x [redacted] y"},
		{"innocent words", "the tokens of secretaries; passwords: 3", "the tokens of secretaries; passwords: 3"},
	} {
		if got := r.Text(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
	if got, want := r.Words("password: want at least 8 characters, kpat_abcdefgh"), "password: want at least 8 characters, [admin]"; got != want {
		t.Errorf("our own words: got %q, want %q", got, want)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	r := redactor()
	for _, c := range []struct{ in, want string }{
		{"{ \"a\" : 1.0 ,\n\"b\":\"\\u00e4\" }", "{ \"a\" : 1.0 ,\n\"b\":\"\\u00e4\" }"},
		{`{"password":"x","a":{"clientSecret":"y\"z","client_secret_hashed":"h"},"token":null,"secret":""}`, `{"password":"[redacted]","a":{"clientSecret":"[redacted]","client_secret_hashed":"[redacted]"},"token":null,"secret":""}`},
		{`[{"note":"kpat_\u0061bcdefgh"}]`, `[{"note":"[admin]"}]`},
		{`{"token":"kpat_abcdefgh","api_key":["one",2],"secret":{"value":"v","on":true}}`, `{"token":"[admin]","api_key":["[redacted]","[redacted]"],"secret":{"value":"[redacted]","on":true}}`},
		{`{"kpat_abcdefgh":1,"url":"https://x/?code=1&token=abc"}`, `{"[admin]":1,"url":"https://x/?code=1&token=[redacted]"}`},
		{`{"reason":"password: want at least 8 characters","token_type":"Bearer"}`, `{"reason":"password: want at least 8 characters","token_type":"Bearer"}`},
	} {
		if got := r.JSON(c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	got := redactor().Header(journal.HeaderOf(http.Header{
		"Authorization":       {"Bearer kpat_abcdefgh", "bearer unknown", "Basic YW5uYTpwYXNzd29yZCt4PTE=", "Basic YmVuOnNlY3JldA==", "Basic !", "bare"},
		"Proxy-Authorization": {"Digest user, response=abc"},
		"Cookie":              {"SID=0123456789; theme=dark"},
		"Set-Cookie":          {"SID=new; Path=/; HttpOnly", "gone=; Max-Age=0"},
		"X-Api-Key":           {"abc"}, "X-Csrf-Token": {"abc"}, "X-Ibm-Client-Secret": {"abc"},
		"Referer": {"http://x/?token=abc"}, "Accept": {"application/json"},
	}))
	want := http.Header{
		"Authorization":       {"Bearer [admin]", "bearer [redacted]", "Basic [anna]", "Basic [ben, password redacted]", "Basic [redacted]", "[redacted]"},
		"Proxy-Authorization": {"Digest [redacted]"},
		"Cookie":              {"SID=[session]; theme=[redacted]"},
		"Set-Cookie":          {"SID=[redacted]; Path=/; HttpOnly", "gone=[redacted]; Max-Age=0"},
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
	if d := cmp.Diff(map[string][]string{"token": {"[redacted]"}, "a": {"[anna]"}}, told.Query); d != "" {
		t.Errorf("query, -want +got:\n%s", d)
	}
	if got, want := string(told.Response.Body), `"base64:/yBbYWRtaW5d"`; got != want { // "\xff [admin]"
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

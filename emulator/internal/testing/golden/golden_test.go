package golden

import (
	"fmt"
	"net/http"
	"testing"
)

// What a conversation shows of a body gives back its bytes, whatever they are.
func TestWritten(t *testing.T) {
	t.Parallel()
	long := `{"a":"one text that is long enough not to stay on one line, whatever else is in the object","b":[],"c":{},"d":[1.50,null,"\u0041\n"]}`
	for _, body := range []string{
		`{}`, `{"a":1}`, `{"a": 1}`, long, long + "\n", "{\n  \"a\": 1\n}", "verbatim:\n{}", "base64:eA==", "title: Guests", "\xff\x00", `"text"`, "[ ]", "12", "12 ",
	} {
		shown := written([]byte(body))
		if got, err := Sent(shown); err != nil || got != body {
			t.Errorf("%q: got %q, %v of %q", body, got, err, shown)
		}
	}
	if got := written([]byte(long)); got == long {
		t.Errorf("got %s, want it laid out", got)
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	usual := http.Header{"A-B": {"no"}, "C": {"usual"}, "D": {"usual"}}
	r, err := Call{"PUT", "/a%2Fb?c=%zz", "a-b: 1\nA-B:2\nno header\nhost: h:1\n b: 3\nd:", "x"}.Request(usual)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %s %v %s %d", r.URL.Path, r.URL.RawQuery, r.Header, r.Host, r.ContentLength)
	if want := "/a/b c=%zz map[A-B:[1 2] C:[usual]] h:1 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, call := range []Call{
		{Method: "GET", Target: "a"},
		{Method: "GET", Target: "http://x/a"},
		{Method: "GET", Target: "/%zz"},
		{Method: "GET", Target: "/\x00"},
		{Method: "GET", Target: "*"},
		{Method: "G T", Target: "/"},
		{Method: "GET", Target: "/", Headers: "Host: a b"},
	} {
		if r, err := call.Request(nil); err == nil {
			t.Errorf("%+v: got %+v, which no client can send", call, r)
		}
	}
}

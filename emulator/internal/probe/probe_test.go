package probe

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// judge is a test that remembers why it ended.
type judge struct {
	testing.TB
	said string
}

func (j *judge) Fatalf(format string, args ...any) {
	j.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// verdict is what a test that runs f ends with; "" if it passes.
func verdict(t *testing.T, f func(testing.TB)) string {
	t.Helper()
	j, done := &judge{TB: t}, make(chan bool)
	go func() {
		defer close(done)
		f(j)
	}()
	<-done
	return j.said
}

// TestWhatFails shows for each promise of fuzzing an emulator that breaks it.
func TestWhatFails(t *testing.T) {
	t.Parallel()
	documents := 1
	toy := func(answer http.HandlerFunc) http.Handler {
		mux := http.NewServeMux()
		mux.HandleFunc("/_portico/diff", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, documents) })
		mux.HandleFunc("/toy/", answer)
		return mux
	}
	refuse := func(w http.ResponseWriter, body string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, body)
	}
	z := Fuzz{Table: &api.Vendor{Name: "toy", Base: "/toy"}, Refused: func(a Answer) bool { return a.Body == "no" }}
	for want, answer := range map[string]http.HandlerFunc{
		"":                           func(w http.ResponseWriter, _ *http.Request) { refuse(w, "no") },
		"got 500":                    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"panic: oops":                func(http.ResponseWriter, *http.Request) { panic("oops") },
		"no answer within 10s":       func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"want the vendor's envelope": func(w http.ResponseWriter, _ *http.Request) { refuse(w, "never") },
		"was refused: got the changes 2, want 1": func(w http.ResponseWriter, _ *http.Request) {
			documents++
			refuse(w, "no")
		},
		`got 0 bytes as "text/plain", want both or neither`: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusOK)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := Request("GET", "/toy/a", "", nil).WithContext(t.Context())
			documents = 1
			got := verdict(t, func(t testing.TB) {
				t.Helper()
				z.Try(t, &World{handler: toy(answer)}, r)
			})
			if !strings.Contains(got, want) || want == "" && got != "" {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	r := Request("PUT", "/a%2Fb?c=%zz", "a-b: 1\nA-B:2\nno header\nhost: h:1\n b: 3", []byte("x"))
	if r.URL.Path != "/a/b" || r.URL.RawQuery != "c=%zz" || fmt.Sprint(r.Header) != "map[A-B:[1 2]]" || r.Host != "h:1" || r.ContentLength != 1 {
		t.Errorf("got %+v", r)
	}
	for _, no := range []string{"a", "http://x/a", "/%zz", "/\x00", "*"} {
		if r := Request("GET", no, "", nil); r != nil {
			t.Errorf("%q: got %+v, which no client can send", no, r)
		}
	}
	if Request("G T", "/", "", nil) != nil || Request("GET", "/", "Host: a b", nil) != nil {
		t.Error("got a request that no client can send")
	}
}

func TestConversation(t *testing.T) {
	t.Parallel()
	got := conversation([]byte("comment\n-- 1 a --\nPOST /x\nA: b\n\n{}\n-- none --\nnothing\n-- 2 b --\nGET /y\n-- 3 c --\nPUT /z\n\nbase64:aGk=\n"))
	want := "[{POST /x A: b [123 125]} {GET /y  []} {PUT /z  [104 105]}]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

package client

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/golden"
)

// verdict is a test that remembers its first failure.
type verdict struct {
	testing.TB
	text string
}

func (v *verdict) Fatalf(format string, args ...any) {
	if v.text == "" {
		v.text = fmt.Sprintf(format, args...)
	}
}

func (v *verdict) Errorf(format string, args ...any) { v.Fatalf(format, args...) }

// TestWhatFails shows, for each promise of Try and Refused, an emulator that breaks it.
func TestWhatFails(t *testing.T) {
	t.Parallel()
	refuse := func(w http.ResponseWriter, body string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, body)
	}
	const no = `{"why":"no"}`
	changes := 0
	for _, is := range []struct {
		try, refused string
		answer       http.HandlerFunc
	}{
		{"", "", func(w http.ResponseWriter, _ *http.Request) { refuse(w, no) }},
		{"got 500", "got 500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }},
		{"want the vendor's form", `want it refused for "no"`, func(w http.ResponseWriter, _ *http.Request) { refuse(w, "never") }},
		{"", `want it refused for "no"`, func(w http.ResponseWriter, _ *http.Request) { refuse(w, `{"why":"so"}`) }},
		{"was refused: got the changes 1, want 0", "was refused: got the changes 1, want 0", func(w http.ResponseWriter, _ *http.Request) {
			changes++
			refuse(w, no)
		}},
		{`got 0 bytes as "text/plain", want both or neither`, "got 200", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusOK)
		}},
	} {
		mux := http.NewServeMux()
		mux.HandleFunc("/_portico/diff", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, changes) })
		mux.HandleFunc("/toy/", is.answer)
		v := &Vendor{Table: &api.Vendor{Base: "/toy"}, Refused: func(a Answer) bool { return strings.HasPrefix(a.Body, "{") }, Reason: "why"}
		for method, want := range map[string]string{"Try": is.try, "Refused": is.refused} {
			changes = 0
			got := &verdict{TB: t}
			c := v.Over(got, mux)
			if method == "Try" {
				(&Fuzz{Vendor: v}).Try(c, golden.Call{Method: "GET", Target: "/toy/a"})
			} else {
				c.Refused(http.StatusBadRequest, "no", "GET", "/toy/a", "")
			}
			if !strings.Contains(got.text, want) || want == "" && got.text != "" {
				t.Errorf("%s: got %q, want %q", method, got.text, want)
			}
		}
	}
}

func TestConversation(t *testing.T) {
	t.Parallel()
	got := conversation([]byte("comment\n-- 1 a --\nPOST /x\nA: b\n\n{}\n-- none --\nnothing\n" +
		"-- 2 b --\nGET /y\n-- 3 c --\nPUT /z\n\nbase64:aGk=\n"))
	if want := "[{POST /x A: b {}} {GET /y  } {PUT /z  hi}]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

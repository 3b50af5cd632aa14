// Package golden replays recorded conversations: what was sent, and the answer byte for byte. It serves tests only.
package golden

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// answerName is what answers are called; everything else is a request.
var answerName = regexp.MustCompile(`^\S+ answer$`)

var update = flag.Bool("update", false, "write the answers as they are now into the golden files")

// Updating tells whether files are to be written anew instead of compared.
func Updating() bool { return *update }

// Run replays testdata/<operation>.txtar for each operation; one without a file fails. A file is a conversation in a
// world of its own:
//
//	-- 1 create --
//	POST /v2/portals
//
//	{"name": "x"}
//	-- 1 answer --
//	201
//	Content-Type: application/json
//
//	{"id": "…"}
//
// Requests carry the given headers unless they say otherwise; a header without a value is left out.
func Run(t *testing.T, operations []string, headers http.Header, start func(*testing.T) http.Handler) {
	t.Helper()
	for _, op := range operations {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			replay(t, filepath.Join("testdata", op+".txtar"), headers, start(t))
		})
	}
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".txtar"); !slices.Contains(operations, name) {
			t.Errorf("%s: there is no operation %s", f, name)
		}
	}
}

func replay(t *testing.T, file string, headers http.Header, h http.Handler) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatalf("every operation has a recorded conversation: %v", err)
	}
	var out []txtar.File
	for i, f := range a.Files {
		if answerName.MatchString(f.Name) {
			continue
		}
		got := answer(h, request(t, f.Data, headers))
		number, _, _ := strings.Cut(f.Name, " ")
		name := number + " answer"
		out = append(out, f, txtar.File{Name: name, Data: got})
		if *update {
			continue
		}
		if i+1 >= len(a.Files) || a.Files[i+1].Name != name {
			t.Fatalf("%s: no %q after %q; run the test with -update", file, name, f.Name)
		}
		if d := cmp.Diff(string(a.Files[i+1].Data), string(got)); d != "" {
			t.Errorf("%s: %s (-want +got):\n%s", file, f.Name, d)
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s holds no request", file)
	}
	if *update {
		a.Files = out
		if err := os.WriteFile(file, txtar.Format(a), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Request is a request as conversations write it.
type Request struct {
	Method, Path, Body string
	Header             http.Header
}

// Read reads "METHOD path", header lines, and after an empty line the body. A header without a value is none, not even one
// of the usual ones.
func Read(text string, usual http.Header) (Request, error) {
	head, body, _ := strings.Cut(strings.TrimRight(text, "\n"), "\n\n")
	lines := strings.Split(head, "\n")
	method, path, ok := strings.Cut(lines[0], " ")
	if !ok {
		return Request{}, fmt.Errorf("want METHOD path, got %q", lines[0])
	}
	plain, err := Body(body)
	if err != nil {
		return Request{}, err
	}
	r := Request{Method: method, Path: path, Body: plain, Header: maps.Clone(usual)}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		if value = strings.TrimSpace(value); value == "" {
			r.Header.Del(name)
		} else {
			r.Header.Set(name, value)
		}
	}
	return r, nil
}

// Body is the body of a request as it is sent: one that is no text is written in base64.
func Body(text string) (string, error) {
	encoded, ok := strings.CutPrefix(text, inBase64)
	if !ok {
		return text, nil
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	return string(raw), err
}

func request(t *testing.T, data []byte, headers http.Header) *http.Request {
	t.Helper()
	one, err := Read(string(data), headers)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), one.Method, one.Path, strings.NewReader(one.Body))
	if one.Body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Header = one.Header
	return r
}

// answer is status, headers and body as text. Content-Length and the request's number are left out: they say nothing
// that the body and its place do not.
func answer(h http.Handler, r *http.Request) []byte {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var b bytes.Buffer
	fmt.Fprintln(&b, w.Code)
	names := make([]string, 0, len(w.Header()))
	for name := range w.Header() {
		if name != "Content-Length" && name != "Portico-Request" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range w.Header()[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	body := w.Body.Bytes()
	if len(body) == 0 {
		return b.Bytes()
	}
	b.WriteByte('\n')
	b.WriteString(written(body))
	b.WriteByte('\n')
	return b.Bytes()
}

// Marks of bodies that are not written as they are sent, and of JSON that is, blanks included.
const (
	inBase64 = "base64:"
	verbatim = "verbatim:\n"
)

// short is the length in bytes up to which JSON stays on one line.
const short = 100

// written is the body of an answer as a conversation shows it. JSON without blanks is laid out, so that a difference can be
// read; Sent gives the bytes back.
func written(body []byte) string {
	var compact, laidOut bytes.Buffer
	switch {
	case !utf8.Valid(body), bytes.HasPrefix(body, []byte(inBase64)), bytes.HasPrefix(body, []byte(verbatim)):
		return inBase64 + base64.StdEncoding.EncodeToString(body)
	case json.Compact(&compact, body) != nil:
		return string(body)
	case !bytes.Equal(compact.Bytes(), body):
		return verbatim + string(body)
	case len(body) <= short:
		return string(body)
	}
	_ = json.Indent(&laidOut, body, "", "  ") // it is valid
	return laidOut.String()
}

// Sent gives the body of an answer as it was sent, of the form that a conversation shows.
func Sent(text string) (string, error) {
	if body, ok := strings.CutPrefix(text, verbatim); ok {
		return body, nil
	}
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(text)) == nil {
		return compact.String(), nil
	}
	return Body(text)
}

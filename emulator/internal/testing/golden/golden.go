// Package golden replays recorded conversations: requests, and the answers to them byte for byte. It serves tests only.
package golden

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
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

var update = flag.Bool("update", false, "write the answers as they are now into the golden files")

// Run replays testdata/<operation>.txtar for each operation; one without a file fails, and a file without an operation. A
// file is a conversation in a world of its own, requests and answers in turn:
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
// Read and Call.Request say how requests are written, Sent how an answer's body is.
func Run(t *testing.T, operations []string, usual http.Header, start func(testing.TB) http.Handler) {
	t.Helper()
	for _, op := range operations {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			replay(t, filepath.Join("testdata", op+".txtar"), usual, start(t))
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

func replay(t *testing.T, file string, usual http.Header, h http.Handler) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatalf("every operation needs a recorded conversation: %v", err)
	}
	recorded := slices.Clone(a.Files)
	a.Files = Requests(a)
	if len(a.Files) == 0 {
		t.Fatalf("%s has no request", file)
	}
	for i := 0; i < len(a.Files); i += 2 {
		f := a.Files[i]
		c, err := Read(string(f.Data))
		r, invalid := c.Request(usual)
		if err = errors.Join(err, invalid); err != nil {
			t.Fatalf("%s: %s: %v", file, f.Name, err)
		}
		number, _, _ := strings.Cut(f.Name, " ")
		got := txtar.File{Name: number + " answer", Data: answer(h, r)}
		a.Files = slices.Insert(a.Files, i+1, got)
		switch {
		case *update:
		case i+1 >= len(recorded) || recorded[i+1].Name != got.Name:
			t.Fatalf("%s: no %q after %q; run the test with -update", file, got.Name, f.Name)
		default:
			if d := cmp.Diff(string(recorded[i+1].Data), string(got.Data)); d != "" {
				t.Errorf("%s: %s (-want +got):\n%s", file, f.Name, d)
			}
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(a), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Requests returns the requests of a conversation, without the answers.
func Requests(a *txtar.Archive) []txtar.File {
	return slices.DeleteFunc(slices.Clone(a.Files), func(f txtar.File) bool { return strings.HasSuffix(f.Name, " answer") })
}

// Call is a request as conversations write it.
type Call struct {
	Method, Target string
	Headers        string // a line "Name: value" each
	Body           string
}

// Read reads "METHOD path", header lines, and after an empty line the body, in base64 behind "base64:" if it is not text.
func Read(text string) (Call, error) {
	head, body, _ := strings.Cut(strings.TrimRight(text, "\n"), "\n\n")
	line, headers, _ := strings.Cut(head, "\n")
	method, target, ok := strings.Cut(line, " ")
	if !ok {
		return Call{}, fmt.Errorf("want METHOD path, got %q", line)
	}
	sent, err := decoded(body)
	return Call{method, target, headers, sent}, err
}

// hostname is what a server accepts as Host.
var hostname = regexp.MustCompile(`^[!$%&'()*+,.:;=~_@0-9A-Za-z\[\]-]*$`)

// Request returns the request as a server reads it off the wire, or an error if no client can send it. Usual headers are added
// whose name is not there. A header without a value is not sent at all, and a line that is no header is ignored.
func (c Call) Request(usual http.Header) (*http.Request, error) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(c.Method + " " + c.Target + " HTTP/1.1\r\nHost: example.com\r\n\r\n")))
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(c.Target, "/") {
		return nil, errors.New("want a path that begins with /")
	}
	r.RemoteAddr, r.ContentLength = "192.0.2.1:1234", int64(len(c.Body))
	if c.Body != "" {
		r.Body = io.NopCloser(strings.NewReader(c.Body))
	}
	for line := range strings.SplitSeq(c.Headers, "\n") {
		name, value, ok := strings.Cut(line, ":")
		if ok && name != "" && !strings.ContainsAny(name, " \t\r\x00") {
			r.Header.Add(name, strings.TrimSpace(value))
		}
	}
	for name, values := range usual {
		if _, given := r.Header[name]; !given {
			r.Header[name] = values
		}
	}
	maps.DeleteFunc(r.Header, func(_ string, values []string) bool { return strings.Join(values, "") == "" })
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host")
	}
	if !hostname.MatchString(r.Host) {
		return nil, fmt.Errorf("want a host name, got %q", r.Host)
	}
	return r, nil
}

// answer is status, headers and body as text. Content-Length and the request's number are left out: they say nothing
// that the body and its place do not.
func answer(h http.Handler, r *http.Request) []byte {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var b bytes.Buffer
	fmt.Fprintln(&b, w.Code)
	for _, name := range slices.Sorted(maps.Keys(w.Header())) {
		for _, v := range w.Header()[name] {
			if name != "Content-Length" && name != "Portico-Request" {
				fmt.Fprintf(&b, "%s: %s\n", name, v)
			}
		}
	}
	if body := w.Body.Bytes(); len(body) > 0 {
		fmt.Fprintf(&b, "\n%s\n", written(body))
	}
	return b.Bytes()
}

// Prefixes of bodies that are not written as they are sent, and of JSON that is, white space included.
const (
	inBase64 = "base64:"
	verbatim = "verbatim:\n"
)

// short is the length in bytes up to which JSON stays on one line.
const short = 100

// written is the body of an answer as a conversation shows it. JSON without white space is indented, so that a diff can be
// read; Sent gives the bytes back.
func written(body []byte) string {
	var compact, indented bytes.Buffer
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
	_ = json.Indent(&indented, body, "", "  ") // it is valid
	return indented.String()
}

// Sent returns the body of an answer as it was sent, given the form that a conversation shows.
func Sent(text string) (string, error) {
	if body, ok := strings.CutPrefix(text, verbatim); ok {
		return body, nil
	}
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(text)) == nil {
		return compact.String(), nil
	}
	return decoded(text)
}

func decoded(text string) (string, error) {
	encoded, ok := strings.CutPrefix(text, inBase64)
	if !ok {
		return text, nil
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	return string(raw), err
}

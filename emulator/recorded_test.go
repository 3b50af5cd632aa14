package emulator_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/portico-emulator/portico/emulator/internal/testing/golden"
)

// conversation is one that the vendors' own tests replay: testdata/<operation>.txtar.
type conversation struct {
	vendor, operation string
	steps             []step
}

// step is a request of a conversation, with the answer as it is written there.
type step struct {
	method, path, body string
	header             http.Header
	answer             string
}

// folders are where the conversations of a vendor lie, and headers what their requests carry unless they say otherwise.
var folders = map[string]string{"konnect": "konnect", "axway": "axway", "apiconnect": "apiconnect", "experience-hub": "experiencehub", "exchange": "exchange"}

var headers = map[string]http.Header{
	"konnect":        {"Authorization": {"Bearer kpat_portico-admin"}},
	"axway":          {"Authorization": {"Basic YXBpYWRtaW46Y2hhbmdlbWU="}},
	"apiconnect":     {"Authorization": {"Bearer portico-admin"}, "X-Ibm-Consumer-Context": {"ibm-emu.sandbox"}, "X-Request-Id": {"golden"}},
	"experience-hub": {"Authorization": {"Bearer portico-anypoint-admin"}},
	"exchange":       {"Authorization": {"Bearer portico-anypoint-admin"}},
}

// recorded reads the conversations of all vendors, in the order of vendors and operations.
func recorded(t testing.TB) []conversation {
	t.Helper()
	var out []conversation
	for _, v := range []string{"konnect", "axway", "apiconnect", "experience-hub", "exchange"} {
		files, err := filepath.Glob(folders[v] + "/testdata/*.txtar")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := conversation{vendor: v, operation: strings.TrimSuffix(filepath.Base(file), ".txtar")}
			for i := 0; i+1 < len(a.Files); i += 2 {
				c.steps = append(c.steps, stepOf(t, v, string(a.Files[i].Data), string(a.Files[i+1].Data)))
			}
			out = append(out, c)
		}
	}
	if len(out) < 201 {
		t.Fatalf("got %d conversations", len(out))
	}
	return out
}

func stepOf(t testing.TB, vendor, request, answer string) step {
	t.Helper()
	usual := headers[vendor].Clone()
	usual.Set("Content-Type", "application/json")
	c, err := golden.Read(request)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Request(usual)
	if err != nil {
		t.Fatal(err)
	}
	return step{method: c.Method, path: c.Target, body: c.Body, header: r.Header, answer: answer}
}

// want is an answer apart: status, header as a client reads it, body.
func (s step) want(t testing.TB) (status string, header http.Header, body string) {
	t.Helper()
	head, body, _ := strings.Cut(s.answer, "\n\n")
	lines := strings.Split(strings.TrimRight(head, "\n"), "\n")
	header = http.Header{}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		header.Add(name, value)
	}
	plain, err := golden.Sent(strings.TrimSuffix(body, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return lines[0], header, plain
}

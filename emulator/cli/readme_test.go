package cli

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

var updatePages = flag.Bool("update", false, "write the answers as they are now into the pages")

// TestGoldenPages replays the console blocks of the pages, each page against an emulator of its own, and holds them to
// what is answered.
func TestGoldenPages(t *testing.T) {
	t.Parallel()
	const root = "../.."
	vendors, err := filepath.Glob(root + "/docs/vendors/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(vendors, root+"/README.md") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			page, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, string(page))
			if *updatePages {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(strings.Split(string(page), "\n"), strings.Split(got, "\n")); d != "" {
				t.Errorf("%s does not tell what happens; make golden writes it anew (-want +got):\n%s", filepath.Base(file), d)
			}
		})
	}
}

// replay gives the page with the answers in its console blocks as they are now.
func replay(t *testing.T, page string) string {
	t.Helper()
	e, err := app.New(app.Config{Clock: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	console := false
	for line := range strings.Lines(page) {
		command, asked := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			console = strings.TrimSpace(line) == "```console"
		case !console:
		case asked:
			line += answer(t, e, strings.TrimSpace(command))
		default:
			continue // an old answer
		}
		out.WriteString(line)
	}
	return out.String()
}

// answer is what a command prints: call, an alias of curl that stands on the page itself, or portico.
func answer(t *testing.T, h http.Handler, command string) string {
	t.Helper()
	words := split(command)
	switch words[0] {
	case "alias":
		return ""
	case "call":
		return call(t, h, words[1:])
	case "portico":
		command, filter, _ := strings.Cut(command, " | ")
		var stdout, stderr bytes.Buffer
		if code := Run(t.Context(), split(command)[1:], &stdout, &stderr); code != 0 {
			t.Fatalf("%s: exit %d: %s", command, code, stderr.String())
		}
		switch filter {
		case "":
			return stdout.String()
		case "sed '1,/^$/d'":
			_, rest, _ := strings.Cut(stdout.String(), "\n\n")
			return rest
		case "sed '/ companions$/q'":
			rest, _, _ := strings.Cut(stdout.String(), " companions\n")
			return rest + " companions\n"
		}
	}
	t.Fatalf("the test cannot play %q", command)
	return ""
}

// call plays curl with the options that the pages use.
func call(t *testing.T, h http.Handler, words []string) string {
	t.Helper()
	method, url, body := http.MethodGet, "", ""
	header := http.Header{"Authorization": {"Bearer kpat_portico-admin"}}
	for i := 0; i < len(words); i++ {
		switch option := words[i]; {
		case !strings.HasPrefix(option, "-"):
			url = "http://" + option
			continue
		case i+1 == len(words):
			t.Fatalf("%s without a value", option)
		case option == "-X":
			method = words[i+1]
		case option == "--json":
			body = words[i+1]
			header.Set("Content-Type", "application/json")
			if method == http.MethodGet {
				method = http.MethodPost
			}
		case option == "-H":
			name, value, _ := strings.Cut(words[i+1], ": ")
			header.Set(name, value)
		default:
			t.Fatalf("the test does not know curl's %s", option)
		}
		i++
	}
	r := httptest.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return fmt.Sprintf("%s\n%d\n", w.Body.String(), w.Code)
}

// split gives the words of a command line, with single quotes.
func split(command string) []string {
	var words []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

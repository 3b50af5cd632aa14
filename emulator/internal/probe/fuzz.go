package probe

import (
	"bytes"
	"encoding/base64"
	"flag"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Fuzz is what the targets of fuzzing must know of a vendor beside its table and its recorded conversations, which are
// where inputs begin.
type Fuzz struct {
	Table   *api.Vendor
	Usual   http.Header                 // of calls that do not say otherwise: the administrator's
	At      func(*api.Operation) string // address of a row among the objects of the fixture
	Refused func(Answer) bool           // tells whether a refusal is in the vendor's words
	Ready   func(Client)                // what the fixture lacks; nil: nothing
	After   []string                    // paths that can be read whatever was called

	Bodies  map[string][]string // by the headers that go with them
	Queries []string
	Filters []string // queries of lists, where % stands for each field by which they are filtered
	Headers []string // some lines each
	Parts   []string // values for the parameters of a path, a line each
}

// row is an operation with an address and a body that it takes.
type row struct {
	method, target string
	body           []byte
	bodies         [][]byte // of its conversation
	op             *api.Operation
}

func (z *Fuzz) rows(f *testing.F, which func(*api.Operation) bool) []row {
	f.Helper()
	ops := Rows(z.Table, which)
	if len(ops) == 0 || len(ops) > 256 {
		f.Fatalf("got %d rows, want as many as a byte can tell apart", len(ops))
	}
	out := make([]row, len(ops))
	for i := range ops {
		out[i] = row{method: ops[i].Method, target: z.At(&ops[i]), op: &ops[i]}
		for _, c := range conversation(recorded(f, ops[i].ID)) {
			if c.method == ops[i].Method && len(c.body) > 0 {
				out[i].bodies = append(out[i].bodies, c.body)
			}
		}
		if out[i].bodies != nil {
			out[i].body = out[i].bodies[0]
		}
	}
	return out
}

// short is the number of a row as inputs have it.
func short(row int) byte { return byte(row) } //nolint:gosec // rows sees to it that it fits

// recorded is the conversation of an operation, without its answers.
func recorded(f *testing.F, operation string) []byte {
	f.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", operation+".txtar"))
	if err != nil {
		f.Fatal(err)
	}
	a.Comment = nil
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return strings.HasSuffix(f.Name, " answer") })
	return txtar.Format(a)
}

// call is one request of a conversation.
type call struct {
	method, target, headers string
	body                    []byte
}

const longest = 24 // calls of a conversation that are made

// conversation reads calls. What is no call is left out.
func conversation(text []byte) []call {
	var out []call
	for _, f := range txtar.Parse(text).Files {
		head, body, _ := bytes.Cut(bytes.TrimRight(f.Data, "\n"), []byte("\n\n"))
		first, headers, _ := strings.Cut(string(head), "\n")
		method, target, ok := strings.Cut(first, " ")
		if !ok {
			continue
		}
		if coded, ok := bytes.CutPrefix(body, []byte("base64:")); ok {
			if raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(coded))); err == nil {
				body = raw
			}
		}
		if out = append(out, call{method, target, headers, body}); len(out) == longest {
			break
		}
	}
	return out
}

// open makes the world that a target tries.
func (z *Fuzz) open(f *testing.F) *World {
	f.Helper()
	w := Fresh(f, z.Usual)
	if z.Ready != nil {
		z.Ready(w.Client(f))
		w.Keep(f)
	}
	return w
}

// own tells whether a path is the vendor's, or one of the admin API that cannot make calls go wrong on purpose.
func (z *Fuzz) own(path string) bool {
	if strings.Contains(path, "_portico") {
		return strings.HasPrefix(path, "/_portico/state") || strings.HasPrefix(path, "/_portico/clock")
	}
	return !strings.HasPrefix(path, "/_world/") || strings.HasPrefix(path, "/_world/default/")
}

// speaks tells whether a path is one that the vendor answers for.
func (z *Fuzz) speaks(path string) bool {
	path = strings.TrimPrefix(path, "/_world/default")
	under := func(base string) bool { return path == base || strings.HasPrefix(path, base+"/") }
	return under(z.Table.Base) || slices.ContainsFunc(z.Table.Aliases, under) ||
		slices.ContainsFunc(z.Table.Operations, func(op api.Operation) bool { return op.Base != "" && under(op.Base) })
}

// Try answers a request and checks what all answers have in common: no internal error, refusals in the vendor's envelope,
// and after a refusal the same documents as before. It tells false for a request that no client can send.
func (z *Fuzz) Try(t testing.TB, w *World, r *http.Request) (Answer, bool) {
	t.Helper()
	if r == nil || !z.own(r.URL.Path) {
		return Answer{}, false
	}
	before, method := w.Changes(t), r.Method
	a := w.Do(t, r)
	w.state = ""
	fault := a.Header.Get("Portico-Error")
	switch media := a.Header.Get("Content-Type"); {
	case fault == "unknown-world" || fault == "two-worlds" || !z.speaks(r.URL.Path):
	case a.Status >= http.StatusBadRequest:
		if method != http.MethodHead && !z.Refused(a) {
			t.Fatalf("%s %s: got %d %s as %q, want the vendor's envelope", method, r.URL, a.Status, a.Body, media)
		}
		if after := w.Changes(t); after != before {
			t.Fatalf("%s %s was refused: got the changes %s, want %s", method, r.URL, after, before)
		}
	case method != http.MethodHead && (a.Body == "") != (media == ""):
		t.Fatalf("%s %s: got %d bytes as %q, want both or neither", method, r.URL, len(a.Body), media)
	}
	for _, path := range z.After {
		w.Do(t, Request("GET", path, "", nil))
	}
	return a, true
}

// pairs are the seeds of a target: each row with each sample where they are run as tests, and each row and each sample
// once where the mutator, which starts slowly from many, joins them by itself.
func pairs(rows, samples int) iter.Seq2[int, int] {
	return func(yield func(row, sample int) bool) {
		if fuzzing() && rows > 0 && samples > 0 {
			for k := range max(rows, samples) {
				if !yield(k%rows, k%samples) {
					return
				}
			}
			return
		}
		for i := range rows {
			for j := range samples {
				if !yield(i, j) {
					return
				}
			}
		}
	}
}

// fuzzing tells whether seeds are only where to begin.
func fuzzing() bool { return flag.Lookup("test.fuzz").Value.String() != "" }

// FuzzBody sends any body, as anything, to every row that takes one.
func (z *Fuzz) FuzzBody(f *testing.F) {
	rows := z.rows(f, func(op *api.Operation) bool { return op.Body != "" })
	var samples []call
	for _, headers := range slices.Sorted(maps.Keys(z.Bodies)) {
		for _, body := range z.Bodies[headers] {
			samples = append(samples, call{headers: headers, body: []byte(body)})
		}
	}
	for i, j := range pairs(len(rows), len(samples)) {
		f.Add(short(i), samples[j].headers, samples[j].body)
	}
	for i, row := range rows {
		for j, body := range row.bodies {
			if j == 0 || !fuzzing() {
				f.Add(short(i), "", body)
			}
		}
	}
	w := z.open(f)
	f.Fuzz(func(t *testing.T, at byte, headers string, body []byte) {
		w.Begin(t)
		row := rows[int(at)%len(rows)]
		z.Try(t, w, Request(row.method, row.target, headers, body))
	})
}

// FuzzQuery sends any query to every row.
func (z *Fuzz) FuzzQuery(f *testing.F) {
	rows := z.rows(f, nil)
	for i, j := range pairs(len(rows), len(z.Queries)) {
		f.Add(short(i), z.Queries[j])
	}
	for i, row := range rows {
		if row.op.List == nil || z.Filters == nil {
			continue
		}
		for j, k := range pairs(len(row.op.List.Filter), len(z.Filters)) {
			f.Add(short(i), strings.ReplaceAll(z.Filters[k], "%", row.op.List.Filter[j].Name))
		}
	}
	w := z.open(f)
	f.Fuzz(func(t *testing.T, at byte, query string) {
		w.Begin(t)
		row := rows[int(at)%len(rows)]
		z.Try(t, w, Request(row.method, row.target+"?"+query, "", row.body))
	})
}

// FuzzHeader sends any headers to every row.
func (z *Fuzz) FuzzHeader(f *testing.F) {
	rows := z.rows(f, nil)
	samples := append(slices.Clone(z.Headers), "Host: x:0\nX-Forwarded-Proto: \"", "Host: %zz", "Host: [a:b", "Portico-World: default\nAccept: */*;q=x")
	for i, j := range pairs(len(rows), len(samples)) {
		f.Add(short(i), samples[j])
	}
	w := z.open(f)
	f.Fuzz(func(t *testing.T, at byte, headers string) {
		w.Begin(t)
		row := rows[int(at)%len(rows)]
		z.Try(t, w, Request(row.method, row.target, headers, row.body))
	})
}

// FuzzPath puts anything into the places of every path, and behind it.
func (z *Fuzz) FuzzPath(f *testing.F) {
	rows := z.rows(f, nil)
	samples := append(slices.Clone(z.Parts), "%\n/\n..", "\x00\nключ\n ", "\n\n")
	for i, j := range pairs(len(rows), len(samples)) {
		f.Add(short(i), samples[j], []string{"", "/", "//", "/%2f/%zz?x#y"}[j%4])
	}
	w := z.open(f)
	f.Fuzz(func(t *testing.T, at byte, parts, tail string) {
		w.Begin(t)
		row, values := rows[int(at)%len(rows)], strings.Split(parts, "\n")
		target := Filled(row.op, func(string) string {
			v := values[0]
			values = append(values[1:], v)
			return url.PathEscape(v)
		}) + tail
		z.Try(t, w, Request(row.method, target, "", row.body))
	})
}

// FuzzCalls makes one call after the other in one world, and asks the journal at last.
func (z *Fuzz) FuzzCalls(f *testing.F) {
	for _, id := range IDs(z.Table) {
		f.Add(recorded(f, id))
	}
	w := z.open(f)
	f.Fuzz(func(t *testing.T, calls []byte) {
		w.Begin(t)
		for _, c := range conversation(calls) {
			z.Try(t, w, Request(c.method, c.target, c.headers, c.body))
		}
		w.Do(t, Request("GET", "/_portico/requests?limit=3", "", nil))
	})
}

// FuzzPatches sends one body after the other, a line each, to one document. Each is taken whole or not at all, and one that
// was taken changes nothing the second time.
func (z *Fuzz) FuzzPatches(f *testing.F, path string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	w := z.open(f)
	f.Fuzz(func(t *testing.T, bodies string) {
		w.Begin(t)
		show := func() string { return w.Client(t).Get(path).Body }
		for _, body := range strings.SplitN(bodies, "\n", 12) {
			before := show()
			a, _ := z.Try(t, w, Request("PATCH", path, "", []byte(body)))
			now := show()
			switch {
			case a.Status != http.StatusOK && now != before:
				t.Fatalf("%q was refused: got %s afterwards, want %s", body, now, before)
			case a.Status != http.StatusOK:
				continue
			}
			if again, _ := z.Try(t, w, Request("PATCH", path, "", []byte(body))); again.Status != http.StatusOK || show() != now {
				t.Fatalf("%q for the second time: got %d %s, want 200 %s", body, again.Status, show(), now)
			}
		}
	})
}

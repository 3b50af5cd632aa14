package client

import (
	"flag"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/golden"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
)

// World is an emulator of the small fixture that a fuzz target tries with one input after the other.
type World struct{ client Client }

// Write adds to the log of the input that is tried.
func (w *World) Write(line []byte) (int, error) { return w.client.T.Output().Write(line) }

// Fresh makes a world. Prepare adds what inputs need beside the fixture; nil: nothing.
func (v *Vendor) Fresh(f testing.TB, prepare func(Client)) *World {
	f.Helper()
	w := &World{}
	w.client = v.Over(f, started(f, emulator.Config{}, w))
	if prepare != nil {
		prepare(w.client)
	}
	w.client.Must(http.StatusNoContent, "PUT", kept, "")
	return w
}

const kept = "/_portico/snapshots/kept"

// Begin counts an input, puts the world back as it was, and returns a client for it.
func (w *World) Begin(t testing.TB) Client {
	t.Helper()
	heap.Input(t)
	w.client.T = t
	w.client.Must(http.StatusNoContent, "POST", kept+"/restore", "")
	return w.client
}

// Try sends a request with the vendor's usual headers. The answer may not be an internal error; there is none if no client can
// send such a request.
func (c Client) Try(method, target, headers, body string) Answer {
	c.T.Helper()
	r, err := golden.Call{Method: method, Target: target, Headers: headers, Body: body}.Request(c.Vendor.Header)
	if err != nil {
		return Answer{}
	}
	return c.try(r)
}

func (c Client) try(r *http.Request) Answer {
	c.T.Helper()
	a := c.Do(r)
	if a.Status >= http.StatusInternalServerError {
		c.T.Fatalf("%s %s: got %d %s", r.Method, r.URL, a.Status, a.Body)
	}
	return a
}

// Fuzz makes the fuzz targets of a vendor. Inputs begin with its recorded conversations and with what is given here.
type Fuzz struct {
	*Vendor
	At    func(*api.Operation) string // the address of a row among the objects of the fixture
	Ready func(Client)                // adds what the fixture lacks; nil: nothing
	After []string                    // paths that can be read whatever was called

	Bodies  map[string][]string // by the headers that go with them
	Queries []string
	Filters []string // queries of lists, where % stands for each field by which they are filtered
	Headers []string // some lines each
	Parts   []string // values for the parameters of a path, a line each
}

// row is an operation with an address, and the bodies of its conversation.
type row struct {
	golden.Call // with the first body
	op          *api.Operation
	bodies      []string
}

func (z *Fuzz) rows(f *testing.F, which func(*api.Operation) bool) []row {
	f.Helper()
	ops := z.Rows(which)
	if len(ops) == 0 || len(ops) > 256 {
		f.Fatalf("got %d rows, want as many as a byte can number", len(ops))
	}
	out := make([]row, len(ops))
	for i := range ops {
		out[i] = row{Call: golden.Call{Method: ops[i].Method, Target: z.At(&ops[i])}, op: &ops[i]}
		for _, c := range conversation(recorded(f, ops[i].ID)) {
			if c.Method == ops[i].Method && c.Body != "" {
				out[i].bodies = append(out[i].bodies, c.Body)
				out[i].Body = out[i].bodies[0]
			}
		}
	}
	return out
}

// recorded is the conversation of an operation, without its answers.
func recorded(f *testing.F, operation string) []byte {
	f.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", operation+".txtar"))
	if err != nil {
		f.Fatal(err)
	}
	return txtar.Format(&txtar.Archive{Files: golden.Requests(a)})
}

const longest = 24 // requests of a conversation that are sent

// conversation reads requests. What is none is left out.
func conversation(text []byte) []golden.Call {
	var out []golden.Call
	for _, f := range txtar.Parse(text).Files {
		if c, err := golden.Read(string(f.Data)); err == nil && len(out) < longest {
			out = append(out, c)
		}
	}
	return out
}

// own reports whether the vendor answers for a path.
func (v *Vendor) own(path string) bool {
	path = strings.TrimPrefix(path, "/_world/default")
	under := func(base string) bool { return path == base || strings.HasPrefix(path, base+"/") }
	return under(v.Table.Base) || slices.ContainsFunc(v.Table.Aliases, under) ||
		slices.ContainsFunc(v.Table.Operations, func(op api.Operation) bool { return op.Base != "" && under(op.Base) })
}

// Try sends a request to a path of the vendor or to documents and clock of the world, and checks what all answers have in
// common: no internal error, refusals in the vendor's form, and after a refusal the same documents as before.
func (z *Fuzz) Try(c Client, call golden.Call) Answer {
	c.T.Helper()
	r, err := call.Request(z.Header)
	if err != nil {
		return Answer{}
	}
	own := z.own(r.URL.Path)
	if !own && !strings.HasPrefix(r.URL.Path, "/_portico/state") && !strings.HasPrefix(r.URL.Path, "/_portico/clock") {
		return Answer{}
	}
	before := c.Changes()
	a := c.try(r)
	fault, media := a.Header.Get("Portico-Error"), a.Header.Get("Content-Type")
	switch {
	case !own || fault == "unknown-world" || fault == "two-worlds":
	case a.Status >= http.StatusBadRequest:
		if call.Method != http.MethodHead && !z.Refused(a) {
			c.T.Fatalf("%s %s: got %d %s as %q, want the vendor's form of a refusal", r.Method, r.URL, a.Status, a.Body, media)
		}
		if after := c.Changes(); after != before {
			c.T.Fatalf("%s %s was refused: got the changes %s, want %s", r.Method, r.URL, after, before)
		}
	case call.Method != http.MethodHead && (a.Body == "") != (media == ""):
		c.T.Fatalf("%s %s: got %d bytes as %q, want both or neither", r.Method, r.URL, len(a.Body), media)
	}
	for _, path := range z.After {
		c.Try("GET", path, "", "")
	}
	return a
}

func fuzzing() bool { return flag.Lookup("test.fuzz").Value.String() != "" }

// pairs calls add for each row with each sample. While go test fuzzes, it is called only until each row and each sample was
// there: the mutator starts slowly from many inputs, and combines them by itself.
func pairs(rows, samples int, add func(row byte, sample int)) {
	if rows == 0 || samples == 0 {
		return
	}
	n, step := rows*samples, rows
	if fuzzing() {
		n, step = max(rows, samples), 1
	}
	for k := range n {
		add(byte(k%rows), k/step%samples) //nolint:gosec // a byte numbers the rows
	}
}

// FuzzBody sends any body, as anything, to every row that takes one.
func (z *Fuzz) FuzzBody(f *testing.F) {
	rows := z.rows(f, func(op *api.Operation) bool { return op.Body != "" })
	for _, headers := range slices.Sorted(maps.Keys(z.Bodies)) {
		bodies := z.Bodies[headers]
		pairs(len(rows), len(bodies), func(i byte, j int) { f.Add(i, headers, []byte(bodies[j])) })
	}
	for i, row := range rows {
		for j, body := range row.bodies {
			if j == 0 || !fuzzing() {
				f.Add(byte(i), "", []byte(body))
			}
		}
	}
	w := z.Fresh(f, z.Ready)
	f.Fuzz(func(t *testing.T, at byte, headers string, body []byte) {
		c := rows[int(at)%len(rows)].Call
		c.Headers, c.Body = headers, string(body)
		z.Try(w.Begin(t), c)
	})
}

// FuzzQuery sends any query to every row.
func (z *Fuzz) FuzzQuery(f *testing.F) {
	rows := z.rows(f, nil)
	for i, row := range rows {
		if row.op.List != nil {
			pairs(len(row.op.List.Filter), len(z.Filters), func(j byte, k int) {
				f.Add(byte(i), strings.ReplaceAll(z.Filters[k], "%", row.op.List.Filter[j].Name)) //nolint:gosec // a byte numbers the rows
			})
		}
	}
	w := z.Fresh(f, z.Ready)
	pairs(len(rows), len(z.Queries), func(i byte, j int) { f.Add(i, z.Queries[j]) })
	f.Fuzz(func(t *testing.T, at byte, query string) {
		c := rows[int(at)%len(rows)].Call
		c.Target += "?" + query
		z.Try(w.Begin(t), c)
	})
}

// FuzzHeader sends any headers to every row.
func (z *Fuzz) FuzzHeader(f *testing.F) {
	rows := z.rows(f, nil)
	samples := append(slices.Clone(z.Headers),
		"Host: x:0\nX-Forwarded-Proto: \"", "Host: %zz", "Host: [a:b", "Portico-World: default\nAccept: */*;q=x")
	pairs(len(rows), len(samples), func(i byte, j int) { f.Add(i, samples[j]) })
	w := z.Fresh(f, z.Ready)
	f.Fuzz(func(t *testing.T, at byte, headers string) {
		c := rows[int(at)%len(rows)].Call
		c.Headers = headers
		z.Try(w.Begin(t), c)
	})
}

// FuzzPath puts anything into the parameters of every path, and behind it.
func (z *Fuzz) FuzzPath(f *testing.F) {
	rows := z.rows(f, nil)
	samples := append(slices.Clone(z.Parts), "%\n/\n..", "\x00\nключ\n ", "\n\n")
	pairs(len(rows), len(samples), func(i byte, j int) { f.Add(i, samples[j], []string{"", "/", "//", "/%2f/%zz?x#y"}[j%4]) })
	w := z.Fresh(f, z.Ready)
	f.Fuzz(func(t *testing.T, at byte, parts, tail string) {
		row, values := rows[int(at)%len(rows)], strings.Split(parts, "\n")
		row.Target = Filled(row.op, func(string) string {
			v := values[0]
			values = append(values[1:], v)
			return url.PathEscape(v)
		}) + tail
		z.Try(w.Begin(t), row.Call)
	})
}

// FuzzCalls sends a conversation to one world, and reads the journal at last.
func (z *Fuzz) FuzzCalls(f *testing.F) {
	for _, id := range z.ids() {
		f.Add(recorded(f, id))
	}
	w := z.Fresh(f, z.Ready)
	f.Fuzz(func(t *testing.T, calls []byte) {
		c := w.Begin(t)
		for _, call := range conversation(calls) {
			z.Try(c, call)
		}
		c.Try("GET", "/_portico/requests?limit=3", "", "")
	})
}

// FuzzPatches sends one body after the other, a line each, to one document. Each is accepted as a whole or refused, and one that
// was accepted changes nothing the second time.
func (z *Fuzz) FuzzPatches(f *testing.F, path string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	w := z.Fresh(f, z.Ready)
	f.Fuzz(func(t *testing.T, bodies string) {
		c := w.Begin(t)
		show := func() string { return c.Send("GET", path, "").Body }
		for _, body := range strings.SplitN(bodies, "\n", 12) {
			patch := golden.Call{Method: "PATCH", Target: path, Body: body}
			before, a, now := show(), z.Try(c, patch), show()
			if a.Status != http.StatusOK {
				if now != before {
					t.Fatalf("%q was refused: got %s afterwards, want %s", body, now, before)
				}
				continue
			}
			if again := z.Try(c, patch); again.Status != http.StatusOK || show() != now {
				t.Fatalf("%q for the second time: got %d %s, want 200 %s", body, again.Status, show(), now)
			}
		}
	})
}

//go:build unix

package cli

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tidwall/gjson"
)

// usualKills is how often TestKill kills the server; PORTICO_KILLS says otherwise, and `make kill` does.
const usualKills = 40

// family is a kind of thing that a vendor's clients make, change and delete.
type family struct {
	header, kind, name string // name is the stored member that tells one from another
	base, body         string // of a creation; %s is the name
	method             string // of a change
	change             string // %[1]s is what members become, %[2]s the name
	path               func(id string) string
	members            []string // by which a thing is compared that its vendor does not show alone; none: the whole answer
}

// seen is where a thing is shown.
func (f *family) seen(id string) string {
	if f.members == nil {
		return f.path(id)
	}
	return "/_portico/state/" + f.kind + "/" + id
}

// essence is what is compared of an answer.
func (f *family) essence(answer string) string {
	if f.members == nil {
		return answer
	}
	var out []string
	for _, m := range f.members {
		out = append(out, m+" "+gjson.Get(answer, m).Raw)
	}
	return strings.Join(out, ", ")
}

func under(base string) func(string) string { return func(id string) string { return base + "/" + id } }

const groups = "/api-experience-hub/api/v1/connections/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/apiPortals/550e8400-e29b-41d4-a716-446655440000/userGroups"

var families = []*family{
	{
		"Bearer kpat_portico-admin", "konnect.portal", "name", "/v2/portals", `{"name":"%s"}`,
		http.MethodPatch, `{"description":"%[1]s","labels":{"now":"%[1]s"}}`, under("/v2/portals"), nil,
	},
	{
		"Basic YXBpYWRtaW46Y2hhbmdlbWU=", "axway.application", "name", "/api/portal/v1.2/applications", `{"name":"%s","organizationId":"a1f00000-0000-4000-8000-000000000002"}`,
		http.MethodPut, `{"description":"%[1]s","email":"%[1]s@x.example"}`, under("/api/portal/v1.2/applications"), nil,
	},
	{ // makes roles and a member beside
		"Bearer portico-admin", "apiconnect.org", "name", "/consumer-api/orgs", `{"title":"%[1]s","name":"%[1]s"}`,
		http.MethodPatch, `{"title":"%[1]s"}`, under("/consumer-api/orgs"), nil,
	},
	{
		"Bearer portico-anypoint-admin", "experience-hub.user-group", "name", groups, `{"name":"%s"}`,
		http.MethodPatch, `{"name":"%[2]s","description":"%[1]s"}`, under(groups),
		[]string{"id", "name", "description", "createdDate"},
	},
}

// thing is what a writer believes to be there.
type thing struct {
	of             *family
	id, name, body string // body: as its vendor shows it
}

// writer is one client. It remembers every write that was acknowledged, and the one that was on its way when the server was
// killed.
type writer struct {
	no      int
	r       *rand.Rand
	url     string
	count   int
	things  []*thing
	gone    []*thing // the last ones that it deleted
	pending *write
}

type write struct {
	method string
	thing  *thing
	mark   string // that a change brings
}

// maxThings is how many things a writer has at a time.
const maxThings = 3

func (w *writer) ask(method string, f *family, path, body string) (int, string, error) {
	r, err := http.NewRequest(method, w.url+path, strings.NewReader(body)) //nolint:noctx // ends with the server, by violence
	if err != nil {
		return 0, "", err
	}
	r.Host = "localhost" // links in answers are the same whatever port the server has
	r.Header.Set("Authorization", f.header)
	r.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer a.Body.Close()
	data, err := io.ReadAll(a.Body)
	return a.StatusCode, string(data), err
}

// write does one thing after another until the server does not answer any more.
func (w *writer) write(t *testing.T, acknowledged func()) {
	t.Helper()
	for {
		w.count++
		mark := fmt.Sprintf("w%d-%d", w.no, w.count)
		at := w.r.IntN(maxThings)
		switch {
		case at >= len(w.things):
			f := families[w.r.IntN(len(families))]
			w.pending = &write{http.MethodPost, &thing{of: f, name: mark}, ""}
		case w.r.IntN(3) == 0:
			w.pending = &write{http.MethodDelete, w.things[at], ""}
		default:
			w.pending = &write{w.things[at].of.method, w.things[at], mark}
		}
		p, f := w.pending, w.pending.thing.of
		path, body := f.base, fmt.Sprintf(f.body, mark)
		if p.method != http.MethodPost {
			path, body = f.path(p.thing.id), fmt.Sprintf(f.change, mark, p.thing.name)
		}
		if p.method == http.MethodDelete {
			body = ""
		}
		status, answer, err := w.ask(p.method, f, path, body)
		if err != nil {
			return
		}
		if status/100 != 2 {
			t.Errorf("%s %s: got %d %s", p.method, path, status, answer)
			return
		}
		w.pending = nil
		acknowledged()
		switch p.method {
		case http.MethodPost:
			p.thing.id, p.thing.body = gjson.Get(answer, "id").Str, f.essence(answer)
			w.things = append(w.things, p.thing)
		case http.MethodDelete:
			w.drop(p.thing)
		default:
			p.thing.body = f.essence(answer)
		}
	}
}

// look gives the status and the essence of a thing.
func (w *writer) look(one *thing) (int, string, error) {
	status, answer, err := w.ask(http.MethodGet, one.of, one.of.seen(one.id), "")
	if status == http.StatusOK {
		answer = one.of.essence(answer)
	}
	return status, answer, err
}

func (w *writer) drop(one *thing) {
	for i, other := range w.things {
		if other == one {
			w.things = append(w.things[:i], w.things[i+1:]...)
			break
		}
	}
	if w.gone = append(w.gone, one); len(w.gone) > 5 {
		w.gone = w.gone[1:]
	}
}

// settle finds out what became of the write that nobody acknowledged: all of it or nothing. Found are all documents by
// kind and name.
func (w *writer) settle(t *testing.T, found map[string]string) {
	t.Helper()
	p := w.pending
	if w.pending = nil; p == nil {
		return
	}
	if p.method == http.MethodPost {
		if p.thing.id = found[p.thing.of.kind+" "+p.thing.name]; p.thing.id == "" {
			return
		}
		w.things = append(w.things, p.thing)
	}
	status, body, err := w.look(p.thing)
	switch {
	case err != nil:
		t.Fatal(err)
	case status == http.StatusNotFound && p.method == http.MethodDelete:
		w.drop(p.thing)
	case status != http.StatusOK:
		t.Errorf("%s, of which %s was not acknowledged: got %d %s", p.thing.name, p.method, status, body)
	case p.method == http.MethodPost, p.mark != "" && strings.Count(body, p.mark) == strings.Count(p.thing.of.change, "%[1]s"):
		p.thing.body = body
	case body != p.thing.body:
		t.Errorf("%s is half changed: got %s, before it was %s", p.thing.name, body, p.thing.body)
	}
}

// check holds the server against all that the writer was told.
func (w *writer) check(t *testing.T) {
	t.Helper()
	for _, one := range w.things {
		if status, body, err := w.look(one); err != nil || status != http.StatusOK || body != one.body {
			t.Errorf("%s was acknowledged: got %d %s %v, want %s", one.name, status, body, err, one.body)
		}
	}
	for _, one := range w.gone {
		if status, body, err := w.look(one); err != nil || status != http.StatusNotFound {
			t.Errorf("the deletion of %s was acknowledged: got %d %s %v", one.name, status, body, err)
		}
	}
}

// TestKill kills a server while clients of several vendors write, and starts it again on the same file: every write that
// was acknowledged is there, every other one is there as a whole or not at all. The file is written anew every few dozen
// writes, so that it happens then, too.
func TestKill(t *testing.T) {
	t.Parallel()
	kills := usualKills
	if n, err := strconv.Atoi(os.Getenv("PORTICO_KILLS")); err == nil && n > 0 {
		kills = n
	}
	file := filepath.Join(t.TempDir(), "world.state")
	r := rand.New(rand.NewPCG(1, uint64(kills)))
	writers := make([]*writer, 6)
	for i := range writers {
		writers[i] = &writer{no: i, r: rand.New(rand.NewPCG(2, uint64(i)))}
	}
	var total int64
	torn, compacting := 0, 0
	for round := 0; round <= kills && !t.Failed(); round++ {
		before, _ := os.ReadDir(filepath.Dir(file))
		for _, e := range before {
			if strings.HasSuffix(e.Name(), ".compact") {
				compacting++
			}
		}
		s := start(t, []string{testStateLimit + "=1000"}, "--listen", "127.0.0.1:0", "--fixture", "empty", "--state", file, "--journal", "0", "--log-level", "warn")
		found := documents(t, s.url)
		known := 0
		for _, w := range writers {
			w.url = s.url
			w.settle(t, found)
			w.check(t)
			known += len(w.things)
		}
		if len(found) != known {
			t.Errorf("there are %d things, and the writers know of %d", len(found), known)
		}
		if round%10 == 0 || round == kills {
			whole(t, s.url, round)
		}
		if round == kills {
			s.stop(t, os.Interrupt)
			break
		}
		// The moment is so many writes away: a slow machine is killed as much in the middle of things as a fast one.
		var acknowledged atomic.Int64
		enough, idle := make(chan struct{}), make(chan struct{})
		limit := 1 + r.Int64N(120)
		var wg sync.WaitGroup
		for _, w := range writers {
			wg.Go(func() {
				w.write(t, func() {
					if acknowledged.Add(1) == limit {
						close(enough)
					}
				})
			})
		}
		go func() {
			defer close(idle)
			wg.Wait()
		}()
		select {
		case <-enough:
		case <-idle: // a write was refused
		}
		if err := s.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-idle
		_ = s.cmd.Wait()
		torn += strings.Count(s.stderr.String(), "left unfinished")
		if strings.Contains(s.stderr.String(), "level=ERROR") {
			t.Errorf("it said %s", s.stderr.String())
		}
		total += acknowledged.Load()
	}
	t.Logf("%d kills, %d writes acknowledged, %d records left unfinished, %d kills while the file was written anew.", kills, total, torn, compacting)
	if total < int64(kills) {
		t.Errorf("%d writes in %d rounds prove nothing", total, kills)
	}
}

// documents are the things that there are: ids by kind and name.
func documents(t *testing.T, url string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range families {
		_, body := get(t, url+"/_portico/state/"+f.kind)
		for _, d := range gjson.Parse(body).Array() {
			if name := d.Get(f.name).Str; strings.HasPrefix(name, "w") {
				out[f.kind+" "+name] = d.Get("_id").Str
			}
		}
	}
	return out
}

// whole proves that the world is one: import refuses documents that refer to what is not there.
func whole(t *testing.T, url string, round int) {
	t.Helper()
	_, export := get(t, url+"/_portico/export")
	w := &writer{url: url}
	other := fmt.Sprint("copy-", round)
	for _, c := range []struct{ path, body string }{
		{"/_portico/worlds", fmt.Sprintf(`{"name":%q}`, other)},
		{"/_world/" + other + "/_portico/import", export},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(a.Body)
		if err = errors.Join(err, a.Body.Close()); err != nil || a.StatusCode/100 != 2 {
			t.Errorf("POST %s: got %d %s %v", c.path, a.StatusCode, body, err)
		}
	}
}

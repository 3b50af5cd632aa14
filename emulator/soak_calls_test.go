package emulator_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
)

// calls are what a soak chooses from: the requests of the recorded conversations, and the rows of the table.
type calls struct {
	steps   []step
	creates []step            // that made something
	lists   []step            // that can be read without knowing an id
	bodies  map[string][]step // of each row that changes an object
	rows    []soakRow
}

type soakRow struct {
	emulator.Operation
	pattern *regexp.Regexp
}

var placeholder = regexp.MustCompile(`\\\{[^{}]*\\\}`)

func loadCalls(t testing.TB) *calls {
	t.Helper()
	operations, err := emulator.Operations("")
	if err != nil {
		t.Fatal(err)
	}
	c := &calls{bodies: map[string][]step{}}
	for _, op := range operations {
		pattern := "^" + placeholder.ReplaceAllString(regexp.QuoteMeta(op.Path), `[^/]+`) + "$"
		c.rows = append(c.rows, soakRow{op, regexp.MustCompile(pattern)})
	}
	for _, conversation := range recorded(t) {
		for _, s := range conversation.steps {
			if strings.HasPrefix(s.path, "/_") { // the admin API's, or of a world of their own
				continue
			}
			c.steps = append(c.steps, s)
			path, _, _ := strings.Cut(s.path, "?")
			status, _, body := s.want(t)
			row := c.row(s.method, path)
			switch {
			case row == nil:
			case s.method == http.MethodPost && status == "201" && gjson.Get(body, "id").Exists():
				c.creates = append(c.creates, s)
			case s.method == http.MethodGet && status == "200":
				c.lists = append(c.lists, s)
			case s.method == http.MethodPatch || s.method == http.MethodPut:
				c.bodies[row.ID] = append(c.bodies[row.ID], s)
			}
		}
	}
	if len(c.creates) < 50 || len(c.bodies) < 20 || len(c.lists) < 400 {
		t.Fatalf("got %d creates, bodies for %d rows, %d lists", len(c.creates), len(c.bodies), len(c.lists))
	}
	return c
}

// row is what the table has for a path, those without parameters first.
func (c *calls) row(method, path string) *soakRow {
	var found *soakRow
	for i := range c.rows {
		r := &c.rows[i]
		if r.Method == method && r.pattern.MatchString(path) && (found == nil || strings.Count(r.Path, "{") < strings.Count(found.Path, "{")) {
			found = r
		}
	}
	return found
}

// named are members whose value must be new for each object.
var named = []string{"name", "email", "username", "title", "client_id", "clientId"}

// fresh is a create with names that nothing has yet.
func fresh(s step, n string) step {
	var body map[string]any
	if json.Unmarshal([]byte(s.body), &body) != nil {
		return s
	}
	for _, name := range named {
		if old, ok := body[name].(string); ok {
			if at := strings.IndexByte(old, '@'); at >= 0 {
				body[name] = old[:at] + "-" + n + old[at:]
			} else {
				body[name] = old + "-" + n
			}
		}
	}
	if data, err := json.Marshal(body); err == nil {
		s.body = string(data)
	}
	return s
}

// life is what happens to an object: it is made, read, changed, listed, and most often deleted.
func (w *worker) life(world string) {
	made := fresh(w.pick(w.soak.calls.creates), fmt.Sprintf("%d-%d", w.no, w.calls))
	got := w.call(made, world)
	id := gjson.Get(got.body, "id").String()
	if got.status != http.StatusCreated || id == "" {
		return
	}
	collection, _, _ := strings.Cut(made.path, "?")
	item := collection + "/" + url.PathEscape(id)
	if u, err := url.Parse(gjson.Get(got.body, "url").String()); err == nil && u.Path != "" {
		item = u.EscapedPath()
		if _, rest, ok := strings.Cut(item, "/_world/"+world); ok {
			item = rest
		}
	}
	at := func(method, path, body string) step {
		return step{method: method, path: path, header: made.header, body: body}
	}
	w.soak.made.Add(1)
	for range w.rand.IntN(4) {
		w.call(at(http.MethodGet, item, ""), world)
		for _, method := range []string{http.MethodPatch, http.MethodPut} {
			if row := w.soak.calls.row(method, item); row != nil && len(w.soak.calls.bodies[row.ID]) > 0 {
				w.call(at(method, item, w.pick(w.soak.calls.bodies[row.ID]).body), world)
			}
		}
		w.call(at(http.MethodGet, collection, ""), world)
	}
	if w.rand.IntN(10) < 7 && w.soak.calls.row(http.MethodDelete, item) != nil {
		if w.call(at(http.MethodDelete, item, ""), world).status < 300 {
			w.soak.unmade.Add(1)
		}
	}
}

// adminReads and adminWrites are what a suite's own plumbing asks for meanwhile.
var adminReads = []string{
	"/_portico/requests?limit=5", "/_portico/coverage", "/_portico/state", "/_portico/diff", "/_portico/credentials", "/_portico/snapshots",
	"/_portico/worlds/WORLD", "/_portico/metrics", "/_portico/export", "/_portico/scenarios", "/_portico/clock", "/_portico/health",
}

var adminWrites = []step{
	{method: http.MethodPut, path: "/_portico/snapshots/soak"},
	{method: http.MethodPost, path: "/_portico/snapshots/soak/restore"},
	{method: http.MethodPost, path: "/_portico/reset"},
	{method: http.MethodPost, path: "/_portico/clock/advance", body: `{"by":"1m"}`},
	{method: http.MethodDelete, path: "/_portico/requests"},
	{method: http.MethodPost, path: "/_portico/requests/verify", body: `{"operation":"konnect.*"}`},
}

func (w *worker) admin(world string) {
	one := step{method: http.MethodGet, path: strings.ReplaceAll(adminReads[w.rand.IntN(len(adminReads))], "WORLD", world)}
	if w.rand.IntN(2) == 0 && !slices.Contains(faulty, world) { // a reset would take the count of what went wrong
		one = w.pick(adminWrites)
	}
	one.header = http.Header{}
	if one.body != "" {
		one.header.Set("Content-Type", "application/json")
	}
	w.call(one, world)
}

// brief is a world that lives for a few calls: a copy, or a new one.
func (w *worker) brief(world string) {
	name := fmt.Sprintf("brief-%d-%d", w.no, w.calls)
	body := `{"name":"` + name + `"}`
	if w.rand.IntN(2) == 0 {
		body = `{"name":"` + name + `","from":"` + world + `"}`
	}
	json := http.Header{"Content-Type": {"application/json"}}
	if got := w.call(step{method: http.MethodPost, path: "/_portico/worlds", body: body, header: json}, ""); got.status != http.StatusCreated {
		w.fail("the world %s: got %d %s", name, got.status, got.body)
		return
	}
	for range 3 {
		w.call(w.pick(w.soak.calls.steps), name)
	}
	w.call(step{method: http.MethodDelete, path: "/_portico/worlds/" + name, header: json}, "")
}

func (w *worker) pick(from []step) step { return from[w.rand.IntN(len(from))] }

// chance is a worker's own, the same in every run.
func chance(no int) *rand.Rand { return rand.New(rand.NewPCG(42, uint64(no))) }

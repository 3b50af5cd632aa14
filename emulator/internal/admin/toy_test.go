package admin_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/admin"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/scenario"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
	"github.com/portico-emulator/portico/schemas"
)

// The toy vendor lends books. It has one of everything that the admin plane must cope with: kinds in kinds, references,
// pairs, settings, a hook that refuses.
const toySchemas = `{"$id": "https://portico.invalid/schemas/toy/toy.json", "$defs": {
	"Shelf": {"type": "object", "properties": {
		"id": {"type": "string", "format": "uuid"}, "created_at": {"type": "string", "format": "date-time"},
		"updated_at": {"type": "string", "format": "date-time"}, "name": {"type": "string", "maxLength": 20},
		"floor": {"type": "integer", "default": 0}}, "required": ["name"], "additionalProperties": false},
	"Book": {"type": "object", "properties": {
		"id": {"type": "string"}, "title": {"type": "string", "default": "untitled"}, "author": {"type": ["string", "null"], "default": null}},
		"additionalProperties": false},
	"Author": {"type": "object", "properties": {"id": {"type": "string"}}, "additionalProperties": false},
	"Mark": {"type": "object", "properties": {"page": {"type": "string"}, "note": {"type": "string", "default": ""}}, "additionalProperties": false},
	"Lamp": {"type": "object", "properties": {"on": {"type": "boolean", "default": false}, "colour": {"enum": ["white", "red"], "default": "white"}}, "additionalProperties": false},
	"Problem": {"type": "object"}}}`

func toy() *api.Vendor {
	return &api.Vendor{
		Name: "toy", Title: "Toy Library", Version: "3", Base: "/toy", Problem: "Problem",
		Names: map[string]api.Ref{"shelf": {Kind: "toy.shelf"}},
		Operations: []api.Operation{
			{ID: "list-shelves", Method: "GET", Path: "/shelves", Summary: "List shelves", Status: 200, Errors: []int{401}, Do: rest.List("toy.shelf")},
			{ID: "create-shelf", Method: "POST", Path: "/shelves", Summary: "Put up a shelf", Body: "Shelf", Reply: "Shelf", Status: 201, Do: rest.Create("toy.shelf")},
			{ID: "get-shelf", Method: "GET", Path: "/shelves/{shelf:uuid}", Summary: "Show a shelf", Reply: "Shelf", Status: 200, Companion: true, Do: rest.Get},
		},
		Resources: []*api.Resource{
			{Kind: "toy.shelf", Schema: "Shelf", Indexes: []api.Index{{Name: "name", Path: "name", Unique: true}}},
			{Kind: "toy.author", Schema: "Author"},
			{Kind: "toy.book", Schema: "Book", Indexes: []api.Index{
				{Name: "shelf", To: "toy.shelf", Gone: api.Die},
				{Name: "author", Path: "author", To: "toy.author", Gone: api.Detach},
			}, Born: func(_ *api.Call, d *api.Draft) error {
				if d.Str("title") == "Index" {
					return api.Refuse(api.Violation{Path: []string{"title"}, Rule: api.Other, Text: "is banned"})
				}
				return nil
			}},
			{Kind: "toy.mark", Schema: "Mark", Pair: "page", Indexes: []api.Index{{Name: "book", To: "toy.book", Gone: api.Die}}},
			{Kind: "toy.lamp", Schema: "Lamp", Single: true, Indexes: []api.Index{{Name: "shelf", To: "toy.shelf", Gone: api.Die}}},
		},
		Dialect: api.Dialect{
			Checks: []api.Check{rest.Locate, rest.Input},
			Stamp:  func(t time.Time) []byte { return api.Quote(t.Format(time.RFC3339)) },
			Fail: func(_ *api.Call, e *api.Error) api.Answer {
				return api.Answer{Status: http.StatusTeapot, Media: "application/json", Body: api.Object{{Name: "code", Value: api.Quote(string(e.Code))}}.JSON()}
			},
		},
		Credentials: func(c *api.Call) []api.Credential {
			return []api.Credential{
				{Vendor: "toy", Name: "admin", User: "ada", Roles: []string{"librarian"}, Header: "Authorization", Value: "Bearer " + c.World.Name()},
				{Vendor: "toy", Name: "gone", User: "bob", Header: "Authorization", Value: "Bearer gone", State: "revoked"},
			}
		},
	}
}

const (
	shelfA = "6f0d0000-0000-4000-8000-00000000000a"
	shelfB = "6f0d0000-0000-4000-8000-00000000000b"
)

var toyFixtures = map[string]string{
	"empty": "",
	"small": `
now: 2026-01-01T00:00:00Z
documents:
  - {kind: toy.author, document: {id: homer}}
  - kind: toy.shelf
    document: {id: ` + shelfA + `, name: poems}
    has: [{kind: toy.book, document: {id: iliad, title: Iliad, author: homer}, has: [{kind: toy.mark, document: {page: 1/2}}]}]
  - {kind: toy.shelf, document: {id: ` + shelfB + `, name: plays}}
`,
	"own.yaml": "documents: [{kind: toy.author, document: {id: own}}]",
}

// lib is the emulator of the toy vendor, as the admin plane sees it.
type lib struct {
	plan  *server.Plan
	store *world.Set
	token string
}

func (l *lib) Version() string      { return "0.0.0-toy" }
func (l *lib) AdminToken() string   { return l.token }
func (l *lib) AdminHosts() []string { return []string{"portico.ci.example"} }
func (l *lib) Plan() *server.Plan   { return l.plan }
func (l *lib) Store() *world.Set    { return l.store }
func (l *lib) Fixtures() []string   { return []string{"empty", "small"} }
func (l *lib) Configured() string   { return "own.yaml" }

func (l *lib) Library() []*scenario.Scenario { return nil }

func (l *lib) Base(_ context.Context, name string, of uint64) (*world.Base, error) {
	f, err := seed.Read(name, []byte(toyFixtures[name]))
	if err != nil {
		return nil, err
	}
	return world.Grow(l.plan.Catalog, name, of, func(tx api.Tx) error { return f.Grow(context.Background(), tx, of, l.Judge()) })
}

func (l *lib) Judge() seed.Checker {
	return func(r *api.Resource, document api.Object) ([]api.Violation, error) {
		body, err := api.Parse(document.JSON())
		if err != nil {
			return nil, err
		}
		return r.Vendor.Check(r.Schema, body.JSON)
	}
}

func (l *lib) NewWorld(_ context.Context, spec admin.WorldSpec) (*world.World, error) {
	birth := world.Options{Name: spec.Name, TTL: spec.TTL, Seed: 42, From: spec.From, Clock: clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))}
	if spec.From != nil {
		birth.Seed, birth.Clock = spec.From.Seed(), nil
	}
	if spec.Seed != nil {
		birth.Seed = *spec.Seed
	}
	if !spec.Clock.IsZero() {
		birth.Clock = clock.At(spec.Clock)
	}
	if spec.From == nil {
		name := spec.Fixture
		if name == "" {
			name = "small"
		}
		f, err := seed.Read(name, []byte(toyFixtures[name]))
		if err != nil {
			return nil, err
		}
		birth.Base, err = world.Grow(l.plan.Catalog, name, birth.Seed, func(tx api.Tx) error { return f.Grow(context.Background(), tx, birth.Seed, l.Judge()) })
		if err != nil {
			return nil, err
		}
	}
	return l.store.Create(birth)
}

var toyPlan = sync.OnceValues(func() (*server.Plan, error) {
	files := fstest.MapFS{"toy/toy.json": {Data: []byte(toySchemas)}}
	names, err := fs.Glob(schemas.FS, admin.Name+"/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(schemas.FS, name)
		if err != nil {
			return nil, err
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return server.NewPlan(files, toy(), admin.Vendor())
})

// newToy is a server with a default world. It checks every reply against its schema.
func newToy(t *testing.T, token string) http.Handler {
	t.Helper()
	plan, err := toyPlan()
	if err != nil {
		t.Fatal(err)
	}
	l := &lib{plan: plan, store: world.NewSet(), token: token}
	if _, err := l.NewWorld(context.Background(), admin.WorldSpec{Name: server.DefaultWorld}); err != nil {
		t.Fatal(err)
	}
	return &server.Server{Plan: plan, Store: l.store, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Host: l, Prove: true}
}

// call is one request and what must come of it. A want that ends in … is the beginning of the body.
type call struct {
	do     string // method and path
	body   string
	header map[string]string
	status int
	want   string
}

func run(t *testing.T, h http.Handler, calls ...call) {
	t.Helper()
	for _, c := range calls {
		method, path, _ := strings.Cut(c.do, " ")
		w := answer(t, h, method, path, c.body, c.header)
		got := w.Body.String()
		same := got == c.want
		if start, cut := strings.CutSuffix(c.want, "…"); cut {
			same = strings.HasPrefix(got, start)
		}
		if w.Code != c.status || !same {
			t.Errorf("%s %s\n got %d %s\nwant %d %s", c.do, c.body, w.Code, got, c.status, c.want)
		}
	}
}

func answer(t *testing.T, h http.Handler, method, path, body string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

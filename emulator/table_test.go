package emulator_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/schema"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
	"github.com/portico-emulator/portico/schemas"
)

// coming are the documented operations, vendor and id, that the tables do not have yet.
var coming []string

// vendors are those of the emulator, its own admin plane included.
func vendors(t *testing.T) []*api.Vendor {
	t.Helper()
	p, err := emulator.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p.Vendors
}

func TestRowsHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	ids, places := map[string]bool{}, map[string]string{}
	for _, v := range vendors(t) {
		for i := range v.Operations {
			op := &v.Operations[i]
			if id := v.Name + "." + op.ID; ids[id] || op.Full != id {
				t.Errorf("got the id %s (%s) again, want one of its own", id, op.Full)
			}
			ids[op.Full] = true
			place := op.Method + " " + v.Base + op.Path
			if other := places[place]; other != "" {
				t.Errorf("%s: got %s and %s, want one", place, other, op.Full)
			}
			places[place] = op.Full
			if op.Summary == "" || op.Tag == "" || op.Status == 0 {
				t.Errorf("%s: got no summary, tag or status, want all", op.Full)
			}
		}
	}
}

// copied is a plan of copies of the vendors, with which a test may do what it wants.
func copied(t *testing.T, change func(*api.Vendor)) *server.Plan {
	t.Helper()
	var copies []*api.Vendor
	for _, v := range vendors(t) {
		c := *v
		c.Operations = slices.Clone(v.Operations)
		c.Resources = nil
		for _, r := range v.Resources {
			one := *r
			c.Resources = append(c.Resources, &one)
		}
		change(&c)
		copies = append(copies, &c)
	}
	p, err := server.NewPlan(schemas.FS, copies...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// echoing is a server over copies of the vendors whose rows do nothing but say who they are.
func echoing(t *testing.T) http.Handler {
	t.Helper()
	p := copied(t, func(v *api.Vendor) {
		v.Dialect.Gate, v.Dialect.Checks = nil, nil
		for i := range v.Operations {
			v.Operations[i].Reply = ""
			v.Operations[i].Do = func(c *api.Call) (any, error) {
				return api.Answer{Status: http.StatusTeapot, Header: http.Header{"Row": {c.Op.Full}, "Args": slices.Clone(c.Args)}}, nil
			}
		}
	})
	s := &server.Server{Plan: p, Store: world.NewSet(), Log: slog.New(slog.DiscardHandler)}
	base, err := world.Grow(p.Catalog, "none", 1, func(api.Tx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Store.Create(world.Options{Name: server.DefaultWorld, Base: base}); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTemplatesRouteToThemselves(t *testing.T) {
	t.Parallel()
	h := echoing(t)
	for _, v := range vendors(t) {
		for i := range v.Operations {
			op := &v.Operations[i]
			segments, args := strings.Split(op.Template(), "/"), []string{}
			for n, s := range segments {
				if before, after, ok := strings.Cut(s, "}"); ok && strings.HasPrefix(before, "{") {
					form := "name-%d-%d" // rows for ids may share the route
					if op.Params[len(args)].UUID {
						form = "%08d-0000-4000-8000-00000000000%d"
					}
					segments[n] = fmt.Sprintf(form, i, n) + after
					args = append(args, segments[n])
				}
			}
			path := strings.Join(segments, "/")
			paths := []string{path}
			for _, alias := range v.Aliases {
				if op.Base == "" {
					paths = append(paths, alias+strings.TrimPrefix(path, v.Base))
				}
			}
			if v.Slash {
				paths = append(paths, path+"/")
			}
			for _, p := range paths {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(op.Method, p, strings.NewReader("{}")))
				if got := w.Header().Get("Row"); got != op.Full || !slices.Equal(w.Header()["Args"], args) {
					t.Errorf("%s %s: got %q with %q, want %s with %q", op.Method, p, got, w.Header()["Args"], op.Full, args)
				}
			}
		}
	}
}

func TestSchemasCompile(t *testing.T) {
	t.Parallel()
	for _, v := range vendors(t) {
		set, err := schema.Load(schemas.FS, v.Name, v.Formats, v.Shares...)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range set.Names() {
			if err := set.Compile(name); err != nil {
				t.Errorf("%s: %v", v.Name, err)
			}
		}
	}
}

// documented is a row of a vendor's official list, or of its table in the same form.
type documented struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Status int    `json:"status"`
	Errors []int  `json:"errors"`
}

func TestTablesAreWhatTheVendorsDocument(t *testing.T) {
	t.Parallel()
	stale := slices.Clone(coming)
	for _, v := range vendors(t) {
		if v.Quiet {
			continue
		}
		data, err := fs.ReadFile(schemas.FS, v.Name+"/"+schema.Operations)
		if err != nil {
			t.Fatal(err)
		}
		var official []documented
		if err := json.Unmarshal(data, &official); err != nil {
			t.Fatal(err)
		}
		official = slices.DeleteFunc(official, func(d documented) bool {
			at := slices.Index(stale, v.Name+"."+d.ID)
			if at >= 0 && !slices.ContainsFunc(v.Operations, func(op api.Operation) bool { return op.ID == d.ID }) {
				stale = slices.Delete(stale, at, at+1)
				return true
			}
			return false
		})
		var table []documented
		for _, op := range v.Operations {
			if !op.Companion {
				table = append(table, documented{op.ID, op.Method, strings.ReplaceAll(op.Path, ":uuid}", "}"), op.Status, op.Errors})
			}
		}
		byID := func(a, b documented) int { return cmp.Compare(a.ID, b.ID) }
		slices.SortFunc(official, byID)
		slices.SortFunc(table, byID)
		if d := gocmp.Diff(official, table); d != "" {
			t.Errorf("%s: the table against the official list (-want +got):\n%s", v.Name, d)
		}
	}
	if len(stale) > 0 {
		t.Errorf("coming: got %q, which the tables have or no vendor documents, want them struck out", stale)
	}
}

// words are the constants of a type in internal/api/error.go.
func words(t *testing.T, of string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "internal/api/error.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range ast.Preorder(file) {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			continue
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == of {
			lit, _ := spec.Values[0].(*ast.BasicLit)
			out = append(out, constant.StringVal(constant.MakeFromLiteral(lit.Value, token.STRING, 0)))
		}
	}
	if len(out) < 10 {
		t.Fatalf("constants of type %s: got %q, want all", of, out)
	}
	return out
}

// nowhere is a world without anything.
type nowhere struct{}

func (nowhere) Name() string { return "nowhere" }
func (nowhere) Seed() uint64 { return 1 }

func TestEveryErrorWearsTheVendorsEnvelope(t *testing.T) {
	t.Parallel()
	wants := map[api.Rule]any{
		api.Type: []string{"string", "null"}, api.Choice: []any{"a", "b"}, api.Format: "uuid", api.Pattern: "^a$", api.Reference: "konnect.portal",
		api.Dependent: []string{"b"}, api.Unique: true, api.Other: nil, api.Required: nil, api.Unknown: nil,
	}
	for _, v := range vendors(t) {
		check := func(what string, e *api.Error) {
			t.Helper()
			c := &api.Call{Vendor: v, World: nowhere{}, Number: 1, Request: httptest.NewRequest("GET", v.Base+"/nowhere", nil)}
			a := v.Dialect.Fail(c, e)
			if want := cmp.Or(v.ProblemMedia, v.Dialect.Media, "application/json"); a.Media != want {
				t.Errorf("%s, %s: got the media type %q, want %q", v.Name, what, a.Media, want)
			}
			if a.Status < 400 || a.Status > 599 {
				t.Errorf("%s, %s: got the status %d, want one of a refusal", v.Name, what, a.Status)
			}
			if !json.Valid(a.Body) {
				t.Errorf("%s, %s: got %s, want JSON", v.Name, what, a.Body)
			} else if bad, err := v.Check(v.Problem, a.Body); err != nil || len(bad) > 0 {
				t.Errorf("%s, %s: got %s, want it to fit %s: %+v %v", v.Name, what, a.Body, v.Problem, bad, err)
			}
		}
		for _, code := range words(t, "Code") {
			e := api.Fail(api.Code(code), "in plain words")
			if e.Code == api.Invalid {
				e = api.Refuse(api.Violation{Path: []string{"a"}, Rule: api.Required})
			}
			check(code, e)
		}
		if v.Quiet {
			continue // its explanations need an emulator
		}
		for _, rule := range words(t, "Rule") {
			want, ok := wants[api.Rule(rule)]
			if !ok {
				want = 3
			}
			for _, source := range []string{"", "query", "path"} {
				check(rule, api.Refuse(api.Violation{Source: source, Path: []string{"a", "0"}, Rule: api.Rule(rule), Want: want}))
			}
		}
	}
}

func TestStoredDocumentsFitTheSchemasOfTheirKinds(t *testing.T) {
	t.Parallel()
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string, into any) {
		t.Helper()
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil || w.Code != http.StatusOK {
			t.Fatalf("GET %s: got %d %s", path, w.Code, w.Body)
		}
	}
	var counts map[string]int
	get("/_portico/state", &counts)
	for _, v := range vendors(t) {
		for _, r := range v.Resources {
			var documents []map[string]any
			get("/_portico/state/"+r.Kind, &documents)
			if got, want := len(documents), counts[r.Kind]; got != want {
				t.Errorf("%s: got %d documents, want %d", r.Kind, got, want)
			}
			for _, d := range documents {
				delete(d, "_id")
				delete(d, "_in")
				text, err := json.Marshal(d)
				if err != nil {
					t.Fatal(err)
				}
				if bad, err := v.Check(r.Schema, text); err != nil || len(bad) > 0 {
					t.Errorf("%s: got %v, want it to fit %s: %+v %v", r.Kind, d, r.Schema, bad, err)
				}
			}
		}
	}
}

package openapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/app"
	"github.com/portico-emulator/portico/emulator/internal/openapi"
	"github.com/portico-emulator/portico/emulator/internal/server"
)

// toy has what is not plain: references across files, rows that share a route under other names, a row beside the base,
// a reply that is no JSON.
func toy() (*api.Vendor, fstest.MapFS) {
	do := func(*api.Call) (any, error) { return nil, nil }
	files := fstest.MapFS{
		"toy/a.json": {Data: []byte(`{"$id": "https://portico.invalid/toy/a.json", "$defs": {
			"Shelf": {"type": "object", "properties": {"id": {"$ref": "b.json#/$defs/ID", "description": "Its own."}, "$ref": {"type": "string"}, "up": {"$ref": "#/$defs/Shelf"}}},
			"NewShelf": {"type": "object", "properties": {"name": {"const": "#/$defs/Shelf"}}},
			"Search": {"type": "object", "required": ["q"], "properties": {"q": {"description": "Words.", "type": "string"}, "id": {"$ref": "b.json#/$defs/ID"}}},
			"Problem": {"type": "object"}, "Unused": {"type": "object"}}}`)},
		"toy/b.json": {Data: []byte(`{"$id": "https://portico.invalid/toy/b.json", "$defs": {"ID": {"type": "string"}}}`)},
	}
	v := &api.Vendor{
		Name: "toy", Title: "Toy", Version: "3", Base: "/toy", Aliases: []string{"/toy1"}, Problem: "Problem",
		Security: `{"type":"http","scheme":"bearer"}`, ProblemMedia: "application/problem+json; charset=utf-8",
		Operations: []api.Operation{
			{ID: "get-shelf", Method: "GET", Path: "/shelves/{shelfId:uuid}", Tag: "Shelves", Summary: "By id", Reply: "Shelf", Status: 200, Errors: []int{404, 401}, Do: do},
			{ID: "find-shelf", Method: "GET", Path: "/shelves/{name}", Tag: "Shelves", Summary: "By name", Query: "Search", Reply: "NewShelf", Status: 200, Errors: []int{404}, Do: do},
			{ID: "put-shelf", Method: "PUT", Path: "/shelves/{name}", Tag: "More", Summary: "Put", Body: "NewShelf", Optional: true, Status: 204, Companion: true, Do: do},
			{ID: "export", Base: "/out", Method: "GET", Path: "/{id:uuid}", Summary: "Export", Media: "text/csv", Status: 200, Do: do},
		},
		Dialect: api.Dialect{
			Parameters: func(op *api.Operation) []map[string]any {
				if op.ID != "find-shelf" {
					return nil
				}
				return []map[string]any{{"name": "page", "in": "query", "schema": map[string]any{"type": "integer"}}, {"name": "q", "in": "query"}}
			},
		},
	}
	return v, files
}

const toyDocument = `{
 "openapi": "3.1.0",
 "info": {"title": "Toy", "version": "3", "description": "Served by portico, an emulator. What is under /toy is under /toy1, too."},
 "servers": [{"url": "http://localhost:1"}],
 "tags": [{"name": "Shelves"}, {"name": "More"}],
 "paths": {
  "/toy/shelves/{shelfId}": {
   "get": {
    "tags": ["Shelves"], "summary": "By id; or: By name",
    "description": "The form of the parameters decides which operation answers: get-shelf or find-shelf.",
    "operationId": "get-shelf-or-find-shelf",
    "parameters": [
     {"name": "shelfId", "in": "path", "required": true, "schema": {"type": "string"}},
     {"name": "q", "in": "query", "description": "Words.", "schema": {"type": "string"}},
     {"name": "id", "in": "query", "schema": {"$ref": "#/components/schemas/ID"}},
     {"in": "query", "name": "page", "schema": {"type": "integer"}}
    ],
    "responses": {
     "200": {"description": "OK", "content": {"application/json": {"schema": {"anyOf": [{"$ref": "#/components/schemas/Shelf"}, {"$ref": "#/components/schemas/NewShelf"}]}}}},
     "401": {"description": "Unauthorized", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
     "404": {"description": "Not Found", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    }
   },
   "put": {
    "tags": ["More"], "summary": "Put", "operationId": "put-shelf",
    "parameters": [{"name": "shelfId", "in": "path", "required": true, "schema": {"type": "string"}}],
    "requestBody": {"required": false, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewShelf"}}}},
    "responses": {"204": {"description": "No Content"}},
    "x-portico-companion": true
   }
  },
  "/out/{id}": {
   "get": {
    "summary": "Export", "operationId": "export",
    "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}],
    "responses": {"200": {"description": "OK", "content": {"text/csv": {}}}}
   }
  }
 },
 "components": {
  "schemas": {
   "ID": {"type": "string"},
   "Shelf": {"type": "object", "properties": {"id": {"$ref": "#/components/schemas/ID", "description": "Its own."}, "$ref": {"type": "string"}, "up": {"$ref": "#/components/schemas/Shelf"}}},
   "NewShelf": {"type": "object", "properties": {"name": {"const": "#/$defs/Shelf"}}},
   "Problem": {"type": "object"}
  },
  "securitySchemes": {"credential": {"type": "http", "scheme": "bearer"}}
 },
 "security": [{"credential": []}]
}`

func TestDocument(t *testing.T) {
	t.Parallel()
	v, files := toy()
	plan, err := server.NewPlan(files, v)
	if err != nil {
		t.Fatal(err)
	}
	got, err := openapi.Document(v, plan.Schemas[v.Name], "http://localhost:1")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, []byte(toyDocument)); err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, got, "", " "); err != nil {
		t.Fatal(err)
	}
	var expected bytes.Buffer
	if err := json.Indent(&expected, want.Bytes(), "", " "); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(expected.String(), pretty.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	again, err := openapi.Document(v, plan.Schemas[v.Name], "http://localhost:1")
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("a second document differs, error %v", err)
	}
}

// TestVendors proves what a validator of OpenAPI would find in the documents of all vendors, and of the admin API.
func TestVendors(t *testing.T) {
	t.Parallel()
	vendors, err := app.Vendors()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range append(vendors, app.Vendor{Name: "portico"}) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			raw, err := app.OpenAPI(v.Name, "http://localhost:1")
			if err != nil {
				t.Fatal(err)
			}
			var doc document
			if err := json.Unmarshal(raw, &doc); err != nil {
				t.Fatal(err)
			}
			doc.check(t)
			var tree any
			if err := json.Unmarshal(raw, &tree); err != nil {
				t.Fatal(err)
			}
			reached := map[string]bool{}
			references(t, tree, doc.Components.Schemas, reached)
			for name := range doc.Components.Schemas {
				if !reached[name] {
					t.Errorf("nothing refers to the schema %s", name)
				}
			}
			if bytes.Contains(raw, []byte("$defs")) || bytes.Contains(raw, []byte("$id")) || bytes.Contains(raw, []byte("portico.invalid")) {
				t.Error("something leads out of the document")
			}
		})
	}
}

type document struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]any }
	Tags       []struct{ Name string }
}

type operation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Tags        []string
	Parameters  []struct {
		Name, In string
		Required bool
		Schema   any
	}
	Responses map[string]struct{ Description string }
}

var (
	inPath        = regexp.MustCompile(`\{([^{}]+)\}`)
	componentName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
)

func (d *document) check(t *testing.T) {
	t.Helper()
	ids, shapes := map[string]bool{}, map[string]bool{}
	var tags []string
	for _, tag := range d.Tags {
		tags = append(tags, tag.Name)
	}
	for path, item := range d.Paths {
		if shape := inPath.ReplaceAllString(path, "{}"); shapes[shape] {
			t.Errorf("%s: another path has the same form", path)
		} else {
			shapes[shape] = true
		}
		if strings.Contains(path, ":uuid") {
			t.Errorf("%s: the type of a parameter shows", path)
		}
		for method, op := range item {
			at := method + " " + path
			if ids[op.OperationID] || op.OperationID == "" {
				t.Errorf("%s: operationId %q stands twice or is missing", at, op.OperationID)
			}
			ids[op.OperationID] = true
			if op.Summary == "" || len(op.Responses) == 0 {
				t.Errorf("%s: no summary or no responses", at)
			}
			for _, tag := range op.Tags {
				if !slices.Contains(tags, tag) {
					t.Errorf("%s: tag %q is not declared", at, tag)
				}
			}
			op.checkParameters(t, at, path)
		}
	}
	for name := range d.Components.Schemas {
		if !componentName.MatchString(name) {
			t.Errorf("schema %q: OpenAPI takes no such name", name)
		}
	}
}

func (op *operation) checkParameters(t *testing.T, at, path string) {
	t.Helper()
	var declared, wanted []string
	seen := map[string]bool{}
	for _, p := range op.Parameters {
		if key := p.In + " " + p.Name; seen[key] {
			t.Errorf("%s: parameter %s stands twice", at, key)
		} else {
			seen[key] = true
		}
		if p.Schema == nil {
			t.Errorf("%s: parameter %s has no schema", at, p.Name)
		}
		if p.In == "path" {
			declared = append(declared, p.Name)
			if !p.Required {
				t.Errorf("%s: parameter %s is not required", at, p.Name)
			}
		}
	}
	for _, m := range inPath.FindAllStringSubmatch(path, -1) {
		wanted = append(wanted, m[1])
	}
	if diff := cmp.Diff(wanted, declared); diff != "" {
		t.Errorf("%s: parameters of the path, -want +declared:\n%s", at, diff)
	}
}

// references follows every $ref to a schema.
func references(t *testing.T, v any, schemas map[string]any, reached map[string]bool) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			name, inside := strings.CutPrefix(ref, "#/components/schemas/")
			if _, there := schemas[name]; !inside || !there {
				t.Errorf("$ref %s leads nowhere", ref)
			}
			reached[name] = true
		}
		for _, e := range v {
			references(t, e, schemas, reached)
		}
	case []any:
		for _, e := range v {
			references(t, e, schemas, reached)
		}
	}
}

func TestDocumentRefused(t *testing.T) {
	t.Parallel()
	_, err := app.OpenAPI("konect", "http://localhost:1")
	if got, want := fmt.Sprint(err), `no vendor "konect"; did you mean "konnect"?`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

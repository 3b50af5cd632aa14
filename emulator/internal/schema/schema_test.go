package schema_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-emulator/portico/emulator/internal/schema"
)

const files = `{"$id": "https://t.invalid/a.json", "$defs": {
	"Thing": {
		"type": "object", "required": ["name", "size"], "additionalProperties": false,
		"properties": {
			"name": {"type": "string", "minLength": 1, "maxLength": 3},
			"size": {"type": "integer", "minimum": 1, "maximum": 9},
			"colour": {"$ref": "b.json#/$defs/Colour"},
			"when": {"type": "string", "format": "date-time"},
			"odd": {"type": "string", "format": "odd"},
			"tags": {"type": "object", "propertyNames": {"format": "odd"}, "additionalProperties": {"type": "string"}, "maxProperties": 2},
			"parts": {"type": "array", "maxItems": 2, "uniqueItems": true, "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "pattern": "^x"}}, "additionalProperties": false}},
			"note": {"type": ["string", "null"], "default": null},
			"count": {"type": "integer", "default": 7}
		}
	}
}}`

func load(t *testing.T) *schema.Set {
	t.Helper()
	set, err := schema.Load(fstest.MapFS{
		"v/a.json":          {Data: []byte(files)},
		"v/b.json":          {Data: []byte(`{"$id": "https://t.invalid/b.json", "$defs": {"Colour": {"type": "string", "enum": ["red", "blue"]}}}`)},
		"v/operations.json": {Data: []byte(`[]`)},
	}, "v", map[string]func(any) bool{"odd": func(v any) bool { s, ok := v.(string); return !ok || len(s)%2 == 1 }})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// All violations are found, one for each path, in the order in which the schema lists the members.
func TestCheck(t *testing.T) {
	t.Parallel()
	set := load(t)
	for _, tt := range []struct{ in, want string }{
		{`{"name": "a", "size": 1}`, ``},
		{`{}`, `name required; size required`},
		{`{"zebra": 1, "size": 0, "name": "toolong", "apple": 2}`, `name maxLength 3; size minimum 1; apple unknown; zebra unknown`},
		{`{"name": "", "size": 1.5}`, `name minLength 1; size type [integer]`},
		{`{"name": null, "size": "1", "colour": null}`, `name type [string] null; size type [integer]; colour enum [red blue] null`},
		{`{"name": "a", "size": 1, "colour": "green"}`, `colour enum [red blue]`},
		{`{"name": "a", "size": 1, "colour": 5}`, `colour type [string]`},
		{`{"name": "a", "size": 1, "when": "2026-01-01t00:00:00Z", "odd": "ab"}`, `when format date-time; odd format odd`},
		{`{"name": "a", "size": 1, "tags": {"ab": "x", "c/d": 1, "e": "y"}}`, `tags maxProperties 2; tags.ab format odd; tags.c/d type [string]`},
		{`{"name": "a", "size": 1, "parts": [{"id": "y"}, {}, {"id": "x", "b~": 1}]}`, `parts maxItems 2; parts.0.id pattern ^x; parts.1.id required; parts.2.b~ unknown`},
		{`{"name": "a", "size": 1, "parts": [{"id": "x"}, {"id": "x"}]}`, `parts uniqueItems true`},
		{`[]`, ` type [object]`},
	} {
		for range 3 { // maps are walked in any order
			bad, err := set.Check("Thing", []byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			parts := make([]string, len(bad))
			for i, b := range bad {
				parts[i] = strings.Join(b.Path, ".") + " " + string(b.Rule)
				if b.Want != nil {
					parts[i] += fmt.Sprintf(" %v", b.Want)
				}
				if b.Null {
					parts[i] += " null"
				}
			}
			if got := strings.Join(parts, "; "); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.in, got, tt.want)
			}
		}
	}
}

func TestShape(t *testing.T) {
	t.Parallel()
	shape, err := load(t).Shape("Thing")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(shape.Defaults.JSON()); got != `{"note":null,"count":7}` {
		t.Errorf("defaults: got %s", got)
	}
	if shape.Place["colour"] != 2 || shape.Types["size"] != "integer" || len(shape.Names) != 9 {
		t.Errorf("shape: got %+v", shape)
	}
}

// What folders share is found from either, and stands in one of them only.
func TestSharedFolders(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"one/a.json":    {Data: []byte(`{"$id": "https://t/a", "$defs": {"A": {"type": "string"}}}`)},
		"two/b.json":    {Data: []byte(`{"$id": "https://t/b", "$defs": {"B": {"type": "string"}}}`)},
		"common/c.json": {Data: []byte(`{"$id": "https://t/c", "$defs": {"C": {"type": "integer"}}}`)},
	}
	for folder, names := range map[string]string{"one": "A C", "two": "B C"} {
		set, err := schema.Load(files, folder, nil, "common")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(set.Names(), " "); got != names {
			t.Errorf("%s: got %s, want %s", folder, got, names)
		}
		if bad, err := set.Check("C", []byte(`"x"`)); err != nil || len(bad) != 1 {
			t.Errorf("%s: got %v %v, want one violation", folder, bad, err)
		}
	}
	if _, err := schema.Load(files, "one", nil, "one"); err == nil {
		t.Error("one name for two definitions was taken")
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, fs := range map[string]fstest.MapFS{
		"not JSON": {"v/a.json": {Data: []byte(`{`)}},
		"twice":    {"v/a.json": {Data: []byte(`{"$id": "https://t/a", "$defs": {"X": {}}}`)}, "v/b.json": {Data: []byte(`{"$id": "https://t/b", "$defs": {"X": {}}}`)}},
	} {
		if _, err := schema.Load(fs, "v", nil); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	set := load(t)
	if _, err := set.Check("Nothing", []byte("null")); err == nil {
		t.Error("an unknown definition was checked")
	}
}

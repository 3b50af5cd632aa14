// Package schema compiles the embedded JSON Schemas and turns what they find into neutral violations.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Operations is the file in a vendor's folder that is no schema: the official list of operations.
const Operations = "operations.json"

// Set is the schemas of one vendor, those that it shares with others included, found by the name of their definition alone. Each is compiled when it is first
// used. It is safe for use by several goroutines.
type Set struct {
	raw   map[string][]byte // by name, as written
	order []string

	mu       sync.RWMutex
	compiler *jsonschema.Compiler
	ready    map[string]compiled
	proofs   builder
	decoded  map[string]any // definitions as values, for looking keywords up
}

// compiled is a definition that can be asked.
type compiled struct {
	schema *jsonschema.Schema
	proof  *proof // nil: none can be made
}

// home is where definitions stand for the compiler: each is a resource of its own, so that a process pays for checking
// and compiling those that it uses.
const home = "https://portico.invalid/"

// reference is how one definition names another, in its own file or in one beside it.
var reference = regexp.MustCompile(`("\$ref"\s*:\s*")[^"#]*#/\$defs/`)

// Load reads the schemas in a folder, and in those that it shares with others.
func Load(files fs.FS, folder string, formats map[string]func(any) bool, shared ...string) (*Set, error) {
	s := &Set{raw: map[string][]byte{}, ready: map[string]compiled{}, decoded: map[string]any{}}
	s.compiler = jsonschema.NewCompiler()
	s.compiler.Draft = jsonschema.Draft2020
	s.compiler.AssertFormat = true
	s.compiler.Formats = map[string]func(any) bool{"date-time": isInstant}
	s.compiler.LoadURL = s.open
	maps.Copy(s.compiler.Formats, formats)
	s.proofs = builder{formats: s.compiler.Formats, made: map[*jsonschema.Schema]*proof{}}
	for _, folder := range append([]string{folder}, shared...) {
		if err := s.read(files, folder); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Set) read(files fs.FS, folder string) error {
	paths, err := fs.Glob(files, folder+"/*.json")
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "/"+Operations) {
			continue
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return fmt.Errorf("schema: %w", err)
		}
		if err := s.add(path, data); err != nil {
			return err
		}
	}
	return nil
}

// isInstant is RFC 3339 as Go reads it, so that what passes can be stored.
func isInstant(v any) bool {
	text, ok := v.(string)
	if !ok {
		return true
	}
	_, err := time.Parse(time.RFC3339Nano, text)
	return err == nil
}

func (s *Set) add(path string, data []byte) error {
	if !gjson.ValidBytes(data) {
		return fmt.Errorf("schema: %s: not valid JSON", path)
	}
	var twice string
	gjson.GetBytes(data, "$defs").ForEach(func(k, v gjson.Result) bool {
		if s.Has(k.Str) {
			twice = k.Str
		}
		s.raw[k.Str] = []byte(v.Raw)
		s.order = append(s.order, k.Str)
		return true
	})
	if twice != "" {
		return fmt.Errorf("schema: %s: %s is defined twice", path, twice)
	}
	return nil
}

// open gives the compiler a definition.
func (s *Set) open(url string) (io.ReadCloser, error) {
	raw, ok := s.raw[strings.TrimPrefix(url, home)]
	if !ok {
		return nil, fmt.Errorf("no definition %s", url)
	}
	return io.NopCloser(bytes.NewReader(reference.ReplaceAll(raw, []byte("${1}"+home)))), nil
}

// Names lists the definitions.
func (s *Set) Names() []string { return slices.Clone(s.order) }

// Has tells whether there is a definition of that name.
func (s *Set) Has(name string) bool { return s.raw[name] != nil }

// Raw is a definition as it is written.
func (s *Set) Raw(name string) []byte { return s.raw[name] }

// Shape reads the order and the defaults of members off a definition.
func (s *Set) Shape(name string) (*api.Shape, error) {
	raw := s.Raw(name)
	if len(raw) == 0 {
		return nil, fmt.Errorf("schema: no definition %q", name)
	}
	shape := &api.Shape{Place: map[string]int{}, Types: map[string]string{}, UUIDs: map[string]bool{}, Enums: map[string][]string{}}
	gjson.GetBytes(raw, "properties").ForEach(func(k, v gjson.Result) bool {
		shape.Place[k.Str] = len(shape.Names)
		shape.Names = append(shape.Names, k.Str)
		form := v
		if ref := v.Get("$ref").Str; ref != "" {
			form = gjson.ParseBytes(s.raw[last(ref)])
		}
		for _, e := range form.Get("enum").Array() {
			if e.Type == gjson.String {
				shape.Enums[k.Str] = append(shape.Enums[k.Str], e.Str)
			}
		}
		if form.Get("format").Str == "uuid" || form.Get("items.format").Str == "uuid" {
			shape.UUIDs[k.Str] = true
		}
		if t := form.Get("type"); t.Type == gjson.String {
			shape.Types[k.Str] = t.Str
		}
		if d := v.Get("default"); d.Exists() {
			body, err := api.Parse([]byte(d.Raw))
			if err == nil {
				shape.Defaults = append(shape.Defaults, api.Member{Name: k.Str, Value: body.JSON})
			}
		}
		return true
	})
	for _, r := range gjson.GetBytes(raw, "required").Array() {
		shape.Required = append(shape.Required, r.String())
	}
	return shape, nil
}

// Compile compiles a definition, or finds it compiled.
func (s *Set) Compile(name string) error {
	_, err := s.schema(name)
	return err
}

func (s *Set) schema(name string) (compiled, error) {
	s.mu.RLock()
	c, ready := s.ready[name]
	s.mu.RUnlock()
	if ready {
		return c, nil
	}
	if !s.Has(name) {
		return c, fmt.Errorf("schema: no definition %q", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ready = s.ready[name]; ready {
		return c, nil
	}
	var err error
	if c.schema, err = s.compiler.Compile(home + name); err != nil {
		return c, fmt.Errorf("schema: %s: %w", name, err)
	}
	c.proof = s.proofs.of(c.schema)
	s.ready[name] = c
	return c, nil
}

// Check gives every rule of a definition that a value breaks, in the order of the definition's members; nil if none.
func (s *Set) Check(name string, value any) ([]api.Violation, error) {
	c, err := s.schema(name)
	if err != nil {
		return nil, err
	}
	if c.proof != nil && c.proof.holds(value) {
		return nil, nil
	}
	err = c.schema.Validate(value)
	if err == nil {
		return nil, nil
	}
	var found *jsonschema.ValidationError
	if !errors.As(err, &found) {
		return nil, fmt.Errorf("schema: %s: %w", name, err)
	}
	r := reader{set: s, root: value}
	r.walk(found)
	shape, err := s.Shape(name)
	if err != nil {
		return nil, err
	}
	return arrange(r.out, shape), nil
}

// reader turns a tree of validation errors into violations.
type reader struct {
	set  *Set
	root any
	out  []api.Violation
}

func (r *reader) walk(e *jsonschema.ValidationError) {
	if keyword := last(e.KeywordLocation); len(e.Causes) > 0 && keyword != "anyOf" && keyword != "oneOf" {
		for _, c := range e.Causes {
			r.walk(c)
		}
		return
	}
	r.leaf(e)
}

func (r *reader) leaf(e *jsonschema.ValidationError) {
	path := pointer(e.InstanceLocation)
	value, known := at(r.root, path)
	parent, want := r.set.keyword(e.AbsoluteKeywordLocation)
	add := func(path []string, rule api.Rule, want any) {
		r.out = append(r.out, api.Violation{Path: path, Rule: rule, Want: want, Null: known && value == nil})
	}
	keyword := last(e.KeywordLocation)
	if want == false && !strings.HasSuffix(keyword, "Properties") {
		add(path, api.Unknown, nil)
		return
	}
	switch keyword {
	case "required":
		for _, name := range texts(want) {
			if o, ok := value.(map[string]any); ok {
				if _, there := o[name]; !there {
					add(append(slices.Clip(path), name), api.Required, nil)
				}
			}
		}
	case "additionalProperties", "unevaluatedProperties":
		listed, _ := parent["properties"].(map[string]any)
		o, _ := value.(map[string]any)
		names := make([]string, 0, len(o))
		for name := range o {
			if _, ok := listed[name]; !ok {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			add(append(slices.Clip(path), name), api.Unknown, nil)
		}
	case "type":
		// The validator stops at the type; where one of a few words is wanted, null is a wrong choice first of all.
		if choices, ok := parent["enum"]; ok && known && value == nil {
			add(path, api.Choice, choices)
			return
		}
		if one, ok := want.(string); ok {
			want = []any{one}
		}
		add(path, api.Type, texts(want))
	case "enum":
		add(path, api.Choice, want)
	case "const":
		add(path, api.Choice, []any{want})
	case "dependentRequired":
		add(path, api.Dependent, want)
	case "format", "pattern", "uniqueItems":
		add(path, api.Rule(keyword), want)
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minimum", "maximum":
		n, _ := want.(float64)
		add(path, api.Rule(keyword), int(n))
	default:
		r.out = append(r.out, api.Violation{Path: path, Rule: api.Other, Text: e.Message})
	}
}

// keyword finds the schema object and the value of a keyword by its absolute location.
func (s *Set) keyword(location string) (parent map[string]any, value any) {
	name, ptr, _ := strings.Cut(strings.TrimPrefix(location, home), "#")
	s.mu.Lock()
	doc, ok := s.decoded[name]
	if !ok {
		if json.Unmarshal(s.raw[name], &doc) == nil {
			s.decoded[name] = doc
		}
	}
	s.mu.Unlock()
	path := pointer(ptr)
	if len(path) == 0 {
		return nil, nil
	}
	value, _ = at(doc, path)
	up, _ := at(doc, path[:len(path)-1])
	parent, _ = up.(map[string]any)
	return parent, value
}

func last(ptr string) string { return ptr[strings.LastIndexByte(ptr, '/')+1:] }

func pointer(ptr string) []string {
	ptr = strings.TrimPrefix(ptr, "/")
	if ptr == "" {
		return nil
	}
	parts := strings.Split(ptr, "/")
	for i, p := range parts {
		if plain, err := url.PathUnescape(p); err == nil {
			p = plain
		}
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(p)
	}
	return parts
}

// at follows a path into a value.
func at(v any, path []string) (any, bool) {
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[p]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(p)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// arrange sorts violations as the definition lists its members and leaves one for each path: the wrong type says more
// than what follows from it.
func arrange(all []api.Violation, shape *api.Shape) []api.Violation {
	place := func(v api.Violation) int {
		if len(v.Path) > 0 {
			if p, ok := shape.Place[v.Path[0]]; ok {
				return p
			}
		}
		return len(shape.Names)
	}
	weight := func(v api.Violation) int {
		if v.Rule == api.Type {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b api.Violation) int {
		if c := place(a) - place(b); c != 0 {
			return c
		}
		if c := slices.CompareFunc(a.Path, b.Path, compareStep); c != 0 {
			return c
		}
		if c := weight(a) - weight(b); c != 0 {
			return c
		}
		return strings.Compare(string(a.Rule), string(b.Rule))
	})
	return slices.CompactFunc(all, func(a, b api.Violation) bool { return slices.Equal(a.Path, b.Path) })
}

func compareStep(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	if errX == nil && errY == nil {
		return x - y
	}
	return strings.Compare(a, b)
}

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
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/schema/proof"
)

// Operations is the file in a vendor's folder that is no schema: the official list of operations.
const Operations = "operations.json"

// Set is the schemas of one vendor, with those that it shares with others, by the name of their definition. Each is compiled when it
// is first used. A Set is safe for concurrent use.
type Set struct {
	raw   map[string][]byte // by name, as written
	order []string

	mu       sync.RWMutex
	compiler *jsonschema.Compiler
	ready    map[string]compiled
	proofs   *proof.Builder
	trees    map[string]*object.Tree // of definitions, for looking keywords up
	given    map[string]*Set         // by the text of a schema that CheckWith was given
}

// compiled is a definition that documents can be checked against.
type compiled struct {
	schema *jsonschema.Schema
	proof  *proof.Proof // nil: none can be made
}

// home is the base URL of definitions for the compiler: each is a resource of its own, so that a process pays for checking
// and compiling only those that it uses.
const home = "https://portico.invalid/"

// reference is how one definition names another, in its own file or in one beside it.
var reference = regexp.MustCompile(`("\$ref"\s*:\s*")[^"#]*#/\$defs/`)

// Load reads the schemas in a folder, and in those that it shares with others.
func Load(files fs.FS, folder string, formats map[string]func(any) bool, shared ...string) (*Set, error) {
	s := newSet(formats)
	for _, folder := range append([]string{folder}, shared...) {
		if err := s.read(files, folder); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// newSet returns a set without definitions.
func newSet(formats map[string]func(any) bool) *Set {
	s := &Set{raw: map[string][]byte{}, ready: map[string]compiled{}, trees: map[string]*object.Tree{}, given: map[string]*Set{}}
	s.compiler = jsonschema.NewCompiler()
	s.compiler.Draft = jsonschema.Draft2020
	s.compiler.AssertFormat = true
	s.compiler.Formats = map[string]func(any) bool{"date-time": isInstant}
	s.compiler.LoadURL = s.open
	maps.Copy(s.compiler.Formats, formats)
	s.proofs = proof.NewBuilder(s.compiler.Formats)
	return s
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

// Has reports whether there is a definition of that name.
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
	c.proof = s.proofs.Of(c.schema)
	s.ready[name] = c
	return c, nil
}

// Check returns every rule of a definition that a valid JSON document breaks, in the order of the definition's members; nil if
// there are none.
func (s *Set) Check(name string, document []byte) ([]api.Violation, error) {
	c, err := s.schema(name)
	if err != nil {
		return nil, err
	}
	if c.proof != nil && c.proof.Holds(bytes.TrimSpace(document)) {
		return nil, nil
	}
	var value any // as the validator wants it
	if err := json.Unmarshal(document, &value); err != nil {
		return nil, fmt.Errorf("schema: %s: %w", name, err)
	}
	err = c.schema.Validate(value)
	if err == nil {
		return nil, nil
	}
	var found *jsonschema.ValidationError
	if !errors.As(err, &found) {
		return nil, fmt.Errorf("schema: %s: %w", name, err)
	}
	r := reader{set: s, root: object.NewTree(document)}
	r.walk(found)
	shape, err := s.Shape(name)
	if err != nil {
		return nil, err
	}
	return arrange(r.out, shape), nil
}

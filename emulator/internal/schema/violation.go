package schema

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

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

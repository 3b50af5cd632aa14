package schema

import (
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
)

// reader turns a tree of validation errors into violations.
type reader struct {
	set  *Set
	root *object.Tree
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
	value := r.root.At(path)
	null := value.Raw == "null"
	parent, want := r.set.keyword(e.AbsoluteKeywordLocation)
	add := func(path []string, rule api.Rule, want any) {
		r.out = append(r.out, api.Violation{Path: path, Rule: rule, Want: want, Null: null})
	}
	keyword := last(e.KeywordLocation)
	if want.Type == gjson.False && !strings.HasSuffix(keyword, "Properties") {
		add(path, api.Unknown, nil)
		return
	}
	switch keyword {
	case "required":
		sent := value.Map()
		for _, name := range texts(want) {
			if !sent[name].Exists() {
				add(append(slices.Clip(path), name), api.Required, nil)
			}
		}
	case "additionalProperties", "unevaluatedProperties":
		listed := parent.Get("properties").Map()
		for _, name := range slices.Sorted(maps.Keys(value.Map())) {
			if !listed[name].Exists() {
				add(append(slices.Clip(path), name), api.Unknown, nil)
			}
		}
	case "type":
		// The validator stops at the type. Where one of a few words is wanted, null is a wrong choice first of all.
		if choices := parent.Get("enum"); choices.Exists() && null {
			add(path, api.Choice, choices.Value())
			return
		}
		add(path, api.Type, texts(want))
	case "enum":
		add(path, api.Choice, want.Value())
	case "const":
		add(path, api.Choice, []any{want.Value()})
	case "dependentRequired":
		add(path, api.Dependent, want.Value())
	case "format", "pattern", "uniqueItems":
		add(path, api.Rule(keyword), want.Value())
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minimum", "maximum":
		if want.Num != math.Trunc(want.Num) {
			add(path, api.Rule(keyword), want.Num)
			return
		}
		add(path, api.Rule(keyword), int(want.Num))
	default:
		r.out = append(r.out, api.Violation{Path: path, Rule: api.Other, Text: e.Message})
	}
}

// texts returns the strings of a keyword that is one string or an array.
func texts(want gjson.Result) []string {
	out := []string{}
	for _, e := range want.Array() {
		if e.Type == gjson.String {
			out = append(out, e.Str)
		}
	}
	return out
}

// keyword returns the schema object in which a keyword is, and the keyword's value, by its absolute location.
func (s *Set) keyword(location string) (parent, value gjson.Result) {
	name, fragment, _ := strings.Cut(strings.TrimPrefix(location, home), "#")
	path := pointer(fragment)
	if len(path) == 0 {
		return parent, value
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tree, ok := s.trees[name]
	if !ok {
		tree = object.NewTree(s.raw[name])
		s.trees[name] = tree
	}
	return tree.At(path[:len(path)-1]), tree.At(path)
}

func last(pointer string) string { return pointer[strings.LastIndexByte(pointer, '/')+1:] }

// pointer returns the steps of a JSON pointer in the form of a URL fragment.
func pointer(fragment string) []string {
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	return object.Pointer(fragment)
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

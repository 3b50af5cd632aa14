package schema

import (
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// proof tells of most valid values that they are valid, without the errors and locations that the validator prepares for
// those that are not. It is no second validator: a value that it does not pass, or a keyword that it does not know, is
// the validator's to judge.
type proof struct {
	types      kind // 0: any
	enum       map[string]bool
	enumNull   bool
	format     func(any) bool
	pattern    *regexp.Regexp
	minLength  int
	maxLength  int
	minimum    float64
	maximum    float64
	minItems   int
	maxItems   int
	unique     bool
	items      *proof
	minMembers int
	maxMembers int
	required   []string
	members    map[string]*proof
	closed     bool // members that are not listed are refused
	rest       *proof
	names      *proof
	same       *proof // what is referred to
}

// kind is a set of JSON types.
type kind uint8

const (
	null kind = 1 << iota
	boolean
	number
	integer
	text
	array
	object
	never
)

var kinds = map[string]kind{
	"null": null, "boolean": boolean, "number": number | integer, "integer": integer, "string": text, "array": array, "object": object,
}

// builder makes proofs out of compiled schemas, one for each.
type builder struct {
	formats map[string]func(any) bool
	made    map[*jsonschema.Schema]*proof
}

// of is the proof of a schema, nil where it has a keyword that proofs do not know.
func (b *builder) of(s *jsonschema.Schema) *proof {
	if p, ok := b.made[s]; ok {
		return p
	}
	p := &proof{}
	b.made[s] = p // for schemas that hold themselves
	if !b.fill(p, s) {
		*p = proof{types: never} // for whoever took it meanwhile
		b.made[s] = nil
		return nil
	}
	return p
}

// strange tells whether a schema has a keyword that proofs do not know.
func strange(s *jsonschema.Schema) bool {
	return s.Always != nil || s.RecursiveAnchor || s.RecursiveRef != nil || s.DynamicAnchor != "" || s.DynamicRef != nil ||
		s.Not != nil || s.AllOf != nil || s.AnyOf != nil || s.OneOf != nil || s.If != nil ||
		s.RegexProperties || s.PatternProperties != nil || s.Dependencies != nil || s.DependentRequired != nil ||
		s.DependentSchemas != nil || s.UnevaluatedProperties != nil || s.Items != nil || s.AdditionalItems != nil ||
		s.PrefixItems != nil || s.Contains != nil || s.UnevaluatedItems != nil || s.ContentEncoding != "" ||
		s.ContentMediaType != "" || s.ContentSchema != nil || s.ExclusiveMinimum != nil || s.ExclusiveMaximum != nil ||
		s.MultipleOf != nil || s.Extensions != nil
}

func (b *builder) fill(p *proof, s *jsonschema.Schema) bool {
	if strange(s) {
		return false
	}
	for _, t := range s.Types {
		p.types |= kinds[t]
	}
	for _, choices := range [][]any{s.Enum, s.Constant} {
		if choices == nil {
			continue
		}
		if p.enum != nil {
			return false
		}
		p.enum = map[string]bool{}
		for _, e := range choices {
			switch e := e.(type) {
			case string:
				p.enum[e] = true
			case nil:
				p.enumNull = true
			}
		}
	}
	if s.Format != "" {
		if p.format = b.formats[s.Format]; p.format == nil {
			p.format = jsonschema.Formats[s.Format]
		}
	}
	p.pattern = s.Pattern
	p.minLength, p.maxLength = s.MinLength, most(s.MaxLength)
	p.minItems, p.maxItems, p.unique = s.MinItems, most(s.MaxItems), s.UniqueItems
	p.minMembers, p.maxMembers, p.required = s.MinProperties, most(s.MaxProperties), s.Required
	ok := bound(s.Minimum, math.Inf(-1), &p.minimum) && bound(s.Maximum, math.Inf(1), &p.maximum)
	sub := func(to **proof, s *jsonschema.Schema) {
		if s != nil {
			*to = b.of(s)
			ok = ok && *to != nil
		}
	}
	sub(&p.same, s.Ref)
	sub(&p.items, s.Items2020)
	sub(&p.names, s.PropertyNames)
	if s.Properties != nil {
		p.members = make(map[string]*proof, len(s.Properties))
		for name, m := range s.Properties {
			var one *proof
			sub(&one, m)
			p.members[name] = one
		}
	}
	switch rest := s.AdditionalProperties.(type) {
	case bool:
		p.closed = !rest
	case *jsonschema.Schema:
		sub(&p.rest, rest)
	}
	return ok
}

func most(n int) int {
	if n < 0 {
		return math.MaxInt
	}
	return n
}

// bound gives a limit as a float, unless none has its value.
func bound(r *big.Rat, none float64, to *float64) bool {
	exact := true
	if *to = none; r != nil {
		*to, exact = r.Float64()
	}
	return exact
}

// holds tells whether a JSON value without blanks around it is proved valid.
func (p *proof) holds(v []byte) bool {
	if p.same != nil && !p.same.holds(v) || len(v) == 0 {
		return false
	}
	switch v[0] {
	case '"':
		return p.text(api.TextOf(v))
	case '{':
		return p.format == nil && p.object(v)
	case '[':
		return p.format == nil && p.list(v)
	case 'n':
		return p.formed(nil) && p.takes(null) && (p.enum == nil || p.enumNull)
	case 't', 'f':
		return p.formed(v[0] == 't') && p.takes(boolean) && p.enum == nil
	}
	n, err := strconv.ParseFloat(string(v), 64)
	return err == nil && p.formed(n) && p.number(n)
}

func (p *proof) takes(k kind) bool { return p.types == 0 || p.types&k != 0 }

// formed tells whether a value has the format, if there is one.
func (p *proof) formed(v any) bool { return p.format == nil || p.format(v) }

func (p *proof) number(v float64) bool {
	// Of a larger number the validator sees the decimal digits.
	const exact = 1 << 53
	is := number
	if v == math.Trunc(v) && math.Abs(v) < exact {
		is |= integer
	}
	return p.takes(is) && p.enum == nil && v >= p.minimum && v <= p.maximum
}

func (p *proof) text(v string) bool {
	if !p.takes(text) || p.enum != nil && !p.enum[v] || p.pattern != nil && !p.pattern.MatchString(v) {
		return false
	}
	if p.format != nil && !p.format(v) {
		return false
	}
	if p.minLength <= 0 && len(v) <= p.maxLength { // there are no more runes than bytes
		return true
	}
	n := utf8.RuneCountInString(v)
	return n >= p.minLength && n <= p.maxLength
}

func (p *proof) name(v string) bool { return (p.same == nil || p.same.name(v)) && p.text(v) }

func (p *proof) list(v []byte) bool {
	if !p.takes(array) || p.enum != nil || p.unique && !distinct(v) {
		return false
	}
	n := 0
	for e := range api.Elements(v) {
		if n++; p.items != nil && !p.items.holds(e) {
			return false
		}
	}
	return n >= p.minItems && n <= p.maxItems
}

// distinct tells whether values are proved to be different: few texts without escapes.
func distinct(v []byte) bool {
	const few = 16
	var room [few]string
	texts := room[:0]
	n := 0
	for e := range api.Elements(v) {
		n++
		s, ok := api.Unquoted(e)
		if ok && (len(texts) == few || slices.Contains(texts, s)) {
			return false
		}
		if ok {
			texts = append(texts, s)
		}
	}
	return n <= 1 || n == len(texts)
}

func (p *proof) object(v []byte) bool {
	if !p.takes(object) || p.enum != nil {
		return false
	}
	n, required := 0, 0
	for name, value := range api.Members(v) {
		n++
		if slices.Contains(p.required, name) {
			required++
		}
		if p.names != nil && !p.names.name(name) {
			return false
		}
		one, listed := p.members[name]
		switch {
		case listed:
		case p.closed:
			return false
		default:
			one = p.rest
		}
		if one != nil && !one.holds(value) {
			return false
		}
	}
	return required == len(p.required) && n >= p.minMembers && n <= p.maxMembers
}

package konnect

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Bounds of a page. The default is the size in all of the vendor's examples, the maximum the one that the vendor's own portal
// client asks for.
const (
	usualSize = 10
	maxSize   = 100
	maxNumber = 1<<31 - 1
)

// ask reads page[size], page[number], sort and filter.
func ask(c *api.Call) error {
	c.Ask.Limit = -1
	var bad []api.Violation
	list := c.Op.List
	if list.Paged {
		size := whole(c, "page[size]", usualSize, maxSize, &bad)
		number := whole(c, "page[number]", 1, maxNumber, &bad)
		c.Ask.Limit, c.Ask.Offset = size, (number-1)*size
	}
	if len(c.Query) > 0 {
		sorting(c, list.Sort, &bad)
		filters(c, list.Filter, &bad)
	}
	if len(bad) > 0 {
		return api.Refuse(bad...)
	}
	return nil
}

var integer = regexp.MustCompile(`^[+-]?[0-9]+$`)

// whole reads a number from 1 to most; an empty value counts as absent.
func whole(c *api.Call, name string, usual, most int, bad *[]api.Violation) int {
	text := c.Param(name)
	if text == "" {
		return usual
	}
	refuse := func(rule api.Rule, want any) int {
		*bad = append(*bad, api.Violation{Source: "query", Path: []string{name}, Rule: rule, Want: want})
		return usual
	}
	if !integer.MatchString(text) {
		return refuse(api.Type, []string{"number"})
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil && !strings.HasPrefix(text, "-"), n > most:
		return refuse(api.Maximum, most)
	case err != nil, n < 1:
		return refuse(api.Minimum, 1)
	}
	return n
}

// sorting reads "name,created_at desc".
func sorting(c *api.Call, fields []api.Field, bad *[]api.Violation) {
	text := c.Param("sort")
	if text == "" || len(fields) == 0 {
		return
	}
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		at := -1
		if len(words) > 0 {
			at = slices.IndexFunc(fields, func(f api.Field) bool { return f.Name == words[0] })
		}
		if at < 0 || len(words) > 2 || len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
			choices := make([]any, len(fields))
			for i, f := range fields {
				choices[i] = f.Name
			}
			*bad = append(*bad, api.Violation{Source: "query", Path: []string{"sort"}, Rule: api.Choice, Want: choices})
			return
		}
		c.Ask.Sort = append(c.Ask.Sort, api.SortKey{Field: fields[at], Desc: len(words) == 2 && words[1] == "desc", CaseInsensitive: true})
	}
}

var filterName = regexp.MustCompile(`^filter\[([^\[\]]*)\](?:\[([^\[\]]*)\])?$`)

// operators are what each type of field accepts in filter[field][operator].
var operators = map[api.FieldType][]string{
	api.AsText: {"eq", "neq", "contains", "oeq", "ocontains"},
	api.AsUUID: {"eq", "oeq", "neq"},
	api.AsEnum: {"eq", "oeq", "neq"},
	api.AsTime: {"eq", "lt", "lte", "gt", "gte"},
	api.AsBool: {},
}

// filters reads filter[field]=value and filter[field][operator]=value; all must hold.
func filters(c *api.Call, fields []api.Field, bad *[]api.Violation) {
	if len(fields) == 0 {
		return
	}
	var names []string
	for name := range c.Query {
		if strings.HasPrefix(name, "filter[") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		m := filterName.FindStringSubmatch(name)
		at := -1
		if m != nil {
			at = slices.IndexFunc(fields, func(f api.Field) bool { return f.Name == m[1] })
		}
		if at < 0 || !accepts(&fields[at], m[2], strings.Count(name, "[") == 2) {
			*bad = append(*bad, api.Violation{Source: "query", Path: []string{name}, Rule: api.Unknown})
			continue
		}
		for _, value := range c.Query[name] {
			if want := mismatch(&fields[at], value); want != "" {
				*bad = append(*bad, api.Violation{Source: "query", Path: []string{name}, Rule: api.Type, Want: []string{want}})
				break // entries are unique
			}
			c.Ask.Filters = append(c.Ask.Filters, filter(fields[at], m[2], value))
		}
	}
}

// accepts reports whether a field has an operator; a filter without one always passes.
func accepts(f *api.Field, operator string, given bool) bool {
	if !given {
		return true
	}
	known := f.Ops
	if known == nil {
		known = operators[f.Type]
	}
	return slices.Contains(known, operator) || f.Type == api.AsNothing && slices.Contains(operators[api.AsText], operator)
}

// mismatch returns the type that a value should have had, or "" if it fits.
func mismatch(f *api.Field, value string) string {
	switch f.Type {
	case api.AsBool:
		if value != "true" && value != "false" {
			return "boolean"
		}
	case api.AsTime:
		if _, err := time.Parse(time.RFC3339Nano, value); err != nil {
			return "date-time"
		}
	}
	return ""
}

// comparisons are the neutral comparisons of operators; of the others it is equality.
var comparisons = map[string]api.Op{
	"neq": api.NotEqual, "contains": api.Contains, "ocontains": api.Contains,
	"lt": api.Less, "lte": api.LessEqual, "gt": api.Greater, "gte": api.GreaterEqual,
}

// filter returns a condition in neutral form. Substrings ignore letter case, everything else respects it.
func filter(f api.Field, operator, value string) api.Filter {
	op, values := comparisons[operator], []string{value}
	if strings.HasPrefix(operator, "o") {
		values = strings.Split(value, ",")
	}
	return api.Filter{Field: f, Op: op, Values: values, CaseInsensitive: op == api.Contains}
}

// parameters documents paging, sort and filter of a list.
func parameters(op *api.Operation) []map[string]any {
	if op.List == nil {
		return nil
	}
	type object = map[string]any
	var out []object
	query := func(name, about string, schema object) object {
		p := object{"name": name, "in": "query", "description": about, "schema": schema}
		out = append(out, p)
		return p
	}
	if op.List.Paged {
		size := object{"type": "integer", "minimum": 1, "maximum": maxSize, "default": usualSize}
		query("page[size]", "How many objects a page holds.", size)
		query("page[number]", "Which page, from 1.", object{"type": "integer", "minimum": 1, "default": 1})
	}
	if len(op.List.Sort) > 0 {
		names := make([]string, len(op.List.Sort))
		for i, f := range op.List.Sort {
			names[i] = f.Name
		}
		about := "Attributes to sort by, each with an optional asc or desc: " + strings.Join(names, ", ") + "."
		query("sort", about, object{"type": "string"})
	}
	if len(op.List.Filter) > 0 {
		members := object{}
		for _, f := range op.List.Filter {
			members[f.Name] = object{}
		}
		const about = "Conditions, as filter[attribute]=value or filter[attribute][operator]=value."
		p := query("filter", about, object{"type": "object", "properties": members})
		p["style"], p["explode"] = "deepObject", true
	}
	return out
}

package apiconnect

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// selection is what the query parameter fields asks for.
type selection struct {
	only  []string // top-level members, with those that are added; nil: the usual ones
	added []string // heavy members that a list shows on top of the usual ones
}

// heavy reports whether to show a member that lists leave out by default.
func (s *selection) heavy(c *api.Call, name string) bool {
	if c.Op == nil || c.Op.List == nil {
		return true
	}
	return slices.Contains(s.added, name) || slices.Contains(s.only, name)
}

// takesFields reports whether a row takes the query parameter fields: every GET of objects in a catalog does, but not one of
// files, which come in media types of their own.
func takesFields(op *api.Operation) bool {
	return op.Method == http.MethodGet && op.Reply != "" && op.Offers == nil && op.Base == ""
}

// input checks query and body. It is the last check of a call.
func input(c *api.Call) error {
	if c.Unread {
		return api.ErrUnread
	}
	if api.IsCode(c.Problem, api.TooLarge) || c.Problem != nil && c.Op.Body != "" {
		return c.Problem
	}
	var bad []api.Violation
	if takesFields(c.Op) {
		bad = readFields(c, bad)
	}
	if c.Op.List != nil {
		bad = ask(c, bad)
	}
	if len(bad) > 0 {
		return api.Refuse(bad...)
	}
	if err := rest.Query(c); err != nil {
		return err
	}
	return audience(c)
}

func inQuery(name, text string) api.Violation {
	return api.Violation{Source: "query", Path: []string{name}, Rule: api.Other, Text: text}
}

// ask reads the list parameters: limit, offset and the filters of the row. It appends what is wrong with them to bad.
func ask(c *api.Call, bad []api.Violation) []api.Violation {
	number := func(name string, usual int) int {
		values := c.Query[name]
		if len(values) == 0 {
			return usual
		}
		n, err := strconv.ParseUint(values[0], 10, 31)
		if err != nil || len(values) > 1 {
			bad = append(bad, inQuery(name, "must stand once and be an integer from 0 to 2147483647"))
		}
		return int(n)
	}
	c.Ask.Limit, c.Ask.Offset = number("limit", -1), number("offset", 0)
	for _, f := range c.Op.List.Filter {
		switch values := c.Query[f.Name]; {
		case len(values) == 0 || f.Type == api.AsNothing:
		case len(values) > 1 || !slices.Contains(f.Enum, values[0]):
			bad = append(bad, inQuery(f.Name, "must be one of "+strings.Join(f.Enum, ", ")))
		default:
			c.Ask.Filters = append(c.Ask.Filters, api.Filter{Field: f, Values: values})
		}
	}
	return bad
}

// readFields reads "id,name" and "add(product)". Several parameters are one list; names without a meaning are let through.
func readFields(c *api.Call, bad []api.Violation) []api.Violation {
	text := strings.Join(c.Query["fields"], ",")
	s := &notesOf(c).fields
	for text != "" {
		var token string
		if open := strings.IndexByte(text, '('); open >= 0 && !strings.ContainsAny(text[:open], ",)") {
			inside, after, closed := strings.Cut(text[open+1:], ")")
			if after = strings.TrimSpace(after); !closed || strings.ContainsRune(inside, '(') || after != "" && after[0] != ',' {
				return append(bad, inQuery("fields", "has parentheses that do not match"))
			}
			if strings.TrimSpace(text[:open]) == "add" {
				s.added = names(s.added, inside)
			}
			_, text, _ = strings.Cut(after, ",")
			continue
		}
		token, text, _ = strings.Cut(text, ",")
		if strings.ContainsAny(token, "()") {
			return append(bad, inQuery("fields", "has parentheses that do not match"))
		}
		s.only = names(s.only, token)
	}
	if s.only != nil {
		s.only = append(s.only, s.added...)
	}
	return bad
}

// names appends the names of a comma list that are not empty.
func names(to []string, list string) []string {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			to = append(to, name)
		}
	}
	return to
}

// selected returns an answer with the chosen members only; of a list, those of each element.
func selected(c *api.Call, body []byte, only []string) []byte {
	if c.Op.List == nil {
		return pick(body, only)
	}
	var o api.Object
	for _, m := range api.ObjectOf(body) {
		if m.Name == "results" {
			var picked [][]byte
			for _, e := range gjson.ParseBytes(m.Value).Array() {
				picked = append(picked, pick([]byte(e.Raw), only))
			}
			m.Value = object.Array(picked...)
		}
		o = append(o, m)
	}
	return o.JSON()
}

func pick(object []byte, only []string) []byte {
	out := api.Object{}
	for _, m := range api.ObjectOf(object) {
		if slices.Contains(only, m.Name) {
			out = append(out, m)
		}
	}
	return out.JSON()
}

// wrap is the envelope of every list.
func wrap(_ *api.Call, p api.Page) ([]byte, error) {
	head := fmt.Appendf(nil, `{"total_results":%d,"results":[`, p.Total)
	return slices.Concat(head, p.Items, []byte("]}")), nil
}

// paged returns the page that the call asks for of values that are not stored documents, each as JSON.
func paged(c *api.Call, all [][]byte) api.Page {
	shown := all[min(c.Ask.Offset, len(all)):]
	if c.Ask.Limit >= 0 {
		shown = shown[:min(c.Ask.Limit, len(shown))]
	}
	return api.Page{
		Items: bytes.Join(shown, []byte(",")), Count: len(shown), Total: len(all), Offset: c.Ask.Offset, Limit: max(c.Ask.Limit, 0),
	}
}

// parameters describes the header and query parameters of a row, for OpenAPI.
func parameters(op *api.Operation) []map[string]any {
	param := func(in, name, about string, schema map[string]any) map[string]any {
		return map[string]any{"name": name, "in": in, "description": about, "schema": schema}
	}
	text := map[string]any{"type": "string"}
	number := map[string]any{"type": "integer", "format": "int32", "minimum": 0}
	out := []map[string]any{
		param("header", contextHeader, "Provider organization and catalog, each a name or an id, with a dot between.", text),
	}
	if takesFields(op) {
		out = append(out, param("query", "fields", "Members to show, as a comma list; add(product) adds heavy ones to the usual.", text))
	}
	if op.List != nil {
		out = append(out,
			param("query", "limit", "How many to show at most.", number), param("query", "offset", "How many to leave out.", number))
		for _, f := range op.List.Filter {
			schema := text
			if len(f.Enum) > 0 {
				schema = map[string]any{"type": "string", "enum": f.Enum}
			}
			out = append(out, param("query", f.Name, "Narrows the list.", schema))
		}
	}
	return out
}

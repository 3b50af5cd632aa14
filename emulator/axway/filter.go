package axway

import (
	"slices"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// Operators of filters, by what they are used on. The vendor spells the range "gete" in one edition of its reference and
// "gele" in another.
var (
	same   = []string{"eq", "ne"}
	ranges = []string{"eq", "ne", "gt", "lt", "ge", "le", "gete", "gele"}
	texts  = append([]string{"like"}, ranges...)
)

var operators = map[string]api.Op{
	"eq": api.Equal, "ne": api.NotEqual, "gt": api.Greater, "lt": api.Less, "ge": api.GreaterEqual, "le": api.LessEqual,
	"like": api.Contains, "gete": api.Between, "gele": api.Between,
}

func text(name string) api.Field { return api.Field{Name: name, Ops: texts} }

func id(name, path string) api.Field { return api.Field{Name: name, Path: path, Ops: same} }

func onOff(name string) api.Field { return api.Field{Name: name, Type: api.AsBool, Ops: same} }

func choice(name string, words ...string) api.Field {
	return api.Field{Name: name, Type: api.AsEnum, Enum: words, Ops: same}
}

// related is a field whose value is not in the document: it holds for the applications that have something with that
// value in an index of another kind.
func related(name, kind, index string) api.Field {
	return api.Field{Name: name, Path: kind + "/" + index, Type: api.AsNothing, Ops: same}
}

// Fields by which lists filter.
var (
	createdOn = api.Field{Name: "createdOn", Type: api.AsNumber, Ops: ranges}

	applicationList = &api.List{Filter: []api.Field{
		related("apiid", "axway.api-access", "api"), related("userid", "axway.permission", "user"),
		text("description"), text("email"), onOff("enabled"), createdOn, text("name"), id("orgid", "organizationId"),
		text("phone"), choice("state", "approved", "pending"),
	}}
	organizationList = &api.List{Filter: []api.Field{
		id("id", ""), text("name"), text("description"), text("email"), text("phone"), onOff("enabled"), onOff("development"), createdOn,
	}}
	userList = &api.List{Filter: []api.Field{
		id("id", ""), text("loginName"), text("name"), text("description"), text("email"), text("phone"), onOff("enabled"), createdOn,
		id("orgid", "organizationId"), choice("role", "admin", "oadmin", "user"), choice("state", "approved", "pending"),
		choice("type", "internal", "external"),
	}}
	apiList = &api.List{Filter: []api.Field{
		id("id", ""), text("name"), text("version"), text("path"), choice("state", "unpublished", "pending", "published"),
		onOff("deprecated"), onOff("retired"), id("orgid", "organizationId"), createdOn,
	}}
)

// condition tells whether a document passes.
type condition func(*api.Doc) bool

// ask reads filters: the n-th field goes with the n-th op and the n-th value, in whatever order the names stand. All must
// hold, or with lop=OR one of them.
func ask(c *api.Call) error {
	names, ops, values := c.Query["field"], c.Query["op"], c.Query["value"]
	var either bool
	switch lop := c.Param("lop"); {
	case strings.EqualFold(lop, "OR"):
		either = true
	case c.Query.Has("lop") && !strings.EqualFold(lop, "AND"):
		return bad("lop: want AND or OR")
	}
	if len(names) != len(ops) || len(names) != len(values) {
		return bad("field, op and value: want as many of each, got %d, %d and %d", len(names), len(ops), len(values))
	}
	if len(names) == 0 {
		return nil
	}
	conditions := make([]condition, len(names))
	for i := range names {
		var err error
		if conditions[i], err = filter(c, names[i], ops[i], values[i]); err != nil {
			return err
		}
	}
	c.Ask.Where = func(d *api.Doc) bool {
		holds := func(one condition) bool { return one(d) == either }
		return slices.ContainsFunc(conditions, holds) == either
	}
	return nil
}

func filter(c *api.Call, name, op, value string) (condition, error) {
	fields := c.Op.List.Filter
	at := slices.IndexFunc(fields, func(f api.Field) bool { return f.Name == name })
	if at < 0 {
		return nil, bad("field: there is no field %q", name)
	}
	field := fields[at]
	if !slices.Contains(field.Ops, op) {
		return nil, bad("op: %q does not fit the field %s, want %s", op, name, strings.Join(field.Ops, ", "))
	}
	if field.Type == api.AsNothing {
		return relation(c, field, op, value), nil
	}
	f := api.Filter{Field: field, Op: operators[op], Values: []string{value}}
	switch f.Op {
	case api.Contains:
		f.CaseInsensitive, f.Values[0] = true, strings.Trim(value, "*%")
	case api.Between:
		f.Values = strings.Split(value, ",")
		if len(f.Values) != 2 {
			return nil, bad("value: want the least and the greatest, separated by a comma")
		}
	}
	for i, v := range f.Values {
		var ok bool
		if f.Values[i], ok = fits(field, v); !ok {
			return nil, bad("value: %q does not fit the field %s", v, name)
		}
	}
	if f.Op == api.Between && disordered(field, f.Values) {
		return nil, bad("value: the least is above the greatest")
	}
	return func(d *api.Doc) bool { return rest.Holds(c, &f, d) }, nil
}

// fits judges a value and gives the form in which it is compared.
func fits(f api.Field, value string) (string, bool) {
	switch f.Type {
	case api.AsNumber:
		n, err := strconv.ParseInt(value, 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	case api.AsEnum:
		return value, slices.Contains(f.Enum, value)
	case api.AsBool:
		switch value {
		case "enabled", "true":
			return "true", true
		case "disabled", "false":
			return "false", true
		}
		return "", false
	}
	return value, true
}

func disordered(f api.Field, values []string) bool {
	if f.Type != api.AsNumber {
		return values[0] > values[1]
	}
	least, _ := strconv.ParseInt(values[0], 10, 64)
	greatest, _ := strconv.ParseInt(values[1], 10, 64)
	return least > greatest
}

// relation looks the applications up once that have what the filter names.
func relation(c *api.Call, f api.Field, op, value string) condition {
	kind, index, _ := strings.Cut(f.Path, "/")
	have := map[string]bool{}
	for _, d := range c.Tx.Under(kind, index, value) {
		have[d.Owner()] = true
	}
	return func(d *api.Doc) bool { return have[d.ID] == (op == "eq") }
}

// parameters documents filters, and the parameters that single rows read.
func parameters(op *api.Operation) []map[string]any {
	query := func(name, about string, schema map[string]any) map[string]any {
		return map[string]any{"name": name, "in": "query", "description": about, "schema": schema}
	}
	word := map[string]any{"type": "string"}
	switch op.ID {
	case "delete-api-key":
		return []map[string]any{query("applicationId", "The application, where the path does not name one.", word)}
	case "upload-image":
		return []map[string]any{query("type", "Ignored.", word)}
	case "list-available-scopes":
		return []map[string]any{query("apiScope", "Whether to leave the gateway's own scopes out.", map[string]any{"type": "boolean", "default": false})}
	}
	if op.List == nil {
		return nil
	}
	var names, ops []string
	for _, f := range op.List.Filter {
		names = append(names, f.Name)
		for _, o := range f.Ops {
			if !slices.Contains(ops, o) {
				ops = append(ops, o)
			}
		}
	}
	some := func(items map[string]any) map[string]any { return map[string]any{"type": "array", "items": items} }
	return []map[string]any{
		query("field", "Field of the n-th filter.", some(map[string]any{"type": "string", "enum": names})),
		query("op", "Operator of the n-th filter.", some(map[string]any{"type": "string", "enum": ops})),
		query("value", "Value of the n-th filter; of a range, the least and the greatest.", some(word)),
		query("lop", "Whether all filters must hold, or one. Letter case does not count.", map[string]any{"type": "string", "enum": []string{"AND", "OR"}, "default": "AND"}),
	}
}

package openapi

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
)

// operation describes the rows of one path and method.
func (d *document) operation(p *place, rows []*api.Operation) ([]byte, error) {
	first := rows[0]
	var out api.Object
	if first.Tag != "" {
		out.Set("tags", object.Array(api.Quote(first.Tag)))
	}
	out.SetString("summary", join(rows, "; or: ", func(op *api.Operation) string { return op.Summary }))
	if len(rows) > 1 {
		out.SetString("description", "The form of the parameters decides which operation answers: "+
			join(rows, " or ", func(op *api.Operation) string { return op.ID })+".")
	}
	out.SetString("operationId", join(rows, "-or-", func(op *api.Operation) string { return op.ID }))
	params, err := d.parameters(p, rows)
	if err != nil {
		return nil, err
	}
	if len(params) > 0 {
		out.Set("parameters", object.Array(params...))
	}
	if body := d.body(rows); body != nil {
		out.Set("requestBody", body)
	}
	out.Set("responses", d.responses(rows).JSON())
	if first.Companion {
		out.Set("x-portico-companion", api.True)
	}
	return out.JSON(), nil
}

func join(rows []*api.Operation, by string, of func(*api.Operation) string) string {
	parts := make([]string, len(rows))
	for i, op := range rows {
		parts[i] = of(op)
	}
	return strings.Join(parts, by)
}

// parameters are those of the path, those that the rows' query schemas list, and those that the dialect reads.
func (d *document) parameters(p *place, rows []*api.Operation) ([][]byte, error) {
	var out [][]byte
	for i, name := range p.params {
		kind := api.Object{{Name: "type", Value: api.Quote("string")}}
		if len(rows) == 1 && rows[0].Params[i].UUID {
			kind.SetString("format", "uuid")
		}
		out = append(out, param(name, "path", "", true, kind.JSON()))
	}
	seen := map[string]bool{}
	for _, op := range rows {
		for _, q := range d.query(op, len(rows) == 1) {
			if name := gjson.GetBytes(q, "name").String(); !seen[name] {
				seen[name] = true
				out = append(out, q)
			}
		}
		if d.vendor.Dialect.Parameters == nil {
			continue
		}
		for _, q := range d.vendor.Dialect.Parameters(op) {
			key := fmt.Sprint(q["name"])
			if seen[key] {
				continue
			}
			seen[key] = true
			raw, err := api.Encode(q)
			if err != nil {
				return nil, fmt.Errorf("%s: parameter %s: %w", op.ID, key, err)
			}
			out = append(out, d.components.rewrite(raw))
		}
	}
	return out, nil
}

// query gives the members of a row's query schema as parameters. A row that shares its route can need none, since the
// other answers without.
func (d *document) query(op *api.Operation, alone bool) [][]byte {
	if op.Query == "" {
		return nil
	}
	raw := d.components.set.Raw(op.Query)
	var needed []string
	for _, r := range gjson.GetBytes(raw, "required").Array() {
		needed = append(needed, r.String())
	}
	var out [][]byte
	gjson.GetBytes(raw, "properties").ForEach(func(name, v gjson.Result) bool {
		kind := []byte(v.Raw)
		about := v.Get("description").String()
		if v.IsObject() {
			o := api.ObjectOf(kind)
			o.Delete("description")
			kind = o.JSON()
		}
		out = append(out, param(name.Str, "query", about, alone && slices.Contains(needed, name.Str), d.components.rewrite(kind)))
		return true
	})
	return out
}

func param(name, in, about string, required bool, schema []byte) []byte {
	var o api.Object
	o.SetString("name", name)
	o.SetString("in", in)
	if about != "" {
		o.SetString("description", about)
	}
	if required {
		o.SetBool("required", true)
	}
	o.Set("schema", schema)
	return o.JSON()
}

// body describes what the rows take, or is nil.
func (d *document) body(rows []*api.Operation) []byte {
	var names []string
	required, kind := true, usual
	for _, op := range rows {
		if op.Body != "" && !slices.Contains(names, op.Body) {
			names = append(names, op.Body)
		}
		kind = first(op.Accepts, kind)
		required = required && op.Body != "" && !op.Optional
	}
	if names == nil {
		return nil
	}
	var o api.Object
	o.SetBool("required", required)
	o.Set("content", single(kind, single("schema", d.oneOf(names))))
	return o.JSON()
}

// usual is the media type of bodies where nothing else is said.
const usual = "application/json"

// responses describes the success of each row and the refusals that its vendor documents.
func (d *document) responses(rows []*api.Operation) api.Object {
	var out api.Object
	for _, op := range rows {
		key := "default"
		if op.Status != 0 {
			key = strconv.Itoa(op.Status)
		}
		if !out.Has(key) {
			out.Set(key, d.success(rows, op))
		}
	}
	var refusals []int
	for _, op := range rows {
		refusals = append(refusals, op.Errors...)
	}
	slices.Sort(refusals)
	for _, status := range slices.Compact(refusals) {
		var o api.Object
		o.SetString("description", describe(status))
		if d.vendor.Problem != "" {
			kind := first(d.vendor.ProblemMedia, d.vendor.Dialect.Media, usual)
			o.Set("content", single(kind, single("schema", d.oneOf([]string{d.vendor.Problem}))))
		}
		out.Set(strconv.Itoa(status), o.JSON())
	}
	return out
}

// success describes what the rows with the status of op answer.
func (d *document) success(rows []*api.Operation, op *api.Operation) []byte {
	var names, kinds []string
	for _, other := range rows {
		if other.Status != op.Status || other.Reply == "" && other.Media == "" {
			continue
		}
		if other.Reply != "" && !slices.Contains(names, other.Reply) {
			names = append(names, other.Reply)
		}
		if kind := first(other.Media, d.vendor.Dialect.Media, usual); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	o := api.Object{{Name: "description", Value: api.Quote(describe(op.Status))}}
	var content api.Object
	for _, kind := range kinds {
		media := []byte(`{}`)
		if names != nil {
			media = single("schema", d.oneOf(names))
		}
		content.Set(kind, media)
	}
	if content != nil {
		o.Set("content", content.JSON())
	}
	return o.JSON()
}

// oneOf refers to the schema of that name, or says that it is one of several.
func (d *document) oneOf(names []string) []byte {
	refs := make([][]byte, len(names))
	for i, name := range names {
		refs[i] = d.components.ref(name)
	}
	if len(refs) == 1 {
		return refs[0]
	}
	return single("anyOf", object.Array(refs...))
}

func describe(status int) string { return first(http.StatusText(status), "Other") }

// first is the first text that is not empty, without the parameters of a media type.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			t, _, _ = strings.Cut(t, ";")
			return t
		}
	}
	return ""
}

package rest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// List returns the documents of a kind that belong to what the path names, as the call asks.
func List(kind string) Verb {
	return func(c *api.Call) (any, error) {
		r := c.Tx.Resource(kind)
		if owner := c.Innermost(); owner != nil && r.Parent() != "" {
			return ListBy(c, kind, r.Indexes[0].Name, owner.ID), nil
		}
		return ListBy(c, kind, "", ""), nil
	}
}

// ListBy returns the documents of a kind under a key of one of its indexes, as the call asks.
func ListBy(c *api.Call, kind, index, key string) api.Page {
	r := c.Tx.Resource(kind)
	ask := &c.Ask
	if len(ask.Filters) == 0 && len(ask.Sort) == 0 && ask.Where == nil {
		docs := c.Tx.Page(kind, index, key, ask.Offset, ask.Limit, r.Newest)
		return page(c, docs, c.Tx.Count(kind, index, key), Render)
	}
	newest := r.Newest
	if n := len(ask.Sort); n > 0 {
		newest = ask.Sort[n-1].Desc // documents with equal keys are in the direction of the last key
	}
	return Select(c, c.Tx.Page(kind, index, key, 0, -1, newest))
}

// Form appends the wire form of a document.
type Form func(c *api.Call, d *api.Doc, to []byte) []byte

// Select filters, sorts and pages documents, as the call asks. It reorders docs in place.
func Select(c *api.Call, docs []*api.Doc) api.Page { return SelectAs(c, docs, Render) }

// SelectAs is Select with a form other than the kind's own.
func SelectAs(c *api.Call, docs []*api.Doc, form Form) api.Page {
	ask := &c.Ask
	kept := docs
	if ask.Where != nil || len(ask.Filters) > 0 {
		kept = docs[:0]
		for _, d := range docs {
			if (ask.Where == nil || ask.Where(d)) && passes(c, ask, d) {
				kept = append(kept, d)
			}
		}
	}
	order(c, kept, ask.Sort)
	from := min(ask.Offset, len(kept))
	to := len(kept)
	if ask.Limit >= 0 {
		to = min(from+ask.Limit, to)
	}
	return page(c, kept[from:to], len(kept), form)
}

func page(c *api.Call, docs []*api.Doc, total int, form Form) api.Page {
	const most = 64 << 10 // bytes that are set aside: the first document may be an unusual one
	p := api.Page{Count: len(docs), Total: total, Offset: c.Ask.Offset, Limit: max(c.Ask.Limit, 0)}
	for i, d := range docs {
		if i > 0 {
			p.Items = append(p.Items, ',')
		}
		p.Items = form(c, d, p.Items)
		if i == 0 { // the others are about as long
			p.Items = slices.Grow(p.Items, min((len(docs)-1)*(len(p.Items)*5/4+1), most))
		}
	}
	return p
}

// value is a field of one document, ready to be compared.
type value struct {
	text   string
	number float64
	null   bool
}

// read returns the value of a field, or its elements if it is an array.
func read(c *api.Call, f *api.Field, d *api.Doc) (v value, elements []string) {
	text, ok := "", false
	if f.Of != nil {
		if text, ok = f.Of(c, d); !ok {
			return value{null: true}, nil
		}
		return value{text: text, number: numeric(f.Type, text)}, nil
	}
	path := cmp.Or(f.Path, f.Name)
	if text, ok = d.Text(path); !ok {
		r := d.Get(path)
		switch {
		case r.Type == gjson.Null:
			return value{null: true}, nil
		case r.IsArray():
			elements = []string{}
			for _, e := range r.Array() {
				elements = append(elements, e.String())
			}
			return value{}, elements
		case r.Type == gjson.Number:
			return value{text: r.Raw, number: r.Num}, nil
		}
		text = r.String()
	}
	return value{text: text, number: numeric(f.Type, text)}, nil
}

// numeric returns a text of a type as a number: an instant in ns, false as 0 and true as 1.
func numeric(t api.FieldType, text string) float64 {
	switch t {
	case api.AsTime:
		if at, ok := api.Instant(gjson.Result{Type: gjson.String, Str: text}); ok {
			return float64(at.UnixNano())
		}
	case api.AsNumber:
		n, err := strconv.ParseFloat(text, 64)
		if err == nil {
			return n
		}
	case api.AsBool:
		if text == "true" {
			return 1
		}
	}
	return 0
}

func passes(c *api.Call, ask *api.Ask, d *api.Doc) bool {
	for i := range ask.Filters {
		holds := Holds(c, &ask.Filters[i], d)
		if holds == ask.Any {
			return holds
		}
	}
	return !ask.Any || len(ask.Filters) == 0
}

// Holds reports whether a document passes a filter.
func Holds(c *api.Call, f *api.Filter, d *api.Doc) bool {
	if f.Field.Type == api.AsNothing {
		return true
	}
	v, elements := read(c, &f.Field, d)
	if elements != nil {
		some := slices.ContainsFunc(elements, func(e string) bool { return anyOf(f, value{text: e}) })
		return some != (f.Op == api.NotEqual)
	}
	if v.null {
		return f.Op == api.NotEqual
	}
	if f.Op == api.Between {
		return compare(f, v, f.Values[0]) >= 0 && compare(f, v, f.Values[1]) <= 0
	}
	return anyOf(f, v) != (f.Op == api.NotEqual)
}

// anyOf reports whether the comparison holds for any of the filter's values; for NotEqual: whether v equals one of them.
func anyOf(f *api.Filter, v value) bool {
	for _, want := range f.Values {
		c := 0
		if f.Op != api.Contains {
			c = compare(f, v, want)
		}
		var good bool
		switch f.Op {
		case api.Equal, api.NotEqual:
			good = c == 0
		case api.Contains:
			good = strings.Contains(folded(v.text, f.CaseInsensitive), folded(want, f.CaseInsensitive))
		case api.Less:
			good = c < 0
		case api.LessEqual:
			good = c <= 0
		case api.Greater:
			good = c > 0
		case api.GreaterEqual:
			good = c >= 0
		}
		if good {
			return true
		}
	}
	return false
}

func compare(f *api.Filter, v value, want string) int {
	switch f.Field.Type {
	case api.AsNumber, api.AsTime:
		return cmp.Compare(v.number, numeric(f.Field.Type, want))
	}
	fold := f.CaseInsensitive || f.Field.Type == api.AsUUID
	return cmp.Compare(folded(v.text, fold), folded(want, fold))
}

// folded returns s in lower case if letter case does not count.
func folded(s string, fold bool) string {
	if fold {
		return strings.ToLower(s)
	}
	return s
}

// order sorts documents by keys, which are read once. Missing values are last; documents with equal keys keep their order.
func order(c *api.Call, docs []*api.Doc, keys []api.SortKey) {
	if len(keys) == 0 || len(docs) < 2 {
		return
	}
	type row struct {
		doc    *api.Doc
		values []value
	}
	rows, values := make([]row, len(docs)), make([]value, 0, len(docs)*len(keys))
	for i, d := range docs {
		for j := range keys {
			v, _ := read(c, &keys[j].Field, d)
			v.text = folded(v.text, keys[j].CaseInsensitive)
			values = append(values, v)
		}
		rows[i] = row{d, values[i*len(keys):]}
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		for j := range keys {
			if n := keyOrder(&keys[j], &a.values[j], &b.values[j]); n != 0 {
				return n
			}
		}
		return 0
	})
	for i := range rows {
		docs[i] = rows[i].doc
	}
}

func keyOrder(k *api.SortKey, a, b *value) int {
	if a.null || b.null {
		switch {
		case a.null && b.null:
			return 0
		case a.null:
			return 1
		}
		return -1
	}
	var n int
	switch k.Field.Type {
	case api.AsNumber, api.AsTime, api.AsBool:
		n = cmp.Compare(a.number, b.number)
	default:
		n = cmp.Compare(a.text, b.text)
	}
	if k.Desc {
		return -n
	}
	return n
}

package rest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// List shows the objects of a kind that live in what the path names, as the call asks.
func List(kind string) Verb {
	return func(c *api.Call) (any, error) {
		r := c.Tx.Resource(kind)
		if owner := c.Innermost(); owner != nil && r.Parent() != "" {
			return ListBy(c, kind, r.Indexes[0].Name, owner.ID), nil
		}
		return ListBy(c, kind, "", ""), nil
	}
}

// ListBy shows the objects of a kind under a key of one of its indexes, as the call asks.
func ListBy(c *api.Call, kind, index, key string) api.Page {
	r := c.Tx.Resource(kind)
	ask := &c.Ask
	if len(ask.Filters) == 0 && len(ask.Sort) == 0 && ask.Where == nil {
		docs := c.Tx.Page(kind, index, key, ask.Offset, ask.Limit, r.Newest)
		return page(c, docs, c.Tx.Count(kind, index, key), Show)
	}
	docs := c.Tx.Page(kind, index, key, 0, -1, newest(ask, r))
	return Select(c, docs)
}

// newest tells in which order of birth equals stand: the way in which the last sort key runs.
func newest(ask *api.Ask, r *api.Resource) bool {
	if n := len(ask.Sort); n > 0 {
		return ask.Sort[n-1].Desc
	}
	return r.Newest
}

// Form appends the wire form of a document.
type Form func(c *api.Call, d *api.Doc, to []byte) []byte

// Select filters, sorts and pages documents that stand in order of birth, as the call asks. The slice is its own then.
func Select(c *api.Call, docs []*api.Doc) api.Page { return SelectAs(c, docs, Show) }

// SelectAs is Select with another form than the kind's own.
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
	size := 0
	for _, d := range docs {
		size += d.Res.Room(d) + 1
	}
	p := api.Page{
		Items: make([]byte, 0, size), Count: len(docs), Total: total, Offset: c.Ask.Offset, Limit: max(c.Ask.Limit, 0),
	}
	for i, d := range docs {
		if i > 0 {
			p.Items = append(p.Items, ',')
		}
		p.Items = form(c, d, p.Items)
	}
	return p
}

// value is a field of one document, ready to be compared.
type value struct {
	text   string
	number float64
	many   []string // elements, where the field is an array
	null   bool
}

func read(c *api.Call, f *api.Field, d *api.Doc) value {
	if f.Of != nil {
		text, ok := f.Of(c, d)
		v := value{text: text, null: !ok}
		v.number = numeric(f.Type, text)
		return v
	}
	path := f.Path
	if path == "" {
		path = f.Name
	}
	if text, ok := d.Text(path); ok {
		return value{text: text, number: numeric(f.Type, text)}
	}
	r := d.Get(path)
	switch {
	case r.Type == gjson.Null:
		return value{null: true}
	case r.IsArray():
		v := value{many: []string{}}
		for _, e := range r.Array() {
			v.many = append(v.many, e.String())
		}
		return v
	case r.Type == gjson.Number:
		return value{text: r.Raw, number: r.Num}
	}
	v := value{text: r.String()}
	v.number = numeric(f.Type, v.text)
	return v
}

// numeric is what a text of that type is worth: a number, an instant in ns, false 0 and true 1.
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

// Holds tells whether a document passes a filter.
func Holds(c *api.Call, f *api.Filter, d *api.Doc) bool {
	if f.Field.Type == api.AsNothing {
		return true
	}
	v := read(c, &f.Field, d)
	if v.many != nil {
		some := slices.ContainsFunc(v.many, func(e string) bool { return anyOf(f, value{text: e}) })
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

// anyOf tells whether the value compares well with any of the filter's; for NotEqual: whether it equals one.
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
			if f.Fold {
				good = strings.Contains(strings.ToLower(v.text), strings.ToLower(want))
			} else {
				good = strings.Contains(v.text, want)
			}
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
	case api.AsUUID:
		return cmp.Compare(strings.ToLower(v.text), strings.ToLower(want))
	}
	if f.Fold {
		return cmp.Compare(strings.ToLower(v.text), strings.ToLower(want))
	}
	return cmp.Compare(v.text, want)
}

// few is how many values and documents are sorted without memory of their own.
const few = 64

// order sorts documents by keys that are read once. What is missing stands last.
func order(c *api.Call, docs []*api.Doc, keys []api.SortKey) {
	if len(keys) == 0 || len(docs) < 2 {
		return
	}
	var roomForKeys [few]sortable
	values := slices.Grow(roomForKeys[:0], len(docs)*len(keys))
	for _, d := range docs {
		for j := range keys {
			v := read(c, &keys[j].Field, d)
			values = append(values, sortable{v.text, v.number, v.null})
		}
	}
	compare := func(a, b int32) int {
		x, y := int(a)*len(keys), int(b)*len(keys)
		for j := range keys {
			if c := keyOrder(&keys[j], &values[x+j], &values[y+j]); c != 0 {
				return c
			}
		}
		return int(a - b)
	}
	var roomForPlaces [few]int32
	places := slices.Grow(roomForPlaces[:0], len(docs)) // sorted in place of what is large and holds pointers
	sorted := true
	for i := range docs {
		places = append(places, int32(i))
		sorted = sorted && (i == 0 || compare(int32(i-1), int32(i)) < 0)
	}
	if sorted {
		return
	}
	slices.SortFunc(places, compare)
	var roomForDocs [few]*api.Doc
	was := append(roomForDocs[:0], docs...)
	for i, place := range places {
		docs[i] = was[place]
	}
}

// sortable is what of a value it is sorted by.
type sortable struct {
	text   string
	number float64
	null   bool
}

func keyOrder(k *api.SortKey, a, b *sortable) int {
	if a.null || b.null {
		switch {
		case a.null && b.null:
			return 0
		case a.null:
			return 1
		}
		return -1
	}
	var c int
	switch k.Field.Type {
	case api.AsNumber, api.AsTime, api.AsBool:
		c = cmp.Compare(a.number, b.number)
	default:
		c = compareText(a.text, b.text, k.Fold)
	}
	if k.Desc {
		return -c
	}
	return c
}

// compareText compares texts, in lower case if letter case does not count.
func compareText(a, b string, fold bool) int {
	if !fold {
		return cmp.Compare(a, b)
	}
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x >= utf8.RuneSelf || y >= utf8.RuneSelf {
			return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
		}
		if c := cmp.Compare(lower(x), lower(y)); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

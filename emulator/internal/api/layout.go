package api

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"
)

// layout is where the members of a JSON object stand in it. Reading a member is then a look at a few names, and not
// another walk over the document.
type layout []place

// place is where a name and its value begin and end, quotes included.
type place struct{ name, nameEnd, from, to uint32 }

// lay finds the members of an object that is valid JSON; of anything else there are none.
func lay(doc []byte) layout {
	at := blanks(doc, 0)
	if at >= len(doc) || doc[at] != '{' {
		return nil
	}
	var room [40]place
	out := layout(room[:0])
	for at = blanks(doc, at+1); at < len(doc) && doc[at] == '"'; {
		var p place
		p, at = memberAt(doc, at)
		out = append(out, p)
	}
	return slices.Clone(out)
}

// memberAt is the member whose name begins there, and where the next one begins.
func memberAt(doc []byte, at int) (p place, next int) {
	end := quoted(doc, at)
	p.name, p.nameEnd = uint32(at), uint32(end) //nolint:gosec // a body is shorter
	at = blanks(doc, blanks(doc, end)+1)
	end = value(doc, at)
	p.from, p.to = uint32(at), uint32(end) //nolint:gosec // as above
	return p, after(doc, end)
}

// after is where the next member or element begins, behind a value that ends there: at the end if there is none.
func after(doc []byte, end int) int {
	if at := blanks(doc, end); at < len(doc) && doc[at] == ',' {
		return blanks(doc, at+1)
	}
	return len(doc)
}

func blanks(doc []byte, at int) int {
	for at < len(doc) && doc[at] <= ' ' {
		at++
	}
	return at
}

// quoted is the end of the string that begins at a quote.
func quoted(doc []byte, at int) int {
	for at++; at < len(doc); at++ {
		switch doc[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(doc)
}

// value is the end of the value that begins there.
func value(doc []byte, at int) int {
	depth := 0
	for at < len(doc) {
		switch c := doc[at]; c {
		case '"':
			at = quoted(doc, at)
			if depth == 0 {
				return at
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				if depth == 0 {
					at++
				}
				return at
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return at
			}
		}
		at++
	}
	return at
}

// text is bytes of a document as a string, without a copy: documents never change.
func text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b)) //nolint:gosec // as above
}

// eight are bytes of a text as one number.
func eight(s string, at int) uint64 {
	return binary.LittleEndian.Uint64(unsafe.Slice(unsafe.StringData(s), len(s))[at:]) //nolint:gosec // as above
}

// Members are the names and values of a JSON object, in their order.
func Members(doc []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for at := blanks(doc, blanks(doc, 0)+1); at < len(doc) && doc[at] == '"'; {
			var p place
			p, at = memberAt(doc, at)
			if !yield(p.title(doc), doc[p.from:p.to:p.to]) {
				return
			}
		}
	}
}

// Elements are the values of a JSON array, in their order.
func Elements(doc []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for at := blanks(doc, blanks(doc, 0)+1); at < len(doc) && doc[at] != ']'; {
			end := value(doc, at)
			if !yield(doc[at:end:end]) {
				return
			}
			at = after(doc, end)
		}
	}
}

// TextOf is the text of a JSON string.
func TextOf(value []byte) string {
	if s, ok := Unquoted(value); ok {
		return s
	}
	var s string
	_ = json.Unmarshal(value, &s)
	return s
}

// Unquoted is the text of a JSON string that has no escapes, without a copy; false of any other value.
func Unquoted(value []byte) (string, bool) {
	if len(value) < 2 || value[0] != '"' || bytes.IndexByte(value, '\\') >= 0 {
		return "", false
	}
	return text(value[1 : len(value)-1]), true
}

// title is a name as it is meant.
func (p place) title(doc []byte) string {
	if name := text(doc[p.name+1 : p.nameEnd-1]); strings.IndexByte(name, '\\') < 0 {
		return name
	}
	var plain string
	_ = json.Unmarshal(doc[p.name:p.nameEnd], &plain)
	return plain
}

// object is the members, whose values stay where they are.
func (l layout) object(doc []byte) Object {
	o := make(Object, len(l))
	for i, p := range l {
		o[i] = Member{p.title(doc), doc[p.from:p.to:p.to]}
	}
	return o
}

// laid is an object as JSON, and where its members stand there.
func (o Object) laid() ([]byte, layout) {
	to, l := append(make([]byte, 0, o.room()), '{'), make(layout, len(o))
	for i, m := range o {
		if i > 0 {
			to = append(to, ',')
		}
		p := &l[i]
		p.name = uint32(len(to)) //nolint:gosec // a body is shorter
		to = AppendString(to, m.Name)
		p.nameEnd = uint32(len(to)) //nolint:gosec // as above
		to = append(to, ':')
		p.from = uint32(len(to)) //nolint:gosec // as above
		to = append(to, m.Value...)
		p.to = uint32(len(to)) //nolint:gosec // as above
	}
	return append(to, '}'), l
}

// Members are the names and values of a document in their order.
func (d *Doc) Members() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, p := range d.layout() {
			if !yield(p.title(d.JSON), d.JSON[p.from:p.to:p.to]) {
				return
			}
		}
	}
}

// Len is how many members a document has.
func (d *Doc) Len() int { return len(d.layout()) }

// Raw is a member of a document as JSON, nil where there is none. Its name needs no escapes.
func (d *Doc) Raw(name string) []byte { return d.layout().raw(d.JSON, name) }

func (l layout) raw(doc []byte, name string) []byte {
	for _, p := range l {
		if int(p.nameEnd-p.name) == len(name)+2 && string(doc[p.name+1:p.nameEnd-1]) == name {
			return doc[p.from:p.to:p.to]
		}
	}
	return nil
}

// get reads the value at a path of plain names.
func (l layout) get(doc []byte, path string) gjson.Result {
	head, tail, nested := strings.Cut(path, ".")
	value := gjson.Parse(text(l.raw(doc, head)))
	if nested {
		return value.Get(tail)
	}
	return value
}

// plain tells whether a path says names and nothing else that gjson understands.
func plain(path string) bool {
	for i := range len(path) {
		switch c := path[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.':
		default:
			return false
		}
	}
	return true
}

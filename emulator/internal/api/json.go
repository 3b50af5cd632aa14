package api

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// MaxDepth is how deeply a document may nest.
const MaxDepth = 64

// Body is a request body, read once: as bytes in one canonical form, and as members.
type Body struct {
	JSON   []byte
	Object Object
}

// Sent tells whether there was a body at all.
func (b *Body) Sent() bool { return len(b.JSON) > 0 }

// Member is a name and its value as JSON.
type Member struct {
	Name  string
	Value []byte
}

// AppendMember appends a member to an object that has begun. Its name needs no escapes.
func AppendMember(to []byte, name string, value []byte) []byte {
	return append(AppendName(to, name), value...)
}

// AppendName appends the name of a member, whose value is to follow.
func AppendName(to []byte, name string) []byte {
	if to[len(to)-1] != '{' {
		to = append(to, ',')
	}
	return append(append(append(to, '"'), name...), `":`...)
}

// Object is a JSON object with the order of its members kept. Values are canonical JSON and are never changed in place.
type Object []Member

// errDepth and others say why bytes are no document.
var (
	errDepth = fmt.Errorf("nested more than %d levels deep", MaxDepth)
	errUTF8  = errors.New("not valid UTF-8")
	errJSON  = errors.New("not valid JSON")
)

// AppendString appends s as a JSON string; invalid UTF-8 becomes U+FFFD.
func AppendString(to []byte, s string) []byte {
	return append(AppendText(append(to, '"'), s), '"')
}

// AppendText appends s as part of a JSON string.
func AppendText(to []byte, s string) []byte {
	const hex = "0123456789abcdef"
	done := 0
	for i := 0; i < len(s); {
		for i+8 <= len(s) && unescaped(eight(s, i)) {
			i += 8
		}
		if i == len(s) || i > len(s)-8 && len(s) >= 8 && unescaped(eight(s, len(s)-8)) {
			break
		}
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		to = append(to, s[done:i]...)
		size := 1
		switch {
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			to = utf8.AppendRune(to, r)
		case c == '"' || c == '\\':
			to = append(to, '\\', c)
		case c == '\n':
			to = append(to, '\\', 'n')
		case c == '\r':
			to = append(to, '\\', 'r')
		case c == '\t':
			to = append(to, '\\', 't')
		default:
			to = append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i += size
		done = i
	}
	return append(to, s[done:]...)
}

// Plain tells whether a text stands in a JSON string as it is, and has nothing but ASCII.
func Plain(s []byte) bool {
	for len(s) >= 8 {
		if !unescaped(binary.LittleEndian.Uint64(s)) {
			return false
		}
		s = s[8:]
	}
	for _, c := range s {
		if c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unescaped tells whether eight bytes of a text stand in JSON as they are: ASCII without controls, quotes and backslashes.
func unescaped(x uint64) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	quote, backslash := x^each*'"', x^each*'\\'
	// A byte below n makes its high bit in x-each*n, if it had none before; what is borrowed only adds to what is found.
	return (x|(x-each*' ')|(quote-each)|(backslash-each))&high == 0
}

// Quote is s as a JSON string.
func Quote(s string) []byte { return AppendString(make([]byte, 0, len(s)+2), s) }

// Literals of JSON.
var (
	Null  = []byte("null")
	True  = []byte("true")
	False = []byte("false")
)

// Boolean is b as JSON.
func Boolean(b bool) []byte {
	if b {
		return True
	}
	return False
}

// Encode is v as JSON, without the escapes that only HTML needs.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// ObjectOf reads the members of a JSON object, which may not be changed from then on.
func ObjectOf(doc []byte) Object { return lay(doc).object(doc) }

// Find gives the position of a member, or -1.
func (o Object) Find(name string) int {
	for i := range o {
		if o[i].Name == name {
			return i
		}
	}
	return -1
}

// Has tells whether there is such a member, null included.
func (o Object) Has(name string) bool { return o.Find(name) >= 0 }

// Raw is the value of a member as JSON, nil where there is none.
func (o Object) Raw(name string) []byte {
	if i := o.Find(name); i >= 0 {
		return o[i].Value
	}
	return nil
}

// Get is the value of a member, for reading; paths lead into it.
func (o Object) Get(name string) gjson.Result { return gjson.Parse(text(o.Raw(name))) }

// Str is a string member, "" where it is absent or null.
func (o Object) Str(name string) string {
	raw := o.Raw(name)
	if s, ok := Unquoted(raw); ok {
		return s
	}
	return gjson.Parse(text(raw)).String()
}

// True tells whether a member is true.
func (o Object) True(name string) bool { return bytes.Equal(o.Raw(name), True) }

// Null tells whether a member is absent or null.
func (o Object) Null(name string) bool {
	v := o.Raw(name)
	return v == nil || bytes.Equal(v, Null)
}

// Set gives a member a value, in its place if it has one, else at the end.
func (o *Object) Set(name string, value []byte) {
	if i := o.Find(name); i >= 0 {
		(*o)[i].Value = value
		return
	}
	*o = append(*o, Member{name, value})
}

// SetString sets a text member.
func (o *Object) SetString(name, value string) { o.Set(name, Quote(value)) }

// SetBool sets a boolean member.
func (o *Object) SetBool(name string, value bool) { o.Set(name, Boolean(value)) }

// SetInt sets a number member.
func (o *Object) SetInt(name string, value int64) { o.Set(name, strconv.AppendInt(nil, value, 10)) }

// Default sets a member that is not there.
func (o *Object) Default(name string, value []byte) {
	if !o.Has(name) {
		*o = append(*o, Member{name, value})
	}
}

// Delete takes a member out.
func (o *Object) Delete(name string) {
	if i := o.Find(name); i >= 0 {
		*o = append((*o)[:i:i], (*o)[i+1:]...)
	}
}

// Copy is an object that can be changed without changing this one.
func (o Object) Copy() Object { return append(Object(nil), o...) }

// Sort puts the members into the order of a shape; those it does not know stay behind, as they are. It is nearly always
// in order but for a few at the end, for which inserting is the fastest way.
func (o Object) Sort(s *Shape) {
	var room [64]int
	places := room[:0]
	for at := 0; len(places) < len(o); at++ { // those that stand as the names do
		for at < len(s.Names) && s.Names[at] != o[len(places)].Name {
			at++
		}
		if at == len(s.Names) {
			break
		}
		places = append(places, at)
	}
	sorted := len(places)
	for _, m := range o[sorted:] {
		p, ok := s.Place[m.Name]
		if !ok {
			p = len(s.Names)
		}
		places = append(places, p)
	}
	for i := max(sorted, 1); i < len(o); i++ {
		for j := i; j > 0 && places[j-1] > places[j]; j-- {
			places[j-1], places[j] = places[j], places[j-1]
			o[j-1], o[j] = o[j], o[j-1]
		}
	}
}

// Keep drops members that a shape does not know, unless it knows none.
func (o *Object) Keep(s *Shape) {
	if len(s.Names) == 0 {
		return
	}
	*o = slices.DeleteFunc(*o, func(m Member) bool {
		_, ok := s.Place[m.Name]
		return !ok
	})
}

// Append appends the object as JSON.
func (o Object) Append(to []byte) []byte {
	to = append(to, '{')
	for i, m := range o {
		if i > 0 {
			to = append(to, ',')
		}
		to = AppendString(to, m.Name)
		to = append(to, ':')
		to = append(to, m.Value...)
	}
	return append(to, '}')
}

// JSON is the object as JSON.
func (o Object) JSON() []byte {
	return o.Append(make([]byte, 0, o.room()))
}

// room is how many bytes the object takes as JSON, but for escapes in names.
func (o Object) room() int {
	n := 2
	for _, m := range o {
		n += len(m.Name) + len(m.Value) + 4
	}
	return n
}

// MarshalJSON makes an Object usable inside any other value.
func (o Object) MarshalJSON() ([]byte, error) { return o.JSON(), nil }

// Same tells whether two values mean the same: order of members and form of numbers do not count.
func Same(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, y := gjson.ParseBytes(a), gjson.ParseBytes(b)
	return same(x, y)
}

func same(x, y gjson.Result) bool {
	switch {
	case x.IsObject() && y.IsObject():
		xs, ys := x.Map(), y.Map()
		if len(xs) != len(ys) {
			return false
		}
		for k, v := range xs {
			w, ok := ys[k]
			if !ok || !same(v, w) {
				return false
			}
		}
		return true
	case x.IsArray() && y.IsArray():
		xs, ys := x.Array(), y.Array()
		if len(xs) != len(ys) {
			return false
		}
		for i := range xs {
			if !same(xs[i], ys[i]) {
				return false
			}
		}
		return true
	case x.Type != y.Type:
		return false
	case x.Type == gjson.String:
		return x.Str == y.Str
	case x.Type == gjson.Number:
		// Whole numbers beyond 2^53 would be one as floats.
		return x.Raw == y.Raw || x.Num == y.Num && strings.ContainsAny(x.Raw+y.Raw, ".eE")
	}
	return x.Raw == y.Raw
}

// MergePatch applies an RFC 7396 patch to a value.
func MergePatch(target, patch []byte) []byte {
	p := gjson.ParseBytes(patch)
	if !p.IsObject() {
		return patch
	}
	var o Object
	if t := gjson.ParseBytes(target); t.IsObject() {
		o = ObjectOf(target)
	}
	places := make(map[string]int, len(o)) // a patch may have as many members as a body has bytes
	for i := range o {
		places[o[i].Name] = i
	}
	p.ForEach(func(k, v gjson.Result) bool {
		at, ok := places[k.Str]
		if v.Type == gjson.Null {
			if ok {
				o[at].Value = nil
				delete(places, k.Str)
			}
			return true
		}
		if !ok {
			at = len(o)
			o = append(o, Member{Name: k.Str})
			places[k.Str] = at
		}
		if v.IsObject() {
			o[at].Value = MergePatch(o[at].Value, []byte(v.Raw))
		} else {
			o[at].Value = []byte(v.Raw)
		}
		return true
	})
	o = slices.DeleteFunc(o, func(m Member) bool { return m.Value == nil })
	return o.JSON()
}

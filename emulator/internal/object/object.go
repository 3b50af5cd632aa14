// Package object reads, writes, compares and changes JSON without decoding it: the order of members and the way numbers are
// written are kept. It imports nothing of this module.
package object

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Member is a member of an object: its name, and its value as JSON.
type Member struct {
	Name  string
	Value []byte
}

// Object is a JSON object with its members in order. Values are canonical JSON and are never changed in place.
type Object []Member

// Of reads the members of a JSON object. Their values share memory with doc, which must not be changed from then on. Any other
// value has none.
func Of(doc []byte) Object { return LayoutOf(doc).Object(doc) }

// Find returns the position of a member, or -1.
func (o Object) Find(name string) int {
	for i := range o {
		if o[i].Name == name {
			return i
		}
	}
	return -1
}

// Has reports whether there is such a member; its value may be null.
func (o Object) Has(name string) bool { return o.Find(name) >= 0 }

// Raw returns the value of a member as JSON, nil if there is none.
func (o Object) Raw(name string) []byte {
	if i := o.Find(name); i >= 0 {
		return o[i].Value
	}
	return nil
}

// Get returns the value of a member, for reading what is in it.
func (o Object) Get(name string) gjson.Result { return gjson.ParseBytes(o.Raw(name)) }

// Str returns a member as text, "" if it is absent or null.
func (o Object) Str(name string) string {
	raw := o.Raw(name)
	if s, ok := Unquoted(raw); ok {
		return s
	}
	return gjson.ParseBytes(raw).String()
}

// True reports whether a member is true.
func (o Object) True(name string) bool { return bytes.Equal(o.Raw(name), True) }

// Null reports whether a member is absent or null.
func (o Object) Null(name string) bool {
	v := o.Raw(name)
	return v == nil || bytes.Equal(v, Null)
}

// Set sets the value of a member. A new member goes to the end.
func (o *Object) Set(name string, value []byte) {
	if i := o.Find(name); i >= 0 {
		(*o)[i].Value = value
		return
	}
	*o = append(*o, Member{name, value})
}

// SetPath sets the value at a path of names joined by dots, and makes the objects that are missing on the way.
func (o *Object) SetPath(path string, value []byte) {
	head, tail, nested := strings.Cut(path, ".")
	if nested {
		inner := Of(o.Raw(head))
		inner.SetPath(tail, value)
		value = inner.JSON()
	}
	o.Set(head, value)
}

// SetString sets a member to a string.
func (o *Object) SetString(name, value string) { o.Set(name, Quote(value)) }

// SetBool sets a member to a boolean.
func (o *Object) SetBool(name string, value bool) { o.Set(name, Boolean(value)) }

// SetInt sets a member to a number.
func (o *Object) SetInt(name string, value int64) { o.Set(name, strconv.AppendInt(nil, value, 10)) }

// Default sets a member if it is absent.
func (o *Object) Default(name string, value []byte) {
	if !o.Has(name) {
		*o = append(*o, Member{name, value})
	}
}

// Delete removes a member.
func (o *Object) Delete(name string) {
	if i := o.Find(name); i >= 0 {
		*o = append((*o)[:i:i], (*o)[i+1:]...)
	}
}

// Copy returns an object that can be changed without changing this one.
func (o Object) Copy() Object { return append(Object(nil), o...) }

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

// JSON returns the object as JSON.
func (o Object) JSON() []byte {
	return o.Append(make([]byte, 0, o.room()))
}

// room returns the size of the object as JSON in bytes, without escapes in names.
func (o Object) room() int {
	n := 2
	for _, m := range o {
		n += len(m.Name) + len(m.Value) + 4
	}
	return n
}

// MarshalJSON implements json.Marshaler.
func (o Object) MarshalJSON() ([]byte, error) { return o.JSON(), nil }

package object

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// MaxDepth is how deeply a document may nest.
const MaxDepth = 64

// Reasons why bytes are no document.
var (
	errDepth = fmt.Errorf("nested more than %d levels deep", MaxDepth)
	errUTF8  = errors.New("not valid UTF-8")
	errJSON  = errors.New("not valid JSON")
)

// Body is a document in canonical form: without blanks and needless escapes, each name once in an object.
type Body struct {
	JSON   []byte
	Object Object // its members, which share memory with JSON; nil if it is no object
}

// Sent reports whether there is a document at all.
func (b *Body) Sent() bool { return len(b.JSON) > 0 }

// Parse reads JSON of any kind and returns it in canonical form. Of several members with the same name the last one counts, at the
// place of the first. It refuses invalid UTF-8, numbers beyond float64 and values nested more than MaxDepth levels deep.
func Parse(data []byte) (Body, error) {
	switch {
	case !utf8.Valid(data):
		return Body{}, errUTF8
	case tooDeep(data):
		return Body{}, errDepth
	case !gjson.ValidBytes(data):
		return Body{}, errJSON
	}
	out, err := appendCanonical(make([]byte, 0, len(data)), data)
	if err != nil {
		return Body{}, err
	}
	b := Body{JSON: out}
	if kind(out) == '{' {
		b.Object = Of(out)
	}
	return b, nil
}

// tooDeep reports whether brackets nest more than MaxDepth levels deep. The data need not be valid JSON.
func tooDeep(data []byte) bool {
	depth := 0
	for at := 0; at < len(data); at++ {
		switch data[at] {
		case '"':
			at = quoted(data, at) - 1
		case '{', '[':
			if depth++; depth > MaxDepth {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// appendCanonical appends a valid JSON value in canonical form.
func appendCanonical(to, value []byte) ([]byte, error) {
	switch kind(value) {
	case '{':
		return appendObject(to, value)
	case '[':
		var err error
		to = append(to, '[')
		for e := range Elements(value) {
			if to[len(to)-1] != '[' {
				to = append(to, ',')
			}
			if to, err = appendCanonical(to, e); err != nil {
				return nil, err
			}
		}
		return append(to, ']'), nil
	case '"':
		if value = bytes.TrimSpace(value); bytes.IndexByte(value, '\\') >= 0 {
			return AppendString(to, TextOf(value)), nil
		}
	case '0':
		value = bytes.TrimSpace(value)
		if _, err := strconv.ParseFloat(string(value), 64); err != nil {
			return nil, fmt.Errorf("not readable: the number %.20s is out of range", value)
		}
	}
	return append(to, bytes.TrimSpace(value)...), nil
}

func appendObject(to, value []byte) ([]byte, error) {
	var err error
	to = append(to, '{')
	for i, m := range distinct(Of(value)) {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(AppendString(to, m.Name), ':')
		if to, err = appendCanonical(to, m.Value); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

// distinct leaves one member of each name: at the place of the first, with the value of the last.
func distinct(o Object) Object {
	places := make(map[string]int, len(o))
	out := o[:0]
	for _, m := range o {
		if at, ok := places[m.Name]; ok {
			out[at].Value = m.Value
			continue
		}
		places[m.Name] = len(out)
		out = append(out, m)
	}
	return out
}

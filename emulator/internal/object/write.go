package object

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// Literals of JSON. They must not be changed.
var (
	Null  = []byte("null")
	True  = []byte("true")
	False = []byte("false")
)

// Boolean returns b as JSON.
func Boolean(b bool) []byte {
	if b {
		return True
	}
	return False
}

// Quote returns s as a JSON string; invalid UTF-8 becomes U+FFFD.
func Quote(s string) []byte { return AppendString(make([]byte, 0, len(s)+2), s) }

// Array returns values as a JSON array.
func Array(values ...[]byte) []byte {
	out := append([]byte{'['}, bytes.Join(values, []byte{','})...)
	return append(out, ']')
}

// Texts returns strings as a JSON array.
func Texts(list ...string) []byte {
	values := make([][]byte, len(list))
	for i, s := range list {
		values[i] = Quote(s)
	}
	return Array(values...)
}

// Strings returns the elements of a JSON array as text, nil if there are none.
func Strings(array gjson.Result) []string {
	var out []string
	for _, e := range array.Array() {
		out = append(out, e.String())
	}
	return out
}

// Encode returns v as JSON, without the escapes that only HTML needs.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// AppendName appends the name of a member to an object that has begun; its value is to follow. The name must need no escapes.
func AppendName(to []byte, name string) []byte {
	if to[len(to)-1] != '{' {
		to = append(to, ',')
	}
	return append(append(append(to, '"'), name...), `":`...)
}

// AppendString appends s as a JSON string; invalid UTF-8 becomes U+FFFD.
func AppendString(to []byte, s string) []byte {
	return append(AppendText(append(to, '"'), s), '"')
}

// AppendText appends s as a part of a JSON string; invalid UTF-8 becomes U+FFFD.
func AppendText(to []byte, s string) []byte {
	done := 0 // bytes of s that have been written
	for i := 0; i < len(s); {
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
			to = append(to, `\n`...)
		case c == '\r':
			to = append(to, `\r`...)
		case c == '\t':
			to = append(to, `\t`...)
		default:
			to = fmt.Appendf(to, `\u%04x`, c)
		}
		i += size
		done = i
	}
	return append(to, s[done:]...)
}

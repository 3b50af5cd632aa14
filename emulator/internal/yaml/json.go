package yaml

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/object"
)

// asJSON reports whether a text is JSON. It is read as JSON, since YAML readers round numbers, refuse some escapes and are slow.
func asJSON(data []byte) bool {
	for _, c := range data {
		switch c {
		case ' ', '\t', '\r', '\n':
		case '{', '[':
			return gjson.ValidBytes(data)
		default:
			return false
		}
	}
	return false
}

// jsonReader makes nodes of a valid JSON text.
type jsonReader struct {
	text         string
	start        int // of the value in the text
	left         int
	at           int // offset up to which lines and columns are counted
	line, column int
}

// readJSON reads a valid JSON text. More values than nodes are an error.
func readJSON(text string, nodes int) (*Node, error) {
	r := jsonReader{text: text, start: strings.IndexAny(text, "{["), left: nodes, line: 1, column: 1}
	return r.node(gjson.Parse(text[r.start:]), 0)
}

// place returns the line and column of a value or a name. Calls must follow the order of the text.
func (r *jsonReader) place(v gjson.Result) (line, column int) {
	for offset := r.start + v.Index; r.at < offset; r.at++ {
		switch c := r.text[r.at]; {
		case c == '\n':
			r.line++
			r.column = 1
		case utf8.RuneStart(c):
			r.column++
		}
	}
	return r.line, r.column
}

func (r *jsonReader) node(v gjson.Result, depth int) (*Node, error) {
	out := &Node{}
	out.Line, out.Column = r.place(v)
	if r.left--; r.left < 0 {
		return nil, &Error{out.Line, out.Column, "too many values"}
	}
	if depth > object.MaxDepth {
		return nil, &Error{out.Line, out.Column, fmt.Sprintf("nested more than %d levels deep", object.MaxDepth)}
	}
	switch {
	case v.IsObject():
		return out, r.members(out, v, depth)
	case v.IsArray():
		out.Kind = Sequence
		var err error
		v.ForEach(func(_, e gjson.Result) bool {
			var item *Node
			item, err = r.node(e, depth+1)
			out.Items = append(out.Items, item)
			return err == nil
		})
		return out, err
	case v.Type == gjson.String:
		out.text(v.Str)
	case v.Type == gjson.Number:
		out.Kind, out.Scalar = Number, []byte(v.Raw)
	case v.Type == gjson.Null:
		out.Scalar = object.Null
	default:
		out.Kind, out.Scalar = Bool, object.Boolean(v.Bool())
	}
	return out, nil
}

func (r *jsonReader) members(out *Node, v gjson.Result, depth int) error {
	out.Kind = Mapping
	seen := map[string]bool{}
	var err error
	v.ForEach(func(k, e gjson.Result) bool {
		m := Member{Name: k.Str}
		m.Line, m.Column = r.place(k)
		if seen[k.Str] {
			err = &Error{m.Line, m.Column, fmt.Sprintf("%q is a duplicate member", k.Str)}
			return false
		}
		seen[k.Str] = true
		m.Value, err = r.node(e, depth+1)
		out.Members = append(out.Members, m)
		return err == nil
	})
	return err
}

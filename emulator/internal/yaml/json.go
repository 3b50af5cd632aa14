package yaml

import (
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/object"
)

// asJSON tells whether a text is JSON. It is read as such, since YAML readers round numbers, refuse some escapes and are
// slow. What is nested too deeply is left to the reader of YAML, which says where: to check JSON takes stack for each level.
func asJSON(data []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
			if c == '\\' {
				i++
			}
		case c == '{' || c == '[':
			if depth++; depth > object.MaxDepth+1 {
				return false
			}
		case c == '}' || c == ']':
			depth--
		case depth <= 0 && c > ' ':
			return false
		}
	}
	return gjson.ValidBytes(data)
}

// jsonReader makes nodes of a valid JSON text, in one pass.
type jsonReader struct {
	budget
	text         string
	at           int
	placed       int // offset up to which lines and columns are counted
	line, column int
}

// readJSON reads a valid JSON text of at most so many values.
func readJSON(text string, nodes int) (*Node, error) {
	r := jsonReader{budget: budget{nodes, nodes}, text: text, line: 1, column: 1}
	return r.node(0)
}

// next skips blanks and gives the byte after them.
func (r *jsonReader) next() byte {
	for r.text[r.at] <= ' ' {
		r.at++
	}
	return r.text[r.at]
}

// place is where the next byte stands.
func (r *jsonReader) place() (line, column int) {
	for ; r.placed < r.at; r.placed++ {
		switch c := r.text[r.placed]; {
		case c == '\n':
			r.line++
			r.column = 1
		case utf8.RuneStart(c):
			r.column++
		}
	}
	return r.line, r.column
}

func (r *jsonReader) node(depth int) (*Node, error) {
	c := r.next()
	out := &Node{}
	out.Line, out.Column = r.place()
	if err := r.value(out.Line, out.Column, depth); err != nil {
		return nil, err
	}
	switch c {
	case '{':
		return out, r.members(out, depth+1)
	case '[':
		return out, r.items(out, depth+1)
	case '"':
		out.text(r.string())
		return out, nil
	}
	begin := r.at
	for r.at < len(r.text) && !strings.ContainsRune(",]} \t\r\n", rune(r.text[r.at])) {
		r.at++
	}
	out.Scalar = []byte(r.text[begin:r.at])
	switch c {
	case 't', 'f':
		out.Kind = Bool
	case 'n':
	default:
		out.Kind = Number
	}
	return out, nil
}

func (r *jsonReader) items(out *Node, depth int) error {
	out.Kind = Sequence
	for r.at++; r.next() != ']'; {
		item, err := r.node(depth)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, item)
		r.comma()
	}
	r.at++
	return nil
}

func (r *jsonReader) members(out *Node, depth int) error {
	out.Kind = Mapping
	places := map[string]int{}
	for r.at++; r.next() != '}'; {
		var m Member
		m.Line, m.Column = r.place()
		m.Name = r.string()
		if at, ok := places[m.Name]; ok {
			return m.duplicate(&out.Members[at])
		}
		places[m.Name] = len(out.Members)
		r.next()
		r.at++ // the colon
		var err error
		if m.Value, err = r.node(depth); err != nil {
			return err
		}
		out.Members = append(out.Members, m)
		r.comma()
	}
	r.at++
	return nil
}

// comma skips the comma between two values, if this was not the last one.
func (r *jsonReader) comma() {
	if r.next() == ',' {
		r.at++
	}
}

// string reads a string.
func (r *jsonReader) string() string {
	begin := r.at
	for r.at++; r.text[r.at] != '"'; r.at++ {
		if r.text[r.at] == '\\' {
			r.at++
		}
	}
	r.at++
	return object.TextOf([]byte(r.text[begin:r.at]))
}

// Package yaml reads YAML (and JSON) into nodes that know where they stand, within bounds that a hostile document
// cannot cross, and writes JSON as YAML.
package yaml

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Node is a value and its place in the text.
type Node struct {
	Kind    Kind
	Line    int // from 1
	Column  int
	Scalar  []byte // JSON of a scalar
	Text    string // of a string
	Members []Member
	Items   []*Node
}

// Member is a member of a mapping.
type Member struct {
	Name         string
	Line, Column int
	Value        *Node
}

// Kind of a node.
type Kind uint8

// Kinds of nodes.
const (
	Null Kind = iota
	Bool
	Number
	String
	Mapping
	Sequence
)

// Error is a fault in a text, with its place.
type Error struct {
	Line, Column int
	Message      string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// Parse reads one document of at most so many values, aliases counted as often as they are used. It takes time
// and memory in proportion to the text.
func Parse(data []byte, nodes int) (*Node, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, fault(data, invalid(data), "not valid UTF-8")
	}
	if asJSON(data) {
		return readJSON(string(data), nodes)
	}
	return readYAML(data, nodes)
}

// invalid is the offset of the first byte that is not UTF-8.
func invalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// fault is an error at an offset.
func fault(data []byte, offset int, format string, args ...any) *Error {
	before := bytes.ReplaceAll(bytes.ReplaceAll(data[:offset], []byte("\r\n"), []byte{'\n'}), []byte{'\r'}, []byte{'\n'})
	start := bytes.LastIndexByte(before, '\n') + 1
	return &Error{bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1, fmt.Sprintf(format, args...)}
}

var tooDeep = fmt.Sprintf("nested more than %d levels deep", api.MaxDepth)

// budget is how many values a document may have, and how many it may still have.
type budget struct{ most, left int }

// value counts a value, which is nested so deeply.
func (b *budget) value(line, column, depth int) error {
	if b.left--; b.left < 0 {
		return &Error{line, column, fmt.Sprintf("more than %d values", b.most)}
	}
	if depth > api.MaxDepth {
		return &Error{line, column, tooDeep}
	}
	return nil
}

// duplicate refuses a member with the name of another.
func (m *Member) duplicate(first *Member) error {
	return &Error{m.Line, m.Column, fmt.Sprintf("mapping key %q already defined at [%d:%d]", m.Name, first.Line, first.Column)}
}

func (n *Node) text(s string) {
	n.Kind, n.Text, n.Scalar = String, s, api.Quote(s)
}

// Get is the value of a member of a mapping, or nil.
func (n *Node) Get(name string) *Node {
	for i := range n.Members {
		if n.Members[i].Name == name {
			return n.Members[i].Value
		}
	}
	return nil
}

// JSON appends the node as JSON.
func (n *Node) JSON(to []byte) []byte {
	switch n.Kind {
	case Mapping:
		to = append(to, '{')
		for i, m := range n.Members {
			if i > 0 {
				to = append(to, ',')
			}
			to = append(api.AppendString(to, m.Name), ':')
			to = m.Value.JSON(to)
		}
		return append(to, '}')
	case Sequence:
		to = append(to, '[')
		for i, v := range n.Items {
			if i > 0 {
				to = append(to, ',')
			}
			to = v.JSON(to)
		}
		return append(to, ']')
	default:
		return append(to, n.Scalar...)
	}
}

// Find follows a path of names and positions as far as it leads and gives the last node on it.
func (n *Node) Find(path []string) *Node {
	for _, p := range path {
		var next *Node
		if n.Kind == Sequence {
			if i, err := strconv.Atoi(p); err == nil && i >= 0 && i < len(n.Items) {
				next = n.Items[i]
			}
		} else {
			next = n.Get(p)
		}
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

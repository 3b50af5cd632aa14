// Package yaml reads YAML (and JSON) into nodes that know where they stand, within bounds that a hostile document
// cannot cross, and writes JSON as YAML.
package yaml

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/portico-emulator/portico/emulator/internal/object"
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

// Parse reads one document of at most so many nodes, aliases counted as often as they are used.
func Parse(data []byte, nodes int) (root *Node, err error) {
	if !utf8.Valid(data) {
		return nil, &Error{Message: "not valid UTF-8"}
	}
	if e := depth(data); e != nil {
		return nil, e
	}
	if asJSON(data) {
		return readJSON(string(data), nodes)
	}
	defer func() {
		// The parser is known to panic on some broken texts.
		if r := recover(); r != nil {
			root, err = nil, &Error{Message: "not valid YAML"}
		}
	}()
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntax(err)
	}
	var body ast.Node
	for _, d := range file.Docs {
		if d.Body == nil {
			continue
		}
		if body != nil {
			return nil, at(d.Body, "a second document in one text")
		}
		body = d.Body
	}
	if body == nil {
		return &Node{Kind: Null, Line: 1, Column: 1, Scalar: object.Null}, nil
	}
	r := reader{left: nodes, anchors: map[string]ast.Node{}}
	return r.node(body, 0)
}

// depth refuses nesting on which a recursive parser would exhaust its stack.
func depth(data []byte) *Error {
	open, dashes, line := 0, 0, 1
	for _, c := range data {
		switch c {
		case '[', '{':
			open++
		case ']', '}':
			open = max(open-1, 0)
		case '-', '?', ':':
			dashes++
		case ' ':
		case '\n':
			line++
			dashes = 0
		default:
			dashes = 0
		}
		if open > 4*object.MaxDepth || dashes > 4*object.MaxDepth {
			return &Error{Line: line, Column: 1, Message: fmt.Sprintf("nested more than %d levels deep", object.MaxDepth)}
		}
	}
	return nil
}

func syntax(err error) *Error {
	var s yaml.Error
	if errors.As(err, &s) && s.GetToken() != nil {
		p := s.GetToken().Position
		return &Error{p.Line, p.Column, s.GetMessage()}
	}
	return &Error{Message: strings.SplitN(err.Error(), "\n", 2)[0]}
}

func at(n ast.Node, format string, args ...any) *Error {
	e := &Error{Message: fmt.Sprintf(format, args...)}
	if t := n.GetToken(); t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
	}
	return e
}

type reader struct {
	left    int
	anchors map[string]ast.Node
}

func (r *reader) node(n ast.Node, depth int) (*Node, error) {
	if r.left--; r.left < 0 {
		return nil, at(n, "too many values")
	}
	if depth > object.MaxDepth {
		return nil, at(n, "nested more than %d levels deep", object.MaxDepth)
	}
	out := &Node{}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.Line, out.Column = t.Position.Line, t.Position.Column
	}
	switch n := n.(type) {
	case *ast.NullNode:
		out.Scalar = object.Null
	case *ast.BoolNode:
		out.Kind, out.Scalar = Bool, object.Boolean(n.Value)
	case *ast.IntegerNode:
		out.Kind, out.Scalar = Number, fmt.Append(nil, n.Value)
	case *ast.FloatNode:
		if math.IsInf(n.Value, 0) || math.IsNaN(n.Value) {
			return nil, at(n, "%s is not a number that JSON has", n.String())
		}
		out.Kind, out.Scalar = Number, strconv.AppendFloat(nil, n.Value, 'g', -1, 64)
	case *ast.StringNode:
		out.text(n.Value)
	case *ast.LiteralNode:
		out.text(n.Value.Value)
	case *ast.AnchorNode:
		r.anchors[n.Name.GetToken().Value] = n.Value
		return r.node(n.Value, depth)
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		target, ok := r.anchors[name]
		if !ok {
			return nil, at(n, "no anchor %q before this alias", name)
		}
		return r.node(target, depth+1)
	case *ast.TagNode:
		if tag := n.Start.Value; tag != "!!str" && tag != "!!map" && tag != "!!seq" && tag != "!!int" && tag != "!!float" && tag != "!!bool" {
			return nil, at(n, "tag %s is not accepted", tag)
		}
		inner, err := r.node(n.Value, depth)
		if err == nil && n.Start.Value == "!!str" && inner.Kind != String {
			inner.text(n.Value.String())
		}
		return inner, err
	case *ast.SequenceNode:
		out.Kind = Sequence
		for _, v := range n.Values {
			item, err := r.node(v, depth+1)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, item)
		}
	case *ast.MappingNode:
		return out, r.members(out, n.Values, depth)
	case *ast.MappingValueNode:
		return out, r.members(out, []*ast.MappingValueNode{n}, depth)
	default:
		return nil, at(n, "not accepted here: %s", n.Type())
	}
	return out, nil
}

func (n *Node) text(s string) {
	n.Kind, n.Text, n.Scalar = String, s, object.Quote(s)
}

func (r *reader) members(out *Node, values []*ast.MappingValueNode, depth int) error {
	out.Kind = Mapping
	for _, mv := range values {
		value, err := r.node(mv.Value, depth+1)
		if err != nil {
			return err
		}
		if mv.Key.IsMergeKey() {
			if value.Kind != Mapping {
				return at(mv.Key, "<< needs a mapping")
			}
			for _, m := range value.Members {
				if out.Get(m.Name) == nil {
					out.Members = append(out.Members, m)
				}
			}
			continue
		}
		key, err := r.node(mv.Key, depth+1)
		if err != nil {
			return err
		}
		name := key.Text
		switch key.Kind {
		case String:
		case Mapping, Sequence:
			return at(mv.Key, "a name must be a scalar")
		default:
			name = mv.Key.GetToken().Value
		}
		if out.Get(name) != nil {
			return at(mv.Key, "%q is a duplicate member", name)
		}
		out.Members = append(out.Members, Member{name, key.Line, key.Column, value})
		if len(out.Members) == 1 {
			out.Line, out.Column = key.Line, key.Column
		}
	}
	return nil
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
			to = append(object.AppendString(to, m.Name), ':')
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

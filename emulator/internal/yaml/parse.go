package yaml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// maxBytes and maxValues limit YAML whatever the caller allows: the library keeps up to 2 KB for a value, and the whole of
// a list in brackets before it gives the first of them. JSON has no such limit.
const (
	maxBytes  = 16 << 20
	maxValues = 500_000
)

// maxRepeated is how many bytes of text aliases may repeat, unless the document itself is longer.
const maxRepeated = 1 << 20

// version is the directive of a text that claims YAML 1.2 or so. The library accepts only 1.1, and reads all alike.
var version = regexp.MustCompile(`^(?:[ \t]*(?:#.*)?\r?\n)*%YAML[ \t]+1\.([0-9])\s`)

// readYAML reads one document. The library makes a tree of the whole text before anything can be counted, so crowded
// looks at the text first.
func readYAML(data []byte, nodes int) (*Node, error) {
	nodes = min(nodes, maxValues)
	if len(data) > maxBytes {
		return nil, fault(data, maxBytes, "not valid JSON, and too long for YAML: more than %d MiB", maxBytes>>20)
	}
	if err := crowded(data, nodes); err != nil {
		return nil, err
	}
	if found := version.FindSubmatchIndex(data); found != nil {
		data = bytes.Clone(data)
		data[found[2]] = '1'
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithPlugin(limits{}))
	if err != nil {
		return nil, err
	}
	var root *yaml.Node
	for {
		var document yaml.Node
		err := load(loader, &document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, syntax(data, err)
		}
		switch body := document.Content[0]; {
		case body.Kind == yaml.ScalarNode && body.Value == "" && body.Style == 0 && body.Anchor == "":
		case root != nil:
			return nil, at(body, "a second document in one text")
		default:
			root = body
		}
	}
	if root == nil {
		return &Node{Kind: Null, Line: 1, Column: 1, Scalar: api.Null}, nil
	}
	r := reader{budget: budget{nodes, nodes}, repeated: max(maxRepeated, len(data))}
	return r.node(root, 0)
}

// crowded refuses a text with more signs of the kind before which, or after which, a value stands than so many values
// need. Signs within text count as well, for which there is some room: only the library could tell. So the library makes
// at most 4 nodes for each value that is allowed, and one for 16 bytes.
//
// It also refuses %TAG. No tag that is accepted needs it, and the library goes through all directives for each tag.
func crowded(data []byte, nodes int) error {
	room := 4*nodes + len(data)/16
	for i, c := range data {
		switch c {
		case ':', ',', '{': // a name and a value may follow
			room -= 2
		case '[', '#': // a comment is kept, too
			room--
		case '-', '?': // a sign only before what is blank
			if i+1 == len(data) || data[i+1] <= ' ' || data[i+1] > '~' {
				room -= 2
			}
		case '%':
			// The library ends a line with these, or with a character that ends so.
			if (i == 0 || bytes.IndexByte([]byte("\n\r\x85\xa8\xa9"), data[i-1]) >= 0) && bytes.HasPrefix(data[i:], []byte("%TAG")) {
				return fault(data, i, "the directive %%TAG is not accepted")
			}
		}
		if room < 0 {
			return fault(data, i, "too many colons, commas, dashes and brackets for %d values", nodes)
		}
	}
	return nil
}

// limits refuses nesting before the library follows it. What aliases repeat is counted by reader.
type limits struct{}

var errDeep = errors.New(tooDeep)

// CheckDepth limits what stands in brackets and what is indented, each by itself.
func (limits) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > api.MaxDepth+1 {
		return errDeep
	}
	return nil
}

// CheckAlias accepts all: nodes keep their aliases.
func (limits) CheckAlias(int, int) error { return nil }

func load(loader *yaml.Loader, document *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("not valid YAML")
		}
	}()
	return loader.Load(document)
}

// syntax is an error of the library in our form.
func syntax(data []byte, err error) error {
	e, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return &Error{Message: err.Error()}
	}
	message := e.Message
	if e.ContextMsg != "" && message != tooDeep {
		message += " " + e.ContextMsg
	}
	end := fault(data, len(data), "%s", message)
	switch {
	case e.Mark.Line == 0: // its reader counts bytes only
		return fault(data, min(e.Mark.Index, len(data)), "%s", message)
	case e.Mark.Line > end.Line: // it ends the last line by itself
		return end
	}
	return &Error{e.Mark.Line, e.Mark.Column, message}
}

func at(n *yaml.Node, message string) *Error { return &Error{n.Line, n.Column, message} }

// reader makes nodes of the library's.
type reader struct {
	budget
	aliases  int // that lead to what is read
	repeated int // bytes that aliases may still repeat
}

func (r *reader) node(n *yaml.Node, depth int) (*Node, error) {
	if n.Kind == yaml.AliasNode {
		r.aliases++
		defer func() { r.aliases-- }()
		return r.node(n.Alias, depth)
	}
	if err := r.value(n.Line, n.Column, depth); err != nil {
		return nil, err
	}
	if err := r.check(n); err != nil {
		return nil, err
	}
	out := &Node{Line: n.Line, Column: n.Column}
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		err = r.members(out, n, depth+1)
	case yaml.SequenceNode:
		out.Kind = Sequence
		out.Items = make([]*Node, len(n.Content))
		for i, item := range n.Content {
			if out.Items[i], err = r.node(item, depth+1); err != nil {
				break
			}
		}
	default:
		err = out.scalar(n)
	}
	if err == nil && tagged(n) && !out.fits(n.Tag) {
		err = at(n, "the tag "+n.Tag+" does not fit the value")
	}
	return out, err
}

// check refuses tags, and what aliases repeat too often, of a value or a name.
func (r *reader) check(n *yaml.Node) error {
	if r.aliases > 0 {
		if r.repeated -= len(n.Value); r.repeated < 0 {
			return at(n, "aliases repeat more text than the document has, and more than 1 MiB")
		}
	}
	if tagged(n) && kinds[n.Tag] == nil {
		return at(n, "the tag "+n.Tag+" is not accepted")
	}
	return nil
}

// tagged tells whether the text itself gives the node a tag.
func tagged(n *yaml.Node) bool { return n.Style&yaml.TaggedStyle != 0 || n.Tag == "!" }

// kinds are the tags that are accepted, and what fits them.
var kinds = map[string]func(*Node) bool{
	"!!str":   func(n *Node) bool { return n.Kind == String },
	"!!map":   func(n *Node) bool { return n.Kind == Mapping },
	"!!seq":   func(n *Node) bool { return n.Kind == Sequence },
	"!!bool":  func(n *Node) bool { return n.Kind == Bool },
	"!!float": func(n *Node) bool { return n.Kind == Number },
	"!!int":   func(n *Node) bool { return n.Kind == Number && !bytes.ContainsAny(n.Scalar, ".e") },
}

func (n *Node) fits(tag string) bool { return kinds[tag](n) }

// members reads a mapping. What << merges gives way to what the mapping has by itself, wherever that stands.
func (r *reader) members(out *Node, n *yaml.Node, depth int) error {
	out.Kind = Mapping
	out.Members = make([]Member, 0, len(n.Content)/2)
	type place struct {
		at     int
		merged bool
	}
	places := make(map[string]place, len(n.Content)/2)
	merges := false
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		value, err := r.node(n.Content[i+1], depth)
		if err != nil {
			return err
		}
		if key.Kind == yaml.ScalarNode && key.Value == "<<" && key.Style == 0 {
			switch {
			case merges:
				return at(key, `mapping key "<<" already defined`)
			case value.Kind != Mapping:
				return at(key, "<< needs a mapping")
			}
			merges = true
			for _, m := range value.Members {
				if _, ok := places[m.Name]; !ok {
					places[m.Name] = place{len(out.Members), true}
					out.Members = append(out.Members, m)
				}
			}
			continue
		}
		name, err := r.name(key)
		if err != nil {
			return err
		}
		m := Member{name, key.Line, key.Column, value}
		p, ok := places[name]
		switch {
		case !ok:
			p.at = len(out.Members)
			out.Members = append(out.Members, m)
		case !p.merged:
			return m.duplicate(&out.Members[p.at])
		default:
			out.Members[p.at] = m
		}
		places[name] = place{at: p.at}
	}
	if len(n.Content) > 0 {
		out.Line, out.Column = n.Content[0].Line, n.Content[0].Column
	}
	return nil
}

// name is the name of a member as the text has it, whatever it would be as a value.
func (r *reader) name(n *yaml.Node) (string, error) {
	if n.Kind == yaml.AliasNode {
		r.aliases++
		defer func() { r.aliases-- }()
		return r.name(n.Alias)
	}
	if err := r.check(n); err != nil {
		return "", err
	}
	switch {
	case n.Kind != yaml.ScalarNode:
		return "", at(n, "a name must be a scalar, not a mapping or a sequence")
	case n.Value == "" && n.Style == 0:
		return "", at(n, "a name is missing")
	}
	return n.Value, nil
}

const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// scalar reads a scalar as YAML 1.2 does: what looks like a time, a version or yes is text.
func (n *Node) scalar(from *yaml.Node) error {
	s := from.Value
	if from.Tag == "!!str" || !tagged(from) && from.Style&quoted != 0 {
		n.text(s)
		return nil
	}
	switch s {
	case "", "~", "null", "Null", "NULL":
		n.Scalar = api.Null
	case "true", "True", "TRUE":
		n.Kind, n.Scalar = Bool, api.True
	case "false", "False", "FALSE":
		n.Kind, n.Scalar = Bool, api.False
	default:
		if infinite.MatchString(s) {
			return at(from, s+" is not a number that JSON has")
		}
		if n.Scalar = numeral(s); n.Scalar != nil {
			n.Kind = Number
		} else {
			n.text(s)
		}
	}
	return nil
}

var (
	infinite = regexp.MustCompile(`^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$`)
	based    = regexp.MustCompile(`^[-+]?0(?:b[01]+|o[0-7]+|x[0-9a-fA-F]+)$`)
	whole    = regexp.MustCompile(`^(?:\+|(-))?0*([0-9]+)$`)
	decimal  = regexp.MustCompile(`^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$`)
)

// numeral is a number as JSON has it: whole ones with all their digits, others rounded as every reader of JSON does. It is
// nil for a text, and for what is too large.
func numeral(s string) []byte {
	switch c := s[0]; {
	case c != '+' && c != '-' && c != '.' && (c < '0' || c > '9'):
	case based.MatchString(s):
		if v, err := strconv.ParseInt(s, 0, 64); err == nil {
			return strconv.AppendInt(nil, v, 10)
		}
	case whole.MatchString(s):
		return whole.ReplaceAll([]byte(s), []byte("$1$2"))
	case decimal.MatchString(s):
		if v, err := strconv.ParseFloat(s, 64); err == nil {
			return strconv.AppendFloat(nil, v, 'g', -1, 64)
		}
	}
	return nil
}

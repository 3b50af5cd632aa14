package object

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// MaxPath is how many bytes a JSON path may have.
const MaxPath = 4 << 10

var stepForm = regexp.MustCompile(`^(?:\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])`)

// Path reads a JSON path of the forms $.a.b[0] and $['x'] and returns its member names and positions, outermost first.
func Path(path string) ([]string, error) {
	if len(path) > MaxPath {
		return nil, fmt.Errorf("a JSON path of %d bytes is too long; want at most %d", len(path), MaxPath)
	}
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, fmt.Errorf("%q is no JSON path: it begins with $, as in $.a.b[0] or $['x']", path)
	}
	var out []string
	for rest != "" {
		m := stepForm.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("%q is no JSON path at %q: steps are .name, [0] and ['name']", path, rest)
		}
		out = append(out, m[1]+m[2]+strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`).Replace(m[3]+m[4]))
		rest = rest[len(m[0]):]
	}
	return out, nil
}

// Escape returns a member name as a part of a JSON pointer (RFC 6901), without the slash before it.
func Escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// Pointer returns the member names and positions of a JSON pointer, outermost first.
func Pointer(pointer string) []string {
	pointer = strings.TrimPrefix(pointer, "/")
	if pointer == "" {
		return nil
	}
	steps := strings.Split(pointer, "/")
	for i, s := range steps {
		steps[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
	}
	return steps
}

// Tree is a JSON value in which many paths are followed. Each value in it is read at most once, so that a long list of
// conditions reads a large body once. The zero Tree has no value. It is not safe for concurrent use.
type Tree struct {
	value   gjson.Result
	read    bool
	members map[string]*Tree
	items   []Tree
}

// NewTree returns the tree of a document. That of one that is not valid JSON has no value.
func NewTree(document []byte) *Tree {
	if !gjson.ValidBytes(document) {
		return &Tree{}
	}
	return &Tree{value: gjson.ParseBytes(document)}
}

// At returns the value at the end of a path of member names and positions. It does not exist where the path leads nowhere.
func (t *Tree) At(steps []string) gjson.Result {
	for _, s := range steps {
		if t = t.child(s); t == nil {
			return gjson.Result{}
		}
	}
	return t.value
}

func (t *Tree) child(step string) *Tree {
	if !t.read {
		t.readChildren()
	}
	if t.items == nil {
		return t.members[step]
	}
	if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(t.items) {
		return &t.items[i]
	}
	return nil
}

func (t *Tree) readChildren() {
	t.read = true
	switch {
	case t.value.IsArray():
		for _, v := range t.value.Array() {
			t.items = append(t.items, Tree{value: v})
		}
	case t.value.IsObject():
		t.members = map[string]*Tree{}
		t.value.ForEach(func(name, v gjson.Result) bool {
			t.members[name.Str] = &Tree{value: v} // the last of several members with the same name counts
			return true
		})
	}
}

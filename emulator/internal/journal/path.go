package journal

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

var stepForm = regexp.MustCompile(`^(?:\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])`)

// Steps reads a JSON path of the forms $.a.b[0] and $['x'].
func Steps(path string) ([]string, error) {
	if len(path) > MaxPattern {
		return nil, fmt.Errorf("a JSON path of %d bytes is too long; want at most %d", len(path), MaxPattern)
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

// Tree is a JSON value in which many paths are followed. What was read for one path is not read again for the next, so
// that a long list of conditions reads a large body once.
type Tree struct {
	value   gjson.Result
	read    bool
	members map[string]*Tree
	items   []Tree
}

// NewTree is the tree of a document. Nothing is found in one that is not valid JSON.
func NewTree(document []byte) *Tree {
	if !gjson.ValidBytes(document) {
		return &Tree{}
	}
	return &Tree{value: gjson.ParseBytes(document)}
}

// At gives the value to which steps lead, or one that does not exist.
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
			t.members[name.Str] = &Tree{value: v} // of members with one name the last counts
			return true
		})
	}
}

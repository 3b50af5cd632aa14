package yaml_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// shape is a text that can be of any length: a head, a piece that is repeated, a tail. "$" in the piece is the number of the time.
type shape [3]string

// text repeats the piece so often, as long as there is room for so many bytes.
func (s shape) text(times, room int) []byte {
	out := []byte(s[0])
	for i := range times {
		if len(out)+len(s[1])+len(s[2]) > room {
			break
		}
		out = append(out, strings.ReplaceAll(s[1], "$", strconv.Itoa(i))...)
	}
	return append(out, s[2]...)
}

// shapes are what could cost more than in proportion: in keys, nesting, anchors, text, comments.
var shapes = map[string]shape{
	"keys":                  {"", "k$:\n", ""},
	"quoted keys":           {"", "\"k$\": v\n", ""},
	"explicit keys":         {"", "? k$\n: v\n", ""},
	"keys in braces":        {"{", "k$, ", "}"},
	"one key":               {"", "k:\n", ""},
	"list":                  {"", "- a\n", ""},
	"list in brackets":      {"[", "a,", "]"},
	"lines in brackets":     {"[", "a,\n", "]"},
	"empty items":           {"", "-\n", ""},
	"lists in brackets":     {"[", "[],", "]"},
	"pairs in brackets":     {"[", "a: ,", "]"},
	"colons in brackets":    {"[", ":,", "]"},
	"a list as a name":      {"[", "a,", "]: b\n"},
	"lists as names":        {"{", "[a]: b, ", "}"},
	"open brackets":         {"", "[", ""},
	"open braces":           {"", "{a: ", ""},
	"dashes":                {"", "- ", "a"},
	"question marks":        {"", "? ", "a"},
	"colons":                {"", ": ", "a"},
	"up and down":           {"", "a$:\n b:\n  - c:\n    d:\n", ""},
	"tags":                  {"", "- !!str a\n", ""},
	"tags, one after other": {"", "!!str ", "a"},
	"tag directives":        {"", "%TAG !a$! b\n", "---\na"},
	"a long tag prefix":     {"%TAG !a! " + strings.Repeat("b", 1000) + "\n---\n", "- !a!b c\n", ""},
	"anchors":               {"", "- &a$ a\n", ""},
	"one anchor":            {"", "&a ", "b"},
	"aliases":               {"- &a b\n", "- *a\n", ""},
	"aliases in brackets":   {"- &a b\n- [", "*a,", "]\n"},
	"aliases of a list":     {"- &a [b, b, b, b, b, b, b, b, b, b]\n", "- *a\n", ""},
	"aliases of aliases":    {"- &a0 [b]\n", "- &a$1 [*a0, *a0]\n", ""},
	"a cycle":               {"&a [", "*a,", "]"},
	"merges":                {"- &a {b: c}\n", "- {<<: *a, d: e}\n", ""},
	"a long merge":          {"a: &a\n", "  k$: v\n", "b: {<<: *a, c: d}\n"},
	"words":                 {"a: ", "b ", ""},
	"lines of words":        {"a:\n", " b\n", ""},
	"blanks":                {"a: b", " ", "c"},
	"blank lines":           {"a: b\n", "  \n", "c: d\n"},
	"tabs":                  {"a:", "\t", "b"},
	"lines as they are":     {"a: |\n", " b\n", ""},
	"folded lines":          {"a: >\n", " b\n\n", ""},
	"texts of lines":        {"", "- |\n b\n", ""},
	"lines in quotes":       {"a: \"", "b\n ", "\""},
	"escapes":               {"a: \"", "\\u00e9", "\""},
	"quotes in quotes":      {"a: '", "''", "'"},
	"digits":                {"a: 1", "2", ""},
	"digits behind a point": {"a: 1.", "2", ""},
	"times":                 {"", "- 2001-01-01T00:00:00Z\n", ""},
	"comments":              {"a: b\n", "#\n", "c: d\n"},
	"comments, apart":       {"a: b\n", "# c\n\n", "c: d\n"},
	"comments at the end":   {"", "k$: # c\n", ""},
	"comments in brackets":  {"[", "a #\n,", "]"},
	"comments downhill":     {"", "a$:\n b:\n  c: d\n  #\n #\n#\n", ""},
	"documents":             {"", "---\n", ""},
	"ends of documents":     {"a: b\n", "...\n", ""},
	"JSON keys":             {"{\"a\":1", ",\"k$\":[{}]", "}"},
	"JSON list":             {"[1", ",1", "]"},
	"JSON text":             {"[\"", "\\u00e9[", "\"]"},
	"JSON, broken":          {"[\"", "\\u00e9[", ""},
}

// The cost grows as the text does, whether it is read or refused.
func TestLinear(t *testing.T) {
	t.Parallel()
	for name, s := range shapes {
		heap.Linear(t, name, 1000, func(n int) { _, _ = yaml.Parse(s.text(n, 1<<30), 1_000_000) })
	}
}

// Each bound holds: what keeps it is read, and one more is refused.
func TestBounds(t *testing.T) {
	t.Parallel()
	const nodes = 1000
	deep := func(open, end string, levels int) string {
		return strings.Repeat(open, levels) + "x" + strings.Repeat(end, levels)
	}
	stairs := func(levels int) string {
		var b strings.Builder
		for i := range levels {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}
	xs := strings.Repeat("x", 1<<20/16)
	for _, c := range []struct {
		name          string
		kept, tooMuch string
		fault         string
	}{
		{name: "values", kept: strings.Repeat("- a\n", nodes-1), tooMuch: strings.Repeat("- a\n", nodes), fault: "1000:3: more than 1000 values"},
		{name: "keys", kept: string(shapes["keys"].text(nodes-1, 1<<20)), tooMuch: string(shapes["keys"].text(nodes, 1<<20)), fault: "1000:6: more than 1000 values"},
		{name: "values in JSON", kept: string(shape{"[1", ",1", "]"}.text(nodes-2, 1<<20)), tooMuch: string(shape{"[1", ",1", "]"}.text(nodes-1, 1<<20)), fault: "1:2000: more than 1000 values"},
		{name: "values by aliases", kept: "- &a [" + strings.Repeat("b,", 99) + "]\n" + strings.Repeat("- *a\n", 8), tooMuch: "- &a [" + strings.Repeat("b,", 99) + "]\n" + strings.Repeat("- *a\n", 9), fault: "1:203: more than 1000 values"},
		{name: "signs", kept: "- a\n- '" + strings.Repeat(",", 2*nodes) + "'", tooMuch: "- a\n- '" + strings.Repeat(",", 2500) + "'", fault: "2:2080: too many colons, commas, dashes and brackets for 1000 values"},
		{name: "brackets", kept: deep("[", "]", api.MaxDepth), tooMuch: deep("[", "]", api.MaxDepth+1), fault: "1:66: nested more than 64 levels deep"},
		{name: "braces", kept: deep("{a: ", "}", api.MaxDepth), tooMuch: deep("{a: ", "}", api.MaxDepth+1), fault: "1:261: nested more than 64 levels deep"},
		{name: "JSON", kept: strings.Repeat(`{"a":[`, 32) + "[]" + strings.Repeat("]}", 32), tooMuch: strings.Repeat(`{"a":[`, 32) + "[[]]" + strings.Repeat("]}", 32), fault: "1:194: nested more than 64 levels deep"},
		{name: "dashes", kept: deep("- ", "", api.MaxDepth), tooMuch: deep("- ", "", api.MaxDepth+1), fault: "1:131: nested more than 64 levels deep"},
		{name: "stairs", kept: stairs(api.MaxDepth), tooMuch: stairs(api.MaxDepth + 1), fault: "65:67: nested more than 64 levels deep"},
		{name: "lists beside their names", kept: "a:\n" + deep("- ", "", api.MaxDepth-1), tooMuch: "a:\n" + deep("- ", "", api.MaxDepth), fault: "2:129: nested more than 64 levels deep"},
		{name: "text by aliases", kept: "- &a " + xs + "\n" + strings.Repeat("- *a\n", 16), tooMuch: "- &a " + xs + "\n" + strings.Repeat("- *a\n", 17), fault: "1:3: aliases repeat more text than the document has, and more than 1 MiB"},
		{name: "names by aliases", kept: "- &a {? " + xs + " : }\n" + strings.Repeat("- {<<: *a}\n", 16), tooMuch: "- &a {? " + xs + " : }\n" + strings.Repeat("- {<<: *a}\n", 17), fault: "1:9: aliases repeat more text than the document has, and more than 1 MiB"},
	} {
		if _, err := yaml.Parse([]byte(c.kept), nodes); err != nil {
			t.Errorf("%s: got %v, want it read", c.name, err)
		}
		if _, err := yaml.Parse([]byte(c.tooMuch), nodes); err == nil || err.Error() != c.fault {
			t.Errorf("%s: got %v, want %s", c.name, err, c.fault)
		}
	}
}

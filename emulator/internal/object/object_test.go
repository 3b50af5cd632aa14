package object_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
)

func TestParseIsCanonical(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		` { "a" : 1 , "b":[ true , null ] } `: `{"a":1,"b":[true,null]}`,
		`{"a":1,"b":2,"a":3}`:                 `{"a":3,"b":2}`,
		`{"x":{"a":1,"a":2},"y":0}`:           `{"x":{"a":2},"y":0}`,
		`{"x":[{"a":1,"a":{"b":1,"b":2}}]}`:   `{"x":[{"a":{"b":2}}]}`,
		`"\u0041\/\u00e9<"`:                   `"A/é<"`,
		`"\ud83d\ude00\u0000\n\""`:            `"😀\u0000\n\""`,
		`12345678901234567890.10`:             `12345678901234567890.10`,
		`{"a\u0062":1}`:                       `{"ab":1}`,
		`{"a.b":{"c":1}}`:                     `{"a.b":{"c":1}}`,
	} {
		b, err := object.Parse([]byte(in))
		if err != nil || string(b.JSON) != want {
			t.Errorf("%s: got %s %v, want %s", in, b.JSON, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", " ", "{", `{"a":}`, `{"a":1,}`, "[1 2]", "nul", "01", "1e", `"a`, "\"\x01\"", "\"\xff\"", `{"a":1} x`, "{} {}",
		strings.Repeat("[", object.MaxDepth+1) + strings.Repeat("]", object.MaxDepth+1),
		strings.Repeat(`{"a":`, 1_000_000),
	} {
		if b, err := object.Parse([]byte(in)); err == nil {
			t.Errorf("%.40q: got %s, want an error", in, b.JSON)
		}
	}
}

// What Parse takes, the standard library takes too and understands alike; what it writes is stable.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":1,"a":2}`, `[1e5,"\ud800",{"":{}}]`, `{"a":{"a":{"b":1,"b":[]}}}`, "\"\u2028\"", `-0.0`, `1e999`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		heap.Input(t)
		b, err := object.Parse(data)
		if err != nil {
			if json.Valid(data) && utf8.Valid(data) && !strings.Contains(err.Error(), "range") && !strings.Contains(err.Error(), "deep") {
				t.Fatalf("%q: refused: %v", data, err)
			}
			return
		}
		var want, got any
		if err := json.Unmarshal(data, &want); err != nil {
			if strings.Contains(err.Error(), "cannot unmarshal number") { // beyond float64
				return
			}
			t.Fatalf("%q: taken, but %v", data, err)
		}
		if err := json.Unmarshal(b.JSON, &got); err != nil {
			t.Fatalf("%q: wrote %q: %v", data, b.JSON, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: wrote %q", data, b.JSON)
		}
		again, err := object.Parse(b.JSON)
		if err != nil || string(again.JSON) != string(b.JSON) {
			t.Fatalf("%q: %q became %q, %v", data, b.JSON, again.JSON, err)
		}
		if b.Object != nil && string(b.Object.JSON()) != string(b.JSON) {
			t.Fatalf("%q: members %s, whole %s", data, b.Object.JSON(), b.JSON)
		}
	})
}

func TestMergePatch(t *testing.T) {
	t.Parallel()
	// The cases of RFC 7396, appendix A, with objects on both sides or none.
	for _, tt := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		// And beyond them: arrays stay as they are in the patch, and the last of several members of one name counts.
		{`{"a":1}`, `{"a":[1,{"b":null}]}`, `{"a":[1,{"b":null}]}`},
		{`{"a":1,"b":2,"c":3}`, `{"b":null,"a":4,"b":5,"d":null,"d":6}`, `{"a":4,"c":3,"b":5,"d":6}`},
	} {
		if got := string(object.MergePatch([]byte(tt[0]), []byte(tt[1]))); got != tt[2] {
			t.Errorf("%s with %s: got %s, want %s", tt[0], tt[1], got, tt[2])
		}
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[{}]}`, `{"b":[{}],"a":1.0}`, true},
		{`{"a":1}`, `{"a":1,"b":null}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`"1"`, `1`, false},
		{`null`, `false`, false},
	} {
		if got := object.Same([]byte(tt.a), []byte(tt.b)); got != tt.want {
			t.Errorf("%s, %s: got %t", tt.a, tt.b, got)
		}
	}
}

// A text stands in JSON as the standard library would put it there, but for the escapes that only HTML needs.
func FuzzAppendText(f *testing.F) {
	for _, s := range []string{"", "a", "12345678", "1234567\"", "\\234567890", "eight by\x1f", "eight by\x7f", "é12345678", "1234567\xff", " !#[]~", "\u2028"} {
		f.Add(s)
		f.Add(s + s + "0123456789" + s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		heap.Input(t)
		var got string
		if err := json.Unmarshal(object.AppendString(nil, s), &got); err != nil {
			t.Fatalf("%q: got %q, %v", s, object.AppendString(nil, s), err)
		}
		want, err := object.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		var meant string
		if err := json.Unmarshal(want, &meant); err != nil || got != meant {
			t.Fatalf("%q: got %q, want %q", s, got, meant)
		}
	})
}

// A tree has at a path what the document has there.
func TestTree(t *testing.T) {
	t.Parallel()
	tree := object.NewTree([]byte(`{"a":{"b":[1,{"c":null}],"b/c":"x"},"a b":2,"a":{"b":[3,{"c":4}]},"d":"{\"e\":1}"}`))
	for path, want := range map[string]string{
		"$.a.b[0]": "3", "$.a.b[1].c": "4", "$['a b']": "2", "$.a.b": `[3,{"c":4}]`, "$.a.b[2]": "", "$.a.b.c": "", "$.a.b[1].c.d": "",
		"$.d.e": "", "$.none": "", "$['a']['b/c']": "",
	} {
		steps, err := object.Path(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got := tree.At(steps).Raw; got != want {
				t.Errorf("%s: got %s, want %s", path, got, want)
			}
		}
	}
	if got := object.NewTree([]byte(`{"a":`)).At([]string{"a"}); got.Exists() {
		t.Errorf("no JSON: got %s", got)
	}
	if got := object.NewTree([]byte(`[1]`)).At(nil); got.Raw != "[1]" {
		t.Errorf("the whole: got %s", got)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, after, want string }{
		{`{"a":1}`, `{"a":1.0}`, `null`},
		{`{"a":1,"b":2}`, `{"b":3,"c":null}`, `[{"op":"remove","path":"/a"},{"op":"replace","path":"/b","value":3},{"op":"add","path":"/c","value":null}]`},
		{`{"a/b":{"~":[1,{"x":1}]}}`, `{"a/b":{"~":[1,{"x":2}]}}`, `[{"op":"replace","path":"/a~1b/~0/1/x","value":2}]`},
		{`{"a":[1]}`, `{"a":[1,2]}`, `[{"op":"replace","path":"/a","value":[1,2]}]`},
		{`{}`, `[]`, `[{"op":"replace","path":"","value":[]}]`},
	} {
		got, err := object.Encode(object.Diff([]byte(c.before), []byte(c.after)))
		if err != nil || string(got) != c.want {
			t.Errorf("%s to %s: got %s, error %v, want %s", c.before, c.after, got, err, c.want)
		}
	}
}

// A diff, applied by another implementation, turns one document into the other; so does a merge patch, applied by both.
func FuzzPatches(f *testing.F) {
	for _, s := range [][2]string{
		{`{"a":1,"b":{"c":[1,2,{"d":null}]}}`, `{"b":{"c":[1,3,{"d":0}]},"e":1.50}`}, {`{"~":{"/":1}}`, `{"~":{"/":2,"~1":3}}`}, {`{"a":[1]}`, `{"a":{"b":{}}}`},
	} {
		f.Add([]byte(s[0]), []byte(s[1]))
	}
	f.Fuzz(func(t *testing.T, from, to []byte) {
		heap.Input(t)
		a, errA := object.Parse(from)
		b, errB := object.Parse(to)
		if errA != nil || errB != nil || a.Object == nil || b.Object == nil {
			return
		}
		steps, err := object.Encode(append([]object.Step{}, object.Diff(a.JSON, b.JSON)...))
		if err != nil {
			t.Fatal(err)
		}
		patch, err := jsonpatch.DecodePatch(steps)
		if err != nil {
			t.Fatalf("%s: %v", steps, err)
		}
		if got, err := patch.Apply(a.JSON); err != nil || !object.Same(got, b.JSON) {
			t.Fatalf("%s to %s: %s gives %s, %v", a.JSON, b.JSON, steps, got, err)
		}
		if bytes.ContainsRune(b.JSON, '[') && bytes.Contains(b.JSON, []byte("null")) {
			return // the other implementation takes nulls out of arrays, which RFC 7396 replaces as they are
		}
		if want, err := jsonpatch.MergePatch(a.JSON, b.JSON); err != nil || !object.Same(object.MergePatch(a.JSON, b.JSON), want) {
			t.Fatalf("%s merged with %s: got %s, want %s, %v", a.JSON, b.JSON, object.MergePatch(a.JSON, b.JSON), want, err)
		}
	})
}

func TestPointer(t *testing.T) {
	t.Parallel()
	for _, steps := range [][]string{nil, {"a"}, {"a/b", "~1", "0"}, {"~01/~"}} {
		pointer := ""
		for _, s := range steps {
			pointer += "/" + object.Escape(s)
		}
		if got := object.Pointer(pointer); !slices.Equal(got, steps) {
			t.Errorf("%s: got %q, want %q", pointer, got, steps)
		}
	}
}

func TestSetPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"a": `{"a":9,"d":2}`, "a.b": `{"a":{"b":9},"d":2}`, "a.c.e": `{"a":{"b":1,"c":{"e":9}},"d":2}`, "x.y": `{"a":{"b":1},"d":2,"x":{"y":9}}`,
	} {
		o := object.Of([]byte(`{"a":{"b":1},"d":2}`))
		o.SetPath(path, []byte("9"))
		if got := string(o.JSON()); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestArrays(t *testing.T) {
	t.Parallel()
	if got := string(object.Texts()); got != "[]" {
		t.Errorf("no texts: got %s", got)
	}
	list := object.Texts("a", `"b"`)
	if got := string(object.Array(list, []byte("1"))); got != `[["a","\"b\""],1]` {
		t.Errorf("arrays: got %s", got)
	}
	if got := object.Strings(gjson.ParseBytes(list)); !slices.Equal(got, []string{"a", `"b"`}) {
		t.Errorf("strings: got %q", got)
	}
}

// Invalid JSON is not read past its end.
func TestWalkOfBrokenJSON(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{``, `{`, `{"`, `{"a`, `{"a\`, `{"a"`, `{"a":`, `{"a":"\`, `{"a":[`, `[`, `[,`, `{,}`, `{"a":1,`, `{"a"}`} {
		for range object.Members([]byte(doc)) {
		}
		for range object.Elements([]byte(doc)) {
		}
	}
}

// The cost grows as the number of members does, also where names stand twice.
func TestLinear(t *testing.T) {
	t.Parallel()
	members := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"%x":1,`, i)
		}
		return b.String()
	}
	parse := func(text string) {
		if _, err := object.Parse([]byte(text)); err != nil {
			t.Error(err)
		}
	}
	for name, do := range map[string]func(n int){
		"members":             func(n int) { parse("{" + members(n) + `"-":1}`) },
		"all twice":           func(n int) { parse("{" + members(n) + members(n) + `"-":1}`) },
		"twins in many lists": func(n int) { parse("[" + strings.Repeat(`{"a":1,"a":2},`, n) + "{}]") },
		"new in a patch":      func(n int) { object.MergePatch([]byte(`{}`), []byte("{"+members(n)+`"-":1}`)) },
		"old in a patch":      func(n int) { object.MergePatch([]byte("{"+members(n)+`"-":1}`), []byte("{"+members(n)+`"-":null}`)) },
		"gone by a patch": func(n int) {
			object.MergePatch([]byte("{"+members(n)+`"-":1}`), []byte("{"+strings.ReplaceAll(members(n), ":1", ":null")+`"-":1}`))
		},
	} {
		heap.Linear(t, name, 1000, do)
	}
}

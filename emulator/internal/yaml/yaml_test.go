package yaml_test

import (
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// A plain scalar is what the core schema of YAML 1.2 says. Base two is the one addition, since every reader has it.
func TestScalars(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "null", "~": "null", "null": "null", "Null": "null", "NULL": "null", "nULL": `"nULL"`, "none": `"none"`,
		"true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false", "FALSE": "false", "tRUE": `"tRUE"`,
		"yes": `"yes"`, "no": `"no"`, "on": `"on"`, "off": `"off"`, "y": `"y"`, "n": `"n"`, "Yes": `"Yes"`, "OFF": `"OFF"`,
		"0": "0", "1": "1", "+1": "1", "-1": "-1", "-0": "-0", "+0": "0", "00": "0", "017": "17", "-017": "-17", "08": "8",
		"0x1F": "31", "-0x1F": "-31", "+0x1f": "31", "0o17": "15", "0b11": "3", "0X1F": `"0X1F"`, "0O17": `"0O17"`, "0x": `"0x"`, "0o8": `"0o8"`, "0xg": `"0xg"`,
		"1_000": `"1_000"`, "1_": `"1_"`, "_1": `"_1"`, "0x_1": `"0x_1"`, "1.5_0": `"1.5_0"`, "1,000": `"1,000"`,
		"9223372036854775808": "9223372036854775808", "-9223372036854775809": "-9223372036854775809",
		"123456789012345678901234567890": "123456789012345678901234567890", "0xffffffffffffffffff": `"0xffffffffffffffffff"`,
		"1.50": "1.5", "1.0": "1", ".5": "0.5", "+.5": "0.5", "-.5": "-0.5", "5.": "5", "-0.0": "-0", "1e3": "1000", "1E+3": "1000", "1.e3": "1000", ".5e-3": "0.0005", "1e21": "1e+21",
		"0.30000000000000004": "0.30000000000000004", "123456789.123456789123456789": "1.2345678912345679e+08", "1e-400": "0", "1e400": `"1e400"`,
		"1e": `"1e"`, "e3": `"e3"`, ".": `"."`, ".e3": `".e3"`, "+": `"+"`, "1.2.3": `"1.2.3"`,
		"2.0.0": `"2.0.0"`, "12:30:45": `"12:30:45"`, "190:20:30.15": `"190:20:30.15"`, "2001-01-01": `"2001-01-01"`, "2001-12-14 21:59:43.10 -5": `"2001-12-14 21:59:43.10 -5"`, "2018-09-06T14:37:42.469Z": `"2018-09-06T14:37:42.469Z"`,
		".inf": "!", "-.Inf": "!", "+.INF": "!", ".nan": "!", ".NaN": "!", "inf": `"inf"`, "NaN": `"NaN"`, ".iNF": `".iNF"`,
		"=": `"="`, "<<": `"<<"`, "a b": `"a b"`, "b#c": `"b#c"`, "b # c": `"b"`, "http://x:80/y": `"http://x:80/y"`, "-b": `"-b"`, "?b": `"?b"`, ":b": `":b"`, "b\\n": `"b\\n"`,
		`"1"`: `"1"`, "'true'": `"true"`, `"~"`: `"~"`, "''": `""`, "'it''s'": `"it's"`, `"\x41\u00e9\U0001F600\0\/\e"`: `"Aé😀\u0000/\u001b"`, "|\n  1": `"1\n"`, ">-\n  a\n  b": `"a b"`,
		"!!str": `""`, "!!str 1.50": `"1.50"`, "!!str ~": `"~"`, "!!str\n  12": `"12"`, "!<tag:yaml.org,2002:str> 1": `"1"`, "&x !!str 1": `"1"`, "!!str &x 1": `"1"`,
		"!!int 5": "5", `!!int "5"`: "5", "!!int 0x1F": "31", "!!int 5.5": "!", "!!int x": "!", "!!int": "!", "!!float 5": "5", "!!float '1.5'": "1.5", "!!float x": "!", "!!float .inf": "!",
		"!!bool true": "true", `!!bool "true"`: "true", "!!bool yes": "!", "!!map {a: 1}": `{"a":1}`, "!!map [a]": "!", "!!map x": "!", "!!seq [a]": `["a"]`, "!!seq {a: 1}": "!", "!!str [a]": "!",
		"!!null ~": "!", "!!binary aGk=": "!", "!!timestamp 2001-01-01": "!", "!!set {a}": "!", "!!omap [a: 1]": "!", "!!merge <<": "!", "! x": "!", "!local x": "!", "!<!local> x": "!", "!!python/object x": "!",
	} {
		n, err := yaml.Parse([]byte("k: "+in+"\n"), 1000)
		switch {
		case want == "!":
			if fault, ok := errors.AsType[*yaml.Error](err); !ok || fault.Line != 1 || fault.Column != 4 {
				t.Errorf("%s: got %v, want a fault at 1:4", in, err)
			}
		case err != nil:
			t.Errorf("%s: %v", in, err)
		default:
			if got := string(n.Get("k").JSON(nil)); got != want {
				t.Errorf("%s: got %s, want %s", in, got, want)
			}
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a: 1\nb: [x, 2.50, true, null, ~]\n":                                     `{"a":1,"b":["x",2.5,true,null,null]}`,
		"text: |\n  a\n  b\n":                                                     `{"text":"a\nb\n"}`,
		`{"a": "\u00e9", "b": [1, {"c": null}]}`:                                  `{"a":"é","b":[1,{"c":null}]}`,
		" {\t\"a\" : [ ] , \"\\u0062\":{\r\n}, \"c\": [true ,false,-1.50e3 ] }\n": `{"a":[],"b":{},"c":[true,false,-1.50e3]}`,
		"":                                `null`,
		"# nothing\n":                     `null`,
		"---\n# none\n":                   `null`,
		"a:\n- b\n- - c\n  - d\n-\n":      `{"a":["b",["c","d"],null]}`,
		"- a: 1\n  b: 2\n-\n  c: 3\n":     `[{"a":1,"b":2},{"c":3}]`,
		"x: {a, b: , 'c':d, \"e\" : f}\n": `{"x":{"a":null,"b":null,"c":"d","e":"f"}}`,
		"x: [a: b, c]\n":                  `{"x":[{"a":"b"},"c"]}`,
		"a: 1\r\nb: |\r\n  x\r\n  y\r\n":  `{"a":1,"b":"x\ny\n"}`,

		// Names are what the text says.
		"1: x\ntrue: y\n~: z\n0x1F: w\n\"\": v\n": `{"1":"x","true":"y","~":"z","0x1F":"w","":"v"}`,
		"&k a: *k\n!!str 1: x\n":                  `{"a":"a","1":"x"}`,
		"a: &x 1\n*x : 2\n":                       `{"a":1,"1":2}`,

		// Explicit keys.
		"? metadata\n: {a: b}\n":            `{"metadata":{"a":"b"}}`,
		"? a\n? 'b'\n: c\n? d\n:\n  e: f\n": `{"a":null,"b":"c","d":{"e":"f"}}`,
		"? >-\n  long\n  key\n: x\n":        `{"long key":"x"}`,
		"- ? a\n  : b\n":                    `[{"a":"b"}]`,
		"{? a : b, ? c}":                    `{"a":"b","c":null}`,

		// Anchors and merges. What is merged gives way.
		"a: &x {b: 1}\nc: *x\n":                            `{"a":{"b":1},"c":{"b":1}}`,
		"a: &x 1\nb: &x 2\nc: *x\n":                        `{"a":1,"b":2,"c":2}`,
		"a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  e: 3\n":       `{"a":{"b":1,"c":2},"d":{"b":1,"c":2,"e":3}}`,
		"a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3\n":       `{"a":{"b":1,"c":2},"d":{"b":3,"c":2}}`,
		"a: &x {b: 1, c: 2}\nd:\n  b: 3\n  ? <<\n  : *x\n": `{"a":{"b":1,"c":2},"d":{"b":3,"c":2}}`,
		"<<: {<<: {a: 1}, b: 2}\n":                         `{"a":1,"b":2}`,
		"\"<<\": {a: 1}\nb: <<\n":                          `{"<<":{"a":1},"b":"<<"}`,

		// One document, which may stand between others that are empty.
		"---\na: 1\n":                   `{"a":1}`,
		"---\n---\na: 1\n...\n---\n":    `{"a":1}`,
		"--- |\n  a\n":                  `"a\n"`,
		"# c\n\n%YAML 1.2\n---\na: 1\n": `{"a":1}`,
		"\ufeffa: 1\n":                  `{"a":1}`,
		"\ufeff{\"a\": 1}":              `{"a":1}`,

		// What is text is not nested.
		`{"a": "` + strings.Repeat("[", 1000) + `"}`:                                       `{"a":"` + strings.Repeat("[", 1000) + `"}`,
		"a: " + strings.Repeat("-", 1000) + "\nb: \"" + strings.Repeat("{", 1000) + "\"\n": `{"a":"` + strings.Repeat("-", 1000) + `","b":"` + strings.Repeat("{", 1000) + `"}`,
	} {
		n, err := yaml.Parse([]byte(in), 1000)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if got := string(n.JSON(nil)); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

// What is refused is refused at its place.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for _, c := range []string{"b", "c", "d", "e", "f", "g", "h"} {
		p := string(c[0] - 1)
		bomb += c + ": &" + c + " [*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + "]\n"
	}
	for in, want := range map[string]string{
		"a: 1\na: 2\n":                    `2:1: mapping key "a" already defined at [1:1]`,
		"a: 1\n\"a\": 2\n":                `2:1: mapping key "a" already defined at [1:1]`,
		"1: a\n'1': b\n":                  `2:1: mapping key "1" already defined at [1:1]`,
		"{\"a\": 1,\n \"\\u0061\": 2}":    `2:2: mapping key "a" already defined at [1:2]`,
		"a: &x {b: 1}\n<<: *x\n<<: *x\n":  `3:1: mapping key "<<" already defined`,
		"<<: [{a: 1}]\n":                  "1:1: << needs a mapping",
		"a: 1\n---\nb: 2\n":               "3:1: a second document in one text",
		"a: 1\n...\nb: 2\n":               "3:1: a second document in one text",
		"a:\n  b: *x\n":                   "2:6: unknown anchor 'x' referenced",
		"a: &x [*x]\n":                    "1:4: nested more than 64 levels deep",
		"a: &x [*x, *x]\n":                "1:4: nested more than 64 levels deep",
		bomb:                              "1:24: more than 1000 values",
		"? [a]\n: b\n":                    "1:3: a name must be a scalar, not a mapping or a sequence",
		"{{a: b}: c}":                     "1:2: a name must be a scalar, not a mapping or a sequence",
		"a: 1\n: b\n":                     "2:1: a name is missing",
		"? *x\n":                          "1:3: unknown anchor 'x' referenced",
		"a: !!binary aGk=\n":              "1:4: the tag !!binary is not accepted",
		"!own a: b\n":                     "1:1: the tag !own is not accepted",
		"a: !!map [b]\n":                  "1:4: the tag !!map does not fit the value",
		"a: .inf\n":                       "1:4: .inf is not a number that JSON has",
		"%TAG ! tag:x,2000:\n---\na: 1\n": "1:1: the directive %TAG is not accepted",
		"%FOO\n---\na: 1\n":               "1:5: found unknown directive name while scanning a directive",
		"ä: 1\nö: \xff\n":                 "2:4: not valid UTF-8",
		"ä: 1\r\nö: \x01\r\n":             "2:4: control characters are not allowed (value: 1)",
		"a: [1,\n":                        "2:1: did not find expected node content while parsing a flow node",
		"{\"a\": [1":                      "1:9: did not find expected ',' or ']' while parsing a flow sequence",
		"a: b: c\n":                       "1:5: mapping values are not allowed in this context",
		"\ta: 1\n":                        "1:1: found character that cannot start any token while scanning for the next token",
		"a: \"\\q\"\n":                    "1:5: found unknown escape character while scanning a quoted scalar",
	} {
		n, err := yaml.Parse([]byte(in), 1000)
		if err == nil {
			t.Errorf("%.60q: got %.60s, want %s", in, n.JSON(nil), want)
		} else if err.Error() != want {
			t.Errorf("%.60q: got %v, want %s", in, err, want)
		}
	}
}

func TestFromJSON(t *testing.T) {
	t.Parallel()
	out, err := yaml.FromJSON([]byte(`{"version":"2.0.0","at":"2018-09-06T14:37:42.469Z","yes":"yes","list":[{"a":1},[]],"none":null,"so":[true,false,1e5]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := "version: \"2.0.0\"\nat: \"2018-09-06T14:37:42.469Z\"\n\"yes\": \"yes\"\nlist:\n  - a: 1\n  - []\nnone: null\nso:\n  - true\n  - false\n  - 1.0e+5"
	if string(out) != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

// What is written is read again as what it was, and as JSON is read.
func FuzzFromJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":[{"b":1,"c":[[2],{}]},[]],"d":{"e":null}}`, `["a: b","a #b","- a","~","0x1f","1e3","12:30:00","yes","","a\nb","\u0001\u0085","\u2028 "]`,
		`[true,false,null,1e5,-1.5E-3,0]`, `{"null":1,"":2,"1":3,"x:":4,"? y":5,"\"":6}`, `"x"`, `{"a":" x "}`, `[[[1]]]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		heap.Input(t)
		body, err := api.Parse(data)
		if err != nil || len(data) > 1000 {
			return
		}
		read, err := yaml.Parse(append(append([]byte{'['}, body.JSON...), ']'), 10000)
		switch {
		case err != nil && !strings.Contains(err.Error(), "nested"): // by the list around it
			t.Fatalf("%s, read as JSON: %v", body.JSON, err)
		case err == nil && string(read.Items[0].JSON(nil)) != string(body.JSON):
			t.Fatalf("%s, read as JSON: got %s", body.JSON, read.Items[0].JSON(nil))
		}
		text, err := yaml.FromJSON(body.JSON)
		if err != nil {
			t.Fatal(err)
		}
		n, err := yaml.Parse(text, 10000)
		if err != nil {
			t.Fatalf("%s became\n%s\nwhich cannot be read: %v", body.JSON, text, err)
		}
		if got := n.JSON(nil); !api.Same(got, body.JSON) {
			t.Fatalf("%s became\n%s\nwhich is read as %s", body.JSON, text, got)
		}
	})
}

// Nothing that is parsed panics or hangs; what is taken is JSON.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a: 1", "- - x", "{a: [b, *c]}", "a: &b\n  <<: *b", "? x", "|\n a", "\t", "a:\n- b\n -c", "? [a]\n: {? b}", "!!int 1", "%YAML 1.2\n--- # c\n...", "\ufeff{\"a\":1}", "\"\\ud83d\"",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		heap.Input(t)
		n, err := yaml.Parse(data, 1000)
		if err == nil && !json.Valid(n.JSON(nil)) {
			t.Fatalf("%q became %s", data, n.JSON(nil))
		}
	})
}

// However often a piece is repeated, what is read costs no more than in proportion. "$" in a piece is the number of the time.
func FuzzLarge(f *testing.F) {
	for _, s := range shapes {
		f.Add(s[0], s[1], s[2], uint32(1000))
	}
	f.Fuzz(func(t *testing.T, head, piece, tail string, times uint32) {
		heap.Input(t)
		if len(piece) == 0 || len(head)+len(tail) > 10_000 {
			return
		}
		text := shape{head, piece, tail}.text(int(times%(256<<10)), 256<<10)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		_, _ = yaml.Parse(text, 10_000)
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		if got, most := after.TotalAlloc-before.TotalAlloc, uint64(min(1<<20+2500*len(text), 100<<20)); got > most {
			t.Errorf("%d bytes of text: %d bytes allocated, want at most %d", len(text), got, most)
		}
		if took > 10*time.Second {
			t.Errorf("%d bytes of text: took %s", len(text), took)
		}
	})
}

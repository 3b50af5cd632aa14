package yaml_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a: 1\nb: [x, 2.50, true, null, ~]\n":        `{"a":1,"b":["x",2.5,true,null,null]}`,
		"when: 2026-01-01\nv: 2.0.0\nn: \"1\"\n":     `{"when":"2026-01-01","v":"2.0.0","n":"1"}`,
		"text: |\n  a\n  b\n":                        `{"text":"a\nb\n"}`,
		"a: &x {b: 1}\nc: *x\n":                      `{"a":{"b":1},"c":{"b":1}}`,
		"a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  e: 3\n": `{"a":{"b":1,"c":2},"d":{"b":1,"c":2,"e":3}}`,
		"1: x\ntrue: y\n":                            `{"1":"x","true":"y"}`,
		`{"a": "\u00e9", "b": [1, {"c": null}]}`:     `{"a":"é","b":[1,{"c":null}]}`,
		"":                                           `null`,
		"# nothing\n":                                `null`,
		"a: !!str 12\n":                              `{"a":"12"}`,
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

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for _, c := range []string{"b", "c", "d", "e", "f", "g", "h"} {
		p := string(c[0] - 1)
		bomb += c + ": &" + c + " [*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + ",*" + p + "]\n"
	}
	for name, in := range map[string]string{
		"twins":          "a: 1\na: 2\n",
		"twins, quoted":  "a: 1\n\"a\": 2\n",
		"bomb":           bomb,
		"deep flow":      strings.Repeat("[", 100000),
		"deep maps":      strings.Repeat("{a: ", 100000),
		"deep block":     strings.Repeat("- ", 100000) + "x",
		"documents":      "a: 1\n---\nb: 2\n",
		"unknown anchor": "a: *x\n",
		"tag":            "a: !!binary aGk=\n",
		"own tag":        "a: !secret x\n",
		"infinity":       "a: .inf\n",
		"list as a name": "? [a]\n: b\n",
		"bad UTF-8":      "a: \xff\n",
		"open":           "a: [1,\n",
	} {
		began := time.Now()
		if n, err := yaml.Parse([]byte(in), 10000); err == nil {
			t.Errorf("%s: got %.60s, want an error", name, n.JSON(nil))
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: took %s", name, took)
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

// strange are numbers that what reads YAML does not know: beyond 64 bits, and a zero below zero.
var strange = regexp.MustCompile(`[0-9]{18}|[eE][+-]?[0-9]{3}|-0`)

// What is written is read again as what it was.
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
		if err != nil || len(data) > 1000 || strange.Match(data) {
			return
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
	for _, s := range []string{"a: 1", "- - x", "{a: [b, *c]}", "a: &b\n  <<: *b", "? x", "|\n a", "\t", "a:\n- b\n -c"} {
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

package object_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/portico-emulator/portico/emulator/internal/gauge"
	"github.com/portico-emulator/portico/emulator/internal/object"
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
		gauge.Input(t)
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
		gauge.Input(t)
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

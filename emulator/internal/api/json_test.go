package api_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
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
		b, err := api.Parse([]byte(in))
		if err != nil || string(b.JSON) != want {
			t.Errorf("%s: got %s %v, want %s", in, b.JSON, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", " ", "{", `{"a":}`, `{"a":1,}`, "[1 2]", "nul", "01", "1e", `"a`, "\"\x01\"", "\"\xff\"", `{"a":1} x`, "{} {}",
		strings.Repeat("[", api.MaxDepth+1) + strings.Repeat("]", api.MaxDepth+1),
		strings.Repeat(`{"a":`, 1_000_000),
	} {
		if b, err := api.Parse([]byte(in)); err == nil {
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
		b, err := api.Parse(data)
		if err != nil {
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
		again, err := api.Parse(b.JSON)
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
		if got := string(api.MergePatch([]byte(tt[0]), []byte(tt[1]))); got != tt[2] {
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
		if got := api.Same([]byte(tt.a), []byte(tt.b)); got != tt.want {
			t.Errorf("%s, %s: got %t", tt.a, tt.b, got)
		}
	}
}

func TestUUIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for n := range uint64(10000) {
		id := api.UUID(api.Mix(42, n), api.Mix(^uint64(42), n))
		if !api.IsUUID(id) || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) || seen[id] {
			t.Fatalf("%d: got %s", n, id)
		}
		seen[id] = true
	}
	for _, s := range []string{"", "x", "9f9fd312a98746284b4c5bb4f4fddd5f7", "9f9fd312-a987-4628-b4c5-bb4f4fddd5fg", "{9f9fd312-a987-4628-b4c5-bb4f4fddd5f7}"} {
		if api.IsUUID(s) {
			t.Errorf("%q passes for a UUID", s)
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
		if err := json.Unmarshal(api.AppendString(nil, s), &got); err != nil {
			t.Fatalf("%q: got %q, %v", s, api.AppendString(nil, s), err)
		}
		want, err := api.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		if plain := api.Plain([]byte(s)); plain && string(api.AppendText(nil, s)) != s || !plain && s == strings.Repeat("a", len(s)) {
			t.Fatalf("%q: plain %v", s, plain)
		}
		var meant string
		if err := json.Unmarshal(want, &meant); err != nil || got != meant {
			t.Fatalf("%q: got %q, want %q", s, got, meant)
		}
	})
}

func TestLowerUUID(t *testing.T) {
	t.Parallel()
	const id = "9f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	for in, want := range map[string]string{
		id: id, strings.ToUpper(id): id, "9F9fd312" + id[8:]: id,
		"": "", id[1:]: "", id + "0": "", "9f9fd312_" + id[9:]: "", "gf9fd312" + id[8:]: "", "9f9fd3-2" + id[8:]: "", "9f9fd31é" + id[9:]: "",
	} {
		if got, ok := api.LowerUUID(in); ok != (want != "") || ok && got != want || ok != api.IsUUID(in) {
			t.Errorf("%q: got %q %v, want %q", in, got, ok, want)
		}
	}
}

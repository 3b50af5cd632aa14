package api_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/gauge"
)

// lies compares what a document says of its members with what gjson finds.
func lies(t *testing.T, doc []byte, path string) {
	t.Helper()
	d := &api.Doc{JSON: doc}
	for range 2 { // the second time the members are known
		got, want := d.Get(path), gjson.GetBytes(doc, path)
		if got.Raw != want.Raw || got.Type != want.Type || got.String() != want.String() {
			t.Errorf("%s of %s: got %s, want %s", path, doc, got.Raw, want.Raw)
		}
	}
	var want api.Object
	gjson.ParseBytes(doc).ForEach(func(k, v gjson.Result) bool {
		want = append(want, api.Member{Name: k.String(), Value: []byte(v.Raw)})
		return true
	})
	got := d.Object()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d members, want %d", doc, len(got), len(want))
	}
	for i := range want {
		if got[i].Name != want[i].Name || !bytes.Equal(got[i].Value, want[i].Value) {
			t.Errorf("%s: got %s: %s, want %s: %s", doc, got[i].Name, got[i].Value, want[i].Name, want[i].Value)
		}
	}
}

func TestLayout(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		`{}`, ` { } `, `{"a":1}`, `{"a": {"b": [1, {"c": "}"}], "b2": null}, "b": "x\\", "c": "\"", "d": true , "e": -1.5e3}`,
		`{"a":[],"a.b":1,"":2,"a\nb":"é","b":{"":{}}}`,
	} {
		for _, path := range []string{"a", "b", "c", "d", "e", "z", "a.b", "a.b2", "a.b.1.c", "a.b.0", "b.c", "a.z"} {
			lies(t, []byte(doc), path)
		}
	}
}

func FuzzLayout(f *testing.F) {
	f.Add([]byte(`{"a":{"b":[1,"}"]},"c":"\""}`))
	f.Add([]byte(` {"a" : 1 , "b" : [ ] }`))
	f.Fuzz(func(t *testing.T, data []byte) {
		gauge.Input(t)
		body, err := api.Parse(data)
		if err != nil || body.Object == nil {
			return
		}
		lies(t, body.JSON, "a")
		if len(body.Object) > 0 && json.Valid([]byte(`"`+body.Object[0].Name+`"`)) && !bytes.ContainsAny([]byte(body.Object[0].Name), `.*?#|@\!{}[]()<>=%:~`) {
			lies(t, body.JSON, body.Object[0].Name)
		}

		api.ObjectOf(data)
	})
}

package api_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
)

// sameReading compares what a document says of its members with what gjson finds.
func sameReading(t *testing.T, doc []byte, path string) {
	t.Helper()
	d := &api.Doc{JSON: doc}
	read, want := d.Get(path), gjson.GetBytes(doc, path)
	if read.Raw != want.Raw || read.Type != want.Type || read.String() != want.String() {
		t.Errorf("%s of %s: got %s, want %s", path, doc, read.Raw, want.Raw)
	}
	var members api.Object
	gjson.ParseBytes(doc).ForEach(func(k, v gjson.Result) bool {
		members = append(members, api.Member{Name: k.String(), Value: []byte(v.Raw)})
		return true
	})
	got := d.Object()
	if len(got) != len(members) {
		t.Fatalf("%s: got %d members, want %d", doc, len(got), len(members))
	}
	for i, m := range members {
		if got[i].Name != m.Name || !bytes.Equal(got[i].Value, m.Value) {
			t.Errorf("%s: got %s: %s, want %s: %s", doc, got[i].Name, got[i].Value, m.Name, m.Value)
		}
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		`{}`, ` { } `, `{"a":1}`, `{"a": {"b": [1, {"c": "}"}], "b2": null}, "b": "x\\", "c": "\"", "d": true , "e": -1.5e3}`,
		`{"a":[],"a.b":1,"":2,"a\nb":"é","b":{"":{}}}`,
	} {
		for _, path := range []string{"a", "b", "c", "d", "e", "z", "a.b", "a.b2", "a.b.1.c", "a.b.0", "b.c", "a.z"} {
			sameReading(t, []byte(doc), path)
		}
	}
}

func FuzzMembers(f *testing.F) {
	f.Add([]byte(`{"a":{"b":[1,"}"]},"c":"\""}`))
	f.Add([]byte(` {"a" : 1 , "b" : [ ] }`))
	f.Fuzz(func(t *testing.T, data []byte) {
		heap.Input(t)
		body, err := api.Parse(data)
		if err != nil || body.Object == nil {
			return
		}
		sameReading(t, body.JSON, "a")
		if len(body.Object) > 0 && json.Valid([]byte(`"`+body.Object[0].Name+`"`)) && !bytes.ContainsAny([]byte(body.Object[0].Name), `.*?#|@\!{}[]()<>=%:~`) {
			sameReading(t, body.JSON, body.Object[0].Name)
		}

		api.ObjectOf(data)
	})
}

// What a document says of a text is what gjson says, escapes or not.
func TestStr(t *testing.T) {
	t.Parallel()
	d := &api.Doc{JSON: []byte(`{"a":"x","b":"\u0041\n","c":1.50,"d":true,"e":null,"f":["x"],"g":"","h":"false","i":0,"a.b":"y","j":{"k":"z"}}`)}
	for _, path := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "a.b", "j.k", "none", "f.#", "j.*"} {
		want := gjson.GetBytes(d.JSON, path)
		if got := d.Str(path); got != want.String() {
			t.Errorf("%s: got %q, want %q", path, got, want.String())
		}
		if got := d.Bool(path); got != want.Bool() {
			t.Errorf("%s: got %v, want %v", path, got, want.Bool())
		}
		if got, ok := d.Text(path); ok && got != want.String() {
			t.Errorf("%s as a text: got %q, want %q", path, got, want.String())
		}
	}
}

package api_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
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
		heap.Input(t)
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

// A draft becomes a document that knows where its members stand, as one that is read again does.
func TestDraftIsLaidOut(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`{}`, `{"a":1}`, `{"a":{"b":[1,"}"]},"":null,"x\"y":"z","b":"é\n"}`} {
		body, err := api.Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		draft := api.Draft{ID: "1", In: []string{"o"}, Object: body.Object}
		got := draft.Doc()
		if got.ID != "1" || got.Owner() != "o" || string(got.JSON) != string(draft.JSON()) {
			t.Errorf("%s: got %s in %v: %s", in, got.ID, got.In, got.JSON)
		}
		read := &api.Doc{JSON: got.JSON}
		if got.Len() != read.Len() || got.Len() != len(body.Object) {
			t.Errorf("%s: got %d members, want %d", in, got.Len(), len(body.Object))
		}
		for _, m := range read.Object() {
			if value := got.Object().Raw(m.Name); !bytes.Equal(value, m.Value) {
				t.Errorf("%s: %s is %s, want %s", in, m.Name, value, m.Value)
			}
		}
	}
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

package api_test

import (
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

func TestFieldPath(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path  []string
		named func(int) bool
		want  string
	}{
		{nil, nil, ""},
		{[]string{"a", "0", "b"}, nil, "a[0].b"},
		{[]string{"0", "b"}, nil, "[0].b"},
		{[]string{"labels", "1"}, func(i int) bool { return i == 1 }, "labels.1"},
	} {
		if got := api.FieldPath(tt.path, tt.named); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.path, got, tt.want)
		}
	}
}

func TestSortCredentials(t *testing.T) {
	t.Parallel()
	var got string
	for _, c := range api.SortCredentials([]api.Credential{
		{Name: "b"}, {Name: "old", State: "expired"}, {Name: "admin", State: "revoked"}, {Name: "admin"}, {Name: "a"},
	}) {
		got += c.Name + c.State + " "
	}
	if want := "admin b a oldexpired adminrevoked "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Members take the order of the shape; those that it does not list stay behind, in their order.
func TestShapeSort(t *testing.T) {
	t.Parallel()
	s := &api.Shape{Names: []string{"a", "b"}, Place: map[string]int{"a": 0, "b": 1}}
	o := api.ObjectOf([]byte(`{"z":1,"b":2,"y":3,"a":4}`))
	s.Sort(o)
	if got, want := string(o.JSON()), `{"a":4,"b":2,"z":1,"y":3}`; got != want {
		t.Errorf("sorted: got %s, want %s", got, want)
	}
	s.Keep(&o)
	if got, want := string(o.JSON()), `{"a":4,"b":2}`; got != want {
		t.Errorf("kept: got %s, want %s", got, want)
	}
}

package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/schema"
	"github.com/portico-emulator/portico/schemas"
)

func konnectSet(t *testing.T) *schema.Set {
	t.Helper()
	set, err := schema.Load(schemas.FS, "konnect", nil)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// A schema that is part of a document is checked by the real validator, keywords inside its members included.
func TestCheckWithGivenSchema(t *testing.T) {
	t.Parallel()
	set := konnectSet(t)
	const given = `{"type":"object","required":["b","z"],"additionalProperties":false,"properties":{` +
		`"a":{"enum":["x",null,1]},"b":{"type":["integer","string"]},"c":{"minimum":1.5},"d":{"type":"object","required":["e"]}}}`
	want := []api.Violation{
		{Path: []string{"a"}, Rule: api.Choice, Want: []any{"x", nil, 1.0}},
		{Path: []string{"b"}, Rule: api.Type, Want: []string{"integer", "string"}},
		{Path: []string{"c"}, Rule: api.Minimum, Want: 1.5},
		{Path: []string{"d", "e"}, Rule: api.Required},
		{Path: []string{"f"}, Rule: api.Unknown},
		{Path: []string{"z"}, Rule: api.Required},
	}
	for range 2 { // compiled, then found compiled
		got, err := set.CheckWith([]byte(given), []byte(`{"f":1,"a":"y","b":true,"c":1,"d":{}}`))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("violations (-want +got):\n%s", diff)
		}
	}
	if got, err := set.CheckWith([]byte(given), []byte(`{"b":1,"z":null}`)); err != nil || len(got) != 1 || got[0].Rule != api.Unknown {
		t.Errorf("z is required and not allowed: got %v, %v", got, err)
	}
}

func TestCheckWithRefuses(t *testing.T) {
	t.Parallel()
	set := konnectSet(t)
	for name, given := range map[string]string{
		"a type that there is not": `{"type":"text"}`,
		"a remote reference":       `{"properties":{"a":{"$ref":"https://example.com/schema.json"}}}`,
		"a reference to itself":    `{"properties":{"a":{"$ref":"#"}}}`,
		"a vendor's definition":    `{"$ref":"portal.json#/$defs/Portal"}`,
		"a broken pattern":         `{"properties":{"a":{"pattern":"("}}}`,
		"another dialect":          `{"$schema":"https://example.com/dialect"}`,
		"a long schema":            `{"title":"` + strings.Repeat("x", 16<<10) + `"}`,
	} {
		if got, err := set.CheckWith([]byte(given), []byte(`{"a":1}`)); err == nil {
			t.Errorf("%s: got %v, want an error", name, got)
		}
	}
	if got, err := set.CheckWith([]byte(`{}`), []byte(`"`+strings.Repeat("x", 16<<10)+`"`)); err == nil {
		t.Errorf("a long document: got %v, want an error", got)
	}
	for n := range 100 { // more than stay compiled
		bad, err := set.CheckWith(fmt.Appendf(nil, `{"maximum":%d}`, n), []byte("50"))
		if err != nil || len(bad) > 0 != (n < 50) {
			t.Fatalf("maximum %d: got %v, %v", n, bad, err)
		}
	}
}

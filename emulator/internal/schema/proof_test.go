package schema_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/portico-emulator/portico/emulator/apiconnect"
	"github.com/portico-emulator/portico/emulator/axway"
	"github.com/portico-emulator/portico/emulator/exchange"
	"github.com/portico-emulator/portico/emulator/experiencehub"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/schema"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
	"github.com/portico-emulator/portico/emulator/konnect"
	"github.com/portico-emulator/portico/schemas"
)

// sets are the schemas of all vendors.
var sets = sync.OnceValues(func() (map[string]*schema.Set, error) {
	out := map[string]*schema.Set{}
	for _, v := range []*api.Vendor{konnect.Vendor(), axway.Vendor(), apiconnect.Vendor(), experiencehub.Vendor(), exchange.Vendor()} {
		set, err := schema.Load(schemas.FS, v.Name, v.Formats, v.Shares...)
		if err != nil {
			return nil, err
		}
		out[v.Name] = set
	}
	return out, nil
})

// maker makes values that fit a definition, or nearly.
type maker struct {
	*rand.Rand
	set *schema.Set
}

// odd are values that some schema may take for what they are not.
var odd = []any{
	nil, true, false, "", " ", "x", "approved", "9f9fd312-a987-4628-b4c5-bb4f4fddd5f7", "2026-03-01T09:00:00Z", "2026-02-30T09:00:00Z",
	"http://example.com/a", "a@b.example", strings.Repeat("é", 255), strings.Repeat("é", 256), "\u0000", "api.example.com", "kong", "-", "a b",
	float64(0), float64(1), float64(-1), 1.5, float64(1 << 53), 1e300,
	[]any{},
	[]any{"a"},
	[]any{"a", "a"},
	[]any{1.0, 1.0},
	map[string]any{},
	map[string]any{"a": "b"},
	map[string]any{"": nil},
	map[string]any{"kong-x": "y"},
}

func (m maker) value(s map[string]any, depth int) any {
	if m.IntN(12) == 0 || depth > 8 {
		return odd[m.IntN(len(odd))]
	}
	if ref, ok := s["$ref"].(string); ok {
		var to map[string]any
		if json.Unmarshal(m.set.Raw(ref[strings.LastIndexByte(ref, '/')+1:]), &to) == nil {
			return m.value(to, depth+1)
		}
	}
	if choices, ok := s["enum"].([]any); ok {
		return choices[m.IntN(len(choices))]
	}
	if c, ok := s["const"]; ok {
		return c
	}
	t, _ := s["type"].(string)
	if list, ok := s["type"].([]any); ok {
		t, _ = list[m.IntN(len(list))].(string)
	}
	switch t {
	case "object":
		return m.object(s, depth)
	case "array":
		items, _ := s["items"].(map[string]any)
		out := []any{}
		for range m.IntN(3) {
			out = append(out, m.value(items, depth+1))
		}
		return out
	case "string":
		for range 12 {
			if v, ok := odd[m.IntN(len(odd))].(string); ok {
				return v
			}
		}
		return ""
	case "integer":
		return float64(m.IntN(20) - 2)
	case "number":
		return m.Float64() * 10
	case "boolean":
		return m.IntN(2) == 0
	}
	return odd[m.IntN(len(odd))]
}

func (m maker) object(s map[string]any, depth int) any {
	out := map[string]any{}
	required, _ := s["required"].([]any)
	members, _ := s["properties"].(map[string]any)
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names) // the seed alone decides
	for _, name := range names {
		if member, ok := members[name].(map[string]any); ok && (m.IntN(2) == 0 || slices.Contains(required, any(name))) {
			out[name] = m.value(member, depth+1)
		}
	}
	if rest, ok := s["additionalProperties"].(map[string]any); ok {
		out["some"] = m.value(rest, depth+1)
	}
	if m.IntN(10) == 0 {
		out["stranger"] = odd[m.IntN(len(odd))]
	}
	return out
}

// hold makes values for every definition of every vendor: none may be proved that the validator refuses.
func hold(t *testing.T, seed uint64, each int) (proved, valid int) {
	t.Helper()
	all, err := sets()
	if err != nil {
		t.Fatal(err)
	}
	for vendor, set := range all {
		for n, name := range set.Names() {
			var s map[string]any
			if json.Unmarshal(set.Raw(name), &s) != nil {
				continue // true or false
			}
			m := maker{rand.New(rand.NewPCG(seed, uint64(n))), set}
			for range each {
				v := m.value(s, 0)
				p, ok, err := set.Proved(name, v)
				if err != nil {
					t.Fatal(err)
				}
				if p && !ok {
					text, _ := json.Marshal(v)
					t.Fatalf("%s %s: %s was proved valid, but is not", vendor, name, text)
				}
				if p {
					proved++
				}
				if ok {
					valid++
				}
			}
		}
	}
	return proved, valid
}

// What is proved is valid, and most that is valid is proved.
func TestProof(t *testing.T) {
	t.Parallel()
	proved, valid := hold(t, 1, 40)
	t.Logf("%d of %d valid values were proved", proved, valid)
	if proved < valid*8/10 {
		t.Errorf("only %d of %d valid values were proved", proved, valid)
	}
}

// Every body that a client may send can be proved, but for those whose schemas choose or look back.
func TestProvable(t *testing.T) {
	t.Parallel()
	all, err := sets()
	if err != nil {
		t.Fatal(err)
	}
	bodies, without := 0, []string(nil)
	for _, v := range []*api.Vendor{konnect.Vendor(), axway.Vendor(), apiconnect.Vendor(), experiencehub.Vendor(), exchange.Vendor()} {
		for i := range v.Operations {
			if body := v.Operations[i].Body; body != "" {
				bodies++
				if !all[v.Name].Provable(body) {
					without = append(without, v.Name+"."+v.Operations[i].ID)
				}
			}
		}
	}
	t.Logf("without a proof, of %d: %v", bodies, without)
	if len(without) > bodies/10 {
		t.Errorf("%d of %d bodies have no proof: %v", len(without), bodies, without)
	}
}

func FuzzProof(f *testing.F) {
	f.Add(uint64(2))
	f.Fuzz(func(t *testing.T, seed uint64) {
		heap.Input(t)
		hold(t, seed, 2)
	})
}

package scenario_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/scenario"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
	"github.com/portico-emulator/portico/scenarios"
)

func valid(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	n, err := yaml.Parse([]byte(text), 100_000)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(n.JSON(nil), &v); err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// The published schema takes every built-in scenario, names itself to editors in each, and refuses what the reader does.
func TestSchema(t *testing.T) {
	t.Parallel()
	s, err := jsonschema.Compile("../../../schemas/scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(scenarios.FS, "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := fs.ReadFile(scenarios.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "# yaml-language-server: $schema=../schemas/scenario.json\n") {
			t.Errorf("%s does not name its schema in the first line", name)
		}
		if err := valid(t, s, string(text)); err != nil {
			t.Errorf("%s: %#v", name, err)
		}
	}
	for _, text := range []string{
		"summary: no name",
		"{name: x, fautls: []}",
		"{name: x, faults: [{on: '*', give: {wire: rset}}]}",
		"{name: x, faults: [{on: '*', give: {delay: soon}}]}",
		"{name: x, steps: [{on: '*', at: 5m, then: [{advance: 1s}]}]}",
		"{name: x, steps: [{at: 5m, then: [{advance: 1s, arm: y}]}]}",
		"{name: x, expect: [{fault: y, operation: z, fired: 1}]}",
		"{name: x, expect: [{operation: z, succeeded: {mni: 1}}]}",
	} {
		if valid(t, s, text) == nil {
			t.Errorf("%s: got no complaint", text)
		}
	}
}

// No text makes the reader panic.
func FuzzRead(f *testing.F) {
	files, _ := fs.Glob(scenarios.FS, "*.yaml")
	for _, name := range files {
		text, _ := fs.ReadFile(scenarios.FS, name)
		f.Add(string(text))
	}
	v := &api.Vendor{Name: "konnect"}
	words := &scenario.Words{
		Operations: []*api.Operation{{ID: "get-it", Full: "konnect.get-it", Vendor: v}},
		Kinds:      map[string]*api.Resource{"konnect.developer": {Kind: "konnect.developer", Shape: &api.Shape{}}},
	}
	f.Fuzz(func(t *testing.T, text string) {
		heap.Input(t)
		s, err := scenario.Read("x", []byte(text), words)
		if (s == nil) == (err == nil) {
			t.Errorf("got %v and %v", s, err)
		}
	})
}

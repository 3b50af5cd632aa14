package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// anyVendor is for clients that say themselves who calls, and whole paths.
var anyVendor client.Vendor

// BenchmarkScale measures what grows documents with so much input and with ten times as much.
func BenchmarkScale(b *testing.B) {
	for _, bench := range []struct {
		name string
		size int
		run  func(b *testing.B, size int)
	}{
		{"fixtures", 50, scaleFixtures},
		{"templates", 100, scaleTemplates},
		{"imports", 100, scaleImports},
		{"scenarios", 30, scaleScenarios},
	} {
		for _, times := range []int{1, 10} {
			b.Run(fmt.Sprintf("%s-%dx", bench.name, times), func(b *testing.B) { bench.run(b, bench.size*times) })
		}
	}
}

// scaleFixtures reads and grows records, some nested, each with a reference to the latest of a kind. They are JSON, which is
// read fast: other rows measure YAML.
func scaleFixtures(b *testing.B, size int) {
	b.Helper()
	records := make([]string, size)
	for i := range records {
		records[i] = fmt.Sprintf(`{"kind": "konnect.portal", "document": {"name": "Portal %[1]d", "labels": {"a": "%[1]d"}}, "has": [
			{"kind": "konnect.team", "document": {"name": "Team", "description": "@konnect.portal[%[1]d].name"}},
			{"kind": "konnect.developer", "document": {"email": "d%[1]d@b.example", "full_name": "D", "status": "approved"}}]},
		{"kind": "konnect.team-member", "in": ["@konnect.team[%[1]d]"], "document": {"developer": "@konnect.developer[%[1]d]"}}`, i)
	}
	scaleText(b, `{"documents": [`+strings.Join(records, ",\n")+"]}")
}

// scaleTemplates grows documents with many templates, in one value and in many.
func scaleTemplates(b *testing.B, size int) {
	b.Helper()
	many := strings.Repeat("{word} {number:1,9} {randomstring:[a,b,c]} ", size)
	scaleText(b, fmt.Sprintf(`documents:
  - {kind: konnect.api-product, count: %d, document: {name: "{productname} {number:1000,9999}", description: "%s"}}
  - {kind: axway.organization, document: {name: Many, description: "%s"}}
`, size, strings.Repeat("{sentence} ", 5), many))
}

func scaleText(b *testing.B, text string) {
	b.Helper()
	for b.Loop() {
		if err := emulator.GrowText([]byte(text), 42); err != nil {
			b.Fatal(err)
		}
	}
}

// scaleImports imports an export of so many portals with a developer in each.
func scaleImports(b *testing.B, size int) {
	b.Helper()
	c := anyVendor.Over(b, start(b, emulator.Config{Journal: new(0)})).With("Content-Type", "application/json")
	c.Must(204, "POST", "/_portico/import", fmt.Sprintf(`{"documents": [{"kind": "konnect.portal", "count": %d, "document": {"name": "{uuid}"},
		"has": [{"kind": "konnect.developer", "document": {"email": "a@b.example", "full_name": "A"}}]}]}`, size))
	export := c.Get("/_portico/export").Body
	for b.Loop() {
		c.Must(204, "POST", "/_portico/import", export)
	}
}

// scaleScenarios puts and starts a scenario with so many documents, rules and steps that look for documents.
func scaleScenarios(b *testing.B, size int) {
	b.Helper()
	c := anyVendor.Over(b, start(b, emulator.Config{Fixture: "empty", Journal: new(0)})).With("Content-Type", "application/yaml")
	var text strings.Builder
	text.WriteString("name: x\ndocuments:\n")
	for i := range size {
		fmt.Fprintf(&text, "  - {kind: konnect.portal, document: {name: \"{appname} %d\"}}\n", i)
	}
	text.WriteString("faults:\n")
	for i := range size {
		fmt.Fprintf(&text, "  - {name: rule %d, on: konnect.list-portals, give: {error: unavailable}}\n", i)
	}
	text.WriteString("steps:\n")
	for i := range size {
		fmt.Fprintf(&text, "  - {at: %dh, then: [{disarm: rule %d}]}\n", i+1, i)
	}
	for b.Loop() {
		c.Must(200, "PUT", "/_portico/scenarios/x", text.String())
		c.Must(200, "POST", "/_portico/scenarios/x/start", "")
		c.Must(200, "POST", "/_portico/scenarios/x/stop", "")
		c.Must(204, "POST", "/_portico/reset", "")
	}
}

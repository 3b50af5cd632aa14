package yaml_test

import (
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// What ten times the input costs, in YAML and in JSON: a mapping of many keys.
func BenchmarkScale(b *testing.B) {
	for _, c := range []struct {
		name string
		text []byte
	}{
		{"yaml-1x", shapes["keys"].text(10_000, 1<<30)},
		{"yaml-10x", shapes["keys"].text(100_000, 1<<30)},
		{"json-1x", shapes["JSON keys"].text(10_000, 1<<30)},
		{"json-10x", shapes["JSON keys"].text(100_000, 1<<30)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				if _, err := yaml.Parse(c.text, 500_000); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

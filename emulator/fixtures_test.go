package emulator_test

import (
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

// The documents of the built-in fixtures fit the schemas of their kinds, whatever the seed: emulators take that for
// granted.
func TestFixturesFitTheirSchemas(t *testing.T) {
	t.Parallel()
	for name, seeds := range map[string][]uint64{
		"empty": {emulator.DefaultSeed, 0}, "small": {emulator.DefaultSeed, 0, 7, 1 << 63}, "large": {emulator.DefaultSeed},
	} {
		for _, seed := range seeds {
			if err := emulator.Judged(name, seed); err != nil {
				t.Errorf("%s, seed %d: %v", name, seed, err)
			}
		}
	}
}

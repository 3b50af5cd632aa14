package api_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

func TestUUIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for n := range uint64(10000) {
		id := api.UUID(api.Mix(42, n), api.Mix(^uint64(42), n))
		if !api.IsUUID(id) || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) || seen[id] {
			t.Fatalf("%d: got %s", n, id)
		}
		seen[id] = true
	}
	for _, s := range []string{"", "x", "9f9fd312a98746284b4c5bb4f4fddd5f7", "9f9fd312-a987-4628-b4c5-bb4f4fddd5fg", "{9f9fd312-a987-4628-b4c5-bb4f4fddd5f7}"} {
		if api.IsUUID(s) {
			t.Errorf("%q passes for a UUID", s)
		}
	}
}

func TestLowerUUID(t *testing.T) {
	t.Parallel()
	const id = "9f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	for in, want := range map[string]string{
		id: id, strings.ToUpper(id): id, "9F9fd312" + id[8:]: id,
		"": "", id[1:]: "", id + "0": "", "9f9fd312_" + id[9:]: "", "gf9fd312" + id[8:]: "", "9f9fd3-2" + id[8:]: "", "9f9fd31é" + id[9:]: "",
	} {
		if got, ok := api.LowerUUID(in); ok != (want != "") || ok && got != want || ok != api.IsUUID(in) {
			t.Errorf("%q: got %q %v, want %q", in, got, ok, want)
		}
	}
}

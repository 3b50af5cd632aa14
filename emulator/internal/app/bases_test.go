package app

import "testing"

// TestFewBasesAreKept proves that worlds of many seeds leave only a few fixtures in memory.
func TestFewBasesAreKept(t *testing.T) {
	t.Parallel()
	p, err := Plan()
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(40) {
		if _, err := base(t.Context(), p, "empty", 1_000_000+seed); err != nil {
			t.Fatal(err)
		}
		bases.Lock()
		kept := len(bases.grown)
		bases.Unlock()
		if kept > mostBases {
			t.Fatalf("got %d kept after %d seeds, want %d", kept, seed+1, mostBases)
		}
	}
}

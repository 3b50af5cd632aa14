package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/store"
)

// A trie holds what a map holds to which the same was done, and a copy keeps what it had, whatever is done to the other.
func TestTrieIsAMap(t *testing.T) {
	t.Parallel()
	type pair struct {
		trie *store.Trie
		want map[string]int
	}
	r := rand.New(rand.NewPCG(3, 4))
	pairs := []pair{{store.NewTrie(), map[string]int{}}}
	for step := 1; step <= 60_000; step++ {
		p := pairs[r.IntN(len(pairs))]
		key := fmt.Sprintf("key %d", r.IntN(1+step/10))
		if r.IntN(3) == 0 {
			p.trie.Drop(key)
			delete(p.want, key)
		} else {
			p.trie.Set(key, step)
			p.want[key] = step
		}
		if got, ok := p.trie.Get(key); got != p.want[key] || ok != (p.want[key] != 0) {
			t.Fatalf("step %d, %s: got %d %v, want %d", step, key, got, ok, p.want[key])
		}
		if step%10_000 == 0 {
			pairs = append(pairs, pair{p.trie.Fork(), maps.Clone(p.want)})
		}
	}
	for i, p := range pairs {
		keys, values := p.trie.Sorted()
		if want := slices.Sorted(maps.Keys(p.want)); !slices.Equal(keys, want) || p.trie.Len() != len(want) {
			t.Fatalf("trie %d: got %d keys and Len %d, want %d", i, len(keys), p.trie.Len(), len(want))
		}
		for j, key := range keys {
			if got, _ := p.trie.Get(key); got != p.want[key] || values[j] != got {
				t.Errorf("trie %d, %s: got %d, in order %d, want %d", i, key, got, values[j], p.want[key])
			}
		}
		if _, ok := p.trie.Get("no key"); ok {
			t.Errorf("trie %d has what nobody put there", i)
		}
	}
}

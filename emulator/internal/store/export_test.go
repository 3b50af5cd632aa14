package store

// Begin opens a transaction that the test ends.
func (w *World) Begin(writing bool) *Tx {
	tx := new(Tx)
	w.Open(tx, writing)
	return tx
}

// Trie is a trie of numbers that belongs to one state after another.
type Trie struct {
	trie trie[int]
	mark *mark
}

// NewTrie is an empty one.
func NewTrie() *Trie { return &Trie{mark: &mark{}} }

// Fork gives a copy; from then on neither changes what both share.
func (t *Trie) Fork() *Trie {
	t.mark = &mark{}
	return &Trie{t.trie, &mark{}}
}

// Get finds the value of a key.
func (t *Trie) Get(key string) (int, bool) { return t.trie.get(key) }

// Set gives a key a value.
func (t *Trie) Set(key string, v int) { t.trie.set(t.mark, key, v) }

// Drop takes a key out.
func (t *Trie) Drop(key string) { t.trie.drop(t.mark, key) }

// Len is how many keys there are.
func (t *Trie) Len() int { return t.trie.n }

// Sorted gives the keys in order, and their values.
func (t *Trie) Sorted() (keys []string, values []int) {
	for _, i := range t.trie.sorted() {
		keys, values = append(keys, i.key), append(values, i.value)
	}
	return keys, values
}

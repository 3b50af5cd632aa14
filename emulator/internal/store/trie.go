package store

import (
	"hash/maphash"
	"slices"
	"strings"
)

// trie maps keys to values by the keys' hash: a look-up reads a node for every two bits that the size needs, and one key.
// Nodes that bear another mark than the writer's are shared with other states and copied before they change, so that a
// copy of the trie is a copy of its two words.
type trie[V any] struct {
	root link[V]
	n    int
}

// link leads to one of the two, or nowhere.
type link[V any] struct {
	fork *fork[V]
	leaf *leaf[V]
}

type fork[V any] struct {
	mark *mark
	to   [width]link[V]
}

// leaf has items, and beside them the hashes of the first of them, so that a look passes over the others.
type leaf[V any] struct {
	mark   *mark
	items  []item[V] // in the room, as long as that is enough
	hashes [full]uint64
	room   [full]item[V]
}

type item[V any] struct {
	key   string
	value V
}

const (
	bits  = 2
	width = 1 << bits
	full  = 7 // items, before a leaf becomes a fork: with them it takes 256 bytes
	depth = 64 / bits
)

// hashes are seeded anew in each process: nothing may depend on the order of a trie.
var hashes = maphash.MakeSeed()

// get finds the value of a key.
func (t *trie[V]) get(key string) (v V, ok bool) {
	if t.n == 0 {
		return v, false
	}
	h := maphash.String(hashes, key)
	at := &t.root
	for rest := h; at.fork != nil; rest >>= bits {
		at = &at.fork.to[rest%width]
	}
	if i := at.leaf.find(h, key); i >= 0 {
		return at.leaf.items[i].value, true
	}
	return v, false
}

func (l *leaf[V]) find(h uint64, key string) int {
	if l == nil {
		return -1
	}
	for i := range l.items {
		if (i >= full || l.hashes[i] == h) && l.items[i].key == key {
			return i
		}
	}
	return -1
}

// add puts in an item that is not there.
func (l *leaf[V]) add(h uint64, it item[V]) {
	if n := len(l.items); n < full {
		l.hashes[n] = h
	}
	l.items = append(l.items, it)
}

// descend is the link at the leaf's place for a hash, with all that leads to it made the writer's own, and how many levels
// lie above it.
func (t *trie[V]) descend(m *mark, h uint64) (at *link[V], level int) {
	at = &t.root
	for at.fork != nil {
		if at.fork.mark != m {
			at.fork = &fork[V]{mark: m, to: at.fork.to}
		}
		at = &at.fork.to[h>>(level*bits)%width]
		level++
	}
	return at, level
}

// own makes a leaf the writer's own.
func (l *leaf[V]) own(m *mark) *leaf[V] {
	if l != nil && l.mark == m {
		return l
	}
	out := &leaf[V]{mark: m}
	out.items = out.room[:0]
	if l != nil {
		out.items, out.hashes = append(out.items, l.items...), l.hashes
	}
	return out
}

// set gives a key a value.
func (t *trie[V]) set(m *mark, key string, v V) {
	h := maphash.String(hashes, key)
	at, level := t.descend(m, h)
	if i := at.leaf.find(h, key); i >= 0 {
		at.leaf = at.leaf.own(m)
		at.leaf.items[i] = item[V]{key, v}
		return
	}
	t.n++
	for at.leaf != nil && len(at.leaf.items) >= full && level < depth {
		at.split(m, level)
		at = &at.fork.to[h>>(level*bits)%width]
		level++
	}
	at.leaf = at.leaf.own(m)
	at.leaf.add(h, item[V]{key, v})
}

// split puts a fork in the place of a leaf.
func (l *link[V]) split(m *mark, level int) {
	f := &fork[V]{mark: m}
	for i, it := range l.leaf.items {
		h := l.leaf.hashes[i]
		to := &f.to[h>>(level*bits)%width]
		to.leaf = to.leaf.own(m)
		to.leaf.add(h, it)
	}
	*l = link[V]{fork: f}
}

// drop takes a key out.
func (t *trie[V]) drop(m *mark, key string) {
	h := maphash.String(hashes, key)
	if _, there := t.get(key); !there {
		return
	}
	at, _ := t.descend(m, h)
	t.n--
	if len(at.leaf.items) == 1 {
		at.leaf = nil
		return
	}
	at.leaf = at.leaf.own(m)
	i, last := at.leaf.find(h, key), len(at.leaf.items)-1
	at.leaf.items[i], at.leaf.items[last] = at.leaf.items[last], item[V]{}
	if i < full {
		at.leaf.hashes[i] = at.leaf.hashes[min(last, full-1)]
	}
	at.leaf.items = at.leaf.items[:last]
}

// sorted gives the items by key.
func (t *trie[V]) sorted() []item[V] {
	out := t.root.items(make([]item[V], 0, t.n))
	slices.SortFunc(out, func(a, b item[V]) int { return strings.Compare(a.key, b.key) })
	return out
}

func (l *link[V]) items(to []item[V]) []item[V] {
	if l.fork == nil {
		if l.leaf == nil {
			return to
		}
		return append(to, l.leaf.items...)
	}
	for i := range l.fork.to {
		to = l.fork.to[i].items(to)
	}
	return to
}

package store

import (
	"slices"
	"sync"

	"github.com/tidwall/btree"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// state is all documents of a world at one moment. What bears another mark is shared and copied before it is changed.
type state struct {
	mark    *mark
	tables  []*table
	seq     uint64 // of the youngest document
	counter uint64 // of server-made ids
}

type mark struct{ _ byte }

type table struct {
	mark    *mark
	byID    trie[*api.Doc]
	all     *tree
	indexes []indexTable
}

// indexTable holds one of the two: documents by key in a unique index, groups of them in another.
type indexTable struct {
	unique trie[*api.Doc]
	groups trie[*group]
}

// group is the documents under one key, in order of birth: one of them, or a tree once there were two.
type group struct {
	mark *mark
	one  *api.Doc
	docs *tree
}

// put adds a document, or the next version of one.
func (g *group) put(before, after *api.Doc) {
	switch {
	case g.docs != nil:
		add(g.docs, before, after)
	case g.one == nil || g.one == before:
		g.one = after
	default:
		g.docs = newTree()
		g.docs.Set(g.one)
		g.docs.Set(after)
		g.one = nil
	}
}

// add puts a document into a tree: as a rule at the end, if it is a new one.
func add(t *tree, before, after *api.Doc) {
	if before == nil {
		t.Load(after)
	} else {
		t.Set(after)
	}
}

// drop takes a document out, and tells whether that was the last one.
func (g *group) drop(d *api.Doc) (last bool) {
	if g.docs == nil {
		g.one = nil
		return true
	}
	g.docs.Delete(d)
	return g.docs.Len() == 0
}

type tree = btree.BTreeG[*api.Doc]

// copying guards the marks that the trees keep in what they are copied from.
var copying sync.Mutex

func newTree() *tree {
	return btree.NewBTreeGOptions(older, btree.Options{NoLocks: true})
}

func older(a, b *api.Doc) bool {
	if a.At != b.At {
		return a.At < b.At
	}
	return a.Seq < b.Seq
}

func newState(c *Catalog) *state {
	return &state{mark: &mark{}, tables: make([]*table, len(c.order))}
}

// fork gives a state with the same documents. From then on neither changes what both share.
func (s *state) fork() *state {
	s.mark = &mark{}
	return &state{mark: &mark{}, tables: append([]*table(nil), s.tables...), seq: s.seq, counter: s.counter}
}

// writable is the table of a kind, copied if it is shared and made if it is not there.
func (s *state) writable(t *tableSpec) *table {
	old := s.tables[t.no]
	if old != nil && old.mark == s.mark {
		return old
	}
	fresh := &table{mark: s.mark, indexes: make([]indexTable, len(t.indexes))}
	s.tables[t.no] = fresh
	if old == nil {
		fresh.all = newTree()
		return fresh
	}
	fresh.byID = old.byID
	copy(fresh.indexes, old.indexes)
	copying.Lock()
	defer copying.Unlock()
	fresh.all = old.all.Copy()
	return fresh
}

// writable is the group of a key, copied if it is shared and made if it is not there.
func (ix *indexTable) writable(m *mark, key string) *group {
	g, ok := ix.groups.get(key)
	switch {
	case !ok:
		g = &group{mark: m}
	case g.mark == m:
		return g
	case g.docs == nil:
		g = &group{mark: m, one: g.one}
	default:
		copying.Lock()
		g = &group{mark: m, docs: g.docs.Copy()}
		copying.Unlock()
	}
	ix.groups.set(m, key, g)
	return g
}

// change replaces a document by another; either may be nil. The keys are those of after.
func (s *state) change(t *tableSpec, before, after *api.Doc, keys keyset) {
	tab := s.writable(t)
	var room [4]string
	// A version in the place of another takes it over: trees find it by the time of birth.
	stays := before != nil && after != nil && before.At == after.At && before.Seq == after.Seq && before.ID == after.ID
	if before != nil && !stays {
		tab.all.Delete(before)
		if after == nil {
			tab.byID.drop(s.mark, before.ID)
		}
	}
	for i := range t.indexes {
		ix, to := &t.indexes[i], &tab.indexes[i]
		var come []string
		if after != nil {
			come = keys.of(i)
		}
		if before != nil {
			gone := ix.keys(t, before, room[:0])
			if !stays || !slices.Equal(gone, come) {
				s.leave(ix, to, before, gone)
			}
		}
		for _, key := range come {
			if ix.Unique {
				to.unique.set(s.mark, key, after)
			} else {
				to.writable(s.mark, key).put(before, after)
			}
		}
	}
	if after != nil {
		tab.byID.set(s.mark, after.ID, after)
		add(tab.all, before, after)
	}
}

// leave takes a document out of an index.
func (s *state) leave(ix *indexSpec, from *indexTable, d *api.Doc, keys []string) {
	for _, key := range keys {
		if ix.Unique {
			from.unique.drop(s.mark, key)
		} else if from.writable(s.mark, key).drop(d) {
			from.groups.drop(s.mark, key)
		}
	}
}

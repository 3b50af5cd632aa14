package store

import (
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
	byID    *btree.Map[string, *api.Doc]
	all     *tree
	indexes []indexTable
}

// indexTable holds one of the two.
type indexTable struct {
	unique *btree.Map[string, *api.Doc]
	groups *btree.Map[string, *group]
}

// group is the documents under one key, in order of birth.
type group struct {
	mark *mark
	docs *tree
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
		fresh.byID = &btree.Map[string, *api.Doc]{}
		fresh.all = newTree()
		for i, ix := range t.indexes {
			if ix.Unique {
				fresh.indexes[i].unique = &btree.Map[string, *api.Doc]{}
			} else {
				fresh.indexes[i].groups = &btree.Map[string, *group]{}
			}
		}
		return fresh
	}
	copying.Lock()
	defer copying.Unlock()
	fresh.byID = old.byID.Copy()
	fresh.all = old.all.Copy()
	for i, ix := range old.indexes {
		if ix.unique != nil {
			fresh.indexes[i].unique = ix.unique.Copy()
		} else {
			fresh.indexes[i].groups = ix.groups.Copy()
		}
	}
	return fresh
}

// writable is the group of a key, copied if it is shared and made if it is not there.
func (ix *indexTable) writable(m *mark, key string) *group {
	g, ok := ix.groups.Get(key)
	switch {
	case !ok:
		g = &group{m, newTree()}
	case g.mark == m:
		return g
	default:
		copying.Lock()
		g = &group{m, g.docs.Copy()}
		copying.Unlock()
	}
	ix.groups.Set(key, g)
	return g
}

// change replaces a document by another; either may be nil. The keys are those of after.
func (s *state) change(t *tableSpec, before, after *api.Doc, keys keyset) {
	tab := s.writable(t)
	var room [4]string
	if before != nil {
		tab.all.Delete(before)
		if after == nil {
			tab.byID.Delete(before.ID)
		}
	}
	for i := range t.indexes {
		ix, to := &t.indexes[i], &tab.indexes[i]
		if before != nil {
			for _, key := range ix.keys(t, before, room[:0]) {
				if to.unique != nil {
					to.unique.Delete(key)
					continue
				}
				g := to.writable(s.mark, key)
				g.docs.Delete(before)
				if g.docs.Len() == 0 {
					to.groups.Delete(key)
				}
			}
		}
		if after != nil {
			for _, key := range keys.of(i) {
				if to.unique != nil {
					to.unique.Set(key, after)
				} else {
					to.writable(s.mark, key).docs.Set(after)
				}
			}
		}
	}
	if after != nil {
		tab.byID.Set(after.ID, after)
		tab.all.Set(after)
	}
}

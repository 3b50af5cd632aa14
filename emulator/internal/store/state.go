package store

import (
	"cmp"
	"sync"

	"github.com/tidwall/btree"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// State is all documents at one moment, with their indexes. Copies share what is the same in both: whatever has another
// epoch than the state's own is shared, and copied before it changes. A State is not safe for concurrent use, but states that
// were forked from one another are independent.
type State struct {
	catalog *Catalog
	epoch   *epoch
	tables  []*table // by tableSpec.number; nil: there was never a document of the kind
	seq     uint64   // of the youngest document
	counter uint64   // of numbers given by Tx.Counter
}

// epoch identifies the time between two forks of a state.
type epoch struct{ _ byte }

// table is the documents of a kind.
type table struct {
	epoch   *epoch
	byID    btree.Map[string, *api.Doc]
	all     *tree
	indexes []index
}

// index is the documents by key.
type index = btree.Map[string, group]

// group is the documents under one key: a single one, which is the usual case and a tenth of a tree's size, or a tree from the
// second one on.
type group struct {
	one  *api.Doc
	docs *tree
	own  *epoch // of docs
}

// tree is documents in order of creation.
type tree = btree.BTreeG[*api.Doc]

func newTree() *tree {
	return btree.NewBTreeGOptions(older, btree.Options{NoLocks: true})
}

func older(a, b *api.Doc) bool {
	if a.At != b.At {
		return a.At < b.At
	}
	return a.Seq < b.Seq
}

// copying is held while trees and maps are copied, which writes to the original, too.
var copying sync.Mutex

// NewState returns a state without documents.
func NewState(c *Catalog) *State {
	return &State{catalog: c, epoch: &epoch{}, tables: make([]*table, len(c.order))}
}

// Fork returns a state with the same documents. From then on neither changes what both share.
func (s *State) Fork() *State {
	s.epoch = &epoch{}
	out := *s
	out.epoch, out.tables = &epoch{}, append([]*table(nil), s.tables...)
	return &out
}

// Continue lets the counter of s go on from where the one of other is, so that no number is given twice.
func (s *State) Continue(other *State) { s.counter = other.counter }

// Catalog returns the kinds of the state.
func (s *State) Catalog() *Catalog { return s.catalog }

// Compare orders states by how many documents were stored until then, as far as it is known.
func Compare(a, b *State) int {
	return cmp.Or(cmp.Compare(a.counter, b.counter), cmp.Compare(a.seq, b.seq))
}

// Counts returns how many documents there are of each kind; kinds without any are left out.
func (s *State) Counts() map[string]int {
	out := map[string]int{}
	for i, t := range s.tables {
		if t != nil && t.byID.Len() > 0 {
			out[s.catalog.order[i].res.Kind] = t.byID.Len()
		}
	}
	return out
}

// Len returns how many documents there are of all kinds together.
func (s *State) Len() int {
	n := 0
	for _, t := range s.tables {
		if t != nil {
			n += t.byID.Len()
		}
	}
	return n
}

// writable returns the table of a kind, which is copied if it is shared and made if it does not exist.
func (s *State) writable(t *tableSpec) *table {
	old := s.tables[t.number]
	if old != nil && old.epoch == s.epoch {
		return old
	}
	fresh := &table{epoch: s.epoch, indexes: make([]index, len(t.indexes))}
	s.tables[t.number] = fresh
	if old == nil {
		fresh.all = newTree()
		return fresh
	}
	copying.Lock()
	defer copying.Unlock()
	fresh.byID, fresh.all = *old.byID.Copy(), old.all.Copy()
	for i := range old.indexes {
		fresh.indexes[i] = *old.indexes[i].Copy()
	}
	return fresh
}

// change puts a document in the place of another; either may be nil.
func (s *State) change(t *tableSpec, before, after *api.Doc) {
	tab := s.writable(t)
	if before != nil {
		tab.all.Delete(before)
		tab.byID.Delete(before.ID)
	}
	if after != nil {
		tab.all.Set(after)
		tab.byID.Set(after.ID, after)
	}
	for i := range t.indexes {
		groups := &tab.indexes[i]
		if before != nil {
			for _, key := range t.indexes[i].keys(before) {
				if g, ok := groups.Get(key); ok {
					g.drop(s.epoch, before)
					if g == (group{}) {
						groups.Delete(key)
					} else {
						groups.Set(key, g)
					}
				}
			}
		}
		if after != nil {
			for _, key := range t.indexes[i].keys(after) {
				g, _ := groups.Get(key)
				g.add(s.epoch, after)
				groups.Set(key, g)
			}
		}
	}
}

// add puts a document into the group of a state's epoch.
func (g *group) add(now *epoch, d *api.Doc) {
	switch {
	case g.docs != nil:
		g.write(now)
	case g.one == nil || g.one == d:
		g.one = d
		return
	default:
		one := g.one
		*g = group{docs: newTree(), own: now}
		g.docs.Set(one)
	}
	g.docs.Set(d)
}

// drop takes a document out. The group is the zero one if that was its last.
func (g *group) drop(now *epoch, d *api.Doc) {
	if g.docs != nil {
		g.write(now)
		g.docs.Delete(d)
	}
	if g.one == d || g.docs != nil && g.docs.Len() == 0 {
		*g = group{}
	}
}

// write makes the tree the epoch's own.
func (g *group) write(now *epoch) {
	if g.own != now {
		copying.Lock()
		defer copying.Unlock()
		g.docs, g.own = g.docs.Copy(), now
	}
}

// first returns the oldest document, or nil.
func (g group) first() *api.Doc {
	if g.docs == nil {
		return g.one
	}
	d, _ := g.docs.Min()
	return d
}

func (g group) len() int {
	switch {
	case g.docs != nil:
		return g.docs.Len()
	case g.one != nil:
		return 1
	}
	return 0
}

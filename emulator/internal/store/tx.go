package store

import (
	"fmt"
	"iter"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
)

// Tx is a transaction. It is used by one goroutine between Open and Commit or Rollback.
type Tx struct {
	world   *World // nil while a base is grown
	catalog *Catalog
	state   *state
	writing bool
	log     []change
	room    [2]change // for the log of most
	keys    keyroom
	before  *state // as it was, where reads may lag
	seq     uint64 // before the transaction
	counter uint64
}

type change struct {
	table         *tableSpec
	before, after *api.Doc
}

var _ api.Tx = (*Tx)(nil)

func (tx *Tx) table(kind string) (*tableSpec, *table) {
	t := tx.catalog.table(kind)
	if t == nil {
		panic(fmt.Sprintf("store: no kind %q", kind))
	}
	return t, tx.state.tables[t.no]
}

// Get finds a document by its id, or nil.
func (tx *Tx) Get(kind, id string) *api.Doc {
	_, tab := tx.table(kind)
	if tab == nil {
		return nil
	}
	d, _ := tab.byID.get(id)
	return d
}

func (tx *Tx) index(kind, index string) (*indexSpec, *indexTable) {
	t, tab := tx.table(kind)
	i := t.index(index)
	if i < 0 {
		panic(fmt.Sprintf("store: %s has no index %q", kind, index))
	}
	if tab == nil {
		return &t.indexes[i], nil
	}
	return &t.indexes[i], &tab.indexes[i]
}

// Find gives the document under a key of a unique index, the oldest under one of another, or nil.
func (tx *Tx) Find(kind, index, key string) *api.Doc {
	docs, one := tx.group(kind, index, key)
	if docs != nil {
		one, _ = docs.Min()
	}
	return one
}

// FindIn is Find with a key of two parts, the outer one first.
func (tx *Tx) FindIn(kind, index, outer, key string) *api.Doc {
	var room [160]byte
	joined := append(append(append(room[:0], outer...), Joint...), key...)
	docs, one := tx.group(kind, index, unsafe.String(&joined[0], len(joined))) //nolint:gosec // nobody keeps it
	if docs != nil {
		one, _ = docs.Min()
	}
	return one
}

// Count tells how many documents are under a key.
func (tx *Tx) Count(kind, index, key string) int {
	docs, one := tx.group(kind, index, key)
	switch {
	case one != nil:
		return 1
	case docs != nil:
		return docs.Len()
	}
	return 0
}

// group gives the documents under a key: a tree, or the one of a unique index. Without an index it is all of a kind.
func (tx *Tx) group(kind, index, key string) (*tree, *api.Doc) {
	if index == "" {
		if _, tab := tx.table(kind); tab != nil {
			return tab.all, nil
		}
		return nil, nil
	}
	ix, tab := tx.index(kind, index)
	if tab == nil {
		return nil, nil
	}
	if ix.Unique {
		d, _ := tab.unique.get(ix.key(key))
		return nil, d
	}
	if g, ok := tab.groups.get(ix.key(key)); ok {
		return g.docs, g.one
	}
	return nil, nil
}

// Page gives documents under a key, the oldest or the youngest first; a negative limit gives all after offset.
func (tx *Tx) Page(kind, index, key string, offset, limit int, newest bool) []*api.Doc {
	docs, one := tx.group(kind, index, key)
	if one != nil {
		if offset > 0 || limit == 0 {
			return nil
		}
		return []*api.Doc{one}
	}
	if docs == nil || offset >= docs.Len() {
		return nil
	}
	n := docs.Len() - offset
	if limit >= 0 {
		n = min(n, limit)
	}
	out := make([]*api.Doc, 0, n)
	if n == docs.Len() {
		docs.Scan(func(d *api.Doc) bool {
			out = append(out, d)
			return true
		})
		if newest {
			slices.Reverse(out)
		}
		return out
	}
	for i := range n {
		at := offset + i
		if newest {
			at = docs.Len() - 1 - at
		}
		d, _ := docs.GetAt(at)
		out = append(out, d)
	}
	return out
}

// Under gives all documents under a key in order of birth.
func (tx *Tx) Under(kind, index, key string) []*api.Doc {
	return tx.Page(kind, index, key, 0, -1, false)
}

// All gives the documents of a kind in order of birth.
func (tx *Tx) All(kind string) iter.Seq[*api.Doc] {
	docs := tx.Under(kind, "", "")
	born := func(i, j int) bool { return docs[i].Seq < docs[j].Seq }
	if !sort.SliceIsSorted(docs, born) {
		sort.Slice(docs, born)
	}
	return slices.Values(docs)
}

// Resource finds a kind's declaration, or nil.
func (tx *Tx) Resource(kind string) *api.Resource { return tx.catalog.Resource(kind) }

// Gone tells which request deleted a document, as far as it is remembered.
func (tx *Tx) Gone(kind, id string) string {
	if tx.world == nil {
		return ""
	}
	return tx.world.gone.by(kind, id)
}

// Counter gives a number that was not given before in this world.
func (tx *Tx) Counter() uint64 {
	tx.mustWrite()
	tx.state.counter++
	return tx.state.counter
}

// NewID makes a UUID out of the world's seed and counter.
func (tx *Tx) NewID() string {
	n := tx.Counter()
	seed := uint64(0)
	if tx.world != nil {
		seed = tx.world.seed
	}
	return api.UUID(api.Mix(seed, n), api.Mix(^seed, n))
}

func (tx *Tx) mustWrite() {
	if !tx.writing {
		panic("store: an operation that is not declared to write wrote")
	}
}

// Put stores a document: a new one, or the next version of the one with its id. It refuses references to nothing with
// the code invalid, and then values that another document has already with the code conflict.
func (tx *Tx) Put(d *api.Doc) error {
	tx.mustWrite()
	t, tab := tx.table(d.Res.Kind)
	var before *api.Doc
	if tab != nil {
		before, _ = tab.byID.get(d.ID)
	}
	if err := tx.references(t, before, d); err != nil {
		return err
	}
	keys := t.keys(d, &tx.keys)
	if err := tx.unique(t, tab, d, keys); err != nil {
		return err
	}
	if before == nil {
		tx.state.seq++
		d.Seq = tx.state.seq
	} else {
		d.Seq = before.Seq
		d.Implicit = before.Implicit
	}
	tx.date(t, d)
	tx.state.change(t, before, d, keys)
	tx.log = append(tx.log, change{t, before, d})
	return nil
}

// date reads the time of birth off a document.
func (tx *Tx) date(t *tableSpec, d *api.Doc) {
	if t.created == "" {
		return
	}
	if at, ok := api.Instant(d.Get(t.created)); ok {
		d.At = at.UnixNano()
	}
}

func (tx *Tx) apply(t *tableSpec, before, after *api.Doc) {
	tx.state.change(t, before, after, t.keys(after, &tx.keys))
	tx.log = append(tx.log, change{t, before, after})
}

func (tx *Tx) references(t *tableSpec, before, d *api.Doc) error {
	var bad []api.Violation
	for i := range t.indexes {
		ix := &t.indexes[i]
		if ix.To == "" || ix.AllowDangling || len(ix.paths) != 1 || ix.Key != nil {
			continue
		}
		path := ix.paths[0]
		v := d.Get(path)
		if !v.Exists() || v.Type == gjson.Null || before != nil && before.Get(path).Raw == v.Raw {
			continue
		}
		values, list := []gjson.Result{v}, v.IsArray()
		if list {
			values = v.Array()
		}
		for j, e := range values {
			if tx.Get(ix.To, e.String()) != nil {
				continue
			}
			at := strings.Split(path, ".")
			if list {
				at = append(at, strconv.Itoa(j))
			}
			bad = append(bad, api.Violation{Path: at, Rule: api.Reference, Want: ix.To})
		}
	}
	if bad == nil {
		return nil
	}
	return &api.Error{Code: api.Invalid, Violations: bad, Facts: api.Facts{Kind: t.res.Kind, ID: d.ID}}
}

func (tx *Tx) unique(t *tableSpec, tab *table, d *api.Doc, keys keyset) error {
	if tab == nil {
		return nil
	}
	for i := range t.indexes {
		ix := &t.indexes[i]
		if !ix.Unique {
			continue
		}
		for _, key := range keys.of(i) {
			other, taken := tab.indexes[i].unique.get(key)
			if !taken || other.ID == d.ID {
				continue
			}
			value := key[strings.LastIndex(key, Joint)+1:]
			if len(ix.paths) == 1 {
				value = d.Str(ix.paths[0])
			}
			return &api.Error{
				Code:    api.Conflict,
				Message: fmt.Sprintf("%s: %s %q is taken", t.res.Kind, ix.Name, value),
				Facts:   api.Facts{Kind: t.res.Kind, ID: other.ID, Index: ix.Name, Value: value, In: other.In},
			}
		}
	}
	return nil
}

// Delete takes a document out, with all that dies with it, and detaches what refers to it.
func (tx *Tx) Delete(d *api.Doc) {
	tx.mustWrite()
	t, tab := tx.table(d.Res.Kind)
	if tab == nil {
		return
	}
	now, ok := tab.byID.get(d.ID)
	if !ok {
		return
	}
	tx.apply(t, now, nil)
	for _, dep := range t.dependents {
		spec := tx.catalog.order[dep.table]
		ix := &spec.indexes[dep.index]
		if ix.OnDelete == api.Keep {
			continue
		}
		key := now.ID
		if ix.By != "" {
			keys := t.indexes[t.index(ix.By)].keys(t, now, nil)
			if len(keys) == 0 {
				continue
			}
			key = keys[0]
		}
		for _, ref := range tx.Under(spec.res.Kind, ix.Name, key) {
			if ix.OnDelete == api.Cascade {
				tx.Delete(ref)
				continue
			}
			tx.apply(spec, ref, &api.Doc{
				Res: ref.Res, ID: ref.ID, In: ref.In, Seq: ref.Seq, At: ref.At, Implicit: ref.Implicit,
				JSON: detach(ix, ref, now.ID),
			})
		}
	}
}

// detach is the document without its reference to id.
func detach(ix *indexSpec, d *api.Doc, id string) []byte {
	if ix.Key != nil {
		return ix.Without(d, id)
	}
	path, value := ix.paths[0], api.Null
	if v := d.Get(path); v.IsArray() {
		var rest [][]byte
		for _, e := range v.Array() {
			if e.String() != id {
				rest = append(rest, []byte(e.Raw))
			}
		}
		value = object.Array(rest...)
	}
	o := d.Object()
	o.SetPath(path, value)
	return o.JSON()
}

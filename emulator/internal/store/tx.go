package store

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Tx reads and writes a state, and can undo what it did. It is used by one goroutine, between Begin and Undo or the end of
// its use; whoever uses it keeps others from writing to the state meanwhile. It is api.Tx but for what a world adds.
type Tx struct {
	state   *State
	writing bool
	log     []Change
	seq     uint64 // of the state when the transaction began
	counter uint64
}

// Begin makes tx a transaction on a state, whatever it was before.
func (tx *Tx) Begin(s *State, writing bool) {
	*tx = Tx{state: s, writing: writing, seq: s.seq, counter: s.counter}
}

// Writing reports whether the transaction may write.
func (tx *Tx) Writing() bool { return tx.writing }

// Changed reports whether the transaction did anything.
func (tx *Tx) Changed() bool { return len(tx.log) > 0 || tx.state.counter != tx.counter }

// Delta returns what the transaction did so far.
func (tx *Tx) Delta() Delta { return Delta{tx.log, tx.state.seq, tx.state.counter} }

// Undo makes the state as it was when the transaction began.
func (tx *Tx) Undo() {
	for _, c := range slices.Backward(tx.log) {
		tx.state.change(tx.spec(c.Doc().Res.Kind), c.After, c.Before)
	}
	tx.state.seq, tx.state.counter = tx.seq, tx.counter
}

func (tx *Tx) spec(kind string) *tableSpec {
	t := tx.state.catalog.kinds[kind]
	if t == nil {
		panic(fmt.Sprintf("store: no kind %q", kind))
	}
	return t
}

// Resource returns the declaration of a kind, or nil.
func (tx *Tx) Resource(kind string) *api.Resource { return tx.state.catalog.Resource(kind) }

// Get returns a document by its id, or nil.
func (tx *Tx) Get(kind, id string) *api.Doc {
	return tx.state.tables[tx.spec(kind).number].get(id)
}

// group returns the documents under a key. Without an index it is all of a kind.
func (tx *Tx) group(kind, index, key string) group {
	t := tx.spec(kind)
	i := -1
	if index != "" {
		if i = t.position(index); i < 0 {
			panic(fmt.Sprintf("store: %s has no index %q", kind, index))
		}
	}
	tab := tx.state.tables[t.number]
	switch {
	case tab == nil:
		return group{}
	case i < 0:
		return group{docs: tab.all}
	}
	g, _ := tab.indexes[i].Get(t.indexes[i].key(key))
	return g
}

// Find returns the oldest document under a key of an index, or nil.
func (tx *Tx) Find(kind, index, key string) *api.Doc { return tx.group(kind, index, key).first() }

// Count returns how many documents there are under a key.
func (tx *Tx) Count(kind, index, key string) int { return tx.group(kind, index, key).len() }

// Page returns documents under a key, the oldest or the newest first; a negative limit means all after offset.
func (tx *Tx) Page(kind, index, key string, offset, limit int, newest bool) []*api.Doc {
	g := tx.group(kind, index, key)
	n := g.len() - offset
	if limit >= 0 {
		n = min(n, limit)
	}
	switch {
	case n <= 0:
		return nil
	case g.docs == nil:
		return []*api.Doc{g.one}
	}
	out := make([]*api.Doc, 0, n)
	add := func(d *api.Doc) bool {
		out = append(out, d)
		return len(out) < n
	}
	if newest {
		start, _ := g.docs.GetAt(g.docs.Len() - 1 - offset)
		g.docs.Descend(start, add)
	} else {
		start, _ := g.docs.GetAt(offset)
		g.docs.Ascend(start, add)
	}
	return out
}

// Under returns all documents under a key, the oldest first.
func (tx *Tx) Under(kind, index, key string) []*api.Doc {
	return tx.Page(kind, index, key, 0, -1, false)
}

// All returns the documents of a kind in the order in which they were first stored.
func (tx *Tx) All(kind string) iter.Seq[*api.Doc] {
	docs := tx.Under(kind, "", "")
	slices.SortFunc(docs, func(a, b *api.Doc) int { return cmp.Compare(a.Seq, b.Seq) })
	return slices.Values(docs)
}

// Counter returns a number that was not given before.
func (tx *Tx) Counter() uint64 {
	tx.mustWrite()
	tx.state.counter++
	return tx.state.counter
}

func (tx *Tx) mustWrite() {
	if !tx.writing {
		panic("store: write in a read-only transaction: the operation is not declared to write")
	}
}

// apply makes a change and logs it.
func (tx *Tx) apply(t *tableSpec, before, after *api.Doc) {
	tx.state.change(t, before, after)
	tx.log = append(tx.log, Change{before, after})
}

// Put stores a document: a new one, or the next version of the one with its id. It refuses references to documents that do
// not exist with the code invalid, and then values that another document has already with the code conflict.
func (tx *Tx) Put(d *api.Doc) error {
	tx.mustWrite()
	t := tx.spec(d.Res.Kind)
	before := tx.Get(d.Res.Kind, d.ID)
	if err := tx.references(t, before, d); err != nil {
		return err
	}
	if err := tx.state.unique(t, d); err != nil {
		return err
	}
	if before == nil {
		tx.number(d)
	} else {
		d.Seq, d.Kids = before.Seq, before.Kids
	}
	t.date(d)
	tx.apply(t, before, d)
	return nil
}

// number gives a new document its place in the order.
func (tx *Tx) number(d *api.Doc) {
	tx.state.seq++
	d.Seq = tx.state.seq
}

// date reads the time of creation from the document.
func (t *tableSpec) date(d *api.Doc) {
	if t.created == "" {
		return
	}
	if at, ok := api.Instant(d.Get(t.created)); ok {
		d.At = at.UnixNano()
	}
}

// references refuses a document that refers to one that does not exist, unless the version before it did the same.
func (tx *Tx) references(t *tableSpec, before, d *api.Doc) error {
	var bad []api.Violation
	for i := range t.indexes {
		ix := &t.indexes[i]
		if ix.To == "" || ix.Loose || len(ix.paths) != 1 || ix.Key != nil {
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

// unique refuses a document with a value that another one has in a unique index.
func (s *State) unique(t *tableSpec, d *api.Doc) error {
	tab := s.tables[t.number]
	if tab == nil {
		return nil
	}
	for i := range t.indexes {
		ix := &t.indexes[i]
		if !ix.Unique {
			continue
		}
		for _, key := range ix.keys(d) {
			g, _ := tab.indexes[i].Get(key)
			other := g.first()
			if other == nil || other.ID == d.ID {
				continue
			}
			value := key[strings.LastIndex(key, Separator)+1:]
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

// Load stores documents that were stored before, as they are: no hook completes or checks them. References may point
// forward. It refuses a document that collides with another, refers to one that does not exist, or has no parent, and returns
// its position; what was stored until then is left to Undo.
func (tx *Tx) Load(docs []*api.Doc) (at int, err error) {
	tx.mustWrite()
	for i, d := range docs {
		t := tx.spec(d.Res.Kind)
		if tx.Get(d.Res.Kind, d.ID) != nil {
			return i, api.Fail(api.Conflict, "duplicate %s %q", d.Res.Kind, d.ID)
		}
		if err := tx.state.unique(t, d); err != nil {
			return i, err
		}
		tx.number(d)
		t.date(d)
		tx.apply(t, nil, d)
	}
	for i, d := range docs {
		if err := tx.owned(d); err != nil {
			return i, err
		}
		if err := tx.references(tx.spec(d.Res.Kind), nil, d); err != nil {
			return i, api.Fail(api.Invalid, "%s %q: %s", d.Res.Kind, d.ID, api.AsError(err).Violations[0].Plain())
		}
	}
	return 0, nil
}

// owned refuses a document whose owners do not exist, or are not those that it names.
func (tx *Tx) owned(d *api.Doc) error {
	parent := d.Res.Parent()
	if parent == "" {
		if len(d.In) > 0 {
			return api.Fail(api.Invalid, "%s %q: _in is %q, but the kind has no parent", d.Res.Kind, d.ID, d.In)
		}
		return nil
	}
	owner := tx.Get(parent, d.Owner())
	if owner == nil {
		return api.Fail(api.Invalid, "%s %q: its %s %q does not exist", d.Res.Kind, d.ID, parent, d.Owner())
	}
	if want := append(slices.Clone(owner.In), owner.ID); !slices.Equal(want, d.In) {
		return api.Fail(api.Invalid, "%s %q: _in is %q, want %q, which is the path of its %s", d.Res.Kind, d.ID, d.In, want, parent)
	}
	return nil
}

// Delete deletes a document with all that depends on it, and removes the references of those that stay.
func (tx *Tx) Delete(d *api.Doc) {
	tx.mustWrite()
	t := tx.spec(d.Res.Kind)
	now := tx.Get(d.Res.Kind, d.ID)
	if now == nil {
		return
	}
	tx.apply(t, now, nil)
	for _, dep := range t.dependents {
		ix := dep.index
		if ix.Gone == api.Keep {
			continue
		}
		key := now.ID
		if ix.By != "" {
			keys := t.index(ix.By).keys(now)
			if len(keys) == 0 {
				continue
			}
			key = keys[0]
		}
		for _, ref := range tx.Under(dep.table.res.Kind, ix.Name, key) {
			if ix.Gone == api.Die {
				tx.Delete(ref)
				continue
			}
			tx.apply(dep.table, ref, &api.Doc{
				Res: ref.Res, ID: ref.ID, In: ref.In, Seq: ref.Seq, At: ref.At, Kids: ref.Kids,
				JSON: ix.detach(ref, now.ID),
			})
		}
	}
}

// detach returns the document without its reference to id.
func (ix *indexSpec) detach(d *api.Doc, id string) []byte {
	if ix.Key != nil {
		return ix.Without(d, id)
	}
	path := ix.paths[0]
	v := d.Get(path)
	if !v.IsArray() {
		return setPath(d.Object(), path, api.Null)
	}
	rest := []byte{'['}
	for _, e := range v.Array() {
		if e.String() == id {
			continue
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		rest = append(rest, e.Raw...)
	}
	return setPath(d.Object(), path, append(rest, ']'))
}

func setPath(o api.Object, path string, value []byte) []byte {
	head, tail, nested := strings.Cut(path, ".")
	if nested {
		value = setPath(api.ObjectOf(o.Raw(head)), tail, value)
	}
	o.Set(head, value)
	return o.JSON()
}

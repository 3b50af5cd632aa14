// Package store keeps worlds: documents and indexes as copy-on-write trees, so that a new world, a snapshot and a reset
// cost the same whatever their size. It knows no vendor and no HTTP.
package store

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Catalog is the set of kinds that a store keeps.
type Catalog struct {
	order  []*tableSpec
	places []*tableSpec // the same by a number that is made of a few letters, which is found faster than a hash
}

type tableSpec struct {
	no      int
	res     *api.Resource
	indexes []indexSpec
	// dependents are the indexes, of any kind, whose keys are ids of this kind.
	dependents []dependent
	created    string
}

type indexSpec struct {
	api.Index
	paths  []string
	within int // position of the index that narrows this one, or -1
}

type dependent struct{ table, index int }

// NewCatalog links the kinds. It refuses a kind that stands twice, and an index that names what does not exist.
func NewCatalog(resources []*api.Resource) (*Catalog, error) {
	c, tables := &Catalog{}, map[string]*tableSpec{}
	for _, r := range resources {
		if tables[r.Kind] != nil {
			return nil, fmt.Errorf("store: kind %s stands twice", r.Kind)
		}
		t := &tableSpec{no: len(c.order), res: r, created: r.CreatedMember()}
		for _, ix := range r.Indexes {
			spec := indexSpec{Index: ix, within: -1}
			if ix.Path != "" {
				spec.paths = strings.Split(ix.Path, ",")
			}
			if ix.Within != "" {
				w := t.index(ix.Within)
				if w < 0 {
					return nil, fmt.Errorf("store: %s.%s: no earlier index %q", r.Kind, ix.Name, ix.Within)
				}
				spec.within = w
			}
			t.indexes = append(t.indexes, spec)
		}
		tables[r.Kind] = t
		c.order = append(c.order, t)
	}
	for _, t := range c.order {
		for i, ix := range t.indexes {
			if ix.To == "" {
				continue
			}
			if ix.Key != nil && ix.OnDelete == api.Detach && ix.Without == nil {
				return nil, fmt.Errorf("store: %s.%s: detaches, and does not say how", t.res.Kind, ix.Name)
			}
			to := tables[ix.To]
			if to == nil {
				return nil, fmt.Errorf("store: %s.%s: no kind %q", t.res.Kind, ix.Name, ix.To)
			}
			if ix.By != "" && to.index(ix.By) < 0 {
				return nil, fmt.Errorf("store: %s.%s: %s has no index %q", t.res.Kind, ix.Name, ix.To, ix.By)
			}
			to.dependents = append(to.dependents, dependent{t.no, i})
		}
	}
	c.place()
	return c, nil
}

// Resource finds a kind's declaration, or nil.
func (c *Catalog) Resource(kind string) *api.Resource {
	if t := c.table(kind); t != nil {
		return t.res
	}
	return nil
}

// place makes the places: four for each kind at least, so that most stand where they are looked for first.
func (c *Catalog) place() {
	n := 16
	for n < 4*len(c.order) {
		n *= 2
	}
	c.places = make([]*tableSpec, n)
	for _, t := range c.order {
		at := letters(t.res.Kind)
		for c.places[at%n] != nil {
			at++
		}
		c.places[at%n] = t
	}
}

func (c *Catalog) table(kind string) *tableSpec {
	n := len(c.places)
	for at := letters(kind); ; at++ {
		t := c.places[at&(n-1)]
		if t == nil || t.res.Kind == kind {
			return t
		}
	}
}

func letters(kind string) int {
	n := len(kind)
	if n < 4 {
		return n
	}
	return n + 5*int(kind[0]) + 17*int(kind[n-1]) + 41*int(kind[n-4]) + 97*int(kind[n/2])
}

// index finds an index by name, or gives -1.
func (t *tableSpec) index(name string) int {
	for i := range t.indexes {
		if t.indexes[i].Name == name {
			return i
		}
	}
	return -1
}

// Resources lists the declarations in the order in which they were given.
func (c *Catalog) Resources() []*api.Resource {
	out := make([]*api.Resource, len(c.order))
	for i, t := range c.order {
		out[i] = t.res
	}
	return out
}

// keys appends the keys of a document in an index.
func (ix *indexSpec) keys(t *tableSpec, d *api.Doc, to []string) []string {
	start := len(to)
	switch {
	case ix.Key != nil:
		to = append(to, ix.Key(d)...)
	case len(ix.paths) == 0:
		if owner := d.Owner(); owner != "" {
			to = append(to, owner)
		}
	case len(ix.paths) == 1:
		if s, ok := d.Text(ix.paths[0]); ok {
			to = append(to, s)
			break
		}
		v := d.Get(ix.paths[0])
		if v.IsArray() {
			for _, e := range v.Array() {
				to = append(to, e.String())
			}
		} else if v.Type != gjson.Null {
			to = append(to, v.String())
		}
	default:
		var room [4]string
		parts := room[:0]
		for _, p := range ix.paths {
			part, ok := d.Text(p)
			if !ok {
				v := d.Get(p)
				if v.Type == gjson.Null {
					return to
				}
				part = v.String()
			}
			parts = append(parts, part)
		}
		to = append(to, strings.Join(parts, Joint))
	}
	if ix.CaseInsensitive {
		for i := start; i < len(to); i++ {
			to[i] = strings.ToLower(to[i])
		}
	}
	if ix.within >= 0 && len(to) > start {
		var room [1]string
		outer := t.indexes[ix.within].keys(t, d, room[:0])
		if len(outer) == 0 {
			return to[:start]
		}
		for i := start; i < len(to); i++ {
			to[i] = outer[0] + Joint + to[i]
		}
	}
	return to
}

// keyset is the keys of a document in all indexes of its kind, computed once.
type keyset struct {
	all  []string
	ends []int // of each index's keys in all
}

// keyroom is memory for a keyset, enough for most.
type keyroom struct {
	all  [8]string
	ends [8]int
}

// keys gives the keys of a document, in a room that nothing else uses as long as they are needed.
func (t *tableSpec) keys(d *api.Doc, room *keyroom) keyset {
	if d == nil {
		return keyset{}
	}
	k := keyset{room.all[:0], room.ends[:0]}
	for i := range t.indexes {
		k.all = t.indexes[i].keys(t, d, k.all)
		k.ends = append(k.ends, len(k.all))
	}
	return k
}

func (k keyset) of(index int) []string {
	from := 0
	if index > 0 {
		from = k.ends[index-1]
	}
	return k.all[from:k.ends[index]]
}

// Joint separates the parts of a key.
const Joint = "\x00"

// key is the key that a caller looks for.
func (ix *indexSpec) key(key string) string {
	if !ix.CaseInsensitive {
		return key
	}
	at := strings.LastIndex(key, Joint) + 1
	return key[:at] + strings.ToLower(key[at:])
}

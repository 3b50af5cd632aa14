// Package store is an in-memory document database: documents by id, indexes over their members, transactions, and states
// that share what they have in common, so that a copy costs the same whatever its size. It knows resources as package api
// declares them, and neither worlds nor time.
package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Separator separates the parts of a key.
const Separator = "\x00"

// Catalog is the set of kinds that a database holds. It does not change, and is safe for concurrent use.
type Catalog struct {
	order []*tableSpec
	kinds map[string]*tableSpec
}

type tableSpec struct {
	number  int // position in Catalog.order
	res     *api.Resource
	created string // member with the time of creation, or ""
	indexes []indexSpec
	// dependents are the indexes, of any kind, whose keys are ids of this kind.
	dependents []dependent
}

type indexSpec struct {
	api.Index
	paths  []string
	within *indexSpec // the index that narrows this one, or nil
}

type dependent struct {
	table *tableSpec
	index *indexSpec
}

// NewCatalog links the kinds. It refuses a duplicate kind and an index that names something that does not exist.
func NewCatalog(resources []*api.Resource) (*Catalog, error) {
	c := &Catalog{kinds: map[string]*tableSpec{}}
	for _, r := range resources {
		if c.kinds[r.Kind] != nil {
			return nil, fmt.Errorf("store: duplicate kind %s", r.Kind)
		}
		t := &tableSpec{number: len(c.order), res: r, created: r.CreatedMember()}
		c.kinds[r.Kind] = t
		c.order = append(c.order, t)
		t.indexes = make([]indexSpec, len(r.Indexes))
		for i, ix := range r.Indexes {
			spec := &t.indexes[i]
			if ix.Within != "" {
				if spec.within = t.index(ix.Within); spec.within == nil {
					return nil, fmt.Errorf("store: %s.%s: no earlier index %q", r.Kind, ix.Name, ix.Within)
				}
			}
			if spec.Index = ix; ix.Path != "" {
				spec.paths = strings.Split(ix.Path, ",")
			}
		}
	}
	for _, t := range c.order {
		for i := range t.indexes {
			ix := &t.indexes[i]
			if ix.To == "" {
				continue
			}
			to := c.kinds[ix.To]
			switch {
			case ix.Key != nil && ix.Gone == api.Detach && ix.Without == nil:
				return nil, fmt.Errorf("store: %s.%s detaches by a computed key, but has no function Without", t.res.Kind, ix.Name)
			case to == nil:
				return nil, fmt.Errorf("store: %s.%s: no kind %q", t.res.Kind, ix.Name, ix.To)
			case ix.By != "" && to.index(ix.By) == nil:
				return nil, fmt.Errorf("store: %s.%s: %s has no index %q", t.res.Kind, ix.Name, ix.To, ix.By)
			}
			to.dependents = append(to.dependents, dependent{t, ix})
		}
	}
	return c, nil
}

// Resource returns the declaration of a kind, or nil.
func (c *Catalog) Resource(kind string) *api.Resource {
	if t := c.kinds[kind]; t != nil {
		return t.res
	}
	return nil
}

// Resources returns the declarations in the order in which they were given.
func (c *Catalog) Resources() []*api.Resource {
	out := make([]*api.Resource, len(c.order))
	for i, t := range c.order {
		out[i] = t.res
	}
	return out
}

// index returns the index with a name, or nil.
func (t *tableSpec) index(name string) *indexSpec {
	if i := t.position(name); i >= 0 {
		return &t.indexes[i]
	}
	return nil
}

func (t *tableSpec) position(name string) int {
	for i := range t.indexes {
		if t.indexes[i].Name == name {
			return i
		}
	}
	return -1
}

// keys returns the keys of a document in the index.
func (ix *indexSpec) keys(d *api.Doc) []string {
	keys := ix.values(d)
	if ix.Fold {
		for i, key := range keys {
			keys[i] = strings.ToLower(key)
		}
	}
	if ix.within != nil && len(keys) > 0 {
		outer := ix.within.keys(d)
		if len(outer) == 0 {
			return nil
		}
		for i, key := range keys {
			keys[i] = outer[0] + Separator + key
		}
	}
	return keys
}

// values returns what the index itself makes of a document, in memory of the caller's own.
func (ix *indexSpec) values(d *api.Doc) []string {
	switch {
	case ix.Key != nil:
		return slices.Clone(ix.Key(d))
	case len(ix.paths) == 0:
		if owner := d.Owner(); owner != "" {
			return []string{owner}
		}
		return nil
	case len(ix.paths) == 1:
		if v := d.Get(ix.paths[0]); v.IsArray() {
			var out []string
			for _, e := range v.Array() {
				out = append(out, e.String())
			}
			return out
		}
	}
	parts := make([]string, len(ix.paths))
	for i, path := range ix.paths {
		v := d.Get(path)
		if v.Type == gjson.Null {
			return nil
		}
		parts[i] = v.String()
	}
	return []string{strings.Join(parts, Separator)}
}

// key returns the key that a caller looks for in the form in which the index holds it.
func (ix *indexSpec) key(key string) string {
	if !ix.Fold {
		return key
	}
	at := strings.LastIndex(key, Separator) + 1
	return key[:at] + strings.ToLower(key[at:])
}

package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Change is a document that took the place of another: Before is nil for a new document, After for one that was deleted.
type Change struct{ Before, After *api.Doc }

// Doc returns the document as it is now, or as it was before it was deleted.
func (c Change) Doc() *api.Doc {
	if c.After != nil {
		return c.After
	}
	return c.Before
}

// Delta is what turns one state into another: changes in order, and the counters as they are afterwards.
type Delta struct {
	Changes []Change
	Seq     uint64 // of the youngest document
	Counter uint64 // of numbers given by Tx.Counter
}

// Apply makes the changes of a delta, of each of which only After and the kind and id of Before count. An error says what does
// not fit; the state is then of no use.
func (s *State) Apply(d Delta) error {
	for _, c := range d.Changes {
		doc := c.Doc()
		t := s.catalog.kinds[doc.Res.Kind]
		if t == nil {
			return fmt.Errorf("no kind %q", doc.Res.Kind)
		}
		before := s.tables[t.number].get(doc.ID)
		switch {
		case c.After == nil && before == nil:
			return fmt.Errorf("no %s %q to delete", doc.Res.Kind, doc.ID)
		case c.After == nil:
		case doc.Seq == 0 || doc.Seq > d.Seq:
			return fmt.Errorf("%s %q has the sequence number %d, want one from 1 to %d", doc.Res.Kind, doc.ID, doc.Seq, d.Seq)
		default:
			if err := s.unique(t, doc); err != nil {
				return err
			}
		}
		s.change(t, before, c.After)
	}
	s.seq, s.counter = d.Seq, d.Counter
	return nil
}

// Between returns what turns a state into another, and whether that is anything at all. Deletions come first, so that no two
// documents ever have one key.
func Between(old, now *State) (d Delta, changed bool) {
	d = Delta{Seq: now.seq, Counter: now.counter}
	var added []Change
	for _, c := range Changes(old, now) {
		if c.Before != nil && c.After != nil && identical(c.Before, c.After) {
			continue
		}
		if c.Before != nil {
			d.Changes = append(d.Changes, Change{Before: c.Before})
		}
		if c.After != nil {
			added = append(added, Change{After: c.After})
		}
	}
	d.Changes = append(d.Changes, added...)
	return d, len(d.Changes) > 0 || old.seq != now.seq || old.counter != now.counter
}

// identical reports whether two documents are the same in all that a state knows of them.
func identical(a, b *api.Doc) bool {
	return a.Seq == b.Seq && a.At == b.At && a.Kids == b.Kids && string(a.JSON) == string(b.JSON) && slices.Equal(a.In, b.In)
}

// Diff returns the documents that differ in their members or in where they are.
func Diff(old, now *State) []Change {
	return slices.DeleteFunc(Changes(old, now), func(c Change) bool {
		return c.Before != nil && c.After != nil && api.Same(c.After.JSON, c.Before.JSON) && slices.Equal(c.After.In, c.Before.In)
	})
}

// Changes returns the documents that were stored or deleted between two states, though they may be equal: by kind those that
// old has, in order of ids, and then the others. Kinds that were not written to cost nothing.
func Changes(old, now *State) []Change {
	var out []Change
	for i := range now.tables {
		a, b := old.tables[i], now.tables[i]
		if a == b {
			continue
		}
		a.scan(func(before *api.Doc) {
			if after := b.get(before.ID); after != before {
				out = append(out, Change{before, after})
			}
		})
		b.scan(func(after *api.Doc) {
			if a.get(after.ID) == nil {
				out = append(out, Change{nil, after})
			}
		})
	}
	return out
}

// get returns the document with an id, or nil. The table may be nil.
func (t *table) get(id string) *api.Doc {
	if t == nil {
		return nil
	}
	d, _ := t.byID.Get(id)
	return d
}

// scan calls f for all documents in order of ids. The table may be nil.
func (t *table) scan(f func(*api.Doc)) {
	if t == nil {
		return
	}
	t.byID.Scan(func(_ string, d *api.Doc) bool {
		f(d)
		return true
	})
}

// Sum returns a checksum of all documents and counters, in hexadecimal.
func (s *State) Sum() string {
	h := sha256.New()
	var buf []byte
	text := func(parts ...string) {
		for _, p := range parts {
			buf = append(binary.AppendUvarint(buf, uint64(len(p))), p...)
		}
	}
	for _, t := range s.tables {
		t.scan(func(d *api.Doc) {
			buf = buf[:0]
			text(d.Res.Kind, d.ID, string(d.JSON))
			buf = binary.AppendUvarint(buf, uint64(len(d.In)))
			text(d.In...)
			buf = binary.AppendVarint(binary.AppendUvarint(buf, d.Seq), d.At)
			if d.Kids {
				buf = append(buf, 'k')
			}
			_, _ = h.Write(buf)
		})
	}
	buf = binary.AppendUvarint(binary.AppendUvarint(buf[:0], s.seq), s.counter)
	_, _ = h.Write(buf)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

package world_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// What is found under a key is what a walk over all documents finds, whatever was put, changed, deleted, undone and copied
// before.
func TestIndexesAgreeWithAWalk(t *testing.T) {
	t.Parallel()
	f := grow(t, 3)
	w := f.world(t, "w")
	other := w // a copy of an earlier state, which must not move
	frozen := ""
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 400 {
		tx := w.Begin(true)
		for range 1 + r.IntN(3) {
			id := fmt.Sprintf("b%d", r.IntN(8))
			if d := tx.Get("t.book", id); d != nil && r.IntN(3) == 0 {
				tx.Delete(d)
				continue
			}
			created := time.Date(2026, 1, 1, 0, 0, r.IntN(3), 0, time.UTC).Format(time.RFC3339)
			shelves := [][2]string{{`"s1"`, ""}, {`"s1"`, `,"s2"`}, {`"s2"`, `,"s2"`}, {"", ""}}[r.IntN(4)]
			_ = tx.Put(&api.Doc{Res: f.book, ID: id, In: []string{"l1"}, JSON: fmt.Appendf(nil, // a title that is taken is refused
				`{"id":%q,"title":"T%d","edition":1,"author":"a1","shelves":[%s%s],"created_at":%q}`, id, r.IntN(9), shelves[0], shelves[1], created)})
		}
		agree(t, tx, round)
		if r.IntN(4) == 0 {
			tx.Rollback()
		} else {
			must(t, tx.Commit("1"))
		}
		read := w.Begin(false)
		agree(t, read, round)
		read.Rollback()
		if round%50 == 0 {
			if other != w && state(other) != frozen {
				t.Fatalf("round %d: a copy moved along", round)
			}
			copied, err := f.store.Create(world.Options{Name: fmt.Sprint("copy", round), From: w})
			must(t, err)
			other, frozen = copied, state(copied)
		}
	}
}

func agree(t *testing.T, tx *world.Tx, round int) {
	t.Helper()
	type place struct{ index, key string }
	want := map[place][]*api.Doc{}
	for d := range tx.All("t.book") {
		add := func(index, key string) {
			p := place{index, key}
			if !slices.Contains(want[p], d) {
				want[p] = append(want[p], d)
			}
		}
		add("library", d.Owner())
		add("author", d.Str("author"))
		add("title", api.Key(d.Owner(), d.Str("title"), "1"))
		for _, s := range d.Get("shelves").Array() {
			add("shelf", s.Str)
		}
	}
	order := func(a, b *api.Doc) int {
		if a.At != b.At {
			return int(a.At - b.At)
		}
		return int(a.Seq) - int(b.Seq)
	}
	for _, p := range []place{{"library", "l1"}, {"author", "a1"}, {"shelf", "s1"}, {"shelf", "s2"}} {
		want[p] = append([]*api.Doc{}, want[p]...)
	}
	for p, docs := range want {
		slices.SortFunc(docs, order)
		if got := tx.Under("t.book", p.index, p.key); ids(got) != ids(docs) {
			t.Fatalf("round %d, %v: got %s, want %s", round, p, ids(got), ids(docs))
		}
		if got := tx.Count("t.book", p.index, p.key); got != len(docs) {
			t.Fatalf("round %d, %v: got %d, want %d", round, p, got, len(docs))
		}
		if first := tx.Find("t.book", p.index, p.key); len(docs) == 0 && first != nil || len(docs) > 0 && first != docs[0] {
			t.Fatalf("round %d, %v: got %v first, want %s", round, p, first, ids(docs))
		}
	}
}

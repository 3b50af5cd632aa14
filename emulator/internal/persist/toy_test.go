package persist_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/persist"
	"github.com/portico-emulator/portico/emulator/internal/store"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// A library has books; their titles are unique in it. Loans know a book, and die with it.
var library, book, loan = &api.Resource{Kind: "t.library"},
	&api.Resource{Kind: "t.book", Indexes: []api.Index{
		{Name: "library", To: "t.library", Gone: api.Die},
		{Name: "title", Path: "title", Within: "library", Unique: true},
	}},
	&api.Resource{Kind: "t.loan", Created: "-", Indexes: []api.Index{{Name: "book", Path: "book", To: "t.book", Gone: api.Die}}}

// toys are what worlds are born from: two fixtures, each by two seeds.
type toys struct {
	catalog *store.Catalog
	bases   map[string]*world.Base
}

func grow(t testing.TB) *toys {
	t.Helper()
	catalog, err := store.NewCatalog([]*api.Resource{library, book, loan})
	if err != nil {
		t.Fatal(err)
	}
	out := &toys{catalog, map[string]*world.Base{}}
	for _, fixture := range []string{"few", "many"} {
		for _, seed := range []uint64{42, 7} {
			base, err := world.Grow(catalog, fixture, seed, func(tx api.Tx) error {
				err := tx.Put(&api.Doc{Res: library, ID: "l", JSON: fmt.Appendf(nil, `{"id":"l","seed":%d}`, seed)})
				for i := range len(fixture) * 2 {
					err = errors.Join(err, tx.Put(aBook(fmt.Sprintf("b%d", i), fmt.Sprintf("T%d", i))))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			out.bases[fmt.Sprint(fixture, seed)] = base
		}
	}
	return out
}

func aBook(id, title string) *api.Doc {
	return &api.Doc{Res: book, ID: id, In: []string{"l"}, Kids: title < "T3", JSON: fmt.Appendf(nil, `{"id":%q,"title":%q,"created_at":"2026-01-01T00:00:0%dZ"}`, id, title, len(title))}
}

func (y *toys) options() persist.Options {
	return persist.Options{
		Version: "1.2.3", Base: y.bases["few42"], Builtin: true, Resource: y.catalog.Resource,
		Bases: func(fixture string) (*world.Base, error) {
			if b := y.bases[fixture+"42"]; b != nil {
				return b, nil
			}
			return nil, fmt.Errorf("no fixture %q", fixture)
		},
	}
}

// raise opens a file and brings its world up. The file is closed when the test ends.
func replay(t testing.TB, path string, options persist.Options, limit int64, log *bytes.Buffer) (*persist.File, *world.World, error) {
	t.Helper()
	to := slog.New(slog.DiscardHandler)
	if log != nil {
		to = slog.New(slog.NewTextHandler(log, nil))
	}
	l, err := persist.Open(path, options, to)
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { _ = l.Close() })
	if limit > 0 {
		l.Limit = limit
	}
	b := world.Options{Name: "w", Base: options.Base, Seed: options.Base.Seed}
	if at := l.Clock(); !at.IsZero() {
		b.Clock = clock.At(at)
	}
	w, err := world.NewSet().Create(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Replay(w); err != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	return l, w, nil
}

func mustReplay(t testing.TB, path string, options persist.Options, limit int64) (*persist.File, *world.World) {
	t.Helper()
	l, w, err := replay(t, path, options, limit, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l, w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// dump is everything that a file keeps of a world. A clock that runs is told by how far it is from real time.
func dump(w *world.World) string {
	var b strings.Builder
	tx := begin(w)
	for _, r := range []*api.Resource{library, book, loan} {
		for d := range tx.All(r.Kind) {
			fmt.Fprintf(&b, "%s %s %q %d %d %v %s\n", r.Kind, d.ID, d.In, d.Seq, d.At, d.Kids, d.JSON)
		}
	}
	for _, d := range tx.Under("t.book", "library", "l") {
		fmt.Fprintf(&b, "%s ", d.ID)
	}
	fmt.Fprintf(&b, "\nnext %s\n", tx.NewID())
	tx.Rollback()
	fmt.Fprintf(&b, "clock %+v, born from %s by %+v\n", w.Clock.State(), w.Fixture(), w.InitialClock().Frozen)
	lists := []string{""}
	for _, s := range w.Snapshots() {
		fmt.Fprintf(&b, "snapshot %+v\n", s)
		lists = append(lists, s.Name)
	}
	for _, from := range lists {
		differences, _ := w.Diff(from)
		var lines []string
		for _, d := range differences {
			lines = append(lines, fmt.Sprintln(from, told(d.Before), told(d.After)))
		}
		sort.Strings(lines)
		b.WriteString(strings.Join(lines, ""))
	}
	return b.String()
}

func told(d *api.Doc) string {
	if d == nil {
		return "none"
	}
	return fmt.Sprintf("%s %s %d %s", d.Res.Kind, d.ID, d.Seq, d.JSON)
}

// begin opens a transaction that writes, which the test ends.
func begin(w *world.World) *world.Tx {
	tx := new(world.Tx)
	w.Open(tx, true)
	return tx
}

func write(t testing.TB, w *world.World, do func(tx *world.Tx) error) {
	t.Helper()
	tx := begin(w)
	if err := do(tx); err != nil {
		tx.Rollback()
		t.Fatal(err)
	}
	must(t, tx.Commit("1"))
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return data
}

// beside lists what is in the folder of a file, the file left out.
func beside(t testing.TB, path string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	var names []string
	for _, e := range entries {
		if e.Name() != filepath.Base(path) {
			names = append(names, e.Name())
		}
	}
	return strings.Join(names, " ")
}

// live does one of everything, and tells after each event what the world is.
func live(t testing.TB, y *toys, w *world.World) []string {
	t.Helper()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	out := []string{dump(w)}
	for _, do := range []func(){
		func() { must(t, w.SetClock(at, true)) },
		func() { write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("n1", "New é \u2028 \"1\"")) }) },
		func() { must(t, w.Snapshot("s")) },
		func() {
			write(t, w, func(tx *world.Tx) error {
				tx.NewID()
				return tx.Put(&api.Doc{Res: loan, ID: "o", JSON: []byte(`{"id":"o","book":"b1"}`)})
			})
		},
		func() {
			write(t, w, func(tx *world.Tx) error { tx.Delete(tx.Get("t.book", "b1")); return nil }) // and its loan
		},
		func() { _, err := w.Restore("s"); must(t, err) },
		func() { must(t, w.Advance(time.Hour)) },
		func() { must(t, w.Reset()) },
		func() {
			must(t, w.Restart(y.bases["many42"], at, func(tx api.Tx) error { return tx.Put(aBook("r", "Reborn")) }))
		},
		func() {
			must(t, w.Replace(clock.Reading{}, func(tx api.Tx) error {
				_, err := tx.Load([]*api.Doc{{Res: library, ID: "l", JSON: []byte(`{"id":"l"}`)}})
				return err
			}))
		},
		func() { _, err := w.DropSnapshot("s"); must(t, err) },
	} {
		do()
		out = append(out, dump(w))
	}
	return out
}

package world_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/store"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// A library has books; a book may sit on shelves (several) and is written by an author.
func resources() (library, author, shelf, book *api.Resource) {
	library = &api.Resource{Kind: "t.library", Indexes: []api.Index{{Name: "name", Path: "name", Unique: true, Fold: true}}}
	author = &api.Resource{Kind: "t.author"}
	shelf = &api.Resource{Kind: "t.shelf"}
	book = &api.Resource{
		Kind: "t.book",
		Indexes: []api.Index{
			{Name: "library", To: "t.library", Gone: api.Die},
			{Name: "title", Path: "title,edition", Within: "library", Unique: true},
			{Name: "author", Path: "author", To: "t.author", Gone: api.Detach},
			{Name: "shelf", Path: "shelves", To: "t.shelf", Gone: api.Detach},
		},
	}
	return library, author, shelf, book
}

type fixture struct {
	store                        *world.Set
	base                         *world.Base
	library, author, shelf, book *api.Resource
}

func grow(t *testing.T, books int) *fixture {
	t.Helper()
	f := &fixture{store: world.NewSet()}
	f.library, f.author, f.shelf, f.book = resources()
	catalog, err := store.NewCatalog([]*api.Resource{f.library, f.author, f.shelf, f.book})
	if err != nil {
		t.Fatal(err)
	}
	f.base, err = world.Grow(catalog, "test", 42, func(tx api.Tx) error {
		for _, d := range []*api.Doc{
			{Res: f.library, ID: "l1", JSON: []byte(`{"id":"l1","name":"City"}`)},
			{Res: f.author, ID: "a1", JSON: []byte(`{"id":"a1"}`)},
			{Res: f.shelf, ID: "s1", JSON: []byte(`{"id":"s1"}`)},
			{Res: f.shelf, ID: "s2", JSON: []byte(`{"id":"s2"}`)},
		} {
			if err := tx.Put(d); err != nil {
				return err
			}
		}
		for i := range books {
			if err := tx.Put(f.newBook(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) newBook(i int) *api.Doc {
	created := time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC).Format(time.RFC3339)
	return &api.Doc{Res: f.book, ID: fmt.Sprintf("b%d", i), In: []string{"l1"}, JSON: fmt.Appendf(nil,
		`{"id":"b%d","title":"T%d","edition":1,"author":"a1","shelves":["s1","s2"],"created_at":%q}`, i, i, created)}
}

func (f *fixture) world(t *testing.T, name string) *world.World {
	t.Helper()
	w, err := f.store.Create(world.Options{Name: name, Base: f.base, Seed: 42})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func ids(docs []*api.Doc) string {
	out := make([]string, len(docs))
	for i, d := range docs {
		out[i] = d.ID
	}
	return strings.Join(out, " ")
}

func TestPageStandsInOrderOfBirth(t *testing.T) {
	t.Parallel()
	f := grow(t, 10)
	tx := f.world(t, "w").Begin(false)
	defer tx.Rollback()
	for _, tt := range []struct {
		offset, limit int
		newest        bool
		want          string
	}{
		{0, 3, false, "b0 b1 b2"},
		{8, 5, false, "b8 b9"},
		{0, 3, true, "b9 b8 b7"},
		{9, 3, true, "b0"},
		{10, 3, true, ""},
		{99, 3, false, ""},
		{0, 0, false, ""},
		{7, -1, true, "b2 b1 b0"},
	} {
		if got := ids(tx.Page("t.book", "library", "l1", tt.offset, tt.limit, tt.newest)); got != tt.want {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
	if n := tx.Count("t.book", "shelf", "s2"); n != 10 {
		t.Errorf("books on shelf s2: got %d, want 10", n)
	}
	if d := tx.Find("t.book", "title", api.Key("l1", "T3\x001")); d == nil || d.ID != "b3" {
		t.Errorf("by title: got %v, want b3", d)
	}
	if d := tx.Find("t.library", "name", "cITY"); d == nil {
		t.Error("by folded name: got nothing")
	}
}

func TestPutRefuses(t *testing.T) {
	t.Parallel()
	f := grow(t, 2)
	w := f.world(t, "w")
	for _, tt := range []struct {
		doc  string
		code api.Code
		path string
	}{
		{`{"id":"x","title":"T1","edition":1}`, api.Conflict, ""},
		{`{"id":"x","title":"T1","edition":2}`, "", ""},
		{`{"id":"x","author":"nobody"}`, api.Invalid, "author"},
		{`{"id":"x","shelves":["s1","s9"]}`, api.Invalid, "shelves.1"},
		{`{"id":"x","author":null}`, "", ""},
	} {
		tx := w.Begin(true)
		err := tx.Put(&api.Doc{Res: f.book, ID: "x", In: []string{"l1"}, JSON: []byte(tt.doc)})
		tx.Rollback()
		var e *api.Error
		switch {
		case tt.code == "" && err != nil:
			t.Errorf("%s: got %v, want none", tt.doc, err)
		case tt.code == "":
		case !errors.As(err, &e) || e.Code != tt.code:
			t.Errorf("%s: got %v, want %s", tt.doc, err, tt.code)
		case tt.path != "" && strings.Join(e.Violations[0].Path, ".") != tt.path:
			t.Errorf("%s: got %v, want path %s", tt.doc, e.Violations, tt.path)
		}
	}
}

func TestDeleteCascadesAndDetaches(t *testing.T) {
	t.Parallel()
	f := grow(t, 3)
	w := f.world(t, "w")
	tx := w.Begin(true)
	tx.Delete(tx.Get("t.shelf", "s1"))
	tx.Delete(tx.Get("t.author", "a1"))
	must(t, tx.Commit("7"))
	tx = w.Begin(true)
	b := tx.Get("t.book", "b1")
	if got := b.Get("shelves").Raw + b.Get("author").Raw; got != `["s2"]null` {
		t.Errorf("references: got %s, want [\"s2\"]null", got)
	}
	if n := tx.Count("t.book", "shelf", "s1") + tx.Count("t.book", "author", "a1"); n != 0 {
		t.Errorf("referrers of what is gone: got %d", n)
	}
	if got := tx.Gone("t.shelf", "s1"); got != "7" {
		t.Errorf("shelf deleted by: got %q, want 7", got)
	}
	tx.Delete(tx.Get("t.library", "l1"))
	must(t, tx.Commit("8"))
	if got := fmt.Sprint(w.Counts()); got != "map[t.shelf:1]" {
		t.Errorf("left: got %s, want map[t.shelf:1]", got)
	}
}

// A computed index detaches as it says itself, and must say so.
func TestComputedIndexDetaches(t *testing.T) {
	t.Parallel()
	guest := &api.Resource{Kind: "t.guest"}
	table := &api.Resource{Kind: "t.table", Indexes: []api.Index{{
		Name: "guests", To: "t.guest", Gone: api.Detach,
		Key: func(d *api.Doc) []string { return []string{d.Str("seats.0.guest"), d.Str("seats.1.guest")} },
	}}}
	if _, err := store.NewCatalog([]*api.Resource{guest, table}); err == nil {
		t.Error("an index that does not say how to detach was taken")
	}
	table.Indexes[0].Without = func(d *api.Doc, id string) []byte {
		return []byte(strings.ReplaceAll(string(d.JSON), `"guest":"`+id+`"`, `"guest":""`))
	}
	catalog, err := store.NewCatalog([]*api.Resource{guest, table})
	if err != nil {
		t.Fatal(err)
	}
	_, err = world.Grow(catalog, "test", 42, func(tx api.Tx) error {
		for _, d := range []*api.Doc{
			{Res: guest, ID: "g1", JSON: []byte(`{"id":"g1"}`)},
			{Res: guest, ID: "g2", JSON: []byte(`{"id":"g2"}`)},
			{Res: table, ID: "t1", JSON: []byte(`{"id":"t1","seats":[{"guest":"g1"},{"guest":"g2"}]}`)},
		} {
			if err := tx.Put(d); err != nil {
				return err
			}
		}
		tx.Delete(tx.Get("t.guest", "g1"))
		if got, want := string(tx.Get("t.table", "t1").JSON), `{"id":"t1","seats":[{"guest":""},{"guest":"g2"}]}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if n := tx.Count("t.table", "guests", "g1") + 2*tx.Count("t.table", "guests", "g2"); n != 2 {
			t.Errorf("tables of g1 and, twice, of g2: got %d, want 2", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// state is everything that a reader can see of books and libraries.
func state(w *world.World) string {
	tx := w.Begin(false)
	defer tx.Rollback()
	var b strings.Builder
	for _, kind := range []string{"t.library", "t.author", "t.shelf", "t.book"} {
		for d := range tx.All(kind) {
			fmt.Fprintf(&b, "%s %s %d\n", d.ID, d.JSON, d.Seq)
		}
	}
	for _, key := range []string{"s1", "s2"} {
		fmt.Fprintf(&b, "%s: %s\n", key, ids(tx.Page("t.book", "shelf", key, 0, -1, true)))
	}
	fmt.Fprint(&b, ids(tx.Under("t.book", "library", "l1")), tx.Count("t.book", "title", api.Key("l1", "T1\x001")))
	return b.String()
}

// A function that fails or panics in a transaction leaves the world as it was, and unlocked.
func TestViewAndUpdateLeaveNothingLocked(t *testing.T) {
	t.Parallel()
	f := grow(t, 2)
	w := f.world(t, "w")
	before := state(w)
	refused := errors.New("refused")
	put := func(then func() error) func(api.Tx) error {
		return func(tx api.Tx) error {
			must(t, tx.Put(f.newBook(9)))
			return then()
		}
	}
	panics := func(what string, do func()) {
		defer func() {
			if p := recover(); p != "boom" {
				t.Errorf("%s: got the panic %v, want boom", what, p)
			}
		}()
		do()
	}
	done := make(chan error, 1)
	go func() {
		panics("view", func() { w.View(func(api.Tx) { panic("boom") }) })
		panics("update", func() { _ = w.Update("1", put(func() error { panic("boom") })) })
		if err := w.Update("1", put(func() error { return refused })); !errors.Is(err, refused) {
			t.Errorf("update: got %v, want %v", err, refused)
		}
		if got := state(w); got != before {
			t.Errorf("after three failures:\n got %s\nwant %s", got, before)
		}
		done <- w.Update("1", put(func() error { return nil }))
	}()
	select {
	case err := <-done:
		must(t, err)
	case <-time.After(time.Minute):
		t.Fatal("the world is still locked")
	}
	if got := w.Counts()["t.book"]; got != 3 {
		t.Errorf("got %d books, want 3", got)
	}
}

func TestRollbackUndoesEverything(t *testing.T) {
	t.Parallel()
	f := grow(t, 4)
	w := f.world(t, "w")
	before := state(w)
	tx := w.Begin(true)
	first := tx.NewID()
	must(t, tx.Put(f.newBook(9)))
	must(t, tx.Put(&api.Doc{Res: f.book, ID: "b1", In: []string{"l1"}, JSON: []byte(`{"id":"b1","title":"new","edition":1}`)}))
	tx.Delete(tx.Get("t.shelf", "s2"))
	tx.Delete(tx.Get("t.library", "l1"))
	tx.Rollback()
	if got := state(w); got != before {
		t.Errorf("after a rollback:\n got %s\nwant %s", got, before)
	}
	tx = w.Begin(true)
	if again := tx.NewID(); again != first {
		t.Errorf("next id after a rollback: got %s, want %s", again, first)
	}
	tx.Rollback()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Worlds of one base, written by many goroutines at once, see nothing of each other; the base never changes.
func TestWorldsAreApart(t *testing.T) {
	t.Parallel()
	f := grow(t, 50)
	untouched := f.world(t, "untouched")
	before := state(untouched)
	var wg sync.WaitGroup
	for i := range 50 {
		w := f.world(t, fmt.Sprintf("w%d", i))
		wg.Go(func() {
			for n := range 20 {
				tx := w.Begin(true)
				d := f.newBook(100 + i*100 + n)
				if err := tx.Put(d); err != nil {
					t.Error(err)
				}
				tx.Delete(tx.Get("t.book", fmt.Sprintf("b%d", n)))
				must(t, tx.Commit("1"))
			}
			if got := w.Counts()["t.book"]; got != 50 {
				t.Errorf("%s: got %d books, want 50", w.Name(), got)
			}
			tx := w.Begin(false)
			defer tx.Rollback()
			want := fmt.Sprintf("b%d", 100+i*100+19)
			if got := tx.Page("t.book", "library", "l1", 0, 1, true)[0].ID; got != want {
				t.Errorf("%s: youngest book: got %s, want %s", w.Name(), got, want)
			}
		})
	}
	wg.Wait()
	if got := state(untouched); got != before {
		t.Error("a world changed that nobody wrote to")
	}
}

func TestResetAndFrom(t *testing.T) {
	t.Parallel()
	f := grow(t, 3)
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	w, err := f.store.Create(world.Options{Name: "w", Base: f.base, Seed: 42, Clock: clock.At(at)})
	must(t, err)
	born := state(w)
	tx := w.Begin(true)
	id := tx.NewID()
	must(t, tx.Put(f.newBook(7)))
	must(t, tx.Commit("1"))
	must(t, w.Advance(time.Hour))
	changed := state(w)
	copied, err := f.store.Create(world.Options{Name: "copy", From: w})
	must(t, err)
	must(t, w.Reset())
	if got := state(w); got != born {
		t.Errorf("after a reset:\n got %s\nwant %s", got, born)
	}
	if got := w.Clock.Now(); !got.Equal(at) {
		t.Errorf("clock after a reset: got %s, want %s", got, at)
	}
	tx = w.Begin(true)
	if got := tx.NewID(); got != id {
		t.Errorf("first id after a reset: got %s, want %s", got, id)
	}
	tx.Rollback()
	if got := state(copied); got != changed || !copied.Clock.Now().Equal(at.Add(time.Hour)) {
		t.Errorf("the copy: got %s at %s, want %s at %s", got, copied.Clock.Now(), changed, at.Add(time.Hour))
	}
	must(t, copied.Reset())
	if got := state(copied); got != changed {
		t.Error("a copy is reset to what it was copied from")
	}
}

func TestStoreOfWorlds(t *testing.T) {
	t.Parallel()
	f := grow(t, 0)
	f.world(t, "a")
	if _, err := f.store.Create(world.Options{Name: "a", Base: f.base}); !api.IsCode(err, api.Conflict) {
		t.Errorf("name twice: got %v, want a conflict", err)
	}
	_, err := f.store.Create(world.Options{Name: "brief", Base: f.base, TTL: time.Nanosecond})
	must(t, err)
	for f.store.World("brief") != nil {
		runtime.Gosched() // it is gone once a nanosecond has passed
	}
	var names []string
	for _, w := range f.store.Worlds() {
		names = append(names, w.Name())
	}
	if !slices.Equal(names, []string{"a"}) {
		t.Errorf("worlds: got %v, want [a]", names)
	}
	for i := 1; i < world.MaxWorlds; i++ {
		_, err := f.store.Create(world.Options{Name: fmt.Sprintf("w%d", i), Base: f.base})
		must(t, err)
	}
	if _, err := f.store.Create(world.Options{Name: "one-too-many", Base: f.base}); !api.IsCode(err, api.Conflict) {
		t.Errorf("one world too many: got %v, want a conflict", err)
	}
}

// A world more costs the same whatever number there is, with a ttl and without.
func TestCreatingWorldsIsLinear(t *testing.T) {
	t.Parallel()
	f := grow(t, 0)
	const lots, each = 10, 1000
	made := 0
	var fastest [lots]time.Duration // that a hundred took, of each thousand
	for i := range lots {
		fastest[i] = time.Hour
		for range each / 100 {
			began := time.Now()
			for range 100 {
				made++
				_, err := f.store.Create(world.Options{Name: fmt.Sprintf("w%d", made), Base: f.base, TTL: time.Duration(made%2) * time.Hour})
				must(t, err)
			}
			fastest[i] = min(fastest[i], time.Since(began))
		}
	}
	if first, last := max(fastest[0], 100*time.Microsecond), fastest[lots-1]; last > 8*first {
		t.Errorf("a hundred worlds took %s at first and %s beside 9,000 others", first, last)
	}
}

// Whoever asks for some worlds gets the first one and the last ones, whatever number there is.
func TestRecent(t *testing.T) {
	t.Parallel()
	f := grow(t, 0)
	names := func(n int) string {
		var out []string
		for _, w := range f.store.Recent(n) {
			out = append(out, w.Name())
		}
		return strings.Join(out, " ")
	}
	for _, name := range []string{"first", "d", "c", "b", "a"} {
		f.world(t, name)
	}
	for n, want := range map[int]string{1: "first", 3: "a b first", 5: "a b c d first", 9: "a b c d first"} {
		if got := names(n); got != want {
			t.Errorf("Recent(%d): got %s, want %s", n, got, want)
		}
	}
	f.store.Delete("b")
	_, err := f.store.Create(world.Options{Name: "brief", Base: f.base, TTL: time.Nanosecond})
	must(t, err)
	for f.store.World("brief") != nil {
		runtime.Gosched()
	}
	if got, want := names(3), "a c first"; got != want {
		t.Errorf("got %s, want %s: worlds that are gone do not count", got, want)
	}
}

// Idle worlds make room: their names can be taken at once, and in time they go although nobody asks for them.
func TestIdleWorldsGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := grow(t, 0)
		create := func(name string, ttl time.Duration) error {
			_, err := f.store.Create(world.Options{Name: name, Base: f.base, TTL: ttl})
			return err
		}
		must(t, create("stays", 0))
		for i := range world.MaxWorlds - 1 {
			must(t, create(fmt.Sprintf("w%d", i), time.Minute))
		}
		if err := create("one-too-many", 0); !api.IsCode(err, api.Conflict) {
			t.Errorf("one world too many: got %v, want a conflict", err)
		}
		time.Sleep(2 * time.Minute)
		must(t, create("w7", 0))
		must(t, create("enough", 0)) // of those that are idle, as many as are in the way went
		if got := len(f.store.Worlds()); got != 3 {
			t.Errorf("got %d worlds, want 3", got)
		}
		for range world.MaxWorlds / 1000 {
			f.store.Count()
		}
		if got := f.store.Count(); got != 3 {
			t.Errorf("got a count of %d, want 3", got)
		}
	})
}

// A read-only transaction that writes is a mistake of the table, and loud.
func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	f := grow(t, 1)
	tx := f.world(t, "w").Begin(false)
	defer tx.Rollback()
	defer func() {
		if recover() == nil {
			t.Error("a write in a read-only transaction went through")
		}
	}()
	_ = tx.Put(f.newBook(3))
}

package persist_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/persist"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

func TestEveryEventComesBack(t *testing.T) {
	t.Parallel()
	y := grow(t)
	for _, limit := range []int64{0, 1} { // never written anew, and as often as can be
		path := filepath.Join(t.TempDir(), "w")
		l, w := mustReplay(t, path, y.options(), limit)
		states := live(t, y, w)
		events := l.Events()
		must(t, l.Close())
		l, w = mustReplay(t, path, y.options(), limit)
		if d := cmp.Diff(states[len(states)-1], dump(w)); d != "" {
			t.Errorf("limit %d: the world is not what it was (-before +after):\n%s", limit, d)
		}
		if l.Events() != events || events != uint64(len(states)-1) {
			t.Errorf("limit %d: got %d events and then %d, want %d", limit, events, l.Events(), len(states)-1)
		}
		must(t, l.Close())
		if got := beside(t, path); got != "" {
			t.Errorf("limit %d: what is left over: %s", limit, got)
		}
	}
}

// TestRandomLives lets worlds live at random and compares them with themselves after each return.
func TestRandomLives(t *testing.T) {
	t.Parallel()
	y := grow(t)
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		path := filepath.Join(t.TempDir(), "w")
		limit := []int64{0, 1, 3000}[seed%3]
		l, w := mustReplay(t, path, y.options(), limit)
		for range 40 {
			stir(t, y, w, r)
			if r.IntN(6) > 0 {
				continue
			}
			before := dump(w)
			must(t, l.Close())
			l, w = mustReplay(t, path, y.options(), limit)
			if d := cmp.Diff(before, dump(w)); d != "" {
				t.Fatalf("seed %d: the world is not what it was (-before +after):\n%s", seed, d)
			}
		}
		must(t, l.Close())
	}
}

// stir does something to a world.
func stir(t *testing.T, y *toys, w *world.World, r *rand.Rand) {
	t.Helper()
	name := fmt.Sprint("s", r.IntN(3))
	switch r.IntN(12) {
	default:
		tx := begin(w)
		for range 1 + r.IntN(4) {
			id := fmt.Sprint("b", r.IntN(20))
			if tx.Get("t.library", "l") == nil || r.IntN(3) > 0 {
				_ = tx.Put(aBook(id, fmt.Sprint("T", r.IntN(20)))) // titles collide
			} else if d := tx.Get("t.book", id); d != nil {
				tx.Delete(d)
			}
			if r.IntN(3) == 0 {
				_ = tx.Put(&api.Doc{Res: loan, ID: tx.NewID(), At: r.Int64(), JSON: fmt.Appendf(nil, `{"book":%q}`, id)})
			}
		}
		if r.IntN(4) == 0 {
			tx.Rollback()
			return
		}
		must(t, tx.Commit("1"))
	case 0:
		must(t, w.Reset())
	case 1:
		must(t, w.Snapshot(name))
	case 2:
		_, err := w.Restore(name)
		must(t, err)
	case 3:
		_, err := w.DropSnapshot(name)
		must(t, err)
	case 4:
		must(t, w.SetClock(time.Date(1690+r.IntN(560), 1, 1, 0, 0, 0, 5, time.UTC), r.IntN(2) == 0))
	case 5:
		must(t, w.Advance(time.Duration(r.Int64N(1<<50))-1<<49))
	case 6:
		must(t, w.Restart(y.bases[[]string{"few42", "many42"}[r.IntN(2)]], time.Time{}, func(tx api.Tx) error {
			return tx.Put(aBook("x", "X"))
		}))
	case 7:
		must(t, w.Replace(clock.Reading{Now: time.Unix(int64(r.IntN(9)), 0)}, func(tx api.Tx) error {
			return errors.Join(tx.Put(&api.Doc{Res: library, ID: "l", JSON: []byte(`{"id":"l"}`)}), tx.Put(aBook("b1", "T9")))
		}))
	}
}

// TestCutAnywhere cuts a file at every byte. What is whole counts; what is not is set aside.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	l, w := mustReplay(t, path, y.options(), 0)
	ends := []int{len(read(t, path))}
	states := []string{dump(w)}
	for i := range 3 {
		write(t, w, func(tx *world.Tx) error { return tx.Put(aBook(tx.NewID(), fmt.Sprint("New\n", i))) })
		ends = append(ends, len(read(t, path)))
		states = append(states, dump(w))
	}
	must(t, l.Close())
	whole := read(t, path)
	for n := range len(whole) + 1 {
		events := 0
		for events < len(ends) && ends[events] <= n {
			events++
		}
		atEnd := n == 0 || events > 0 && ends[events-1] == n
		if values, torn, err := persist.Scan(whole[:n]); err != nil || torn == atEnd || len(values) != events {
			t.Fatalf("cut at %d of %d: got %d records, unfinished %v, %v; want %d, unfinished %v", n, len(whole), len(values), torn, err, events, !atEnd)
		}
		near := slices.ContainsFunc(ends, func(end int) bool { return n >= end-2 && n <= end+2 })
		if n > 0 && (n%41 == 0 || near) {
			cut(t, y, whole[:n], events-1, atEnd, states)
		}
	}
}

// cut opens a file of which only the beginning is there.
func cut(t *testing.T, y *toys, data []byte, events int, atEnd bool, states []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w")
	must(t, os.WriteFile(path, data, 0o600))
	var log bytes.Buffer
	l, w, err := replay(t, path, y.options(), 0, &log)
	if events < 0 {
		if err == nil || !strings.Contains(err.Error(), "within its first record") || !bytes.Equal(read(t, path), data) || beside(t, path) != "" {
			t.Fatalf("cut at %d: got %v, want a refusal", len(data), err)
		}
		return
	}
	must(t, err)
	if got := dump(w); got != states[events] {
		t.Fatalf("cut at %d: the world is not what it was after %d events:\n%s", len(data), events, cmp.Diff(states[events], got))
	}
	write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("after", "After")) })
	after := dump(w)
	must(t, l.Close())
	if kept := beside(t, path); atEnd != (kept == "") || atEnd != (log.Len() == 0) {
		t.Fatalf("cut at %d: beside it is %q, the log is %s", len(data), kept, log.String())
	}
	if !atEnd && (!bytes.Equal(read(t, path+".torn"), data) || strings.Count(log.String(), "\n") != 1) {
		t.Fatalf("cut at %d: the copy is not what was there, or the log is %s", len(data), log.String())
	}
	l, w = mustReplay(t, path, y.options(), 0)
	if dump(w) != after {
		t.Fatalf("cut at %d: what was written after the cut does not come back", len(data))
	}
	must(t, l.Close())
}

// TestFlipAnywhere turns every single bit of a file around: all are found, and nothing is changed.
func TestFlipAnywhere(t *testing.T) {
	t.Parallel()
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	l, w := mustReplay(t, path, y.options(), 0)
	write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("n", "New")) })
	must(t, w.Snapshot("s"))
	must(t, l.Close())
	whole := read(t, path)
	for i := range whole {
		for bit := range 8 {
			data := bytes.Clone(whole)
			data[i] ^= 1 << bit
			if _, torn, err := persist.Scan(data); err == nil {
				t.Fatalf("bit %d of byte %d (%q) was not found: unfinished %v", bit, i, whole[i], torn)
			}
			if bit != i%8 || i%7 > 0 {
				continue
			}
			must(t, os.WriteFile(path, data, 0o600))
			if _, _, err := replay(t, path, y.options(), 0, nil); err == nil || strings.Contains(err.Error(), "\n") {
				t.Fatalf("bit %d of byte %d: want a refusal in one line, got %v", bit, i, err)
			}
			if !bytes.Equal(read(t, path), data) || beside(t, path) != "" {
				t.Fatalf("bit %d of byte %d: the file was changed, or left %q", bit, i, beside(t, path))
			}
		}
	}
}

func TestTornFilesAreKept(t *testing.T) {
	t.Parallel()
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	l, _ := mustReplay(t, path, y.options(), 0)
	must(t, l.Close())
	head := read(t, path)
	for i, name := range []string{".torn", ".torn.1", ".torn.2"} {
		torn := append(bytes.Clone(head), "*3\r\n$3\r\nset"[:i+1]...)
		must(t, os.WriteFile(path, torn, 0o600))
		l, _ := mustReplay(t, path, y.options(), 0)
		must(t, l.Close())
		if got := read(t, path+name); !bytes.Equal(got, torn) {
			t.Errorf("%s: got %q, want %q", name, got, torn)
		}
	}
	if !bytes.Equal(read(t, path), head) {
		t.Error("the file was not cut")
	}
}

func TestOneProcessAtATime(t *testing.T) {
	t.Parallel()
	y := grow(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "w")
	l, w := mustReplay(t, path, y.options(), 0)
	must(t, os.Symlink("w", filepath.Join(dir, "link")))
	for _, name := range []string{path, filepath.Join(dir, "link")} {
		_, _, err := replay(t, name, y.options(), 0, nil)
		want := fmt.Sprintf("state file %s: another portico (process %d) has it open: stop that one, or use another file", name, os.Getpid())
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("n", "New")) })
	must(t, l.Close())
	must(t, l.Close())
	tx := begin(w)
	must(t, tx.Put(aBook("late", "Late")))
	if err := tx.Commit("1"); !api.IsCode(err, api.Unavailable) || !errors.Is(err, world.ErrNotLogged) {
		t.Errorf("a commit after Close: got %v", err)
	}
	tx.Rollback()
	l, w = mustReplay(t, filepath.Join(dir, "link"), y.options(), 1)
	write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("m", "More")) })
	must(t, l.Close())
	if info, err := os.Lstat(filepath.Join(dir, "link")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v %v", info, err)
	}
}

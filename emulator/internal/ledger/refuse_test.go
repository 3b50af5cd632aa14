package ledger_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/ledger"
	"github.com/portico-emulator/portico/emulator/internal/store"
)

// TestRefusals are files with which nothing can go on: one line says why and what to do, and no byte changes.
func TestRefusals(t *testing.T) {
	t.Parallel()
	y := grow(t)
	made := func(birth ledger.Birth) []byte {
		path := filepath.Join(t.TempDir(), "w")
		l, w := mustRaise(t, path, birth, 0)
		write(t, w, func(tx *store.Tx) error { return tx.Put(aBook("n", "New")) })
		must(t, w.Snapshot("s"))
		must(t, l.Close())
		return read(t, path)
	}
	good := made(y.birth())
	values, _, err := ledger.Scan(good)
	must(t, err)
	head, change, snapshot := values[0], values[1], values[2]
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	still := y.birth()
	still.Clock = at
	frozen := made(still)
	born := func(change func(b *ledger.Birth)) ledger.Birth {
		b := y.birth()
		change(&b)
		return b
	}
	edit := func(was, is string) []byte { return bytes.Replace(head, []byte(was), []byte(is), 1) }
	end := len(good)
	second := len(ledger.Records(head))
	for _, c := range []struct {
		name  string
		data  []byte
		birth ledger.Birth
		want  string
	}{
		{"a text", []byte("dear diary"), y.birth(), "it does not begin as a state file does: name another, or one that does not exist yet"},
		{"one byte", []byte("*"), y.birth(), "it ends within its first record, so there is nothing in it: delete it, or name another"},
		{"another database", []byte("*3\r\n$3\r\nset\r\n$1\r\na\r\n$1\r\nb\r\n"), y.birth(), "it does not begin as a state file does: name another, or one that does not exist yet"},
		{"records of something else", ledger.Records([]byte(`{"some":"thing"}`)), y.birth(), "it does not begin as a state file does: name another, or one that does not exist yet"},
		{"no JSON", ledger.Records([]byte(`state`)), y.birth(), "it does not begin as a state file does: name another, or one that does not exist yet"},
		{"a newer format", ledger.Records(edit(`"format":1,"version":"1.2.3"`, `"format":2,"version":"9.0.0","more":1`)), y.birth(), "portico 9.0.0 wrote it in format 2, and this one reads format 1: start a portico that is at least as new, or name another file"},
		{"a head that is none", ledger.Records(edit(`"seed":42`, `"seed":"x"`)), y.birth(), "its first record cannot be read: json: cannot unmarshal string into Go struct field head.seed of type uint64"},
		{"a clock of no world", ledger.Records(edit(`"events":`, `"clock":"9999-01-01T00:00:00Z","events":`)), y.birth(), "its first record has the clock 9999-01-01T00:00:00Z: want an instant in the years 1678 to 2261"},
		{"another seed", good, born(func(b *ledger.Birth) { b.Base = y.bases["few7"] }), "its world was born with --seed 42: start with that, or name another file"},
		{"another fixture", good, born(func(b *ledger.Birth) { b.Base = y.bases["many42"] }), "its world was born with --fixture few: start with that, or name another file"},
		{"all of it", frozen, born(func(b *ledger.Birth) { b.Base, b.Clock = y.bases["many7"], at.Add(1) }), "its world was born with --seed 42 --fixture few --clock 2026-03-01T09:00:00Z: start with that, or name another file"},
		{"a clock", good, born(func(b *ledger.Birth) { b.Clock = at }), "its world was born without --clock: leave that out, or name another file; PUT /_portico/clock moves the clock of a world that lives"},
		{"a fixture of another version", ledger.Records(edit(`"base":"`, `"base":"0`), change), born(func(b *ledger.Birth) { b.Version = "1.3.0" }), "its world was born from the fixture few of portico 1.2.3, which is not that of 1.3.0: export it with the old one and import it here, or name another file"},
		{"a changed file", ledger.Records(edit(`"base":"`, `"base":"0`), change), born(func(b *ledger.Birth) { b.Builtin = false }), "the fixture few has changed since its world was born from it: start with the fixture as it was, or name another file"},
		{"zeros", append(bytes.Clone(good), make([]byte, 4096)...), y.birth(), fmt.Sprintf("from byte %d on there are only zeros, as after a power cut: copy the file, then cut the zeros off with truncate -s %d, or name another", end, end)},
		{"garbage", append(bytes.Clone(good), "garbage"...), y.birth(), fmt.Sprintf("record 3, at byte %d of %d, is damaged: byte 0 of it is not what it should be: bring back a copy of the file, or name another; what stands before is whole", end, end+7)},
		{"zeros in the last record", append(bytes.Clone(good[:end-30]), make([]byte, 20)...), y.birth(), fmt.Sprintf("record 2, at byte %d of %d, is damaged: the file ends within it, and it is no text of ours up to there: bring back a copy of the file, or name another; what stands before is whole", len(ledger.Records(head, change)), end-10)},
		{"a record twice", append(bytes.Clone(good), good[second:]...), y.birth(), "is damaged: byte 33 of it is not what it should be"},
		{"a record gone", append(bytes.Clone(good[:second]), good[len(ledger.Records(head, change)):]...), y.birth(), "is damaged: byte 33 of it is not what it should be"},
		{"fewer records than it was written with", ledger.Records(edit(`"whole":0`, `"whole":2`), change), y.birth(), "it holds 2 of the 3 records that it was written with: bring back a copy of the file, or name another"},
		{"no event", ledger.Records(head, []byte(`{"do":"dance"}`)), y.birth(), fmt.Sprintf(`record 1, at byte %d, cannot happen again: it is of no known kind: "dance": start the portico that wrote it, or name another file`, second)},
		{"no JSON later", ledger.Records(head, change, []byte(`{`)), y.birth(), "cannot happen again: it is no JSON:"},
		{"a member too many", ledger.Records(head, snapshot[:1], nil), y.birth(), "cannot happen again: it is no JSON:"},
		{"an unknown member", ledger.Records(head, []byte(`{"do":"drop","name":"s","why":1}`)), y.birth(), `there is no place for the member "why"`},
		{"a member twice", ledger.Records(head, []byte(`{"do":"drop","name":"s","name":"t"}`)), y.birth(), `there is no place for the member "name"`},
		{"a member too few", ledger.Records(head, []byte(`{"do":"snapshot","name":"s","frozen":true}`)), y.birth(), `there is no member "taken"`},
		{"no clock", ledger.Records(head, []byte(`{"do":"restore","name":"s"}`)), y.birth(), `there is no member "clock"`},
		{"no snapshot", ledger.Records(head, []byte(`{"do":"drop","name":"s"}`)), y.birth(), `no snapshot "s"`},
		{"no kind", ledger.Records(head, bytes.Replace(change, []byte("t.book"), []byte("t.door"), 1)), y.birth(), `no kind "t.door"`},
		{"a title that is taken", ledger.Records(head, bytes.Replace(change, []byte(`"New"`), []byte(`"T1"`), 1)), y.birth(), `t.book: title "T1" is taken`},
		{"a document of the future", ledger.Records(head, bytes.Replace(change, []byte(`"seq":8`), []byte(`"seq":7`), 1)), y.birth(), `t.book "n" is document 8 of 7`},
		{"nothing to delete", ledger.Records(head, []byte(`{"do":"commit","seq":9,"counter":1,"changes":[{"kind":"t.book","id":"zzz"}]}`)), y.birth(), `no t.book "zzz" to delete`},
		{"no fixture", ledger.Records(head, []byte(`{"do":"begin","fixture":"gone","base":"1","seq":9,"counter":1,"shift":0,"changes":[]}`)), y.birth(), `no fixture "gone"`},
		{"another fixture inside", ledger.Records(head, []byte(`{"do":"begin","fixture":"many","base":"1","seq":9,"counter":1,"shift":0,"changes":[]}`)), y.birth(), `the fixture many is not what it was`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "w")
			must(t, os.WriteFile(path, c.data, 0o600))
			_, _, err := raise(t, path, c.birth, 0, nil)
			if err == nil || !strings.HasPrefix(err.Error(), "state file "+path+": ") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if !bytes.Equal(read(t, path), c.data) || beside(t, path) != "" {
				t.Errorf("the file was changed, or left %q", beside(t, path))
			}
		})
	}
}

// TestSameBirth proves that what is born the same goes on, however its fixture is called and whether or not the clock is
// named again.
func TestSameBirth(t *testing.T) {
	t.Parallel()
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	must(t, os.WriteFile(path, nil, 0o640)) // an empty file is as good as none
	b := y.birth()
	b.Clock = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	l, w := mustRaise(t, path, b, 0)
	must(t, w.Advance(time.Hour))
	before := dump(w)
	must(t, l.Close())
	for _, again := range []ledger.Birth{b, y.birth()} {
		l, w := mustRaise(t, path, again, 0)
		if got := dump(w); got != before {
			t.Errorf("got %s, want %s", got, before)
		}
		must(t, l.Close())
	}
	l, w = mustRaise(t, path, y.birth(), 0)
	must(t, w.Reset())
	if got := w.Clock.Read(); !got.Frozen || !got.Now.Equal(b.Clock) {
		t.Errorf("after a reset the clock is %v, want it to stand at %v", got, b.Clock)
	}
	must(t, l.Close())
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file's rights: %v %v", info.Mode(), err)
	}
}

// TestPlaces are names under which there can be no state file.
func TestPlaces(t *testing.T) {
	t.Parallel()
	y := grow(t)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o600))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none", "w"), "there is no folder " + filepath.Join(dir, "none") + ": make it, or name a file elsewhere"},
		{dir, "it is a folder: name a file, which may be in it"},
		{filepath.Join(dir, "file", "w"), "not a directory"},
		{filepath.Join(dir, "dangling"), "it is a link that leads nowhere: no such file or directory"},
		{os.DevNull, "it is no regular file: name one, or one that does not exist yet"},
	} {
		_, _, err := raise(t, c.path, y.birth(), 0, nil)
		if want := "state file " + c.path + ": " + c.want; err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

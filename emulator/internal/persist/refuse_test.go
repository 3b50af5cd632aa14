package persist_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/persist"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// TestRefusals are files with which nothing can go on: one line says why and what to do, and no byte changes.
func TestRefusals(t *testing.T) {
	t.Parallel()
	y := grow(t)
	made := func(options persist.Options) []byte {
		path := filepath.Join(t.TempDir(), "w")
		l, w := mustReplay(t, path, options, 0)
		write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("n", "New")) })
		must(t, w.Snapshot("s"))
		must(t, l.Close())
		return read(t, path)
	}
	good := made(y.options())
	values, _, err := persist.Scan(good)
	must(t, err)
	head, change, snapshot := values[0], values[1], values[2]
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	still := y.options()
	still.Clock = at
	frozen := made(still)
	born := func(change func(b *persist.Options)) persist.Options {
		b := y.options()
		change(&b)
		return b
	}
	edit := func(was, is string) []byte { return bytes.Replace(head, []byte(was), []byte(is), 1) }
	end := len(good)
	second := len(persist.Records(head))
	for _, c := range []struct {
		name    string
		data    []byte
		options persist.Options
		want    string
	}{
		{"a text", []byte("dear diary"), y.options(), "it is not a state file: use another file, or one that does not exist yet"},
		{"one byte", []byte("*"), y.options(), "it ends within its first record, so there is nothing in it: delete it, or use another file"},
		{"another database", []byte("*3\r\n$3\r\nset\r\n$1\r\na\r\n$1\r\nb\r\n"), y.options(), "it is not a state file: use another file, or one that does not exist yet"},
		{"records of something else", persist.Records([]byte(`{"some":"thing"}`)), y.options(), "it is not a state file: use another file, or one that does not exist yet"},
		{"no JSON", persist.Records([]byte(`state`)), y.options(), "it is not a state file: use another file, or one that does not exist yet"},
		{"a newer format", persist.Records(edit(`"format":1,"version":"1.2.3"`, `"format":2,"version":"9.0.0","more":1`)), y.options(), "portico 9.0.0 wrote it in format 2, but this version reads format 1: use a version that is at least as new, or another file"},
		{"a head that is none", persist.Records(edit(`"seed":42`, `"seed":"x"`)), y.options(), "its first record cannot be read: json: cannot unmarshal string into Go struct field head.seed of type uint64"},
		{"a clock of no world", persist.Records(edit(`"events":`, `"clock":"9999-01-01T00:00:00Z","events":`)), y.options(), "its first record has the clock 9999-01-01T00:00:00Z: want an instant in the years 1678 to 2261"},
		{"another seed", good, born(func(b *persist.Options) { b.Base = y.bases["few7"] }), "its world was created with --seed 42: start with that, or use another file"},
		{"another fixture", good, born(func(b *persist.Options) { b.Base = y.bases["many42"] }), "its world was created with --fixture few: start with that, or use another file"},
		{"all of it", frozen, born(func(b *persist.Options) { b.Base, b.Clock = y.bases["many7"], at.Add(1) }), "its world was created with --seed 42 --fixture few --clock 2026-03-01T09:00:00Z: start with that, or use another file"},
		{"a clock", good, born(func(b *persist.Options) { b.Clock = at }), "its world was created without --clock: leave it out, or use another file; PUT /_portico/clock sets the clock of an existing world"},
		{"a fixture of another version", persist.Records(edit(`"base":"`, `"base":"0`), change), born(func(b *persist.Options) { b.Version = "1.3.0" }), "its world was created from the fixture \"few\" of portico 1.2.3, which differs from that of 1.3.0: export it with the old version and import it here, or use another file"},
		{"a changed file", persist.Records(edit(`"base":"`, `"base":"0`), change), born(func(b *persist.Options) { b.Builtin = false }), "the fixture \"few\" has changed since this state file was created: start with the fixture as it was, or use another file"},
		{"zeros", append(bytes.Clone(good), make([]byte, 4096)...), y.options(), fmt.Sprintf("there are only zeros from byte %d on, as after a power failure: copy the file, then cut them off with truncate -s %d, or use another file", end, end)},
		{"garbage", append(bytes.Clone(good), "garbage"...), y.options(), fmt.Sprintf("record 3, at byte %d of %d, is damaged: its byte 0 is wrong: restore a copy of the file, or use another file; the records before it are intact", end, end+7)},
		{"zeros in the last record", append(bytes.Clone(good[:end-30]), make([]byte, 20)...), y.options(), fmt.Sprintf("record 2, at byte %d of %d, is damaged: the file ends within it, and what is there of it is not valid JSON: restore a copy of the file, or use another file; the records before it are intact", len(persist.Records(head, change)), end-10)},
		{"a record twice", append(bytes.Clone(good), good[second:]...), y.options(), "is damaged: its byte 33 is wrong"},
		{"a record gone", append(bytes.Clone(good[:second]), good[len(persist.Records(head, change)):]...), y.options(), "is damaged: its byte 33 is wrong"},
		{"fewer records than it was written with", persist.Records(edit(`"whole":0`, `"whole":2`), change), y.options(), "it has only 2 of the 3 records that it was compacted to: restore a copy of the file, or use another file"},
		{"no event", persist.Records(head, []byte(`{"do":"dance"}`)), y.options(), fmt.Sprintf(`record 1, at byte %d, cannot be replayed: unknown event "dance": use the version of portico that wrote it, or another file`, second)},
		{"no JSON later", persist.Records(head, change, []byte(`{`)), y.options(), "cannot be replayed: invalid JSON:"},
		{"a member too many", persist.Records(head, snapshot[:1], nil), y.options(), "cannot be replayed: invalid JSON:"},
		{"an unknown member", persist.Records(head, []byte(`{"do":"drop","name":"s","why":1}`)), y.options(), `unknown member "why"`},
		{"a member twice", persist.Records(head, []byte(`{"do":"drop","name":"s","name":"t"}`)), y.options(), `duplicate member "name"`},
		{"a member too few", persist.Records(head, []byte(`{"do":"snapshot","name":"s","frozen":true}`)), y.options(), `missing member "taken"`},
		{"no clock", persist.Records(head, []byte(`{"do":"restore","name":"s"}`)), y.options(), `missing member "clock"`},
		{"no snapshot", persist.Records(head, []byte(`{"do":"drop","name":"s"}`)), y.options(), `no snapshot "s"`},
		{"no kind", persist.Records(head, bytes.Replace(change, []byte("t.book"), []byte("t.door"), 1)), y.options(), `no kind "t.door"`},
		{"a title that is taken", persist.Records(head, bytes.Replace(change, []byte(`"New"`), []byte(`"T1"`), 1)), y.options(), `t.book: title "T1" is taken`},
		{"a document of the future", persist.Records(head, bytes.Replace(change, []byte(`"seq":8`), []byte(`"seq":7`), 1)), y.options(), `t.book "n" has the sequence number 8, want one from 1 to 7`},
		{"nothing to delete", persist.Records(head, []byte(`{"do":"commit","seq":9,"counter":1,"changes":[{"kind":"t.book","id":"zzz"}]}`)), y.options(), `no t.book "zzz" to delete`},
		{"no fixture", persist.Records(head, []byte(`{"do":"begin","fixture":"gone","base":"1","seq":9,"counter":1,"shift":0,"changes":[]}`)), y.options(), `no fixture "gone"`},
		{"another fixture inside", persist.Records(head, []byte(`{"do":"begin","fixture":"many","base":"1","seq":9,"counter":1,"shift":0,"changes":[]}`)), y.options(), `the fixture "many" has changed since this state file was created`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "w")
			must(t, os.WriteFile(path, c.data, 0o600))
			_, _, err := replay(t, path, c.options, 0, nil)
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
	b := y.options()
	b.Clock = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	l, w := mustReplay(t, path, b, 0)
	must(t, w.Advance(time.Hour))
	before := dump(w)
	must(t, l.Close())
	for _, again := range []persist.Options{b, y.options()} {
		l, w := mustReplay(t, path, again, 0)
		if got := dump(w); got != before {
			t.Errorf("got %s, want %s", got, before)
		}
		must(t, l.Close())
	}
	l, w = mustReplay(t, path, y.options(), 0)
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
		{filepath.Join(dir, "none", "w"), "there is no directory " + filepath.Join(dir, "none") + ": create it, or use another file"},
		{dir, "it is a directory: name a file, which may be in it"},
		{filepath.Join(dir, "file", "w"), "not a directory"},
		{filepath.Join(dir, "dangling"), "it is a link to a file that does not exist: no such file or directory"},
		{os.DevNull, "it is not a regular file: name one, or one that does not exist yet"},
	} {
		_, _, err := replay(t, c.path, y.options(), 0, nil)
		if want := "state file " + c.path + ": " + c.want; err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

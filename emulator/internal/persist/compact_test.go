package persist_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/gauge"
	"github.com/portico-emulator/portico/emulator/internal/persist"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// TestFilesStayShort proves that a file is written anew while it is used, and when it is opened, and how short it gets.
func TestFilesStayShort(t *testing.T) {
	t.Parallel()
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	l, w := mustReplay(t, path, y.options(), 0)
	must(t, w.Snapshot("s"))
	rename := func(times int) {
		for i := range times {
			write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("b1", fmt.Sprint("Again ", i))) })
		}
	}
	rename(300)
	long := len(read(t, path))
	before := dump(w)
	must(t, l.Close())

	const limit = 8 << 10
	l, w = mustReplay(t, path, y.options(), limit)
	if got := len(read(t, path)); got > 1024 || long < 2*limit {
		t.Errorf("opened, the file shrinks from %d bytes to %d, want at most 1024", long, got)
	}
	if dump(w) != before {
		t.Error("the world changes when its file is written anew")
	}
	longest := 0
	for range 300 {
		rename(1)
		longest = max(longest, len(read(t, path)))
	}
	if longest > limit+1024 {
		t.Errorf("in use the file grows to %d bytes, want about %d at most", longest, limit)
	}
	if got := l.Events(); got != 601 {
		t.Errorf("got %d events, want 601", got)
	}
	before = dump(w)
	must(t, l.Close())
	l, w = mustReplay(t, path, y.options(), limit)
	if dump(w) != before || l.Events() != 601 {
		t.Errorf("the world does not come back, or has %d events", l.Events())
	}
	must(t, l.Close())
}

// TestCrashWhileWrittenAnew proves for each step of writing a file anew that a crash leaves a good file: the new one is
// made beside, so until it is renamed the old one is as it was.
func TestCrashWhileWrittenAnew(t *testing.T) {
	t.Parallel()
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	l, w := mustReplay(t, path, y.options(), 0)
	states := live(t, y, w)
	must(t, l.Close())
	old := read(t, path)
	l, _ = mustReplay(t, path, y.options(), 1)
	must(t, l.Close())
	fresh := read(t, path)
	if len(fresh) >= len(old) || bytes.Equal(fresh, old) {
		t.Fatalf("the file was not written anew: %d bytes, then %d", len(old), len(fresh))
	}
	for n := 0; n <= len(fresh); n += max(1, len(fresh)/16) {
		must(t, os.WriteFile(path, old, 0o600))
		must(t, os.WriteFile(path+".compact", fresh[:n], 0o600))
		must(t, os.WriteFile(path+".lock", []byte("1\n"), 0o600)) // a crash leaves that, too
		l, w := mustReplay(t, path, y.options(), 0)
		if dump(w) != states[len(states)-1] || !bytes.Equal(read(t, path), old) {
			t.Errorf("with %d bytes of a new file beside, the old one is not what it was", n)
		}
		must(t, l.Close())
		if got := beside(t, path); got != "" {
			t.Errorf("what is left over: %s", got)
		}
	}
}

// TestWrittenAnewInVain proves that a file goes on as it is where no new one can be made.
func TestWrittenAnewInVain(t *testing.T) {
	t.Parallel()
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	var log bytes.Buffer
	l, w, err := replay(t, path, y.options(), 2000, &log)
	must(t, err)
	must(t, os.Mkdir(path+".compact", 0o700))
	must(t, os.WriteFile(path+".compact/x", nil, 0o600))
	for i := range 60 {
		write(t, w, func(tx *world.Tx) error { return tx.Put(aBook("b1", fmt.Sprint("Again ", i))) })
	}
	before := dump(w)
	must(t, l.Close())
	if n := strings.Count(log.String(), "could not be compacted"); n == 0 || n > 4 {
		t.Errorf("said %d times that it could not be compacted: %s", n, log.String())
	}
	must(t, os.RemoveAll(path+".compact"))
	l, w = mustReplay(t, path, y.options(), 1<<20)
	if dump(w) != before || l.Events() != 60 {
		t.Errorf("the world does not come back, or has %d events", l.Events())
	}
	must(t, l.Close())
}

// FuzzOpen opens any bytes. Whatever is refused stays as it was; what is cut off is kept beside.
func FuzzOpen(f *testing.F) {
	y := grow(f)
	path := filepath.Join(f.TempDir(), "w")
	l, w := mustReplay(f, path, y.options(), 0)
	live(f, y, w)
	must(f, l.Close())
	whole := read(f, path)
	for _, data := range [][]byte{whole, whole[:len(whole)/2], whole[:9], {}, append(bytes.Clone(whole), 0, 0), []byte("*3\r\n")} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { tryOpen(t, y, data) })
}

// FuzzEvents opens files whose records are right and say anything.
func FuzzEvents(f *testing.F) {
	y := grow(f)
	path := filepath.Join(f.TempDir(), "w")
	l, w := mustReplay(f, path, y.options(), 0)
	live(f, y, w)
	must(f, l.Close())
	values, _, err := persist.Scan(read(f, path))
	must(f, err)
	for i := range values {
		f.Add(values[0], values[max(i-1, 1)], values[i])
	}
	f.Fuzz(func(t *testing.T, head, one, two []byte) { tryOpen(t, y, persist.Records(head, one, two)) })
}

func tryOpen(t *testing.T, y *toys, data []byte) {
	t.Helper()
	gauge.Input(t)
	path := filepath.Join(t.TempDir(), "w")
	must(t, os.WriteFile(path, data, 0o600))
	l, w, err := replay(t, path, y.options(), 0, nil)
	now := read(t, path)
	switch {
	case err != nil:
		if !bytes.Equal(now, data) || beside(t, path) != "" {
			t.Errorf("refused with %v, and yet changed, or left %q", err, beside(t, path))
		}
		return
	case len(data) > 0 && !bytes.HasPrefix(data, now):
		t.Error("opened, and changed by more than a cut")
	case len(now) < len(data) && !bytes.Equal(read(t, path+".torn"), data):
		t.Error("cut, and no copy kept")
	}
	before := dump(w)
	must(t, l.Close())
	l, w = mustReplay(t, path, y.options(), 1)
	if dump(w) != before {
		t.Error("the world changes when its file is written anew")
	}
	must(t, l.Close())
}

// FuzzScan reads any bytes: what is whole is what would be written, and what is unfinished its beginning.
func FuzzScan(f *testing.F) {
	good := persist.Records([]byte(`{"a":1}`), []byte(`{"b":"\u0000"}`), []byte(`{"c":[true]}`))
	for n := 0; n <= len(good); n += 5 {
		f.Add(good[:n])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		values, torn, err := persist.Scan(data)
		whole := persist.Records(values...)
		switch rest, ok := bytes.CutPrefix(data, whole); {
		case !ok:
			t.Errorf("read %q, which is not what stands there", values)
		case err == nil && torn == (len(rest) == 0):
			t.Errorf("unfinished: %v, with %q left", torn, rest)
		}
	})
}

// TestFormat opens a file that is kept with the tests: what format 1 once was it stays.
func TestFormat(t *testing.T) {
	t.Parallel()
	y := grow(t)
	path := filepath.Join(t.TempDir(), "w")
	l, w := mustReplay(t, path, y.options(), 0)
	states := live(t, y, w)
	must(t, l.Close())
	if got, want := read(t, path), read(t, "testdata/format1.state"); !bytes.Equal(got, want) {
		t.Errorf("files are no longer written as before: got\n%s\nwant\n%s", got, want)
	}
	must(t, os.WriteFile(path, read(t, "testdata/format1.state"), 0o600))
	l, w = mustReplay(t, path, y.options(), 0)
	if dump(w) != states[len(states)-1] {
		t.Error("the world does not come back")
	}
	must(t, l.Close())
}

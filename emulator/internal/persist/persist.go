// Package persist keeps a world in a file, the state file: every event is appended to buntdb's log before it takes effect, and
// replayed when the file is opened again. It knows files and records, and no vendor and no HTTP.
package persist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/tidwall/buntdb"

	"github.com/portico-emulator/portico/emulator/internal/world"
)

// Limit is the size in bytes below which a file is not compacted.
const Limit = 1 << 20

// growth is how many times its size after the last compaction a file must have before the next one.
const growth = 4

// File is an open state file, and the log of its world. It is safe for concurrent use.
type File struct {
	// Limit is as the constant of that name. It may be changed before Replay.
	Limit int64

	path    string // as it was named
	real    string // without links
	options Options
	log     *slog.Logger

	mu        sync.Mutex
	lock      *os.File
	head      head
	db        *buntdb.DB // nil: before Replay, and when closed
	broken    error      // why nothing can be written any more; nil: it can
	next      uint64     // number of the next record
	size      int64      // of the file in bytes
	compacted int64      // size after the last compaction
	retry     int64      // size from which compaction is tried again after it failed
	pending   *os.File   // to be read by Replay
	buf       []byte
}

// Open locks a file for this process and reads how its world was created, unless the file does not exist or is empty. It
// refuses, and does not change, a file that another process has open, one that is not a state file or has a newer format, and
// one whose world was created with other options. The caller must close the file.
func Open(path string, o Options, log *slog.Logger) (*File, error) {
	l := &File{Limit: Limit, path: path, options: o, log: log}
	err := l.open()
	if err != nil {
		_ = l.Close()
		return nil, l.wrap(err)
	}
	return l, nil
}

func (l *File) wrap(err error) error { return fmt.Errorf("state file %s: %w", l.path, err) }

func (l *File) open() (err error) {
	if l.real, err = place(l.path); err != nil {
		return err
	}
	if l.lock, err = lock(l.real); err != nil {
		return err
	}
	l.head = l.options.head()
	info, err := os.Stat(l.real)
	switch {
	case errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0:
		return nil
	case err != nil:
		return plain(err)
	}
	if l.pending, err = os.Open(l.real); err != nil {
		return plain(err)
	}
	value, err := newScanner(l.pending, info.Size()).next()
	switch {
	case errors.Is(err, errForeign):
		return fmt.Errorf("%w: use another file, or one that does not exist yet", err)
	case errors.Is(err, errTorn):
		return errors.New("it ends within its first record, so there is nothing in it: delete it, or use another file")
	case err != nil:
		return fmt.Errorf("its first record is damaged: %w: restore a copy of the file, or use another file", err)
	}
	l.head, err = readHead(value, &l.options)
	if errors.Is(err, errForeign) {
		return fmt.Errorf("%w: use another file, or one that does not exist yet", err)
	}
	return err
}

// Clock returns the time at which the clock of the file's world was frozen when it was created, or zero.
func (l *File) Clock() time.Time { return l.head.Clock }

// Events returns how many events were ever written to the file.
func (l *File) Events() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events()
}

func (l *File) events() uint64 {
	if l.next == 0 {
		return 0
	}
	return l.head.Events + l.next - 1 - l.head.Whole
}

// Replay replays all events of the file on a world that was just created, and logs those that follow. A record that a crash
// left incomplete is cut off, after the file was copied. Anything else that cannot be read is refused, and the file is not
// changed.
func (l *File) Replay(w *world.World) error {
	if err := l.load(w); err != nil {
		return l.wrap(err)
	}
	w.LogTo(l)
	return nil
}

func (l *File) load(w *world.World) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pending == nil {
		if err := l.rewrite(nil); err != nil {
			return err
		}
		return l.attach()
	}
	torn, err := l.replay(w)
	_ = l.pending.Close()
	l.pending = nil
	if err != nil {
		return err
	}
	if err := writable(l.real); err != nil {
		return err
	}
	if err := discard(l.real + freshName); err != nil {
		return err
	}
	if torn > 0 {
		copied, err := save(l.real)
		if err != nil {
			return fmt.Errorf("its last record is incomplete, and the file cannot be copied to %s before that is cut off: %w", copied, err)
		}
		if err := cut(l.real, l.size); err != nil {
			return fmt.Errorf("its last record is incomplete, and cannot be cut off: %w", err)
		}
		l.log.Warn("the last record of the state file was incomplete, as after a crash, and was cut off", "file", l.path, "byte", l.size, "bytes", torn, "copy", copied)
	}
	return l.attach()
}

// replay reads the file and replays its events. The result torn is the length in bytes of an incomplete record at its end.
func (l *File) replay(w *world.World) (torn int64, err error) {
	info, err := l.pending.Stat()
	if err != nil {
		return 0, plain(err)
	}
	if _, err := l.pending.Seek(0, io.SeekStart); err != nil {
		return 0, plain(err)
	}
	s := newScanner(l.pending, info.Size())
	lib := &library{base: l.base, resource: l.options.Resource}
	for {
		value, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			if s.number <= l.head.Whole {
				return 0, fmt.Errorf("it has only %d of the %d records that it was compacted to: restore a copy of the file, or use another file",
					s.number, l.head.Whole+1)
			}
			return 0, nil
		case errors.Is(err, errTorn) && s.number > l.head.Whole:
			return info.Size() - s.start, nil
		case err != nil:
			return 0, l.damaged(s, err)
		}
		if s.number > 1 {
			if err := replay(w, value, lib); err != nil {
				return 0, fmt.Errorf("record %d, at byte %d, cannot be replayed: %w: use the version of portico that wrote it, or another file",
					s.number-1, s.start, err)
			}
		}
		l.next, l.size = s.number, s.end
		if s.number == l.head.Whole+1 {
			l.compacted = s.end
		}
	}
}

// base returns the base from which the world was started.
func (l *File) base(fixture, sum string) (*world.Base, error) {
	if b := l.options.Base; b.Sum() == sum {
		return b, nil
	}
	b, err := l.options.Bases(fixture)
	if err == nil && b.Sum() != sum {
		err = fmt.Errorf("the fixture %q has changed since this state file was created", fixture)
	}
	return b, err
}

// replay replays the event of a record. A document that makes a vendor's index function panic must not end the process.
func replay(w *world.World, value []byte, lib *library) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	e, err := readEvent(value, lib)
	if err != nil {
		return err
	}
	return w.Replay(e)
}

// damaged returns an error that says where a file cannot be read, and what to do.
func (l *File) damaged(s *scanner, err error) error {
	if l.zeros(s.start) {
		return fmt.Errorf("there are only zeros from byte %d on, as after a power failure: copy the file, then cut them off with truncate -s %d, "+
			"or use another file", s.start, s.start)
	}
	return fmt.Errorf("record %d, at byte %d of %d, is damaged: %w: restore a copy of the file, or use another file; the records before it are intact",
		s.number, s.start, s.size, err)
}

// zeros reports whether the file holds only zeros from an offset on.
func (l *File) zeros(from int64) bool {
	if _, err := l.pending.Seek(from, io.SeekStart); err != nil {
		return false
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := l.pending.Read(buf)
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return false
		}
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// attach opens the file for appending.
func (l *File) attach() error {
	db, err := buntdb.Open(l.real)
	if err != nil {
		return plain(err)
	}
	var config buntdb.Config
	if err = db.ReadConfig(&config); err == nil {
		// Compact does what buntdb's own shrinking would do, which knows only keys and values.
		config.AutoShrinkDisabled, config.SyncPolicy = true, buntdb.EverySecond
		err = db.SetConfig(config)
	}
	if err == nil {
		err = l.complete(db)
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	l.db = db
	return nil
}

// complete fails unless buntdb reads as many records as there are.
func (l *File) complete(db *buntdb.DB) error {
	return db.View(func(tx *buntdb.Tx) error {
		n, err := tx.Len()
		if err == nil && uint64(n) != l.next { //nolint:gosec // lengths are not negative
			err = fmt.Errorf("buntdb reads %d records, but there are %d", n, l.next)
		}
		return err
	})
}

// Append writes an event. What was written survives the end of the process at once, and a power failure within a second, since
// buntdb syncs the file every second.
func (l *File) Append(e world.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.append(&e)
	if err != nil {
		l.log.Error("the state file could not be written, so the change was not made", "file", l.path, "event", string(e.Type), "error", err)
	}
	return err
}

func (l *File) append(e *world.Event) error {
	switch {
	case l.broken != nil:
		return l.broken
	case l.db == nil:
		return errors.New("the state file is closed")
	}
	l.buf = appendEvent(l.buf[:0], e)
	if len(l.buf) > maxValue {
		return fmt.Errorf("a record of %d bytes is too long, want at most %d", len(l.buf), uint64(maxValue))
	}
	if err := l.set(string(appendKey(nil, l.next, l.buf)), string(l.buf)); err != nil {
		// If buntdb could not undo part of a record, no record after it could be read.
		if info, bad := os.Stat(l.real); l.broken == nil && (bad != nil || info.Size() != l.size) {
			l.broken = fmt.Errorf("the state file has held part of a record since this failed: %w", err)
		}
		return err
	}
	l.next++
	l.size += recordSize(len(l.buf))
	if cap(l.buf) > 1<<20 {
		l.buf = nil
	}
	return nil
}

// set appends a record. If buntdb cannot undo half a record, it panics and never unlocks.
func (l *File) set(key, value string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			l.broken = fmt.Errorf("the state file can no longer be written: %v", p)
			err = l.broken
		}
	}()
	tx, err := l.db.Begin(true)
	if err != nil {
		return err
	}
	if _, _, err := tx.Set(key, value, nil); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return plain(tx.Commit())
}

// Close syncs the file and unlocks it. What follows is not written. It may be called more than once.
func (l *File) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	if l.pending != nil {
		err = l.pending.Close()
	}
	if l.db != nil && l.broken == nil {
		err = errors.Join(err, l.db.Close())
	}
	if l.lock != nil {
		err = errors.Join(err, release(l.lock))
	}
	l.pending, l.db, l.lock = nil, nil, nil
	return err
}

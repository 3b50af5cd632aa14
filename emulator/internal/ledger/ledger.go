// Package ledger keeps a world in a file: every event is appended to buntdb's log before it counts, and whoever opens the
// file again lets the events happen anew. It knows files and records, and nothing of vendors or HTTP.
package ledger

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/tidwall/buntdb"

	"github.com/portico-emulator/portico/emulator/internal/store"
)

// Limit is how long in bytes a file may become before it is written anew.
const Limit = 1 << 20

// growth is how many times as long as what it was written anew with a file has to be before that is done again.
const growth = 4

// errClosed refuses what comes after Close.
var errClosed = errors.New("the state file is closed")

// Ledger is an open state file. It is safe for use by several goroutines.
type Ledger struct {
	// Limit is as the constant of that name; it is set before Raise.
	Limit int64

	path  string // as it was named
	real  string
	birth Birth
	log   *slog.Logger

	mu      sync.Mutex
	lock    *os.File
	head    head
	db      *buntdb.DB // nil: not raised yet, or closed
	broken  error      // why nothing more is written
	next    uint64     // number of the next record
	size    int64      // of the file in bytes
	whole   int64      // of what it was written anew with
	spare   int64      // the size before which no other attempt to write it anew is made
	pending *os.File   // to be read by Raise
	room    []byte
}

// Open takes a file for this process and reads how its world was born, unless the file does not exist or is empty. It
// refuses a file that another process has, one that is no state file or was written in a newer format, and one whose world
// was born otherwise, and changes none of them. Close it in any case of success.
func Open(path string, birth Birth, log *slog.Logger) (*Ledger, error) {
	l := &Ledger{Limit: Limit, path: path, birth: birth, log: log}
	err := l.open()
	if err != nil {
		_ = l.Close()
		return nil, l.fault(err)
	}
	return l, nil
}

func (l *Ledger) fault(err error) error { return fmt.Errorf("state file %s: %w", l.path, err) }

func (l *Ledger) open() (err error) {
	if l.real, err = place(l.path); err != nil {
		return err
	}
	if l.lock, err = lock(l.real); err != nil {
		return err
	}
	l.head = l.birth.head()
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
		return fmt.Errorf("%w: name another, or one that does not exist yet", err)
	case errors.Is(err, errTorn):
		return errors.New("it ends within its first record, so there is nothing in it: delete it, or name another")
	case err != nil:
		return fmt.Errorf("its first record is damaged: %w; bring back a copy of the file, or name another", err)
	}
	l.head, err = readHead(value, &l.birth)
	if errors.Is(err, errForeign) {
		return fmt.Errorf("%w: name another, or one that does not exist yet", err)
	}
	return err
}

// Birth is what the file's world was born as, its clock included.
func (l *Ledger) Birth() Birth {
	b := l.birth
	b.Clock = l.head.Clock
	return b
}

// Events is how many events the file has ever held.
func (l *Ledger) Events() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events()
}

func (l *Ledger) events() uint64 {
	if l.next == 0 {
		return 0
	}
	return l.head.Events + l.next - 1 - l.head.Whole
}

// Raise lets all that is in the file happen to a newborn world, and writes down what happens to it from then on. A record
// that a crash left unfinished is cut off, after the file was copied; whatever else cannot be read is refused, and the file
// is left as it was.
func (l *Ledger) Raise(w *store.World) error {
	if err := l.raise(w); err != nil {
		return l.fault(err)
	}
	w.Watch(l)
	return nil
}

func (l *Ledger) raise(w *store.World) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pending == nil {
		if err := l.write(nil); err != nil {
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
			return fmt.Errorf("its last record is unfinished, and the file cannot be copied to %s before that is cut off: %w", copied, err)
		}
		if err := cut(l.real, l.size); err != nil {
			return fmt.Errorf("its last record is unfinished, and cannot be cut off: %w", err)
		}
		l.log.Warn("the state file ended in a record that a crash left unfinished; it was cut off", "file", l.path, "byte", l.size, "bytes", torn, "copy", copied)
	}
	return l.attach()
}

// replay reads the file and lets the world live through it. Torn is the length of an unfinished record at its end.
func (l *Ledger) replay(w *store.World) (torn int64, err error) {
	info, err := l.pending.Stat()
	if err != nil {
		return 0, plain(err)
	}
	if _, err := l.pending.Seek(0, io.SeekStart); err != nil {
		return 0, plain(err)
	}
	s := newScanner(l.pending, info.Size())
	lib := &library{base: l.base, resource: l.birth.Resource}
	for {
		value, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			if s.number <= l.head.Whole {
				return 0, fmt.Errorf("it holds %d of the %d records that it was written with: bring back a copy of the file, or name another", s.number, l.head.Whole+1)
			}
			return 0, nil
		case errors.Is(err, errTorn) && s.number > l.head.Whole:
			return info.Size() - s.start, nil
		case err != nil:
			return 0, l.damaged(s, err)
		}
		if s.number > 1 {
			if err := again(w, value, lib); err != nil {
				return 0, fmt.Errorf("record %d, at byte %d, cannot happen again: %w: start the portico that wrote it, or name another file", s.number-1, s.start, err)
			}
		}
		l.next, l.size = s.number, s.end
		if s.number == l.head.Whole+1 {
			l.whole = s.end
		}
	}
}

// base finds what a world began with anew.
func (l *Ledger) base(fixture, sum string) (*store.Base, error) {
	b := l.birth.Base
	if b.Sum() == sum {
		return b, nil
	}
	b, err := l.birth.Bases(fixture)
	if err != nil {
		return nil, err
	}
	if b.Sum() != sum {
		return nil, fmt.Errorf("the fixture %s is not what it was", fixture)
	}
	return b, nil
}

// again lets the event of a record happen. A document of which a vendor's index cannot be told is no reason to end the
// process.
func again(w *store.World, value []byte, lib *library) (err error) {
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

// damaged says where a file cannot be read, and what to do.
func (l *Ledger) damaged(s *scanner, err error) error {
	if l.zeros(s.start) {
		return fmt.Errorf("from byte %d on there are only zeros, as after a power cut: copy the file, then cut the zeros off with truncate -s %d, or name another", s.start, s.start)
	}
	return fmt.Errorf("record %d, at byte %d of %d, is damaged: %w: bring back a copy of the file, or name another; what stands before is whole", s.number, s.start, s.size, err)
}

// zeros tells whether nothing else is in the file from a place on.
func (l *Ledger) zeros(from int64) bool {
	if _, err := l.pending.Seek(from, io.SeekStart); err != nil {
		return false
	}
	room := make([]byte, 64<<10)
	for {
		n, err := l.pending.Read(room)
		for _, b := range room[:n] {
			if b != 0 {
				return false
			}
		}
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// attach opens the file for appending.
func (l *Ledger) attach() error {
	db, err := buntdb.Open(l.real)
	if err != nil {
		return plain(err)
	}
	var config buntdb.Config
	if err = db.ReadConfig(&config); err == nil {
		// The file is written anew here; the log would keep all that it ever held.
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

// complete tells whether buntdb reads as many records as there are.
func (l *Ledger) complete(db *buntdb.DB) error {
	return db.View(func(tx *buntdb.Tx) error {
		n, err := tx.Len()
		if err == nil && uint64(n) != l.next { //nolint:gosec // lengths are not negative
			err = fmt.Errorf("buntdb finds %d records in it, and there are %d", n, l.next)
		}
		return err
	})
}

// Keep writes an event down. What was written survives the end of the process; buntdb syncs every second for when the
// machine's power fails.
func (l *Ledger) Keep(e store.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.append(&e)
	if err != nil {
		l.log.Error("the state file was not written, so nothing was done", "file", l.path, "event", string(e.What), "error", err)
	}
	return err
}

func (l *Ledger) append(e *store.Event) error {
	switch {
	case l.broken != nil:
		return l.broken
	case l.db == nil:
		return errClosed
	}
	l.room = appendEvent(l.room[:0], e)
	if len(l.room) > maxValue {
		return fmt.Errorf("a record of %d bytes is too long", len(l.room))
	}
	if err := l.set(string(appendKey(nil, l.next, l.room)), string(l.room)); err != nil {
		// A record of which buntdb could not take a part back would stand between those that follow and their readers.
		if info, bad := os.Stat(l.real); l.broken == nil && (bad != nil || info.Size() != l.size) {
			l.broken = fmt.Errorf("the state file holds part of a record since this failed: %w", err)
		}
		return err
	}
	l.next++
	l.size += recordSize(len(l.room))
	if cap(l.room) > 1<<20 {
		l.room = nil
	}
	return nil
}

// set appends a record. Where buntdb cannot undo half a record it panics and holds its lock for ever.
func (l *Ledger) set(key, value string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			l.broken = fmt.Errorf("the state file cannot be written any more: %v", p)
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

// Close ends the writing, makes what was written last, and lets others have the file. It may be called more than once.
func (l *Ledger) Close() error {
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

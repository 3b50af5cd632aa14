package ledger

import (
	"bufio"
	"errors"
	"os"

	"github.com/portico-emulator/portico/emulator/internal/store"
)

// Rest writes the file anew, with the fewest events that come to the same, once it has become long for what is in it. The
// new file is written beside, synced and renamed, so a crash leaves the old one or the new one.
func (l *Ledger) Rest(whole func() []store.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil || l.broken != nil || l.size < max(l.Limit, growth*l.whole, l.spare) {
		return
	}
	before := l.size
	err := l.write(whole())
	if err != nil {
		l.spare = 2 * before // what failed now would fail for every event
		l.log.Warn("the state file could not be written anew; it goes on as it is", "file", l.path, "bytes", before, "error", err)
	}
	if l.db != nil {
		return
	}
	if l.broken = l.attach(); l.broken != nil {
		l.log.Error("the state file cannot be written any more", "file", l.path, "error", l.broken)
	}
	l.log.Debug("the state file was written anew", "file", l.path, "bytes", l.size, "before", before)
}

// write puts a file in the place of the present one that holds these events and nothing else. Once the new file is ready,
// the present one is closed, and stays so.
func (l *Ledger) write(events []store.Event) error {
	h := l.birth.head()
	h.Clock, h.Events, h.Whole = l.head.Clock, l.events(), uint64(len(events))
	fresh := l.real + freshName
	size, err := l.draft(fresh, h, events)
	if err != nil {
		return err
	}
	if l.db != nil {
		err = l.db.Close()
		l.db = nil
	}
	if err = errors.Join(err, os.Rename(fresh, l.real)); err != nil {
		_ = os.Remove(fresh)
		return err
	}
	l.head, l.next, l.size, l.whole = h, h.Whole+1, size, size
	return syncFolder(l.real)
}

// draft writes a file that is not there and syncs it, or leaves none.
func (l *Ledger) draft(name string, h head, events []store.Event) (size int64, err error) {
	mode := os.FileMode(0o600)
	if info, err := os.Stat(l.real); err == nil {
		mode = info.Mode().Perm()
	}
	if err := discard(name); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // beside the state file
	if err != nil {
		return 0, plain(err)
	}
	w := bufio.NewWriterSize(f, 256<<10)
	var value, record []byte
	put := func(n int, data []byte) {
		record = appendRecord(record[:0], uint64(n), data) //nolint:gosec // a place in a list
		size += int64(len(record))
		_, _ = w.Write(record) // Flush tells
	}
	put(0, h.bytes())
	for i := range events {
		value = appendEvent(value[:0], &events[i])
		put(i+1, value)
	}
	if err = errors.Join(w.Flush(), f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		_ = os.Remove(name)
	}
	return size, plain(err)
}

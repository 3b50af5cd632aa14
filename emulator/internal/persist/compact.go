package persist

import (
	"bufio"
	"errors"
	"os"

	"github.com/portico-emulator/portico/emulator/internal/world"
)

// Compact rewrites the file with the fewest events that have the same result, once it has become long for what is in it. The
// new file is written to another name, synced and renamed, so that a crash leaves either the old or the new one.
func (l *File) Compact(events func() []world.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil || l.broken != nil || l.size < max(l.Limit, growth*l.compacted, l.retry) {
		return
	}
	before := l.size
	err := l.rewrite(events())
	if err != nil {
		l.retry = 2 * before // rather than fail again for every event
		l.log.Warn("the state file could not be compacted and is used as it is", "file", l.path, "bytes", before, "error", err)
	}
	if l.db != nil {
		return
	}
	if l.broken = l.attach(); l.broken != nil {
		l.log.Error("the state file can no longer be written", "file", l.path, "error", l.broken)
	}
	l.log.Debug("the state file was compacted", "file", l.path, "bytes", l.size, "before", before)
}

// rewrite replaces the file by one that holds these events and nothing else. Once the new file is complete, the open one is
// closed and stays closed.
func (l *File) rewrite(events []world.Event) error {
	h := l.options.head()
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
	l.head, l.next, l.size, l.compacted = h, h.Whole+1, size, size
	return syncFolder(l.real)
}

// draft writes a new file and syncs it. If it fails, it leaves no file.
func (l *File) draft(name string, h head, events []world.Event) (size int64, err error) {
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
		_, _ = w.Write(record) // Flush returns the error
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

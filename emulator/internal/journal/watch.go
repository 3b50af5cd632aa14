package journal

import (
	"context"
	"sync"
)

// Bounds of what waits for one who watches and does not keep up.
const (
	maxWaiting      = 10_000
	maxWaitingBytes = maxWorld
)

// Watch gets every call that is recorded while it lasts.
type Watch struct {
	journal *Journal
	ready   chan struct{} // holds a token while there is something to read

	mu      sync.Mutex
	waiting []*Entry
	bytes   int
	missed  int
	ended   bool
}

// Watch gives the calls that are recorded from now on.
func (j *Journal) Watch() *Watch {
	w := &Watch{journal: j, ready: make(chan struct{}, 1)}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		w.end()
		return w
	}
	if j.watches == nil {
		j.watches = map[*Watch]bool{}
	}
	j.watches[w] = true
	return w
}

// Stop ends the watch.
func (w *Watch) Stop() {
	w.journal.mu.Lock()
	defer w.journal.mu.Unlock()
	delete(w.journal.watches, w)
}

func (w *Watch) add(e *Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) >= maxWaiting || w.bytes+e.size > maxWaitingBytes && len(w.waiting) > 0 {
		w.missed++
	} else {
		w.waiting = append(w.waiting, e)
		w.bytes += e.size
	}
	w.wake()
}

func (w *Watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	w.wake()
}

func (w *Watch) wake() {
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// Next waits for calls and gives them, the oldest first, and how many were missed after them because too many waited.
// It gives false once the context or the journal has ended.
func (w *Watch) Next(ctx context.Context) (entries []*Entry, missed int, ok bool) {
	for {
		w.mu.Lock()
		entries, missed = w.waiting, w.missed
		w.waiting, w.bytes, w.missed = nil, 0, 0
		ended := w.ended
		w.mu.Unlock()
		if len(entries) > 0 || missed > 0 {
			return entries, missed, true
		}
		if ended {
			return nil, 0, false
		}
		select {
		case <-ctx.Done():
			return nil, 0, false
		case <-w.ready:
		}
	}
}

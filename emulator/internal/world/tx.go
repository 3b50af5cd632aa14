package world

import (
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/store"
)

// Tx is a transaction on a world. It is used by one goroutine between Open and Commit or Rollback.
type Tx struct {
	store.Tx
	world  *World
	state  *store.State
	before *store.State // the documents as they were, if reads may lag
}

var _ api.Tx = (*Tx)(nil)

// newTx returns a transaction that fills a state which belongs to no world yet.
func newTx(s *store.State, seed uint64) *Tx {
	tx := &Tx{world: &World{seed: seed}, state: s}
	tx.Begin(s, true)
	return tx
}

// View calls f with a transaction that reads. The transaction has ended when View returns, even if f panics.
func (w *World) View(f func(api.Tx)) {
	var tx Tx
	w.Open(&tx, false)
	defer tx.Rollback()
	f(&tx)
}

// Update calls f with a transaction that writes, and commits it for a request. If f or the commit fails, or f panics, what
// it did is undone.
func (w *World) Update(request string, f func(api.Tx) error) error {
	var tx Tx
	w.Open(&tx, true)
	done := false
	defer func() {
		if !done {
			tx.Rollback()
		}
	}()
	err := f(&tx)
	if err == nil {
		err = tx.Commit(request)
	}
	done = err == nil
	return err
}

// Open begins a transaction in the caller's memory: a zero Tx, or one that has ended. One that writes excludes all others
// until Commit or Rollback, one that reads excludes those that write. The caller must end the transaction even if something
// panics in between, as View and Update do.
func (w *World) Open(tx *Tx, writing bool) {
	if writing {
		w.mu.Lock()
	} else {
		w.mu.RLock()
	}
	tx.world, tx.state, tx.before = w, w.state, nil
	tx.Begin(w.state, writing)
	if writing && w.Faults.Lag() > 0 {
		tx.before = w.state.Fork()
	}
}

// OpenAt is Open for reading documents as they were at an instant of the world's clock, as far as that is known.
func (w *World) OpenAt(tx *Tx, at time.Time) {
	w.Open(tx, false)
	for _, v := range w.versions {
		if v.until.After(at) {
			tx.Begin(v.state, false)
			return
		}
	}
}

// Commit ends a transaction and keeps its changes. The request is the one that Gone returns for what was deleted. If the log
// fails, the error is ErrNotLogged with the code unavailable, and the transaction must be ended by Rollback.
func (tx *Tx) Commit(request string) error {
	w := tx.world
	if !tx.Writing() {
		w.mu.RUnlock()
		return nil
	}
	d := tx.Delta()
	logged := w.log != nil && tx.Changed()
	if logged {
		if err := w.append(Event{Type: Committed, Delta: d}); err != nil {
			return err
		}
	}
	if len(d.Changes) > 0 {
		w.age(tx.before)
	}
	for _, c := range d.Changes {
		if c.After == nil {
			w.deletions.add(c.Before, request)
		}
	}
	if logged {
		w.log.Compact(w.events)
	}
	w.mu.Unlock()
	return nil
}

// Rollback ends a transaction and undoes its changes.
func (tx *Tx) Rollback() {
	if !tx.Writing() {
		tx.world.mu.RUnlock()
		return
	}
	defer tx.world.mu.Unlock()
	tx.Undo()
}

// Gone returns the request that deleted a document, or "" if that is not known.
func (tx *Tx) Gone(kind, id string) string {
	return tx.world.deletions.requests[kind+store.Separator+id]
}

// NewID makes a UUID from the world's seed and counter.
func (tx *Tx) NewID() string {
	n := tx.Counter()
	return api.UUID(api.Mix(tx.world.seed, n), api.Mix(^tx.world.seed, n))
}

// maxDeletions is how many deletions a world remembers.
const maxDeletions = 4096

// deletions is the requests that deleted the last documents.
type deletions struct {
	requests map[string]string // by kind and id
	queue    []string          // keys of requests, from next on the oldest first
	next     int
}

func (t *deletions) add(d *api.Doc, request string) {
	if t.requests == nil {
		t.requests = map[string]string{}
	}
	key := d.Res.Kind + store.Separator + d.ID
	switch _, again := t.requests[key]; {
	case again:
	case len(t.queue) < maxDeletions:
		t.queue = append(t.queue, key)
	default:
		delete(t.requests, t.queue[t.next])
		t.queue[t.next] = key
		t.next = (t.next + 1) % maxDeletions
	}
	t.requests[key] = request
}

// version is the documents as they were until a commit.
type version struct {
	until time.Time // by the world's clock
	state *store.State
}

// maxVersions bounds what is kept for reads that lag.
const maxVersions = 1000

// age keeps what a commit replaced for as long as a fault rule lets reads lag behind writes.
func (w *World) age(before *store.State) {
	if before == nil {
		w.versions = nil
		return
	}
	now := w.Clock.Now()
	from := now.Add(-w.Faults.Lag())
	for len(w.versions) > 0 && (!w.versions[0].until.After(from) || len(w.versions) >= maxVersions) {
		w.versions = w.versions[1:]
	}
	w.versions = append(w.versions, version{now, before})
}

package store

import "time"

// version is the documents as they were until a commit.
type version struct {
	until time.Time // by the world's clock
	state *state
}

// maxVersions bounds what is kept for reads that lag.
const maxVersions = 1000

// age remembers what a commit replaced, for as long as a rule lets reads lag behind writes.
func (w *World) age(before *state) {
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

// OpenAt is Open for reading documents as they were at an instant of the world's clock, as far as is known.
func (w *World) OpenAt(tx *Tx, at time.Time) {
	w.Open(tx, false)
	for _, v := range w.versions {
		if v.until.After(at) {
			tx.state = v.state
			return
		}
	}
}

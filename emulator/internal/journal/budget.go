package journal

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Budget is what all journals of a store share. The zero Budget is the usual one.
type Budget struct {
	bytes atomic.Int64

	mu  sync.Mutex
	all map[*Journal]bool
}

// Bytes tells what all entries take.
func (b *Budget) Bytes() int64 { return b.bytes.Load() }

func (b *Budget) join(j *Journal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil {
		b.all = map[*Journal]bool{}
	}
	b.all[j] = true
}

func (b *Budget) leave(j *Journal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.all, j)
}

// hold makes room where there is too little, a sixteenth at once: the journals that take most lose the older half of
// theirs, so that a busy world does not silence the others.
func (b *Budget) hold() {
	if b.bytes.Load() <= maxAll {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	type share struct {
		journal *Journal
		bytes   int64
	}
	for b.bytes.Load() > maxAll {
		var shares []share
		for j := range b.all {
			shares = append(shares, share{j, j.bytes.Load()})
		}
		slices.SortFunc(shares, func(x, y share) int { return cmp.Compare(y.bytes, x.bytes) })
		for _, s := range shares {
			if b.bytes.Load() <= maxAll-maxAll/16 {
				return
			}
			s.journal.halve()
		}
	}
}

func (j *Journal) halve() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for target := j.bytes.Load() / 2; j.count > 0 && j.bytes.Load() > target; {
		j.add(-j.drop())
	}
}

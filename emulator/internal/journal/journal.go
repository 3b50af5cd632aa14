// Package journal remembers what a world was asked and what it answered, within bounds, and tells it again: as JSON, as
// HAR, to those who verify and to those who watch. What it keeps is as it was sent; secrets are taken out whenever it is
// told.
package journal

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Bounds of what is kept.
const (
	DefaultEntries = 1000
	maxBody        = 64 << 10  // bytes of a body; the rest is cut
	maxWorld       = 16 << 20  // bytes of a world's entries
	maxAll         = 256 << 20 // bytes of all worlds' entries
)

// Entry is one call, as it was.
type Entry struct {
	ID      string // the answer's Portico-Request
	Number  uint64 // the same, to count by
	At      time.Time
	WorldAt time.Time
	Took    time.Duration
	World   string
	Vendor  string
	Op      *api.Operation // nil: no row answers for the path
	Method  string
	URL     string // path and query as sent
	Path    string // decoded
	Query   string
	Host    string
	Header  http.Header
	Body    []byte
	Parsed  []byte // the body as JSON, where it was something else
	Length  int    // of the body before it was cut

	Status       int
	AnswerHeader http.Header
	Answer       []byte
	AnswerLength int

	Err    *api.Error // why it was refused, in neutral words
	Caller string
	Faults []string // names of the rules that acted
}

// Budget is what all journals of a process share.
type Budget struct{ bytes atomic.Int64 }

// Journal is the calls of one world. It is safe for use by several goroutines. The zero Journal keeps nothing.
type Journal struct {
	mu     sync.Mutex
	most   int
	budget *Budget
	ring   []*Entry
	first  int // position of the oldest
	count  int
	bytes  int
	total  uint64 // ever recorded
	watch  map[chan *Entry]bool
}

// New is a journal of at most so many entries.
func New(most int, budget *Budget) *Journal { return &Journal{most: most, budget: budget} }

// Record adds a call. Bodies are kept by reference unless they are cut: nobody may change them.
func (j *Journal) Record(e *Entry) {
	e.Length, e.AnswerLength = len(e.Body), len(e.Answer)
	e.Body, e.Answer = cut(e.Body), cut(e.Answer)
	size := e.size()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.total++
	for w := range j.watch {
		select {
		case w <- e:
		default: // who does not keep up misses entries
		}
	}
	if j.most <= 0 {
		return
	}
	for j.count > 0 && (j.count >= j.most || j.bytes+size > maxWorld || j.over(size)) {
		j.drop()
	}
	if j.count == len(j.ring) {
		j.grow()
	}
	j.ring[(j.first+j.count)%len(j.ring)] = e
	j.count++
	j.add(size)
}

func (j *Journal) over(size int) bool {
	return j.budget != nil && j.budget.bytes.Load()+int64(size) > maxAll
}

func (j *Journal) add(size int) {
	j.bytes += size
	if j.budget != nil {
		j.budget.bytes.Add(int64(size))
	}
}

func (j *Journal) drop() {
	j.add(-j.ring[j.first].size())
	j.ring[j.first] = nil
	j.first = (j.first + 1) % len(j.ring)
	j.count--
}

// grow doubles the ring, up to what is kept.
func (j *Journal) grow() {
	ring := make([]*Entry, min(max(2*len(j.ring), 16), j.most))
	for i := range j.count {
		ring[i] = j.ring[(j.first+i)%len(j.ring)]
	}
	j.ring, j.first = ring, 0
}

// overhead is what an entry takes beside its bodies, in bytes: itself, and headers as they usually are.
const overhead = 1024

func (e *Entry) size() int { return overhead + len(e.URL) + len(e.Body) + len(e.Answer) }

func cut(body []byte) []byte {
	if len(body) <= maxBody {
		return body
	}
	return append([]byte(nil), body[:maxBody]...)
}

// Entries gives what is kept, the newest first.
func (j *Journal) Entries() []*Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]*Entry, j.count)
	for i := range out {
		out[i] = j.ring[(j.first+j.count-1-i)%len(j.ring)]
	}
	return out
}

// Total tells how many calls were ever recorded.
func (j *Journal) Total() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.total
}

// Clear forgets all entries.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.add(-j.bytes)
	j.ring, j.first, j.count = nil, 0, 0
}

// watched is how many entries wait for one who watches before some are missed.
const watched = 256

// Watch gives entries as they are recorded, until stop is called.
func (j *Journal) Watch() (entries <-chan *Entry, stop func()) {
	c := make(chan *Entry, watched)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.watch == nil {
		j.watch = map[chan *Entry]bool{}
	}
	j.watch[c] = true
	return c, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.watch, c)
	}
}

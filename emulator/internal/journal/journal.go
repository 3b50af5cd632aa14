// Package journal remembers what a world was asked and what it answered, within bounds, and tells it again: as JSON, as
// HAR, to those who verify and to those who watch. What it keeps is as it was sent; secrets are taken out whenever it is
// told.
package journal

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Bounds of what is kept.
const (
	DefaultEntries = 1000
	MaxBody        = 64 << 10  // bytes of a body; the rest is cut
	maxWorld       = 16 << 20  // bytes of a world's entries
	maxAll         = 256 << 20 // bytes of all worlds' entries
	maxViolations  = 100       // of one refusal
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
	Proto   string // "HTTP/1.1"
	Secure  bool   // it came over TLS
	URL     string // path and query as sent
	Path    string // decoded, without a world's prefix
	Query   string
	Host    string
	Header  Header
	Body    []byte
	Parsed  []byte // the body as JSON, where it was something else
	Length  int    // of the body before it was cut

	Status       int
	AnswerHeader Header
	Answer       []byte
	AnswerLength int

	Err    *api.Error // why it was refused, in neutral words
	Caller string
	Faults []string // names of the rules that acted

	size int // what it takes in bytes
}

// Header is the fields of a message: a copy, since who sent them may change them, and smaller than a map.
type Header []Field

// Field is a line of a header.
type Field struct{ Name, Value string }

// HeadersOf copies the headers of a request and of its answer.
func HeadersOf(request, answer http.Header) (Header, Header) {
	out := make(Header, 0, len(request)+len(answer))
	out = out.with(request)
	n := len(out)
	out = out.with(answer)
	return out[:n:n], out[n:]
}

func (h Header) with(more http.Header) Header {
	for name, values := range more {
		for _, v := range values {
			h = append(h, Field{name, v})
		}
	}
	return h
}

// Value is the first value of a field, "" where there is none.
func (h Header) Value(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// overhead is what an entry takes beside what it refers to, in bytes, with the place in the ring and the number in text.
const overhead = 640

// bound cuts what is too long and measures the rest.
func (e *Entry) bound() {
	e.Length, e.AnswerLength = len(e.Body), len(e.Answer)
	e.Body, e.Answer = cut(e.Body), cut(e.Answer)
	if len(e.Parsed) > 2*MaxBody {
		e.Parsed = nil
	}
	e.size = overhead + len(e.URL) + len(e.Path) + cap(e.Body) + cap(e.Answer) + cap(e.Parsed)
	for _, h := range []Header{e.Header, e.AnswerHeader} {
		for i := range h {
			e.size += 32 + len(h[i].Name) + len(h[i].Value)
		}
	}
	if e.Err == nil {
		return
	}
	if len(e.Err.Violations) > maxViolations {
		short := *e.Err
		short.Violations = slices.Clone(short.Violations[:maxViolations])
		e.Err = &short
	}
	for i := range e.Err.Violations {
		v := &e.Err.Violations[i]
		e.size += 160 + len(v.Text)
		for _, p := range v.Path {
			e.size += 16 + len(p)
		}
	}
}

// cut keeps the beginning of what is too long, and of what is much shorter than its room a copy.
func cut(body []byte) []byte {
	switch {
	case len(body) > MaxBody:
		return slices.Clone(body[:MaxBody])
	case cap(body) > 2*len(body)+1024:
		return slices.Clone(body)
	}
	return body
}

// Journal is the calls of one world. It is safe for use by several goroutines. The zero Journal keeps nothing.
type Journal struct {
	bytes atomic.Int64 // of the entries

	most int

	mu      sync.Mutex
	budget  *Budget
	ring    []*Entry
	first   int // position of the oldest
	count   int
	dropped uint64 // entries that had to go since the last Clear
	closed  bool
	watches map[*Watch]bool
}

// New is a journal of at most so many entries. The budget may be nil.
func New(most int, budget *Budget) *Journal {
	j := &Journal{most: most, budget: budget}
	if budget != nil && most > 0 {
		budget.join(j)
	}
	return j
}

// Skip tells whether nobody is to learn of a call, and counts it then.
func (j *Journal) Skip() bool {
	if j.most > 0 {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.watches) > 0 {
		return false
	}
	j.dropped++
	return true
}

// Record adds a call. Bodies are kept by reference unless they are cut: nobody may change them.
func (j *Journal) Record(e *Entry) {
	e.bound()
	if j.keep(e) && j.budget != nil {
		j.budget.hold()
	}
}

func (j *Journal) keep(e *Entry) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for w := range j.watches {
		w.add(e)
	}
	if j.closed {
		return false
	}
	if j.most <= 0 {
		j.dropped++
		return false
	}
	gone := 0
	for j.count > 0 && (j.count >= j.most || j.bytes.Load()+int64(e.size-gone) > maxWorld) {
		gone += j.drop()
	}
	if j.count == len(j.ring) {
		j.grow()
	}
	j.ring[(j.first+j.count)%len(j.ring)] = e
	j.count++
	j.add(e.size - gone)
	return true
}

func (j *Journal) add(size int) {
	j.bytes.Add(int64(size))
	if j.budget != nil {
		j.budget.bytes.Add(int64(size))
	}
}

// drop takes the oldest entry out, and tells what it took.
func (j *Journal) drop() (size int) {
	size = j.ring[j.first].size
	j.ring[j.first] = nil
	j.first = (j.first + 1) % len(j.ring)
	j.count--
	j.dropped++
	return size
}

// grow doubles the ring, up to what is kept.
func (j *Journal) grow() {
	ring := make([]*Entry, min(max(2*len(j.ring), 16), j.most))
	for i := range j.count {
		ring[i] = j.ring[(j.first+i)%len(j.ring)]
	}
	j.ring, j.first = ring, 0
}

// Entries gives what is kept, the newest first, and how many calls are kept no longer.
func (j *Journal) Entries() (entries []*Entry, dropped uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	entries = make([]*Entry, j.count)
	for i := range entries {
		entries[i] = j.ring[(j.first+j.count-1-i)%len(j.ring)]
	}
	return entries, j.dropped
}

// Most is how many entries are kept.
func (j *Journal) Most() int { return max(j.most, 0) }

// Size is how many entries are kept now, and what they take in bytes.
func (j *Journal) Size() (entries int, bytes int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.count, j.bytes.Load()
}

// Clear forgets all entries.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.clear()
}

func (j *Journal) clear() {
	j.add(-int(j.bytes.Load()))
	j.ring, j.first, j.count, j.dropped = nil, 0, 0, 0
}

// Close forgets all entries, keeps no further ones and ends all watches: the world is gone.
func (j *Journal) Close() {
	if j.budget != nil {
		j.budget.leave(j)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.clear()
	j.closed = true
	for w := range j.watches {
		w.end()
	}
	j.watches = nil
}

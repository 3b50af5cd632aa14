package api

import (
	"iter"
	"math/rand/v2"
	"strings"
	"time"
)

// Scope is what a function works with that reads or changes documents, whoever asks: a client's call, a fixture, a scenario or the
// admin API. It is used by one goroutine.
type Scope struct {
	Tx     Tx
	Vendor *Vendor   // whose documents they are
	Seed   uint64    // of the world
	Now    time.Time // of the world's clock
	Number uint64    // what Chance depends on beside the seed: the number of the request in its world
	Origin string    // what absolute URLs begin with: scheme, host and the world's prefix
	Caller Caller    // the zero Caller: nobody calls

	Privileged bool // given ids and times are kept, as those of fixtures and of the admin API
	Completes  bool // a new document completes the one that was made implicitly in its place, as in a fixture
}

// Caller is who calls.
type Caller struct {
	Name  string // credential name or login, for logs and explanations
	Doc   *Doc   // user or token; nil for one that lenient authentication made up
	Admin bool
}

// Tx is a transaction on a world's documents. The key in an index that narrows within another is made by Key.
type Tx interface {
	Get(kind, id string) *Doc
	Find(kind, index, key string) *Doc // by a unique index; by another, the oldest
	Count(kind, index, key string) int // without an index: of the kind
	// Page returns documents under a key in order of creation, or newest first; limit < 0 returns all after offset.
	Page(kind, index, key string, offset, limit int, newest bool) []*Doc
	Under(kind, index, key string) []*Doc // all of them in order of creation
	All(kind string) iter.Seq[*Doc]       // in order of creation
	Put(*Doc) error                       // refuses a document that collides with another or refers to a missing one
	Load([]*Doc) (at int, err error)      // stores complete documents as they are; references may point forward; at: the refused one
	Delete(*Doc)                          // and what OnDelete of the indexes that refer to it says
	Resource(kind string) *Resource       // nil: there is no such kind
	Gone(kind, id string) string          // request that deleted it, or ""
	NewID() string                        // a UUID that was not returned before
	Counter() uint64                      // a number that was not returned before
}

// Key joins the parts of a key, the outermost first.
func Key(parts ...string) string { return strings.Join(parts, "\x00") }

// URL returns the absolute form of a path on this server, as the client addresses it.
func (s *Scope) URL(path string) string { return s.Origin + path }

// NewID returns a UUID for something that the server makes.
func (s *Scope) NewID() string { return s.Tx.NewID() }

// Stamp returns Now in the vendor's form, as JSON.
func (s *Scope) Stamp() []byte { return s.Vendor.Dialect.Stamp(s.Now) }

// Chance returns a source of random numbers that depends on the world's seed, the scope's number and what it is for.
func (s *Scope) Chance(what string) *rand.Rand {
	return rand.New(rand.NewPCG(Mix(s.Seed, s.Number), Hash(what))) //nolint:gosec // repeatable on purpose
}

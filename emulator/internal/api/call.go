// Package api is the vocabulary of the emulator: what a vendor's table, its resources and its dialect are made of. It
// knows no router, no database and no vendor.
package api

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Call is one request on its way from route to state and back. It is used by one goroutine and not kept.
type Call struct {
	Op      *Operation
	Vendor  *Vendor
	Request *http.Request
	Args    []string // values of the path parameters, outermost first
	World   World
	Tx      Tx
	Number  uint64    // of the request in its world
	ID      string    // journal id: the answer's Portico-Request
	Now     time.Time // of the world's clock, when the call began
	Prefix  string    // world prefix of the URL, or ""
	Host    any       // what the admin plane acts on
	Strict  bool      // only known credentials
	Trust   bool      // fixtures and the admin API: given ids and times are kept
	Growing bool      // a fixture is being grown
	Place   uint64    // in the fixture, when growing: a hash
	made    uint64    // ids made at that place
	stamp   []byte    // of Now, in the words of
	stampOf *Vendor
	origin  string

	Sends   bool   // there is a body; one of no announced length counts once it has been read
	Unread  bool   // none of the body has been read yet
	Denied  error  // why the checks refuse the call whatever its body holds; nil: they do not
	Raw     []byte // request body as sent
	Body    Body
	Problem error      // what reading or checking the body found; the dialect's checks decide when it counts
	Query   url.Values // decoded; nil when there is none

	Caller  Caller
	Began   time.Time     // real time
	Faults  []string      // names of the rules that acted on it
	Undo    bool          // what it does is undone although it succeeds
	Lag     time.Duration // a read sees documents as they were so long ago
	Refusal *Error        // why the call was refused, once it was
	Owners  []*Doc        // what the path names before its last parameter, outermost first
	Object  *Doc          // what the last path parameter names
	Ask     Ask           // what list parameters say, once the dialect has read them
	Notes   any           // whatever the dialect wants to remember between its checks
}

// Caller is who calls.
type Caller struct {
	Name  string // credential name or login, for logs and explanations
	Doc   *Doc   // user or token; nil for one that lenient authentication made up
	Admin bool
}

// World is the part of a world that a call may see beside its documents.
type World interface {
	Name() string
	Seed() uint64
}

// Tx is a transaction on a world's documents. The key in an index that narrows within another is made by Key.
type Tx interface {
	Get(kind, id string) *Doc
	Find(kind, index, key string) *Doc // by a unique index, else the oldest
	Count(kind, index, key string) int // without an index: of the kind
	// Page gives documents under a key in order of birth, or youngest first; limit < 0 gives all after offset.
	Page(kind, index, key string, offset, limit int, newest bool) []*Doc
	Under(kind, index, key string) []*Doc // all of them in order of birth
	All(kind string) iter.Seq[*Doc]       // in order of birth
	Put(*Doc) error                       // refuses what collides or refers to nothing
	Load([]*Doc) (at int, err error)      // what was stored before, as it is; references may point forward; at: which is refused
	Delete(*Doc)                          // and what dies with it
	Resource(kind string) *Resource
	Gone(kind, id string) string // request that deleted it, or ""
	NewID() string               // a UUID of the world's own
	Counter() uint64             // a number that was not given before
}

// Key joins the parts of a key, the outermost first.
func Key(parts ...string) string {
	if len(parts) == 2 {
		return parts[0] + "\x00" + parts[1]
	}
	return strings.Join(parts, "\x00")
}

// Arg is the value of a path parameter, "" if the operation has none of that name.
func (c *Call) Arg(name string) string {
	for i, p := range c.Op.Params {
		if p.Name == name {
			return c.Args[i]
		}
	}
	return ""
}

// Owner is the document of a kind that the path names, the object included, or nil.
func (c *Call) Owner(kind string) *Doc {
	if c.Object != nil && c.Object.Res.Kind == kind {
		return c.Object
	}
	for _, d := range c.Owners {
		if d.Res.Kind == kind {
			return d
		}
	}
	return nil
}

// Innermost is the last document that the path names, or nil.
func (c *Call) Innermost() *Doc {
	if c.Object != nil {
		return c.Object
	}
	if n := len(c.Owners); n > 0 {
		return c.Owners[n-1]
	}
	return nil
}

// Context is the request's.
func (c *Call) Context() context.Context {
	if c.Request == nil {
		return context.Background()
	}
	return c.Request.Context()
}

// Forget takes back what the checks found out, so that they can run again.
func (c *Call) Forget() {
	c.Owners, c.Object, c.Notes = c.Owners[:0], nil, nil
	c.Caller, c.Ask = Caller{}, Ask{Limit: -1}
}

// Header reads a request header.
func (c *Call) Header(name string) string {
	if c.Request == nil {
		return ""
	}
	return c.Request.Header.Get(name)
}

// Param is a query parameter's first value.
func (c *Call) Param(name string) string { return c.Query.Get(name) }

// URL is the absolute form of a path on this server, as the client addresses it: scheme, host and world prefix kept.
func (c *Call) URL(path string) string { return c.Origin() + path }

// Origin is what such URLs begin with.
func (c *Call) Origin() string {
	if c.origin != "" {
		return c.origin
	}
	scheme := "http"
	host := "localhost"
	if r := c.Request; r != nil {
		if r.TLS != nil {
			scheme = "https"
		}
		if addressable(r.Host) {
			host = r.Host
		}
	}
	c.origin = scheme + "://" + host + c.Prefix
	return c.origin
}

// addressable tells whether a URL can have a host. A server lets names through that none can; they count as no name.
func addressable(host string) bool {
	if name, port, _ := strings.Cut(host, ":"); name != "" && usual(name, false) && usual(port, true) {
		return true
	}
	u, err := url.Parse("http://" + host)
	return err == nil && u.Host == host && host != ""
}

// usual tells whether a text is made of what names of hosts are made of, or of digits.
func usual(s string, digits bool) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case digits:
			return false
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// NewID is a UUID for something that the server makes. In a fixture it depends on the place alone, so that one more
// record changes no other.
func (c *Call) NewID() string {
	if !c.Growing {
		return c.Tx.NewID()
	}
	c.made++
	seed := Mix(c.World.Seed(), c.Place)
	return UUID(Mix(seed, c.made), Mix(^seed, c.made))
}

// Stand sets the place in the fixture that is being grown.
func (c *Call) Stand(place uint64) { c.Place, c.made = place, 0 }

// Stamp is the call's instant in the vendor's form, as JSON.
func (c *Call) Stamp() []byte {
	if c.stampOf != c.Vendor {
		c.stamp, c.stampOf = c.Vendor.Dialect.Stamp(c.Now), c.Vendor
	}
	return c.stamp
}

// Chance is a source of random numbers that depends on the world's seed, the request's number and what it is for.
func (c *Call) Chance(what string) *rand.Rand {
	return rand.New(rand.NewPCG(Mix(c.World.Seed(), c.Number), Hash(what))) //nolint:gosec // repeatable on purpose
}

// Mix spreads two numbers over 64 bits (the finisher of splitmix64).
func Mix(a, b uint64) uint64 {
	z := a + (b+1)*0x9e3779b97f4a7c15
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// Hash is FNV-1a of s.
func Hash(s string) uint64 { return HashOn(14695981039346656037, s) }

// HashOn is the hash of a text that begins with one whose hash is h and ends in s.
func HashOn(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// UUID is a version 4 UUID made of two numbers.
func UUID(hi, lo uint64) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], lo)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	const hex = "0123456789abcdef"
	var out [36]byte
	for i, j := 0, 0; i < 16; i++ {
		if j == 8 || j == 13 || j == 18 || j == 23 {
			out[j] = '-'
			j++
		}
		out[j], out[j+1] = hex[b[i]>>4], hex[b[i]&15]
		j += 2
	}
	return string(out[:])
}

// IsUUID tells whether s is a UUID in its usual written form, of any version and letter case.
func IsUUID(s string) bool {
	_, ok := LowerUUID(s)
	return ok
}

// LowerUUID is a UUID in lower case; false if s is none.
func LowerUUID(s string) (string, bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return "", false
	}
	digits, upper := 0, false
	for i := range len(s) {
		switch hexes[s[i]] {
		case 1:
			digits++
		case 2:
			digits++
			upper = true
		}
	}
	if upper {
		s = strings.ToLower(s)
	}
	return s, digits == 32
}

// hexes is 1 for hexadecimal digits, 2 for those in upper case.
var hexes = func() (is [256]uint8) {
	for _, c := range "0123456789abcdef" {
		is[c] = 1
	}
	for _, c := range "ABCDEF" {
		is[c] = 2
	}
	return is
}()

// MediaType is mime.ParseMediaType, which needs no time for what most bodies are.
func MediaType(declared string) (kind string, params map[string]string, err error) {
	if declared == "application/json" {
		return declared, nil, nil
	}
	return mime.ParseMediaType(declared) //nolint:wrapcheck // its words are the caller's
}

// Check is one step of the examination of a call.
type Check func(*Call) error

// Dialect says how a vendor words what every vendor does. Only Checks, Fail and Stamp are needed.
type Dialect struct {
	// Gate examines who may speak to the vendor at all, before the world and the operation are looked up: such a call
	// has neither a world nor a transaction, and no operation where no row answers for its path.
	Gate []Check
	// Checks examine a call, in the vendor's order; the first that refuses decides. They run twice where there is a body:
	// before any of it is read, up to the check that returns ErrUnread, and all of them once it is there.
	Checks []Check
	// Read turns the body as sent into JSON (YAML, forms, "true" for true); nil: it is JSON already. It runs before
	// the world is looked at. Its error waits for the check that reports it. One that has parsed what it returns leaves
	// that in c.Body.
	Read func(*Call) ([]byte, error)
	// Locate finds what the path names: it sets c.Owners and c.Object, and returns an error for the first object that does
	// not exist. The vendor's checks use it, and so do fault rules with conditions on the document, before any check. So it
	// looks at the method, path, query and headers alone, leaves them as they are, and does not ask what the caller may see.
	// nil: rest.Locate.
	Locate func(*Call) error
	// Ask reads list parameters into c.Ask.
	Ask func(*Call) error
	// Parameters documents what Ask reads for an operation, as OpenAPI parameter objects.
	Parameters func(*Operation) []map[string]any
	// Wrap is the envelope of a list; nil: a bare array.
	Wrap func(*Call, Page) ([]byte, error)
	// Write gives an answer its vendor's form (YAML, a content type); nil: JSON as it is.
	Write func(*Call, Answer) Answer
	// Fail words a refusal. Without an operation (unknown path) c.Op is nil.
	Fail func(*Call, *Error) Answer
	// Writes tells of a call that it changes state though its row does not say so, by how it was sent (a session's last
	// use). It runs before the world is looked at. nil: the row knows.
	Writes func(*Call) bool
	// Stamp is an instant in the vendor's form, as JSON.
	Stamp func(time.Time) []byte
	// Media is the content type of successes; "": application/json.
	Media string
}

// ErrUnread is what a check returns that needs the body of a call whose body has not been read yet.
var ErrUnread = errors.New("the body has not been read yet")

// ErrNoBody says that an operation that needs a body got none.
var ErrNoBody = errors.New("no body")

// Bearer is the token of an Authorization header with the Bearer scheme (any letter case), or "".
func Bearer(header string) string {
	const scheme = "bearer "
	if len(header) > len(scheme) && strings.EqualFold(header[:len(scheme)], scheme) {
		return strings.TrimSpace(header[len(scheme):])
	}
	return ""
}

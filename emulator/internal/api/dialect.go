package api

import (
	"errors"
	"time"
)

// Check is one step of the examination of a call.
type Check func(*Call) error

// Dialect says how a vendor words what every vendor does. Only Checks, Fail and Stamp are required.
type Dialect struct {
	// Gate examines who may speak to the vendor at all, before the world and the operation are looked up: such a call
	// has neither a world nor a transaction, and no operation where no row answers for its path.
	Gate []Check
	// Checks examine a call, in the vendor's order; the first error is the answer. They run twice where there is a body:
	// before any of it is read, up to the check that returns ErrUnread, and all of them once it has been read.
	Checks []Check
	// Read turns the body as sent into JSON (from YAML or a form); nil: it is JSON already. It runs before the transaction is
	// open. Its error waits for the check that reports it. If it has parsed what it returns, it leaves that in c.Body.
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
	// Wrap returns the envelope of a list; nil: a bare array.
	Wrap func(*Call, Page) ([]byte, error)
	// Write gives an answer its vendor's form (YAML, a content type); nil: JSON as it is.
	Write func(*Call, Answer) Answer
	// Fail words an error. Without an operation (unknown path) c.Op is nil.
	Fail func(*Call, *Error) Answer
	// Writes reports whether a call changes state though its row does not say so, by how it was sent (a session's last
	// use). It runs before the transaction is open. nil: the row knows.
	Writes func(*Call) bool
	// Stamp returns an instant in the vendor's form, as JSON.
	Stamp func(time.Time) []byte
	// Media is the content type of successes; "": application/json.
	Media string
}

// ErrUnread is returned by a check that needs the body of a call whose body has not been read yet.
var ErrUnread = errors.New("the body has not been read yet")

// ErrNoBody says that an operation that needs a body got none.
var ErrNoBody = errors.New("no body")

// Package api is the vocabulary of the emulator: what a vendor's table, its resources and its dialect are made of. It
// knows no router, no database and no vendor.
package api

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Call is one request on its way from route to state and back. It is used by one goroutine and not kept.
type Call struct {
	Scope

	Op      *Operation // nil: no row answers for the path
	Request *http.Request
	Prefix  string     // world prefix of the URL, or ""
	Args    []string   // values of the path parameters, outermost first
	Query   url.Values // decoded; nil when there is none
	Strict  bool       // only known credentials
	World   any        // what the admin API acts on, together with Host; nil before it has been found
	Host    any

	Sends   bool   // there is a body; one of no announced length counts once it has been read
	Unread  bool   // none of the body has been read yet
	Raw     []byte // request body as sent
	Body    Body
	Problem error // what reading or checking the body found; the dialect's checks decide when it counts

	Owners []*Doc // what the path names before its last parameter, outermost first
	Object *Doc   // what the last path parameter names
	Ask    Ask    // what list parameters say, once the dialect has read them
	Notes  any    // what the dialect remembers between its checks
}

// Arg returns the value of a path parameter, "" if the operation has none of that name.
func (c *Call) Arg(name string) string {
	for i, p := range c.Op.Params {
		if p.Name == name {
			return c.Args[i]
		}
	}
	return ""
}

// Owner returns the document of a kind that the path names, the object included, or nil.
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

// Innermost returns the last document that the path names, or nil.
func (c *Call) Innermost() *Doc {
	if c.Object != nil {
		return c.Object
	}
	if n := len(c.Owners); n > 0 {
		return c.Owners[n-1]
	}
	return nil
}

// Forget resets what the checks found out, so that they can run again.
func (c *Call) Forget() {
	c.Tx, c.Owners, c.Object, c.Notes = nil, c.Owners[:0], nil, nil
	c.Caller, c.Ask = Caller{}, Ask{Limit: -1}
}

// Header returns the first value of a request header, or "".
func (c *Call) Header(name string) string { return c.Request.Header.Get(name) }

// Param returns the first value of a query parameter, or "".
func (c *Call) Param(name string) string { return c.Query.Get(name) }

// StampAs returns a Dialect.Stamp that writes instants in UTC in a layout of package time, as a JSON string.
func StampAs(layout string) func(time.Time) []byte {
	return func(t time.Time) []byte { return t.UTC().AppendFormat(make([]byte, 0, 32), `"`+layout+`"`) }
}

// Bearer returns the token of an Authorization header with the Bearer scheme (any letter case), or "".
func Bearer(header string) string {
	const scheme = "bearer "
	if len(header) > len(scheme) && strings.EqualFold(header[:len(scheme)], scheme) {
		return strings.TrimSpace(header[len(scheme):])
	}
	return ""
}

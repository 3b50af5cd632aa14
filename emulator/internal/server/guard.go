package server

import (
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// guard ends a request whose handling panicked outside of a transaction. It answers as to any internal error; where the
// answer has begun already, or its wording panics, too, it logs the panic and ends the connection. What http.ErrAbortHandler
// asked for stays as it is.
func (x *exchange) guard() {
	p := recover()
	switch p {
	case nil:
		return
	case http.ErrAbortHandler:
		panic(p)
	}
	c := &x.call
	defer func() {
		if q := recover(); q != nil {
			x.server.Log.Error("internal error: the connection is closed", "request", c.ID, "error", panicked(q))
			panic(http.ErrAbortHandler)
		}
	}()
	if x.wrote || c.Vendor == nil {
		panic(p)
	}
	x.finish(c, x.server.fail(c, panicked(p)))
}

// panicked is the internal error that a panic is.
func panicked(p any) *api.Error {
	return &api.Error{Code: api.Internal, Cause: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
}

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
	defer func() {
		if q := recover(); q != nil {
			x.server.Log.Error("internal error: the connection is closed", "request", x.id, "error", panicked(q))
			panic(http.ErrAbortHandler)
		}
	}()
	if x.wrote || x.world == nil {
		panic(p)
	}
	x.finish(x.fail(panicked(p)))
}

// panicked returns a panic as an internal error.
func panicked(p any) *api.Error {
	return &api.Error{Code: api.Internal, Cause: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
}

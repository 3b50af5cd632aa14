package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
)

// finish sends an answer to a call.
func (x *exchange) finish(a api.Answer) {
	c := &x.call
	if !c.Vendor.Quiet {
		x.Header()["Portico-Request"] = []string{x.id}
	} else if c.Request.Header["Portico-Record"] != nil {
		x.date()
	}
	x.prepare(a)
	if !c.Vendor.Quiet {
		x.record(a)
	}
	x.send(c.Request, a)
	if log := x.server.Log; log.Enabled(context.Background(), slog.LevelDebug) {
		log.Debug("request", "id", x.id, "world", x.world.Name(), "method", c.Request.Method, "path", c.Request.URL.Path, "status", a.Status)
	}
}

// date sets the headers that say at what time of the world's clock a call of the admin API was made, and how many calls of
// vendors the world has counted when it is done. Whoever records such calls asks for them.
func (x *exchange) date() {
	x.Header().Set("Portico-World-At", x.call.Now.Format(time.RFC3339Nano))
	x.Header().Set("Portico-World-Requests", strconv.FormatUint(x.world.Requests(), 10))
}

// record records the call in the world's coverage and journal. It comes before the answer is sent, so that a client that has the
// answer finds its call there.
func (x *exchange) record(a api.Answer) {
	c, world := &x.call, x.world
	r := c.Request
	method := r.Method
	if x.head {
		method = http.MethodHead
	}
	var code api.Code
	if x.refusal != nil {
		code = x.refusal.Code
	}
	world.Coverage.Record(c, a.Status, code)
	if world.Journal.Skip() {
		return
	}
	if world.Scenarios.Playing() {
		world.Scenarios.Note(c.Op, a.Status, !x.broken)
	}
	var parsed []byte
	if c.Vendor.Dialect.Read != nil && !bytes.Equal(c.Body.JSON, c.Raw) {
		parsed = c.Body.JSON
	}
	answer := a.Body
	if x.head {
		answer = nil
	}
	asked, told := journal.HeadersOf(r.Header, x.Header())
	world.Journal.Record(&journal.Entry{
		ID: x.id, Number: c.Number, At: x.began, WorldAt: c.Now, Took: time.Since(x.began),
		World: world.Name(), Vendor: c.Vendor.Name, Op: c.Op,
		Method: method, Proto: r.Proto, Secure: r.TLS != nil, URL: x.target(r), Path: r.URL.Path, Query: r.URL.RawQuery, Host: r.Host,
		Header: asked, Body: c.Raw, Parsed: parsed,
		Status: a.Status, AnswerHeader: told, Answer: answer,
		Err: x.refusal, Caller: c.Caller.Name, Faults: x.faults,
	})
}

// target is path and query as the client sent them; one that spoke to a proxy sent a whole URL.
func (x *exchange) target(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return x.call.Prefix + r.URL.RequestURI()
}

// refuse sends an answer to a request that is no call, and whose body nobody has read.
func (x *exchange) refuse(r *http.Request, a api.Answer) {
	x.unread = sends(r)
	x.prepare(a)
	x.send(r, a)
}

// send writes a prepared answer to the connection.
func (x *exchange) send(r *http.Request, a api.Answer) {
	if x.unread {
		defer x.drain(r)
	}
	x.WriteHeader(a.Status)
	if a.Stream != nil && !x.head {
		a.Stream(x)
		return
	}
	if a.Body == nil || x.head {
		return
	}
	if _, err := x.ResponseWriter.Write(a.Body); err != nil && !errors.Is(err, http.ErrBodyNotAllowed) {
		x.server.Log.Debug("client went away", "error", err)
	}
}

// prepare sets the headers of an answer.
func (x *exchange) prepare(a api.Answer) {
	h := x.Header()
	if a.Mark.Name != "" {
		h[a.Mark.Name] = []string{a.Mark.Value}
	}
	maps.Copy(h, a.Header)
	if a.Body != nil || a.Stream != nil {
		h["Content-Type"] = []string{a.Media}
	}
	if a.Body != nil && a.Stream == nil {
		h["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
	}
}

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

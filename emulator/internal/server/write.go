package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// finish sends an answer to a call.
func (x *exchange) finish(c *api.Call, a api.Answer) {
	if !c.Vendor.Quiet {
		x.values[0] = c.ID
		x.Header()["Portico-Request"] = x.values[0:1:1]
	}
	x.prepare(a)
	if !c.Vendor.Quiet {
		x.record(c, a)
	}
	x.send(c.Request, a)
	if log := x.server.Log; log.Enabled(context.Background(), slog.LevelDebug) {
		log.Debug("request", "id", c.ID, "world", c.World.Name(), "method", c.Request.Method, "path", c.Request.URL.Path, "status", a.Status)
	}
}

// mediaHeaders keeps the header values of common media types, so that a reply allocates none.
var mediaHeaders = map[string][]string{}

func init() {
	for _, m := range []string{
		"application/json", "application/json; charset=utf-8", "application/problem+json; charset=utf-8",
		"application/yaml; charset=utf-8", "application/yaml",
	} {
		mediaHeaders[m] = []string{m}
	}
}

// record tells the world's journal. It is told before the client is, so that whoever has an answer finds its call there.
func (x *exchange) record(c *api.Call, a api.Answer) {
	r := c.Request
	w, ok := c.World.(*world.World)
	if !ok {
		return
	}
	method := r.Method
	if x.head {
		method = http.MethodHead
	}
	w.Coverage.Record(c, a.Status)
	if w.Journal.Skip() {
		return
	}
	if w.Scenarios.Playing() {
		w.Scenarios.Note(c.Op, a.Status, !x.broken)
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
	w.Journal.Record(&journal.Entry{
		ID: c.ID, Number: c.Number, At: c.Began, WorldAt: c.Now, Took: time.Since(c.Began),
		World: w.Name(), Vendor: c.Vendor.Name, Op: c.Op,
		Method: method, Proto: r.Proto, Secure: r.TLS != nil, URL: x.target(r), Path: r.URL.Path, Query: r.URL.RawQuery, Host: r.Host,
		Header: asked, Body: c.Raw, Parsed: parsed,
		Status: a.Status, AnswerHeader: told, Answer: answer,
		Err: c.Refusal, Caller: c.Caller.Name, Faults: c.Faults,
	})
}

// target is path and query as the client sent them; one that spoke to a proxy sent a whole URL.
func (x *exchange) target(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return x.prefix + r.URL.RequestURI()
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
		x.values[2] = a.Mark.Value
		h[a.Mark.Name] = x.values[2:3:3]
	}
	maps.Copy(h, a.Header)
	if a.Stream != nil {
		h["Content-Type"] = []string{a.Media}
		return
	}
	if a.Body != nil {
		if v, ok := mediaHeaders[a.Media]; ok {
			h["Content-Type"] = v
		} else {
			h["Content-Type"] = []string{a.Media}
		}
		x.values[1] = strconv.Itoa(len(a.Body))
		h["Content-Length"] = x.values[1:2:2]
	}
}

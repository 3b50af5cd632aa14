package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// addressed is the object that a call's path names now, whoever calls, or nil. The call is as it was before.
func addressed(c *api.Call, w *world.World) (found *api.Doc) {
	locate := c.Vendor.Dialect.Locate
	if locate == nil {
		locate = rest.Locate
	}
	tx, owners, object, notes := c.Tx, c.Owners, c.Object, c.Notes
	defer func() { c.Tx, c.Owners, c.Object, c.Notes = tx, owners, object, notes }()
	c.Owners, c.Notes = nil, nil
	w.View(func(tx api.Tx) {
		c.Tx = tx
		if locate(c) == nil {
			found = c.Object
		}
	})
	return found
}

// inject answers a call on which a fault rule acts. Waiting and what happens on the network is outside of any transaction.
func (x *exchange) inject(c *api.Call, w *world.World, decision *fault.Decision) {
	rule := decision.Rule
	response := &rule.Response
	c.Faults = append(c.Faults, rule.Name)
	ctx := c.Context()
	if rule.Stage == fault.Before {
		response.Delay.Wait(ctx, decision.Chance())
	}
	lost := response.Wire == fault.Reset || response.Wire == fault.Empty || response.Wire == fault.Hang
	var a api.Answer
	if rule.Stage == fault.After || !response.Replaces() && !lost {
		// What shows the true answer damaged and comes before the effect undoes it; a mere delay or header does not.
		c.Undo = rule.Stage == fault.Before && (response.Wire.Damages() || response.Patch != nil)
		c.Lag = response.Stale
		a = x.answer(c, w)
		if c.Refusal != nil && errors.Is(c.Refusal, world.ErrNotLogged) { // no rule makes a success of that
			x.finish(c, a)
			return
		}
	}
	if rule.Stage == fault.After {
		response.Delay.Wait(ctx, decision.Chance())
	}
	switch {
	case response.Replaces():
		a = decision.Answer(c)
	case !lost:
		amended, err := decision.Amend(a)
		if err != nil {
			x.server.Log.Warn("the patch of a fault rule does not fit the answer", "request", c.ID, "error", err)
		}
		a = amended
	}
	x.deliver(ctx, c, decision, a)
}

// deliver sends an answer the way the rule's wire fault says.
func (x *exchange) deliver(ctx context.Context, c *api.Call, decision *fault.Decision, a api.Answer) {
	wire := decision.Rule.Response.Wire
	x.broken = wire != fault.None && wire != fault.Dribble || ctx.Err() != nil
	switch wire {
	case fault.None:
		x.finish(c, a)
	case fault.Reset, fault.Empty, fault.Hang:
		x.record(c, api.Answer{})
		if wire == fault.Hang {
			<-ctx.Done()
		}
		x.cut(wire == fault.Reset)
	case fault.Garbage:
		a.Body = decision.Garbled(a.Body)
		x.finish(c, a)
	case fault.Truncate:
		x.announce(c, a)
		if !x.head {
			_, _ = x.ResponseWriter.Write(a.Body[:len(a.Body)/2])
		}
		x.abort(io.ErrUnexpectedEOF)
	case fault.Dribble:
		x.announce(c, a)
		x.dribble(ctx, a.Body)
	case fault.MalformedChunk:
		x.prepare(a)
		x.record(c, a)
		x.malformed(a)
	}
}

// announce sends the head of an answer, its full length included.
func (x *exchange) announce(c *api.Call, a api.Answer) {
	x.values[0] = c.ID
	x.Header()["Portico-Request"] = x.values[0:1:1]
	x.prepare(a)
	x.record(c, a)
	x.WriteHeader(a.Status)
}

// pace is how long a dribbling answer waits before each piece of it.
const pace = 100 * time.Millisecond

// dribble sends a body in small pieces until the client has it or goes away.
func (x *exchange) dribble(ctx context.Context, body []byte) {
	const piece = 16
	flush := http.NewResponseController(x.ResponseWriter)
	t := time.NewTicker(pace)
	defer t.Stop()
	for len(body) > 0 && !x.head {
		n := min(piece, len(body))
		if _, err := x.ResponseWriter.Write(body[:n]); err != nil {
			return
		}
		_ = flush.Flush()
		body = body[n:]
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// breaker is a connection that has no socket and can be told what its client sees.
type breaker interface{ Break(err error) }

// abort flushes what was written and ends the connection, or the stream of an HTTP/2 connection.
func (x *exchange) abort(seen error) {
	_ = http.NewResponseController(x.ResponseWriter).Flush()
	if b, ok := x.ResponseWriter.(breaker); ok {
		b.Break(seen)
		return
	}
	panic(http.ErrAbortHandler)
}

// cut ends the connection without an answer: by a reset, or as if the server had gone.
func (x *exchange) cut(reset bool) {
	if b, ok := x.ResponseWriter.(breaker); ok {
		if reset {
			b.Break(syscall.ECONNRESET)
		} else {
			b.Break(io.EOF)
		}
		return
	}
	conn, _, err := x.hijack()
	if err != nil { // HTTP/2 has streams to reset instead
		panic(http.ErrAbortHandler)
	}
	if reset {
		plain := conn
		if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
			plain = t.NetConn()
		}
		if t, ok := plain.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
			_ = t.Close()
		}
	}
	_ = conn.Close()
}

// hijack takes the connection over. Nobody sets a status after that: gin would, and net/http logs it as a mistake.
func (x *exchange) hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, w, err := http.NewResponseController(x.ResponseWriter).Hijack()
	x.wrote = x.wrote || err == nil
	return conn, w, err
}

// malformed sends an answer whose chunks do not add up.
func (x *exchange) malformed(a api.Answer) {
	if b, ok := x.ResponseWriter.(breaker); ok {
		b.Break(io.ErrUnexpectedEOF)
		return
	}
	conn, w, err := x.hijack()
	if err != nil { // HTTP/2 has no chunks: a body of no known length ends in the middle
		x.Header().Del("Content-Length")
		x.WriteHeader(a.Status)
		if !x.head {
			_, _ = x.ResponseWriter.Write(a.Body[:len(a.Body)/2])
		}
		x.abort(io.ErrUnexpectedEOF)
		return
	}
	defer func() { _ = conn.Close() }()
	h := x.Header().Clone()
	h.Del("Content-Length")
	h.Set("Transfer-Encoding", "chunked")
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 " + strconv.Itoa(a.Status) + " " + http.StatusText(a.Status) + "\r\n")
	_ = h.Write(&head)
	_, _ = w.Write(head.Bytes())
	half := a.Body[:len(a.Body)/2]
	_, _ = w.WriteString("\r\n" + strconv.FormatInt(int64(len(half)), 16) + "\r\n")
	_, _ = w.Write(half)
	_, _ = w.WriteString("\r\nnot-a-chunk\r\n")
	_ = w.Flush()
}

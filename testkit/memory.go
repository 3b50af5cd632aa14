package testkit

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// localURL is the address that stands for the emulator in this process. No request to it leaves the process.
const localURL = "http://portico.invalid"

// memory carries requests to a handler as a server would, without a socket.
type memory struct{ handler http.Handler }

// RoundTrip runs the handler in a goroutine, which ends with the request or when the client has closed the answer.
func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	in := r.Clone(ctx)
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:1"
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if in.ContentLength == 0 && in.Body != http.NoBody {
		in.ContentLength = -1 // a client's way to say that the length is not known
	}
	if in.Header == nil {
		in.Header = http.Header{}
	}
	w := &writer{request: r, header: http.Header{}, ready: make(chan struct{})}
	w.more.L = &w.mu
	go func() {
		defer func() {
			p := recover()
			_ = in.Body.Close()
			w.end(p)
			cancel()
		}()
		m.handler.ServeHTTP(w, in)
	}()
	select {
	case <-w.ready:
	case <-r.Context().Done():
		cancel()
		return nil, r.Context().Err()
	}
	w.mu.Lock()
	answer, broken := w.answer, w.broken
	w.mu.Unlock()
	if answer == nil {
		cancel()
		return nil, broken
	}
	stop := context.AfterFunc(ctx, func() { w.interrupt(r.Context().Err()) })
	answer.Body = &reader{writer: w, close: func() { stop(); cancel() }}
	return answer, nil
}

// writer collects an answer. What the handler writes waits in memory, so that no handler waits for a client. As with a
// server, the answer starts when the handler is done, flushes, or has written more than a little.
type writer struct {
	request *http.Request
	header  http.Header
	ready   chan struct{} // closed once there is an answer, or none will come

	mu     sync.Mutex
	more   sync.Cond
	status int
	sent   http.Header // as they were when the status was set
	answer *http.Response
	body   bytes.Buffer
	over   bool
	broken error
}

const little = 2048

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin(status)
}

func (w *writer) begin(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status, w.sent = status, received(w.header)
	}
}

// received is a header as a client reads it off the wire: the names in their usual form, however they were written.
func received(h http.Header) http.Header {
	out := make(http.Header, len(h))
	for name, values := range h {
		for _, v := range values {
			out.Add(name, v)
		}
	}
	return out
}

func (w *writer) bodyless() bool {
	return w.status == http.StatusNoContent || w.status == http.StatusNotModified
}

// start hands the answer over.
func (w *writer) start() {
	w.begin(http.StatusOK)
	if w.answer != nil {
		return
	}
	if w.over && !w.bodyless() && w.sent.Get("Content-Length") == "" {
		w.sent.Set("Content-Length", strconv.Itoa(w.body.Len()))
	}
	length := int64(-1)
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
		length = n
	} else if w.bodyless() {
		length = 0
	}
	w.answer = &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, ContentLength: length, Request: w.request,
	}
	close(w.ready)
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return 0, w.broken
	}
	w.begin(http.StatusOK)
	if w.bodyless() {
		return 0, http.ErrBodyNotAllowed
	}
	if w.request.Method == http.MethodHead {
		return len(p), nil
	}
	n, err := w.body.Write(p)
	if w.body.Len() > little {
		w.start()
	}
	w.more.Broadcast()
	return n, err
}

// Flush makes the answer visible before the handler is done.
func (w *writer) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.start()
}

// end is called when the handler has returned, or has panicked with what is given.
func (w *writer) end(panicked any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	switch {
	case w.broken != nil: // the client was told already
	case panicked == nil:
		w.start()
	case w.answer == nil:
		w.broken = io.EOF // what a client sees of a connection that closes without an answer
		close(w.ready)
	default:
		w.broken = io.ErrUnexpectedEOF
	}
	w.more.Broadcast()
}

// Break ends the connection with an error that the client sees: at once, where it has no answer yet, else once it has read
// what was written. Faults of the wire use it where there is no socket.
func (w *writer) Break(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return
	}
	w.broken = err
	if w.answer == nil && w.status == 0 {
		close(w.ready)
	} else {
		w.start()
	}
	w.more.Broadcast()
}

// interrupt ends reading and writing, because the client's context ended or the answer was closed.
func (w *writer) interrupt(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken == nil && !w.over {
		if err == nil {
			err = errors.New("http: read on closed response body")
		}
		w.broken = err
	}
	w.more.Broadcast()
}

// reader is the client's end of an answer.
type reader struct {
	*writer
	close func()
}

func (r *reader) Read(p []byte) (int, error) {
	w := r.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.body.Len() == 0 {
		switch {
		case w.broken != nil:
			return 0, w.broken
		case w.over:
			return 0, io.EOF
		}
		w.more.Wait()
	}
	return w.body.Read(p)
}

func (r *reader) Close() error {
	r.close()
	r.interrupt(nil)
	return nil
}

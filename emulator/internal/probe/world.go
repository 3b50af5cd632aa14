package probe

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/gauge"
)

// Patience is how long an emulator under trial may take for an answer.
const Patience = 10 * time.Second

// World is an emulator that a target tries with one input after the other, each beginning where Keep left it.
type World struct {
	handler http.Handler
	usual   http.Header
	log     *bytes.Buffer // of internal errors
	state   string        // what Changes said last; "": not known
}

// Fresh makes a world of the small fixture. Requests carry the usual headers unless they say otherwise.
func Fresh(f testing.TB, usual http.Header) *World {
	f.Helper()
	w := &World{usual: usual, log: &bytes.Buffer{}}
	e, err := emulator.New(emulator.Config{
		Clock: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Prove: true,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		f.Fatal(err)
	}
	w.handler = e
	w.Keep(f)
	return w
}

// Client calls the world, with the usual headers.
func (w *World) Client(t testing.TB) Client {
	t.Helper()
	return Client{T: t, Handler: w.handler, Header: w.usual, Media: "application/json"}
}

const kept = "/_portico/snapshots/kept"

// Keep lets inputs begin with the world as it is.
func (w *World) Keep(t testing.TB) {
	t.Helper()
	w.Client(t).Must(http.StatusNoContent, "PUT", kept, "")
}

// Begin counts an input and puts the world back.
func (w *World) Begin(t testing.TB) {
	t.Helper()
	gauge.Input(t)
	w.log.Reset()
	w.state = ""
	w.Client(t).Must(http.StatusNoContent, "POST", kept+"/restore", "")
}

// Changes is what differs from the world as it was kept.
func (w *World) Changes(t testing.TB) string {
	t.Helper()
	if w.state == "" {
		w.state = w.Client(t).Get("/_portico/diff?from=kept").Body
	}
	return w.state
}

// Do answers a request. No answer in time, a panic and an internal error fail the test.
func (w *World) Do(t testing.TB, r *http.Request) Answer {
	t.Helper()
	for name, values := range w.usual {
		if _, given := r.Header[name]; !given {
			r.Header[name] = values
		}
	}
	a := answer(t, w.handler, r)
	if a.Status >= http.StatusInternalServerError {
		t.Fatalf("%s %s: got %d %s\n%s", r.Method, r.URL, a.Status, a.Body, w.log)
	}
	return a
}

// Let makes a call that may go wrong: rules say so. No panic may come of it but that which ends a connection.
func (w *World) Let(t testing.TB, r *http.Request) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil && !errors.Is(asError(p), http.ErrAbortHandler) {
			t.Fatalf("%s %s: panic: %v\n%s", r.Method, r.URL, p, debug.Stack())
		}
	}()
	w.handler.ServeHTTP(httptest.NewRecorder(), r)
}

// answer runs the handler under the watch of a timer.
func answer(t testing.TB, h http.Handler, r *http.Request) Answer {
	t.Helper()
	type end struct {
		answer   Answer
		panicked string
	}
	done := make(chan end, 1)
	go func() {
		var e end
		defer func() {
			if p := recover(); p != nil && !errors.Is(asError(p), http.ErrAbortHandler) {
				e.panicked = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
			done <- e
		}()
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		e.answer = answered(rec)
	}()
	watch := time.NewTimer(Patience)
	defer watch.Stop()
	select {
	case e := <-done:
		if e.panicked != "" {
			t.Fatalf("%s %s: panic: %s", r.Method, r.URL, e.panicked)
		}
		return e.answer
	case <-watch.C:
		stacks := make([]byte, 1<<20)
		t.Fatalf("%s %s: no answer within %s\n%s", r.Method, r.URL, Patience, stacks[:runtime.Stack(stacks, true)])
		return Answer{}
	}
}

func asError(p any) error {
	if err, ok := p.(error); ok {
		return err
	}
	return nil
}

// Request is a request as it would come off the wire; nil if no client can send such a one. Headers are lines.
func Request(method, target, headers string, body []byte) *http.Request {
	plain, query, asks := strings.Cut(target, "?")
	u, err := url.ParseRequestURI(plain)
	if err != nil || !strings.HasPrefix(plain, "/") || method == "" || strings.ContainsAny(method, " \r\n/") {
		return nil
	}
	u.RawQuery, u.ForceQuery = query, asks && query == ""
	r := &http.Request{
		Method: method, URL: u, RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, ContentLength: int64(len(body)), Host: "portico.example", RemoteAddr: "192.0.2.1:1234",
	}
	if len(body) > 0 {
		r.Body = readCloser{bytes.NewReader(body)}
	}
	for line := range strings.SplitSeq(headers, "\n") {
		name, value, ok := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); !ok || name == "" || strings.ContainsAny(name, " \t\r\x00") {
			continue
		}
		if name = http.CanonicalHeaderKey(name); name == "Host" {
			if !hostname.MatchString(value) {
				return nil
			}
			r.Host = value
		} else {
			r.Header[name] = append(r.Header[name], value)
		}
	}
	return r
}

// hostname is what a server lets pass as Host.
var hostname = regexp.MustCompile(`^[!$%&'()*+,.:;=~_@0-9A-Za-z\[\]-]*$`)

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

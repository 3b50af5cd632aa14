package testkit

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"
)

// localURL is the URL of the emulator in this process. No request to it leaves the process.
const localURL = "http://portico.invalid"

// memory returns a transport that carries requests to a handler without a socket, whatever their host and scheme. Each
// request has a connection and a server of its own, which end with it, so that it works in a testing/synctest bubble.
func memory(handler http.Handler) http.RoundTripper {
	inProcess := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Without a local address the admin API takes the request as the program's own and answers for any host.
		handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, nil)))
	})
	dial := func(context.Context, string, string) (net.Conn, error) {
		client, end := net.Pipe()
		p := &pipe{Conn: end}
		server := &http.Server{Handler: inProcess, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
		go func() { _ = server.Serve(&once{pipe: p}) }() // it returns at once, and the connection goes on
		return &clientEnd{client, p}, nil
	}
	return &http.Transport{DialContext: dial, DialTLSContext: dial, MaxIdleConnsPerHost: -1, DisableCompression: true}
}

// once is a listener for a single connection.
type once struct {
	*pipe
	accepted bool
}

// Accept returns the connection, and io.EOF ever after.
func (l *once) Accept() (net.Conn, error) {
	if l.accepted {
		return nil, io.EOF
	}
	l.accepted = true
	return l.pipe, nil
}

// Close leaves the connection open, since the server closes its listener before the connection ends.
func (l *once) Close() error { return nil }

// Addr returns the address of the connection.
func (l *once) Addr() net.Addr { return l.LocalAddr() }

// pipe is the server's end of a connection.
type pipe struct {
	net.Conn
	reset atomic.Bool
}

// SetLinger makes the client see a reset, as that of a *net.TCPConn does.
func (p *pipe) SetLinger(int) error {
	p.reset.Store(true)
	return nil
}

// clientEnd is the client's end of a connection.
type clientEnd struct {
	net.Conn
	server *pipe
}

// Read reads what the server has written. It returns syscall.ECONNRESET if the server has reset the connection.
func (c *clientEnd) Read(data []byte) (int, error) {
	n, err := c.Conn.Read(data)
	if err != nil && c.server.reset.Load() {
		err = syscall.ECONNRESET
	}
	return n, err
}

package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds of a connection.
const (
	maxHeader    = 64 << 10
	maxStreams   = 250 // at a time on an HTTP/2 connection
	headerWithin = 10 * time.Second
	readWithin   = 5 * time.Minute // a whole request, imports of 256 MiB included
	idleFor      = 2 * time.Minute
	stopWithin   = 5 * time.Second
)

// Serve answers on listeners until the context ends, then lets requests under way finish. Connections of type *tls.Conn
// speak HTTP/2 where client and listener agree on it.
func Serve(ctx context.Context, h http.Handler, log *slog.Logger, listeners ...net.Listener) error {
	s := &http.Server{
		Handler:           h,
		MaxHeaderBytes:    maxHeader,
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       readWithin,
		IdleTimeout:       idleFor,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams},
		BaseContext:       func(net.Listener) context.Context { return ctx }, // streams end with the server
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- s.Serve(l) }()
	}
	select {
	case err := <-failed:
		_ = s.Close() // one without the other is not what was asked for
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	err := s.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		return s.Close()
	}
	return err
}

// ListenTLS returns a listener for HTTPS on l: TLS 1.2 and later, HTTP/2 with clients that support it, else HTTP/1.1.
func ListenTLS(l net.Listener, certificate tls.Certificate) net.Listener {
	return tls.NewListener(l, &tls.Config{
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
		Certificates: []tls.Certificate{certificate},
	})
}

package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Listener is where connections come from.
type Listener = net.Listener

// Bounds of a connection.
const (
	maxHeader    = 64 << 10
	headerWithin = 10 * time.Second
	readWithin   = 5 * time.Minute // a whole request, imports of 256 MiB included
	idleFor      = 2 * time.Minute
	stopWithin   = 5 * time.Second
)

// Serve answers on a listener until the context ends, then lets requests under way finish.
func Serve(ctx context.Context, l Listener, h http.Handler, log *slog.Logger) error {
	s := &http.Server{
		Handler:           h,
		MaxHeaderBytes:    maxHeader,
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       readWithin,
		IdleTimeout:       idleFor,
		BaseContext:       func(net.Listener) context.Context { return ctx }, // streams end with the server
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
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

package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	readHeaderTimeout = 10 * time.Second
	maxHeaderBytes    = 64 << 10
)

// Serve answers requests that come in on a listener, which it closes, until ctx ends. Then it takes no new ones, gives
// running ones Options.Grace, and returns nil if all could be answered. /readyz fails from that moment on.
func (h *Handler) Serve(ctx context.Context, listener net.Listener) error {
	// Running requests end by their own timeouts, and not because the server is told to stop.
	base, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	srv := h.newServer(base)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	h.stopping.Store(true)
	grace, cancel := context.WithTimeout(base, h.options.Grace)
	defer cancel()
	err := srv.Shutdown(grace)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) { // which is what it says after Shutdown
		err = errors.Join(err, served)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.Join(fmt.Errorf("serve: requests were still running after %s", h.options.Grace), srv.Close())
	}
	return err
}

// newServer sets the time limits of connections. Those for whole requests and answers are only the outermost bound;
// operations set their own. See operation.serve and operation.check.
func (h *Handler) newServer(base context.Context) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readHeaderTimeout + h.options.FileTimeout,
		WriteTimeout:      readHeaderTimeout + 2*h.options.FileTimeout,
		IdleTimeout:       h.options.IdleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(h.options.Logger.Handler(), slog.LevelWarn),
	}
}

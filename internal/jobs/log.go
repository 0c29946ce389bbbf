package jobs

import (
	"context"
	"log/slog"
	"strings"
)

// quiet keeps what River has to say to what an operator should read.
type quiet struct{ slog.Handler }

func (h quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h quiet) Handle(ctx context.Context, r slog.Record) error {
	if _, text, _ := strings.Cut(r.Message, ": "); reported[text] || cutShort(r) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// cutShort tells whether a record complains about Stop.
func cutShort(r slog.Record) (cut bool) {
	r.Attrs(func(a slog.Attr) bool {
		cut = a.Value.Kind() == slog.KindString && strings.HasSuffix(a.Value.String(), context.Canceled.Error())
		return !cut
	})
	return cut
}

func (h quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{h.Handler.WithAttrs(attrs)} }
func (h quiet) WithGroup(name string) slog.Handler       { return quiet{h.Handler.WithGroup(name)} }

// reported is what reporter says with the names of what failed.
var reported = map[string]bool{
	"Job errored":           true,
	"Job errored; retrying": true,
	"Job panicked":          true,
	"panic recovery; possible bug with Worker": true,
}

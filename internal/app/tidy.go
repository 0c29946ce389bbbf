package app

import (
	"context"
	"time"

	"github.com/dunwell/dunwell/internal/blob"
)

// orphanGrace is how long bytes may be without a row that names them: longer than any upload takes.
const orphanGrace = 24 * time.Hour

// Tidy removes answers that have expired, and bytes that an interrupted import has left. Any number of processes may do
// so at once.
func (a *App) Tidy(ctx context.Context) error {
	if _, err := a.db.ReapAnswers(ctx); err != nil {
		return err
	}
	_, err := blob.Sweep(ctx, a.files, a.keys.elapsed().Add(-orphanGrace), a.db.KnownFiles)
	return err
}

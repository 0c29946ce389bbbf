package app

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/dunwell/dunwell/internal/blob"
)

// orphanGrace is how long bytes may be without a row that names them: far longer than any upload takes, so that whoever
// finds out that the wrong database was started has time to stop it.
const orphanGrace = 7 * 24 * time.Hour

// Orphans of one batch of 500 that may be usual: imports that were cut short. More look like a database that is not the
// one these bytes belong to, such as a new or an old one, and then nothing is removed.
const usualOrphans = 25

// Tidy removes answers that have expired, and bytes that an interrupted import has left. Any number of processes may do
// so at once.
func (a *App) Tidy(ctx context.Context) error {
	if _, err := a.db.ReapAnswers(ctx); err != nil {
		return err
	}
	return a.sweep(ctx)
}

// sweep removes bytes without a row. Those of a merchant this database does not know are not touched.
func (a *App) sweep(ctx context.Context) error {
	merchants, err := a.db.Merchants(ctx)
	if err != nil {
		return err
	}
	known := make(map[string]bool)
	for _, m := range merchants {
		known[m.ID] = true
	}
	_, err = blob.Sweep(ctx, a.files, a.elapsed().Add(-orphanGrace), func(ctx context.Context, merchant string, sha256 []string) (map[string]bool, error) {
		if !known[merchant] {
			return allOf(sha256), nil
		}
		named, err := a.db.KnownFiles(ctx, merchant, sha256)
		if err != nil {
			return nil, err
		}
		planned, err := a.db.Planned(ctx, merchant, sha256) // by dry runs, as is usual
		if err != nil {
			return nil, err
		}
		maps.Copy(planned, named)
		if orphans := len(sha256) - len(planned); orphans > usualOrphans {
			return nil, fmt.Errorf("app: of %d files of merchant %s, %d are named by no row; nothing is removed, this may be another database", len(sha256), merchant, orphans)
		}
		return named, nil
	})
	return err
}

func allOf(sha256 []string) map[string]bool {
	all := make(map[string]bool, len(sha256))
	for _, hash := range sha256 {
		all[hash] = true
	}
	return all
}

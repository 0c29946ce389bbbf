// Package app holds the use cases: one method for each thing that can be asked or ordered, in the file of its noun. A
// method opens the transaction, lets the domain decide, stores what became of it, and logs the event; nothing else
// does these four in one place.
//
// Invariants:
//
//   - Every method takes the Caller first, and works on the caller's merchant only.
//   - The answer to a command that came with an idempotency key commits in the transaction of its effect (see Once).
//   - Bytes are stored before the row that names them, so that a row never points at nothing.
//   - What leaves the house is ordered by a row in the transaction of its cause (a delivery, a callback, a collection message),
//     and done by a worker that claims the row; the job queue only says when to look. What takes long, a run or an import, is
//     such a row too, and is gone on with where it was left.
//   - A plan decides nothing: whoever issues a notice or hands a case over computes it again under the invoice's lock, and
//     drops what has become another.
package app

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/outbound"
	"github.com/dunwell/dunwell/internal/store"
)

// Config is what an App works with.
type Config struct {
	DB        *store.DB
	Files     blob.Store
	Documents *document.Inspector
	Clock     *Clock      // the one the store reads
	Jobs      *jobs.Queue // that Start and Stop start and stop
	Mail      mail.Sender
	Templates mail.Templates
	MailFrom  string // address of the sender of merchants that have none of their own
	Outbound  *outbound.Client
	Logger    *slog.Logger
	PublicURL string        // where the API is reached from outside, with its base path: https://billing.example.com/api
	LinkLife  time.Duration // of signed links; DefaultLinkLife when zero

	Collections string // directory below which cases for collection are written; empty: nowhere

	// Elapsed reads a clock that nobody moves. How long a verified password may be trusted is a matter of seconds that
	// pass, while the store's clock says which day it is and may be set in a sandbox.
	Elapsed func() time.Time
}

// DefaultLinkLife is how long a signed link works.
const DefaultLinkLife = 7 * 24 * time.Hour

// App is the server without its face. It is safe for concurrent use.
type App struct {
	db        *store.DB
	files     blob.Store
	documents *document.Inspector
	clock     *Clock
	jobs      *jobs.Queue
	mail      mail.Sender
	templates mail.Templates
	mailFrom  string
	outbound  *outbound.Client
	log       *slog.Logger
	publicURL string
	linkLife  time.Duration
	elapsed   func() time.Time
	keys      *keyring

	collections string
}

// New makes an App. It starts nothing; see Start.
func New(c Config) *App {
	if c.LinkLife == 0 {
		c.LinkLife = DefaultLinkLife
	}
	return &App{
		db:        c.DB,
		files:     c.Files,
		documents: c.Documents,
		clock:     c.Clock,
		jobs:      c.Jobs,
		mail:      c.Mail,
		templates: c.Templates,
		mailFrom:  c.MailFrom,
		outbound:  c.Outbound,
		log:       c.Logger,
		publicURL: strings.TrimSuffix(c.PublicURL, "/"),
		linkLife:  c.LinkLife,
		elapsed:   crash.Clock(c.Elapsed),
		keys:      newKeyring(c.Elapsed),

		collections: c.Collections,
	}
}

// Ready is nil when the database answers.
func (a *App) Ready(ctx context.Context) error { return a.db.Ping(ctx) }

// view asks a question of what belongs to the caller's merchant.
func view[T any](ctx context.Context, a *App, by Caller, question func(*store.Tx) (T, error)) (T, error) {
	var answer T
	err := a.db.View(ctx, by.Merchant, func(tx *store.Tx) (err error) {
		answer, err = question(tx)
		return err
	})
	return answer, err
}

// update carries out a command on what belongs to the caller's merchant.
func update[T any](ctx context.Context, a *App, by Caller, command func(*store.Tx) (T, error)) (T, error) {
	var result T
	err := a.db.Update(ctx, by.Merchant, func(tx *store.Tx) (err error) {
		result, err = command(tx)
		return err
	})
	return result, err
}

// reference is the merchant's own, or one that is generated: those begin with an underscore.
func reference(tx *store.Tx, given string) string {
	if given != "" {
		return given
	}
	return "_" + tx.NewID()
}

package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Config is what a queue is made of.
type Config struct {
	SQLite   *sql.DB       // a pool of one connection; or
	Postgres *pgxpool.Pool // of two connections at least, one of which listens
	Workers  int           // handlers of each kind that run at the same time, and schedules; 0: others work what this process adds
	Logger   *slog.Logger  // nil: slog.Default

	tune func(*river.Config) // of workers; for tests
}

// How the queue works, for both engines.
const (
	// fetchPause is the least time between two looks for work, so a bound of throughput: a worker that is done waits up to
	// this long for the next nudge.
	fetchPause = 5 * time.Millisecond

	// pollPause is the time between two looks when nothing was heard: how late a scheduled nudge is, on SQLite one of
	// another process, and on PostgreSQL one whose transaction ends after that of another nudge, less than fetchPause
	// older, which was the only one to be notified of.
	pollPause = time.Second

	// handlerLimit is how long a handler may take, just less than the longest lease one works under.
	handlerLimit = 24 * time.Minute

	// rescueAfter is when a nudge that is still being worked is taken from a process that must have died.
	rescueAfter = 30 * time.Minute

	// attempts end when sweeps have long looked again: the pauses are one second, 16 and 81.
	attempts = 4

	// keepDone is how long what was worked is kept, for curiosity; keepFailed, what was given up, for questions.
	keepDone   = 10 * time.Minute
	keepFailed = 24 * time.Hour

	// stopLimit is how long handlers may take to end once their context is cancelled: they may write down where they
	// stand first.
	stopLimit = 15 * time.Second
)

// Queue takes nudges and, when it has workers and was started, works them. It is safe for concurrent use.
type Queue struct {
	workers int
	log     *slog.Logger
	tune    func(*river.Config)
	adding  client
	open    func(*river.Config) (client, error)
	woken   func(Kind) // on SQLite: makes the workers of this process look for work of a kind

	mu      sync.Mutex
	working client // nil unless started
}

// client is a River client of either engine.
type client interface {
	insert(tx Tx, jobs []river.InsertManyParams) error
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
}

// Open makes a queue of a database whose tables are there (see Migrate). It does not touch the database, and works
// nothing yet; see Start.
func Open(c Config) (*Queue, error) {
	if (c.SQLite == nil) == (c.Postgres == nil) {
		return nil, errors.New("jobs: a queue has one database, SQLite or Postgres")
	}
	if c.Postgres != nil && c.Postgres.Config().MaxConns < 2 {
		return nil, errFewConnections
	}
	if c.Workers < 0 || c.Workers > river.QueueNumWorkersMax {
		return nil, fmt.Errorf("jobs: %d workers; there may be 0 to %d", c.Workers, river.QueueNumWorkersMax)
	}
	q := &Queue{workers: c.Workers, log: c.Logger, tune: c.tune, woken: func(Kind) {}}
	if q.log == nil {
		q.log = slog.Default()
	}
	if c.SQLite != nil {
		driver := newSQLiteDriver(c.SQLite)
		q.woken = driver.bell.ring
		q.open = opener(driver, Tx.SQL)
	} else {
		q.open = opener(riverpgxv5.New(c.Postgres), Tx.PGX)
	}
	var err error
	q.adding, err = q.open(q.config())
	return q, err
}

var errFewConnections = errors.New("jobs: one connection to PostgreSQL is not enough, because one listens; let pool_max_conns in the database URL be 2 or more")

// config is what clients that add and clients that work have in common.
func (q *Queue) config() *river.Config {
	return &river.Config{
		FetchCooldown: fetchPause, // also the pause between two notifications on PostgreSQL
		Logger:        slog.New(quiet{q.log.Handler()}),
		MaxAttempts:   attempts,
	}
}

// Works tells whether this process works what is in the queue, once it is started.
func (q *Queue) Works() bool { return q.workers > 0 }

// Start works nudges with handlers, one per kind, and runs schedules. The end of ctx does not stop it, Stop does. It
// fails when the database cannot be reached. With no workers it does nothing.
func (q *Queue) Start(ctx context.Context, handlers map[Kind]Handler, schedules ...Schedule) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.workers == 0 {
		return nil
	}
	if q.working != nil {
		return errors.New("jobs: the queue was started already")
	}
	periodic, err := periodicJobs(schedules)
	if err != nil {
		return err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &nudgeWorker{handlers: handlers})
	river.AddWorker(workers, newTickWorker(schedules))

	c := q.config()
	c.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: q.workers}} // of schedules
	for kind := range handlers {                                                         // each its own, so that what is slow holds up its own kind only
		c.Queues[string(kind)] = river.QueueConfig{MaxWorkers: q.workers}
	}
	c.Workers = workers
	c.PeriodicJobs = periodic
	c.ErrorHandler = reporter{q.log}
	c.FetchPollInterval = pollPause
	c.JobTimeout = handlerLimit
	c.RescueStuckJobsAfter = rescueAfter
	c.CompletedJobRetentionPeriod = keepDone
	c.CancelledJobRetentionPeriod = keepFailed
	c.DiscardedJobRetentionPeriod = keepFailed
	if q.tune != nil {
		q.tune(c)
	}

	working, err := q.open(c)
	if err != nil {
		return err
	}
	if err := working.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	q.working = working
	return nil
}

// Stop fetches no more and waits for the handlers that run, until ctx ends. Then their contexts are cancelled, and what
// they do not finish in 15 seconds more is an error; what they return an error for is back in the queue, and counts as not
// tried. Nudges may still be added. It must come before the database is closed.
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.working == nil {
		return nil
	}
	err := q.working.Stop(ctx)
	if err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
		defer cancel()
		err = q.working.StopAndCancel(ctx)
	}
	if err != nil {
		return fmt.Errorf("jobs: a handler did not end when it was told to; what it works on is taken up again in %s: %w", rescueAfter, err)
	}
	q.working = nil
	return nil
}

// opener makes clients of an engine; of gives the transaction of that engine.
func opener[T any](driver riverdriver.Driver[T], of func(Tx) T) func(*river.Config) (client, error) {
	return func(c *river.Config) (client, error) {
		made, err := river.NewClient(driver, c)
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		return &engineClient[T]{Client: made, of: of}, nil
	}
}

// engineClient is a River client whose transactions are T.
type engineClient[T any] struct {
	*river.Client[T]
	of func(Tx) T
}

func (c *engineClient[T]) insert(tx Tx, jobs []river.InsertManyParams) error {
	_, err := c.InsertManyTx(tx.Context(), c.of(tx), jobs)
	return err
}

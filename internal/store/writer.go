package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// writer is the one goroutine that writes to a SQLite file. It groups commits: closures that wait run one after
// another in one transaction, each in a savepoint of its own, then there is one commit, one flush to disk for all,
// and only then is anybody answered. While the disk flushes, the next ones queue up; so nothing is ever delayed to
// fill a batch.
//
// A closure runs on its caller's goroutine: the writer only says whose turn it is. So a panic unwinds where it
// belongs, and a closure that hangs holds its own goroutine, not this one.
type writer struct {
	pool    *sql.DB // of one connection
	queue   chan *turn
	closing chan struct{} // closed by close: nobody may queue any more
	done    chan struct{} // closed when the goroutine has ended
	once    sync.Once
}

// Bounds of one commit. A batch ends when nobody waits; these only keep the first from waiting for too many others.
const (
	batchTurns = 64
	batchTime  = 10 * time.Millisecond
)

// Outcomes of a turn that are no error of its closure.
var (
	errAgain  = errors.New("store: the transaction of this batch was lost; run again")
	errClosed = notAvailable(errors.New("store: the database is closed"))
)

func startWriter(pool *sql.DB) *writer {
	w := &writer{pool: pool, queue: make(chan *turn, batchTurns), closing: make(chan struct{}), done: make(chan struct{})}
	go w.loop()
	return w
}

// update queues body, runs it when its turn comes, and returns when it is on disk.
func (w *writer) update(ctx context.Context, limit time.Duration, body func(session) error) error {
	for {
		t := newTurn(ctx, limit)
		select {
		case <-w.closing: // first, because a select picks any of the ready ones
			return errClosed
		default:
		}
		select {
		case w.queue <- t:
		case <-ctx.Done():
			return ctx.Err()
		case <-w.closing:
			return errClosed
		}
		if err := w.await(t); err != nil {
			return err
		}
		t.run(body)
		if err := <-t.outcome; !errors.Is(err, errAgain) {
			return err
		}
	}
}

// await waits for the turn. When the caller goes away first, the turn is withdrawn; the writer skips it.
func (w *writer) await(t *turn) error {
	select {
	case err := <-t.begin:
		return err
	case <-t.caller.Done():
		if t.withdraw() {
			return t.caller.Err()
		}
		return <-t.begin
	case <-w.done: // the goroutine ended after t was queued
		if t.withdraw() {
			return errClosed
		}
		return <-t.begin
	}
}

func (w *writer) close() error {
	w.once.Do(func() { close(w.closing) })
	<-w.done
	return w.pool.Close()
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		select {
		case t := <-w.queue:
			w.batch(t)
		case <-w.closing:
			return
		}
	}
}

// batch runs first and whoever waits behind it, and answers them.
func (w *writer) batch(first *turn) {
	if !first.claim() {
		return
	}
	tx, err := w.pool.BeginTx(context.Background(), nil)
	if err != nil {
		first.begin <- err
		return
	}
	var ran []*turn
	wrote := false
	started := time.Now()
	for t := first; t != nil; t = w.next(len(ran), started) {
		lost := t.drive(tx)
		ran = append(ran, t)
		if lost {
			_ = tx.Rollback() // it is gone already, or it goes now; either way nothing was kept
			again(ran)
			return
		}
		wrote = wrote || t.err == nil
	}
	if !wrote {
		_ = tx.Rollback() // nothing to keep
		answer(ran, nil)
		return
	}
	answer(ran, tx.Commit())
}

// next is the next turn of this batch, if somebody waits and there is room.
func (w *writer) next(size int, started time.Time) *turn {
	for size < batchTurns && time.Since(started) < batchTime {
		select {
		case t := <-w.queue:
			if t.claim() {
				return t
			}
		default:
			return nil
		}
	}
	return nil
}

// answer tells everybody how it ended. Refusals wait for the commit too, because they may rest on what an earlier
// closure of the batch wrote.
func answer(ran []*turn, commit error) {
	for _, t := range ran {
		if commit != nil {
			t.outcome <- commit
		} else {
			t.outcome <- t.err
		}
	}
}

// again answers a batch whose transaction was lost: the last one broke it and gets its error, the others run again.
func again(ran []*turn) {
	last := len(ran) - 1
	for _, t := range ran[:last] {
		t.outcome <- errAgain
	}
	ran[last].outcome <- ran[last].err
}

// turn is one closure's place in the queue, and its session once it has begun.
type turn struct {
	caller  context.Context
	limit   time.Duration
	begin   chan error // nil: run now
	end     chan error // the closure's result
	outcome chan error // after the commit

	err error // the closure's result, for the writer only

	mu    sync.Mutex // held while a statement runs
	state turnState
	ctx   context.Context // of statements: ends with the limit, not with the caller
	tx    *sql.Tx
}

type turnState uint8

const (
	turnWaiting turnState = iota
	turnWithdrawn
	turnRunning
	turnOver // ended, or taken away because it took too long
)

var errPanicked = errors.New("store: the closure panicked")

func newTurn(caller context.Context, limit time.Duration) *turn {
	return &turn{
		caller: caller, limit: limit,
		begin: make(chan error, 1), end: make(chan error, 1), outcome: make(chan error, 1),
	}
}

// claim is the writer's, withdraw the caller's: only one of them succeeds.
func (t *turn) claim() bool    { return t.move(turnWaiting, turnRunning) }
func (t *turn) withdraw() bool { return t.move(turnWaiting, turnWithdrawn) }

func (t *turn) move(from, to turnState) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state != from {
		return false
	}
	t.state = to
	return true
}

// run is the caller's half: it runs body and reports, whatever happens in it.
func (t *turn) run(body func(session) error) {
	err := errPanicked // or runtime.Goexit
	defer func() { t.end <- err }()
	err = body(t)
}

// drive is the writer's half: it lets the turn run in a savepoint and reports whether the transaction was lost.
func (t *turn) drive(tx *sql.Tx) (lost bool) {
	ctx, cancel := context.WithTimeout(context.Background(), t.limit)
	defer cancel()
	t.ctx, t.tx = ctx, tx
	_, opened := tx.ExecContext(context.Background(), "SAVEPOINT turn")
	t.begin <- opened
	if opened != nil {
		t.err = opened
		return true
	}
	select {
	case t.err = <-t.end:
	case <-ctx.Done():
		t.err = ctx.Err()
	}
	t.move(turnRunning, turnOver) // waits for a statement that still runs; ctx interrupts it
	if t.err != nil && ctx.Err() != nil {
		t.err = notAvailable(fmt.Errorf("store: a closure held the writer for more than %s: %w", t.limit, t.err))
		return true // it may hold the *sql.Tx too, so that cannot be used for the next closure
	}
	return t.settle() != nil
}

// settle keeps or takes back what the closure did. An error means that there is no transaction any more: SQLite rolls
// back by itself on a full disk, an I/O error or an interruption.
func (t *turn) settle() error {
	if t.err != nil {
		if _, err := t.tx.ExecContext(context.Background(), "ROLLBACK TO SAVEPOINT turn"); err != nil {
			return err
		}
	}
	_, err := t.tx.ExecContext(context.Background(), "RELEASE SAVEPOINT turn")
	if err != nil && t.err == nil {
		t.err = err
	}
	return err
}

func (t *turn) context() context.Context { return t.ctx }
func (t *turn) sqlTx() *sql.Tx           { return t.tx }
func (t *turn) pgxTx() pgx.Tx            { return nil }

func (t *turn) exec(query string, args []any) (int64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state != turnRunning {
		return 0, sql.ErrTxDone
	}
	return sqlExec(t.ctx, t.tx, query, args)
}

func (t *turn) query(query string, args []any, each func(row) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state != turnRunning {
		return sql.ErrTxDone
	}
	return sqlQuery(t.ctx, t.tx, query, args, each)
}

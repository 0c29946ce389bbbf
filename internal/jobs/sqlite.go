package jobs

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"
)

// sqliteDriver is River's driver with two differences: those who add can wake those who work in the same process, and
// times are written in UTC.
type sqliteDriver struct {
	*riversqlite.Driver
	bell *bell
}

func newSQLiteDriver(pool *sql.DB) *sqliteDriver {
	return &sqliteDriver{Driver: riversqlite.New(pool), bell: &bell{rung: map[Kind]bool{}, heard: make(chan struct{}, 1)}}
}

func (d *sqliteDriver) SupportsListener() bool { return true }

func (d *sqliteDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.bell
}

func (d *sqliteDriver) GetExecutor() riverdriver.Executor {
	return utcExecutor{d.Driver.GetExecutor()}
}

// utcExecutor writes times in UTC. River v0.31.0 hands some over in the local zone, and the driver stores them with it, as
// text, which is compared with text in UTC: in Berlin, what should run again in a minute would do so in an hour.
type utcExecutor struct{ riverdriver.Executor }

func (e utcExecutor) JobSetStateIfRunningMany(ctx context.Context, params *riverdriver.JobSetStateIfRunningManyParams) ([]*rivertype.JobRow, error) {
	inUTC := *params
	inUTC.ScheduledAt = allUTC(params.ScheduledAt)
	inUTC.FinalizedAt = allUTC(params.FinalizedAt)
	return e.Executor.JobSetStateIfRunningMany(ctx, &inUTC)
}

func allUTC(times []*time.Time) []*time.Time {
	all := make([]*time.Time, len(times))
	for i, t := range times {
		if t != nil {
			utc := t.UTC()
			all[i] = &utc
		}
	}
	return all
}

// bell stands in for PostgreSQL's LISTEN within one process. A transaction that rings it has the only connection, so a
// worker that is woken by it cannot look before the transaction has ended.
type bell struct {
	mu    sync.Mutex
	rung  map[Kind]bool // and not yet heard
	heard chan struct{} // of one: there may be something in rung
}

func (b *bell) ring(kind Kind) {
	b.mu.Lock()
	b.rung[kind] = true
	b.mu.Unlock()
	select {
	case b.heard <- struct{}{}:
	default: // somebody is about to look
	}
}

// next takes a kind that was rung for.
func (b *bell) next() (Kind, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for kind := range b.rung {
		delete(b.rung, kind)
		return kind, true
	}
	return "", false
}

// WaitForNotification waits for the next ring.
func (b *bell) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	for {
		if kind, ok := b.next(); ok {
			return &riverdriver.Notification{Topic: "river_insert", Payload: `{"queue":"` + string(kind) + `"}`}, nil
		}
		select {
		case <-b.heard:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// The rest of riverdriver.Listener is about connections.
func (b *bell) Connect(context.Context) error          { return nil }
func (b *bell) Close(context.Context) error            { return nil }
func (b *bell) Listen(context.Context, string) error   { return nil }
func (b *bell) Unlisten(context.Context, string) error { return nil }
func (b *bell) Ping(context.Context) error             { return nil }
func (b *bell) Schema() string                         { return "" }
func (b *bell) SetAfterConnectExec(string)             {}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/bench/peer"
	"github.com/dunwell/dunwell/internal/bench/seed"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// collected is what the daily work of a merchant with many overdue invoices costs on an engine.
type collected struct {
	Engine  string
	Plans   []planned
	Runs    []dunned
	Imports []booked
}

// memory is what of a process was resident.
type memory struct {
	Idle    int64 // at most, before what is measured: it has answered one small request
	Peak    int64 // at most, after it
	Program int64 // of the peak, pages of the program file
}

// planned is a dry run.
type planned struct {
	Open            int // invoices, all of which are to be dunned on the day of the plan
	Took            time.Duration
	Entries         int
	Read            time.Duration // of all its entries, page by page
	memory                        // when it was planned
	PeakWhenAllRead int64
}

// dunned is a run that issues notices.
type dunned struct {
	Kind      string // email, or letter: nothing is sent then
	Notices   int
	Planning  time.Duration // from the request until the plan is made
	Issuing   time.Duration // from then until the run is done
	Mailing   time.Duration // from then until the mail server has the last, if there are any
	Processor time.Duration // of the server for what comes after planning
	memory
}

// runs measures both engines. Without PostgreSQL there is a reason instead.
func runs(ctx context.Context, h house, dunwell string, e effort) (all []collected, missing string, err error) {
	for _, open := range engines {
		c, err := runsOn(ctx, h, dunwell, e, open)
		if errors.Is(err, storetest.ErrNoPostgres) {
			return all, noPostgres, nil
		}
		if err != nil {
			return nil, "", err
		}
		all = append(all, c)
	}
	return all, "", nil
}

func runsOn(ctx context.Context, h house, dunwell string, e effort, open opener) (collected, error) {
	s, err := open(ctx, h, dunwell, "--workers", "0")
	if err != nil {
		return collected{}, err
	}
	defer s.stop()
	c := collected{Engine: s.engine}
	if err := s.collect(ctx, e, &c); err != nil {
		return collected{}, fmt.Errorf("%s: %w\n%s", s.engine, err, s.tail())
	}
	return c, nil
}

// collect measures each thing with a process of its own, whose memory tells of nothing else.
func (s *instance) collect(ctx context.Context, e effort, c *collected) error {
	p, err := peer.Start(recipient, 0)
	if err != nil {
		return err
	}
	defer p.Close()
	today := time.Now().UTC().Truncate(24 * time.Hour)
	from := 0
	for _, to := range []int{e.open / 10, e.open} {
		if err := s.owe(ctx, from, to, today); err != nil {
			return err
		}
		plan, err := s.plan(ctx, to, today.AddDate(0, 0, seed.LastDue))
		if err != nil {
			return fmt.Errorf("dry run: %w", err)
		}
		from, c.Plans = to, append(c.Plans, plan)
		step(fmt.Sprintf("%s: planned in %s, at most %s resident", s.engine, seconds(plan.Took), mebibytes(plan.Peak)))
	}
	share := e.open / seed.Share
	days := []struct {
		kind     string
		day, due int
	}{{ar.DeliverEmail, 0, share}, {ar.DeliverLetter, 1, share}, {ar.DeliverEmail, seed.LastDue, e.open - 2*share}}
	if !e.all {
		days = days[:2]
	}
	for _, d := range days {
		run, err := s.dun(ctx, p, d.kind, today.AddDate(0, 0, d.day), d.due)
		if err != nil {
			return fmt.Errorf("run: %w", err)
		}
		c.Runs = append(c.Runs, run)
		step(fmt.Sprintf("%s: %d notices in %s, at most %s resident", s.engine, run.Notices, seconds(max(run.Issuing, run.Mailing)), mebibytes(run.Peak)))
	}
	c.Imports, err = s.statements(ctx, e)
	return err
}

// owe adds invoices while no process runs.
func (s *instance) owe(ctx context.Context, from, to int, today time.Time) error {
	s.process.stop()
	step(fmt.Sprintf("%s: open invoices %d to %d", s.engine, from, to))
	database := s.data[len(s.data)-1]
	if !strings.HasPrefix(database, "postgres") {
		return seed.Invoices(ctx, filepath.Join(database, "dunwell.db"), from, to, recipient, today)
	}
	if err := seed.Invoices(ctx, database, from, to, recipient, today); err != nil {
		return err
	}
	return analyze(ctx, database)
}

// analyze does what PostgreSQL does by itself some time after many rows were added.
func analyze(ctx context.Context, database string) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "VACUUM ANALYZE")
	return errors.Join(err, conn.Close(ctx))
}

// fresh starts another process, and asks it for something small.
func (s *instance) fresh(ctx context.Context, settings ...string) (m memory, err error) {
	s.process.stop()
	if err := s.run(ctx, append([]string{"--sandbox"}, settings...)...); err != nil {
		return m, err
	}
	if err := s.ask(ctx, http.MethodGet, "/api/sandbox/clock", nil, nil); err != nil {
		return m, err
	}
	m.Idle, _, err = s.peak()
	return m, err
}

// full completes what of the process is resident.
func (s *instance) full(m *memory) (err error) {
	m.Peak, m.Program, err = s.peak()
	return err
}

// standing is how a run stands, as the API tells.
type standing struct {
	Run     string `json:"run"`
	State   string `json:"state"`
	Reason  string `json:"reason"`
	Notices int    `json:"notices"`
	Skipped int    `json:"skipped"`
	Issued  int    `json:"issued"`
	Dropped int    `json:"dropped"`
}

// plan plans for a day on which all invoices are to be dunned, and reads what is planned.
func (s *instance) plan(ctx context.Context, open int, day time.Time) (p planned, err error) {
	if p.memory, err = s.fresh(ctx, "--workers", "0"); err != nil {
		return p, err
	}
	step(fmt.Sprintf("%s: dry run over %d", s.engine, open))
	p.Open = open
	began := time.Now()
	var r standing
	if err := s.ask(ctx, http.MethodPost, "/api/dunning/runs", map[string]any{"dryRun": true, "asOf": day.Format(time.DateOnly)}, &r); err != nil {
		return p, err
	}
	p.Took = time.Since(began)
	if r.State != "done" || r.Notices < open {
		return p, fmt.Errorf("%d invoices are open, and it is %+v", open, r)
	}
	if err := s.full(&p.memory); err != nil {
		return p, err
	}
	began = time.Now()
	if p.Entries, err = s.entries(ctx, r.Run); err != nil {
		return p, err
	}
	p.Read = time.Since(began)
	if p.Entries != r.Notices+r.Skipped {
		return p, fmt.Errorf("there are %d entries of %+v", p.Entries, r)
	}
	p.PeakWhenAllRead, _, err = s.peak()
	return p, err
}

// entries reads all entries of a run.
func (s *instance) entries(ctx context.Context, number string) (n int, err error) {
	for query := (url.Values{"limit": {"1000"}}); ; {
		var page struct {
			Rows    []json.RawMessage `json:"rows"`
			HasMore bool              `json:"hasMore"`
			Next    string            `json:"next"`
		}
		if err := s.ask(ctx, http.MethodGet, "/api/dunning/runs/"+number+"/entries?"+query.Encode(), nil, &page); err != nil {
			return n, err
		}
		n += len(page.Rows)
		if !page.HasMore {
			return n, nil
		}
		query.Set("after", page.Next)
	}
}

// dun issues the notices of a day, and waits for their mails.
func (s *instance) dun(ctx context.Context, p *peer.Peer, kind string, day time.Time, due int) (d dunned, err error) {
	if d.memory, err = s.fresh(ctx, "--smtp-url", p.URL(), "--workers", fmt.Sprint(mailWorkers)); err != nil {
		return d, err
	}
	if day.After(time.Now()) {
		if err := s.ask(ctx, http.MethodPut, "/api/sandbox/clock", map[string]any{"now": day.Format(time.DateOnly)}, nil); err != nil {
			return d, err
		}
	}
	step(fmt.Sprintf("%s: run by %s", s.engine, kind))
	mails := p.Taken() + due
	d.Kind = kind
	asked := time.Now()
	var r standing
	if err := s.ask(ctx, http.MethodPost, "/api/dunning/runs", map[string]any{}, &r); err != nil {
		return d, err
	}
	if err := s.until(ctx, &r, func() bool { return r.State != "queued" }); err != nil {
		return d, err
	}
	began := time.Now()
	d.Planning = began.Sub(asked)
	before, err := s.processor()
	if err != nil {
		return d, err
	}
	if err := s.until(ctx, &r, func() bool { return r.State != "running" }); err != nil {
		return d, err
	}
	d.Issuing, d.Notices = time.Since(began), r.Issued
	if r.State != "done" || r.Issued < due {
		return d, fmt.Errorf("%d notices were due, and it is %+v", due, r)
	}
	if kind == ar.DeliverEmail {
		last, err := p.Await(ctx, mails)
		if err != nil {
			return d, err
		}
		d.Mailing = last.Sub(began)
	}
	after, err := s.processor()
	d.Processor = after - before
	return d, errors.Join(err, s.full(&d.memory))
}

// pause is how long is waited before a server is asked again how it stands.
const pause = 100 * time.Millisecond

// until reads a run until it is as it should be.
func (s *instance) until(ctx context.Context, r *standing, as func() bool) error {
	return s.poll(ctx, "/api/dunning/runs/"+r.Run, r, as)
}

// poll asks for something again and again, until it is as it should be.
func (s *instance) poll(ctx context.Context, path string, into any, as func() bool) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for !as() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("GET %s: %w; it was %+v", path, ctx.Err(), into)
		}
		if err := s.ask(ctx, http.MethodGet, path, nil, into); err != nil {
			return err
		}
	}
	return nil
}

// ask sends JSON, if there is any, and reads the answer, if anybody wants it.
func (s *instance) ask(ctx context.Context, method, path string, body, into any) error {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return err
		}
	}
	r, err := request(method, path, content)
	if err != nil {
		return err
	}
	return s.send200(ctx, r, into)
}

// send200 sends a request that is answered with status 200.
func (s *instance) send200(ctx context.Context, r *http.Request, into any) error {
	r.URL.Scheme, r.URL.Host = "http", s.address
	answer, err := http.DefaultClient.Do(r.WithContext(ctx))
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return err
	case answer.StatusCode != http.StatusOK:
		return fmt.Errorf("%s %s: %s: %s", r.Method, r.URL.Path, answer.Status, text[:min(len(text), 1000)])
	case into == nil:
		return nil
	}
	return json.NewDecoder(bytes.NewReader(text)).Decode(into)
}

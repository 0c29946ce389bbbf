package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/dunwell/dunwell/internal/bench/load"
	"github.com/dunwell/dunwell/internal/bench/peer"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// mailed is what sending documents cost on an engine.
type mailed struct {
	Engine  string
	Orders  []ordered
	Backlog backlog
	Prompt  load.Result // from the order of a mail to its arrival, when there is nothing else to do
}

// ordered is a load of requests that each order a mail.
type ordered struct {
	Request   string
	Workers   int // that sent mails meanwhile
	Processor time.Duration
	load.Result
}

// each is the processor's time for one request.
func (o ordered) each() time.Duration { return o.Processor / time.Duration(o.Requests) }

// backlog is a server that starts with mails to send.
type backlog struct {
	Mails     int
	Size      int64 // bytes of one, on average
	Took      time.Duration
	Processor time.Duration // of the server; its engine's and the peer's is not in it
	Peak      int64         // bytes resident
	Program   int64         // of them, pages of the program file
	Floor     time.Duration // for go-mail to send as many of the same messages
}

// mailWorkers send mails in the measured server, and as many connections do for go-mail alone: the default of dunwell serve.
const mailWorkers = 4

// mails measures both engines. Without PostgreSQL there is a reason instead.
func mails(ctx context.Context, h house, dunwell string, e effort) (all []mailed, missing string, err error) {
	for _, open := range engines {
		p, err := peer.Start(recipient, 200)
		if err != nil {
			return nil, "", err
		}
		m, err := mailsOn(ctx, h, dunwell, e, p, open)
		p.Close()
		if errors.Is(err, storetest.ErrNoPostgres) {
			return all, noPostgres, nil
		}
		if err != nil {
			return nil, "", err
		}
		all = append(all, m)
	}
	return all, "", nil
}

func mailsOn(ctx context.Context, h house, dunwell string, e effort, p *peer.Peer, open opener) (mailed, error) {
	s, err := open(ctx, h, dunwell, "--smtp-url", p.URL(), "--workers", "0")
	if err != nil {
		return mailed{}, err
	}
	defer s.stop()
	m := mailed{Engine: s.engine}
	if err := s.mail(ctx, e, p, &m); err != nil {
		return mailed{}, fmt.Errorf("%s: %w\n%s", s.engine, err, s.tail())
	}
	return m, nil
}

// mail orders mails while nobody sends any, lets a fresh process send them, and orders more while it does.
func (s *instance) mail(ctx context.Context, e effort, p *peer.Peer, m *mailed) error {
	if err := s.drafts(ctx, e); err != nil {
		return err
	}
	quiet, err := s.order(ctx, e, 0)
	if err != nil {
		return err
	}
	s.process.stop()
	if m.Backlog, err = s.send(ctx, p, total(quiet)); err != nil {
		return err
	}
	busy, err := s.order(ctx, e, mailWorkers)
	if err != nil {
		return err
	}
	m.Orders = append(quiet, busy...)
	if err := arrived(ctx, p, total(m.Orders)); err != nil {
		return err
	}
	m.Prompt, err = s.promptly(ctx, e, p)
	return err
}

func total(all []ordered) (n int) {
	for _, o := range all {
		n += o.Requests
	}
	return n
}

// arrived waits for mails, and makes sure that it is each one of them that came, once.
func arrived(ctx context.Context, p *peer.Peer, n int) error {
	if _, err := p.Await(ctx, n); err != nil {
		return err
	}
	if taken, different := p.Taken(), p.Different(); taken != n || different != n {
		return fmt.Errorf("%d mails came, %d different ones, and %d were ordered", taken, different, n)
	}
	return nil
}

// send starts a process with workers, and waits until it has sent all there is.
func (s *instance) send(ctx context.Context, p *peer.Peer, n int) (b backlog, err error) {
	if err := s.run(ctx, "--smtp-url", p.URL(), "--workers", fmt.Sprint(mailWorkers)); err != nil {
		return b, err
	}
	first, err := p.Await(ctx, 1)
	if err != nil {
		return b, err
	}
	last, err := p.Await(ctx, n)
	if err != nil {
		return b, err
	}
	b = backlog{Mails: n, Took: last.Sub(first)}
	if b.Processor, err = s.processor(); err != nil {
		return b, err
	}
	if b.Peak, b.Program, err = s.peak(); err != nil {
		return b, err
	}
	if err := arrived(ctx, p, n); err != nil {
		return b, err
	}
	return b, b.floor(ctx, p.Sample())
}

// floor sends as many mails with go-mail alone, to a peer of its own: what no server can be faster than.
func (b *backlog) floor(ctx context.Context, messages [][]byte) error {
	for _, message := range messages {
		b.Size += int64(len(message))
	}
	b.Size /= int64(len(messages))
	p, err := peer.Start(recipient, 0)
	if err != nil {
		return err
	}
	defer p.Close()
	began := time.Now()
	err = peer.Deliver(ctx, p.Address(), recipient, messages, b.Mails, mailWorkers)
	b.Floor = time.Since(began)
	return err
}

// promptly orders mails one after the other, each when the one before has arrived.
func (s *instance) promptly(ctx context.Context, e effort, p *peer.Peer) (load.Result, error) {
	var took []time.Duration
	start := time.Now()
	for range e.prompt {
		began, n := time.Now(), p.Taken()
		if err := s.call(ctx, http.StatusOK, "/api/invoices/"+string(load.Digits(lettered))+"/resendInvoice", "{}"); err != nil {
			return load.Result{}, err
		}
		at, err := p.Await(ctx, n+1)
		if err != nil {
			return load.Result{}, err
		}
		took = append(took, at.Sub(began))
	}
	return load.Summarize(took, time.Since(start)), nil
}

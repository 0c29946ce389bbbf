package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RetryPolicy says how calls are repeated. Repeated are connections that break and attempts that time out, and the
// statuses 408, 429, 5xx but 501, and 409 while the first request with the same key still runs; never after the
// context of the call has ended.
type RetryPolicy struct {
	MaxAttempts   int           // the first included; 1: no retries; default 4
	BaseDelay     time.Duration // bound of the first wait, doubled by each further one; default 200 ms
	MaxDelay      time.Duration // bound of a wait; default 10 s. Up to these bounds a wait is random
	MaxRetryAfter time.Duration // bound of a wait the server asks for by Retry-After; default 1 min

	// Budget is how many retries the calls of a client may make together before successes must pay for more: each success gives
	// back a tenth of one. So a server that is down gets at most a tenth more requests. Default 100; negative: no limit.
	Budget int
}

var defaultRetry = RetryPolicy{MaxAttempts: 4, BaseDelay: 200 * time.Millisecond, MaxDelay: 10 * time.Second, MaxRetryAfter: time.Minute, Budget: 100}

// complete gives the policy with defaults for what is zero.
func (p RetryPolicy) complete() (RetryPolicy, error) {
	if p.MaxAttempts < 0 || p.BaseDelay < 0 || p.MaxDelay < 0 || p.MaxRetryAfter < 0 {
		return p, errors.New("WithRetry: only the budget may be negative")
	}
	if p.MaxAttempts == 0 {
		p.MaxAttempts = defaultRetry.MaxAttempts
	}
	if p.BaseDelay == 0 {
		p.BaseDelay = defaultRetry.BaseDelay
	}
	if p.MaxDelay == 0 {
		p.MaxDelay = defaultRetry.MaxDelay
	}
	if p.MaxRetryAfter == 0 {
		p.MaxRetryAfter = defaultRetry.MaxRetryAfter
	}
	if p.Budget == 0 {
		p.Budget = defaultRetry.Budget
	}
	p.Budget = min(max(p.Budget, -1), math.MaxInt/10) // it is counted in tenths
	return p, nil
}

// backoff bounds the wait after that many attempts.
func (p RetryPolicy) backoff(attempts int) time.Duration {
	d := p.BaseDelay
	for range attempts - 1 {
		if d > p.MaxDelay/2 {
			return p.MaxDelay
		}
		d *= 2
	}
	return min(d, p.MaxDelay)
}

// run tries until there is an answer, or another attempt would be of no use.
func (x *exchange) run() error {
	if x.ctx.Err() != nil {
		return x.unanswered(ended(x.ctx))
	}
	for {
		*x.response = Response{IdempotencyKey: x.response.IdempotencyKey, Attempts: x.response.Attempts + 1}
		err := x.try()
		if err == nil {
			x.client.budget.refund()
			return nil
		}
		wait, again := x.again(err)
		if !again {
			return err
		}
		x.client.log.LogAttrs(x.ctx, slog.LevelDebug, "an attempt failed and is repeated", slog.String("operation", x.op.ID),
			slog.Int("attempt", x.response.Attempts), slog.Duration("wait", wait), slog.String("error", err.Error()))
		if err := x.pause(wait, err); err != nil {
			return err
		}
	}
}

// again says whether to try again after err, and how long to wait.
func (x *exchange) again(err error) (time.Duration, bool) {
	attempts, most := x.response.Attempts, x.client.retry.MaxAttempts
	if x.settings.maxAttempts > 0 {
		most = x.settings.maxAttempts
	}
	if attempts >= most || x.ctx.Err() != nil || !x.repeatable() || !temporary(err) {
		return 0, false
	}
	wait := x.client.jitter(x.client.retry.backoff(attempts))
	var refused *Error
	if errors.As(err, &refused) && refused.RetryAfter > 0 {
		// Not before the time the server names, and not all at that time.
		wait = min(refused.RetryAfter, x.client.retry.MaxRetryAfter) + x.client.jitter(x.client.retry.BaseDelay)
	}
	if deadline, ok := x.ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return 0, false // what is known now is worth more than a deadline that was waited for
	}
	return wait, x.client.budget.take()
}

// repeatable says whether the operation may be repeated without doing anything twice.
func (x *exchange) repeatable() bool {
	switch x.op.Method {
	case http.MethodGet, http.MethodHead, http.MethodPut:
		return true
	}
	return x.response.IdempotencyKey != ""
}

// temporary says whether another attempt may end better.
func temporary(err error) bool {
	switch err := err.(type) { //nolint:errorlint // one that a consumer has wrapped is not to be tried again
	case *TransportError:
		return !distrusted(err)
	case *Error:
		switch err.Status {
		case http.StatusRequestTimeout, http.StatusTooManyRequests:
			return true
		case http.StatusConflict:
			return errors.Is(err, ErrIdempotencyInProgress)
		case http.StatusNotImplemented:
			return false
		}
		return err.Status >= 500
	}
	return false
}

// pause waits, or gives the error of the call if its context ends meanwhile.
func (x *exchange) pause(wait time.Duration, last error) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-x.ctx.Done():
		return x.unanswered(fmt.Errorf("%w while waiting to try again after: %w", ended(x.ctx), last))
	}
}

// noAnswer is the error of an attempt that got no answer.
func (x *exchange) noAnswer(ctx context.Context, err error) error {
	var credentials *credentialsError
	var refused *Error
	switch {
	case errors.As(err, &credentials):
		return fmt.Errorf("client: %s: %w", x.op.ID, err)
	case errors.As(err, &refused) && x.ctx.Err() == nil:
		return refused // a middleware's
	case ctx.Err() != nil && !(errors.Is(err, ctx.Err()) && errors.Is(err, context.Cause(ctx))):
		err = ended(ctx)
	}
	x.lost = x.lost || !unsent(err)
	return x.unanswered(err)
}

// unanswered is the error of a call that ends without an answer.
func (x *exchange) unanswered(err error) *TransportError {
	return &TransportError{Operation: x.op.ID, Attempts: x.response.Attempts, IdempotencyKey: x.response.IdempotencyKey,
		Sent: x.lost, Err: err, redact: x.redact}
}

// ended says why a context ended: by its error, and by the cause its maker gave.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// unsent says whether an attempt ended before there was a connection for it.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" || distrusted(err)
}

// distrusted says whether the server's certificate was refused, as it will be again.
func distrusted(err error) bool {
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &certificate)
}

// retryAfter reads Retry-After, seconds or a date; 0 if there is none. A date is compared with the server's own clock
// where it tells it.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil || errors.Is(err, strconv.ErrRange) { // it then is the nearest
		return time.Duration(max(seconds, 0)) * time.Second
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(date.Sub(now), 0)
}

// budget is what all calls of a client may spend on retries, in tenths of one.
type budget struct {
	mu   sync.Mutex
	left int
	full int // negative: no limit
}

func newBudget(retries int) *budget { return &budget{left: retries * 10, full: retries * 10} }

// take takes one retry, if there is one.
func (b *budget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full >= 0 && b.left < 10 {
		return false
	}
	b.left -= 10
	return true
}

// refund gives back a tenth of a retry for a success.
func (b *budget) refund() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+1, b.full)
}

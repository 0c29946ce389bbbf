package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// Clock is the server's idea of what day it is. In a sandbox it can be moved forward, and stays moved over restarts.
type Clock struct {
	now  func() time.Time
	file string // where the offset is kept; empty outside a sandbox

	mu     sync.Mutex
	offset time.Duration

	moving sync.Mutex // held by who moves it
}

// NewClock is a clock that nobody moves.
func NewClock(now func() time.Time) *Clock { return &Clock{now: now} }

// NewSandboxClock is a clock that can be moved. How far it was moved is kept in a file.
func NewSandboxClock(now func() time.Time, file string) (*Clock, error) {
	c := &Clock{now: now, file: file}
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return c, nil
	case err != nil:
		return nil, fmt.Errorf("sandbox clock: %w", err)
	}
	if c.offset, err = time.ParseDuration(strings.TrimSpace(string(text))); err != nil {
		return nil, fmt.Errorf("sandbox clock: %s does not hold a duration: %w", file, err)
	}
	return c, nil
}

// Now is the time, UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Add(c.offset).UTC()
}

// advance moves the clock to a later time. The new offset is on disk before it holds.
func (c *Clock) advance(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	offset, err := c.offsetTo(to)
	if err != nil {
		return err
	}
	if err := writeFile(c.file, offset.String()+"\n"); err != nil {
		return fmt.Errorf("sandbox clock: %w", err)
	}
	c.offset = offset
	return nil
}

// reach is advance for whoever was on the way to a time, which may have come by itself meanwhile.
func (c *Clock) reach(to time.Time) error {
	if err := c.advance(to); ar.KindOf(err) != ar.Conflict {
		return err
	}
	return nil
}

// check refuses what advance would refuse.
func (c *Clock) check(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.offsetTo(to)
	return err
}

func (c *Clock) offsetTo(to time.Time) (time.Duration, error) {
	now := c.now()
	if to.Before(now.Add(c.offset)) {
		return 0, ar.ConflictState("The clock does not go back.", ar.Detail{
			Error: "The time is before that of the clock.", Fields: []string{"now"}, Hint: "Send a time after the one the clock shows."})
	}
	offset := to.Sub(now)
	if !now.Add(offset).Equal(to) { // durations end after 292 years
		return 0, ar.InvalidField("now", "The time is too far away.", "Send a time of this century or the next.")
	}
	return offset, nil
}

// writeFile replaces a file, whole or not at all.
func writeFile(name, text string) (err error) {
	file, err := os.CreateTemp(filepath.Dir(name), ".clock-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if _, err := file.WriteString(text); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}

// SandboxClock reads the test clock. Outside a sandbox there is none.
func (a *App) SandboxClock(context.Context) (time.Time, error) {
	if a.clock.file == "" {
		return time.Time{}, noSandbox()
	}
	return a.clock.Now(), nil
}

// AdvanceSandboxClock moves the test clock forward. On its way it stops at every moment the schedule has a dunning run, and goes
// on when the run and its mails have ended: what comes of a year is the same whether the year is waited for or not. Should it
// fail on its way, the clock stands where it came to, and may be moved on.
func (a *App) AdvanceSandboxClock(ctx context.Context, to time.Time) (time.Time, error) {
	if a.clock.file == "" {
		return time.Time{}, noSandbox()
	}
	a.clock.moving.Lock() // two who move it would each leave out what the other passes
	defer a.clock.moving.Unlock()
	if err := a.clock.check(to); err != nil {
		return time.Time{}, err
	}
	if err := a.passRuns(ctx, to); err != nil {
		return time.Time{}, err
	}
	if err := a.clock.reach(to); err != nil {
		return time.Time{}, err
	}
	return a.clock.Now(), a.workDue(ctx)
}

func noSandbox() error {
	return &ar.Error{Kind: ar.NotFound, Code: ar.CodeNotFound, Message: "This server is not a sandbox",
		Details: []ar.Detail{{Error: "There is a test clock in a sandbox only.", Fields: []string{}, Hint: "Start the server with --sandbox."}}}
}

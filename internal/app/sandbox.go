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
	now := c.now()
	if to.Before(now.Add(c.offset)) {
		return ar.ConflictState("The clock does not go back.", ar.Detail{
			Error: "The time is before that of the clock.", Fields: []string{"now"}, Hint: "Send a time after the one the clock shows."})
	}
	offset := to.Sub(now)
	if !now.Add(offset).Equal(to) { // durations end after 292 years
		return ar.InvalidField("now", "The time is too far away.", "Send a time of this century or the next.")
	}
	if err := writeFile(c.file, offset.String()+"\n"); err != nil {
		return fmt.Errorf("sandbox clock: %w", err)
	}
	c.offset = offset
	return nil
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

// AdvanceSandboxClock moves the test clock forward.
func (a *App) AdvanceSandboxClock(_ context.Context, to time.Time) (time.Time, error) {
	if a.clock.file == "" {
		return time.Time{}, noSandbox()
	}
	if err := a.clock.advance(to); err != nil {
		return time.Time{}, err
	}
	return a.clock.Now(), nil
}

func noSandbox() error {
	return &ar.Error{Kind: ar.NotFound, Code: ar.CodeNotFound, Message: "This server is not a sandbox",
		Details: []ar.Detail{{Error: "There is a test clock in a sandbox only.", Fields: []string{}, Hint: "Start the server with --sandbox."}}}
}

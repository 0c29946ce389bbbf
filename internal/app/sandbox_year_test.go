package app_test

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// sandbox is a server with a clock that can be moved.
func sandbox(t *testing.T, engine storetest.Engine, workers int) *servertest.Server {
	t.Helper()
	still := storetest.NewClock()
	clock, err := app.NewSandboxClock(still.Now, filepath.Join(t.TempDir(), "clock"))
	if err != nil {
		t.Fatal(err)
	}
	return servertest.New(t, servertest.Config{Engine: engine, Clock: clock, Day: still, Workers: workers})
}

// must is what a test goes on with.
func must[T any](t *testing.T, of func() (T, error)) T {
	t.Helper()
	result, err := of()
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// owed makes an invoice of 100.00 that a business owes, due on 2026-03-16.
func owed(t *testing.T, s *servertest.Server, by app.Caller) {
	t.Helper()
	ctx := t.Context()
	must(t, func() (*ar.Identity, error) {
		return s.App.CreateIdentity(ctx, by, "K1", ar.IdentityChange{Kind: ar.Set(ar.Incorporate),
			Addresses: ar.Set([]ar.Address{{Company: "Kunde", City: "Berlin"}}), Emails: ar.Set([]ar.Email{{Kind: ar.ForDefault, Email: "kunde@example.com"}})}, nil)
	})
	items := []ar.Item{{Label: "A", Quantity: decimal.NewFromInt(1), Unit: "pc", Unitprice: decimal.NewFromInt(100)}}
	must(t, func() (*ar.Invoice, error) {
		return s.App.CreateInvoice(ctx, by, "K1", "RE1", ar.InvoiceChange{Netbased: ar.Set(true), Items: ar.Set(items)}, nil)
	})
	must(t, func() (app.Job, error) { return s.App.CommitInvoice(ctx, by, "RE1", app.Commit{}, nil) })
}

// A year that passes in one step has every notice on its day and its mail with it, whoever works beside it.
func TestSandboxYear(t *testing.T) {
	for _, engine := range storetest.Engines {
		for _, workers := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s/workers=%d", engine, workers), func(t *testing.T) {
				s := sandbox(t, engine, workers)
				by := app.System(servertest.Acme, store.ActorSystem)
				owed(t, s, by)
				if err := s.App.SetSettings(t.Context(), by.Merchant, "", ar.Settings{DunningAt: "06:30", Timezone: "Europe/Berlin"}); err != nil {
					t.Fatal(err)
				}
				to := storetest.Start.AddDate(0, 0, 70)
				if engine == storetest.SQLite && workers == 0 {
					to = storetest.Start.AddDate(1, 0, 0)
				}
				if now := must(t, func() (time.Time, error) { return s.App.AdvanceSandboxClock(t.Context(), to) }); !now.Equal(to) {
					t.Errorf("the clock shows %s", now)
				}
				d := must(t, func() (*app.Dunning, error) { return s.App.Dunning(t.Context(), by, "RE1") })
				var days []string
				for _, n := range slices.Backward(d.Notices) {
					days = append(days, fmt.Sprint(n.Level, " ", n.Issued.Format(time.DateOnly), " at ", n.Created.Format("15:04")))
				}
				want := []string{"1 2026-03-20 at 05:30", "2 2026-03-31 at 04:30", "3 2026-04-11 at 04:30", "4 2026-04-22 at 04:30", "5 2026-05-03 at 04:30"}
				if !slices.Equal(days, want) {
					t.Errorf("notices %q, want %q", days, want)
				}
				mailed(t, s, len(want)+1)
			})
		}
	}
}

// mailed waits until there are so many mails: the invoice's own has no run that waits for it.
func mailed(t *testing.T, s *servertest.Server, want int) {
	t.Helper()
	servertest.Until(t, fmt.Sprint(want, " mails are sent"), func() bool { return len(s.Mails(t)) == want })
}

// Where nothing is due, a year passes quickly, however many merchants have their daily run; and a run that was asked for is
// worked on its day, before the clock moves.
func TestSandboxPassesEmptyDays(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			s, ctx := sandbox(t, engine, 0), t.Context()
			by := app.System(servertest.Acme, store.ActorSystem)
			owed(t, s, by)
			run := must(t, func() (*ar.Run, error) { return s.App.StartRun(ctx, by, ar.Run{}, nil) })
			must(t, func() (time.Time, error) { return s.App.AdvanceSandboxClock(ctx, storetest.Start.AddDate(0, 6, 0)) })
			if run = must(t, func() (*ar.Run, error) { return s.App.Run(ctx, by, run.Number) }); run.State != ar.RunDone || run.Skipped != 1 || !run.Finished.Equal(storetest.Start) {
				t.Errorf("%+v", run)
			}
			for i, at := range []string{"06:30", "18:00"} {
				merchant := fmt.Sprint("m", i)
				if err := s.App.CreateMerchant(ctx, merchant, "M", "EUR"); err != nil {
					t.Fatal(err)
				}
				if err := s.App.SetSettings(ctx, merchant, "", ar.Settings{DunningAt: at}); err != nil {
					t.Fatal(err)
				}
			}
			must(t, func() (time.Time, error) { return s.App.AdvanceSandboxClock(ctx, storetest.Start.AddDate(0, 6, 30)) })
			for _, merchant := range []string{"m0", "m1"} { // 06:30 had passed on the first day, and 18:00 has not come on the last
				last := must(t, func() (*ar.Run, error) { return s.App.Run(ctx, app.System(merchant, store.ActorSystem), 30) })
				if !last.Scheduled || last.State != ar.RunDone {
					t.Errorf("%s: %+v", merchant, last)
				}
			}
		})
	}
}

// slow is a mail server that takes its time.
type slow struct {
	mail.Sender
	clock *storetest.Clock
	takes time.Duration
}

func (s slow) Send(ctx context.Context, e mail.Envelope, message io.Reader, ready func(context.Context) error) (ar.Outcome, error) {
	s.clock.Advance(s.takes)
	return s.Sender.Send(ctx, e, message, ready)
}

// The clock goes on while a run and its mails are worked; the run of another merchant whose time comes meanwhile is not left out.
func TestSandboxSkipsNoRunMeanwhile(t *testing.T) {
	still, ctx := storetest.NewClock(), t.Context()
	clock := must(t, func() (*app.Clock, error) { return app.NewSandboxClock(still.Now, filepath.Join(t.TempDir(), "clock")) })
	outbox := must(t, func() (mail.Sender, error) { return mail.OpenOutbox(t.TempDir()) })
	s := servertest.New(t, servertest.Config{Clock: clock, Mail: slow{outbox, still, 70 * time.Second}})
	owed(t, s, app.System(servertest.Acme, store.ActorSystem))
	for merchant, at := range map[string]string{servertest.Acme: "06:00", servertest.Rival: "06:01"} {
		if err := s.App.SetSettings(ctx, merchant, "", ar.Settings{DunningAt: at}); err != nil {
			t.Fatal(err)
		}
	}
	const days = 20 // today and 19 more; on one of them, acme sends a reminder
	must(t, func() (time.Time, error) {
		return s.App.AdvanceSandboxClock(ctx, storetest.Start.AddDate(0, 0, days-1))
	})
	for _, merchant := range []string{servertest.Acme, servertest.Rival} {
		runs := must(t, func() ([]ar.Run, error) {
			return s.App.Runs(ctx, app.System(merchant, store.ActorSystem), store.RunFilter{})
		})
		if len(runs) != days {
			t.Errorf("%s has had %d runs, want %d", merchant, len(runs), days)
		}
	}
}

// A clock that was moved on its way by nobody else refuses to go back, and has worked nothing for that.
func TestSandboxRefusesBeforeItWorks(t *testing.T) {
	s, ctx := sandbox(t, storetest.SQLite, 0), t.Context()
	by := app.System(servertest.Acme, store.ActorSystem)
	run := must(t, func() (*ar.Run, error) { return s.App.StartRun(ctx, by, ar.Run{}, nil) })
	if _, err := s.App.AdvanceSandboxClock(ctx, storetest.Start.Add(-time.Hour)); ar.KindOf(err) != ar.Conflict {
		t.Errorf("back: %v", err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := s.App.AdvanceSandboxClock(stopped, storetest.Start.Add(time.Hour)); err == nil {
		t.Error("it was moved for nobody")
	}
	if run = must(t, func() (*ar.Run, error) { return s.App.Run(ctx, by, run.Number) }); run.State != ar.RunQueued {
		t.Errorf("%+v", run)
	}
}

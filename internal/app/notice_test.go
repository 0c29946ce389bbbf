package app

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// midnight is that of a date.
func midnight(text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return day
}

// day moves the clock to the morning of a date.
func (b *bench) day(text string) { b.clock.Set(midnight(text).Add(8 * time.Hour)) }

// overdue makes a committed invoice RE1 of 1,000.00, due on 2026-05-31, of a business with an address for dunnings.
func (b *bench) overdue() {
	b.Helper()
	b.day("2026-05-17")
	_, err := b.CreateIdentity(b.Context(), by, "K1", ar.IdentityChange{
		Kind: ar.Set(ar.Incorporate), Addresses: ar.Set([]ar.Address{{Company: "Kunde", City: "Berlin"}}),
		Emails: ar.Set([]ar.Email{{Kind: ar.ForBilling, Email: "bills@example.com"}, {Kind: ar.ForDunning, Email: "dunned@example.com"}}),
	}, nil)
	b.no(err)
	b.bill("K1", "RE1", "1000")
	b.attempt(b.lastJob())
}

// aRun is the number of a run that has ended: what it is like is no matter of its notices.
func (b *bench) aRun() (number int64) {
	b.Helper()
	b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
		run := &ar.Run{Day: *today(&store.Merchant{}, tx.Now), State: ar.RunDone, Finished: &tx.Now}
		err := tx.InsertRun(run)
		number = run.Number
		return err
	}))
	return number
}

// entry is what a run of today would do about an invoice.
func (b *bench) entry(ref string) (e ar.PlanEntry, day time.Time) {
	b.Helper()
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return err
		}
		d, err := readDossier(tx, inv)
		if err != nil {
			return err
		}
		day = *today(d.merchant, tx.Now)
		e, err = d.plan(day)
		return err
	}))
	return e, day
}

// dun issues the notice of RE1 that is due today.
func (b *bench) dun() *ar.Notice {
	b.Helper()
	entry, day := b.entry("RE1")
	n, dropped, err := b.issue(b.Context(), by, proposal{b.aRun(), day, entry}, nil)
	b.no(err)
	if n == nil {
		b.Fatalf("%+v is dropped: %s", entry, dropped)
	}
	return n
}

// reminded is overdue, and reminded of it on the first day that it may be.
func (b *bench) reminded() *ar.Notice {
	b.Helper()
	b.overdue()
	b.day("2026-06-04")
	return b.dun()
}

// dunned is reminded, and dunned once more: it costs 40.00 and bears interest of 4.22.
func (b *bench) dunned() *ar.Notice {
	b.Helper()
	b.reminded()
	b.attempt(b.lastJob())
	b.day("2026-06-15")
	return b.dun()
}

func (b *bench) dunning() *Dunning {
	b.Helper()
	d, err := b.Dunning(b.Context(), by, "RE1")
	b.no(err)
	return d
}

// spoken is what a notice says, in one line.
func spoken(n *ar.Notice) string {
	texts := []string{fmt.Sprint("level ", n.Level), n.Issued.Format(time.DateOnly), "pay by " + n.PayBy.Format(time.DateOnly), "asks " + n.Asked().StringFixed(2)}
	for _, c := range []struct {
		name   string
		amount decimal.Decimal
	}{{"fee", n.Fee}, {"lump sum", n.Lumpsum}, {"interest", n.Interest}} {
		if !c.amount.IsZero() {
			texts = append(texts, c.name+" "+c.amount.StringFixed(2))
		}
	}
	if n.Final {
		texts = append(texts, "final")
	}
	return strings.Join(texts, ", ")
}

// Through the levels, each notice charges what it adds, and of interest the difference only. On 1,000.00 at 10.27 %, from July
// at 10.52 %: 15 days 4.2205; 26 days 7.3156; 30 and 7 days 10.4586; 30 and 18 days 13.6290.
func TestNoticesThroughTheLevels(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		for _, c := range []struct{ day, want string }{
			{"2026-06-04", "level 1, 2026-06-04, pay by 2026-06-11, asks 1000.00"},
			{"2026-06-15", "level 2, 2026-06-15, pay by 2026-06-22, asks 1044.22, lump sum 40.00, interest 4.22"},
			{"2026-06-26", "level 3, 2026-06-26, pay by 2026-07-03, asks 1049.82, fee 2.50, interest 3.10"},
			{"2026-07-07", "level 4, 2026-07-07, pay by 2026-07-14, asks 1055.46, fee 2.50, interest 3.14"},
			{"2026-07-18", "level 5, 2026-07-18, pay by 2026-07-23, asks 1061.13, fee 2.50, interest 3.17"},
		} {
			b.clock.Set(midnight(c.day).Add(-12 * time.Hour)) // noon of the day before
			if e, _ := b.entry("RE1"); e.Level != 0 || e.Guard != "G2" {
				b.Errorf("the day before %s: %+v", c.day, e)
			}
			b.day(c.day)
			next := b.dunning().Next
			n := b.dun()
			if got := spoken(n); got != c.want {
				b.Errorf("got  %s\nwant %s", got, c.want)
			}
			if !next.Date.Equal(n.Issued) || !next.Fee.Equal(n.Fee) || !next.Lumpsum.Equal(n.Lumpsum) || !next.Interest.Equal(n.Interest) {
				b.Errorf("announced was %+v", next)
			}
			b.owes(n.Asked().String(), ar.StateNone)
			if n.Claim != nil && (!n.Claim.Total.Equal(n.Asked()) || !n.Claim.Booked.Equal(n.Demand.Interest)) {
				b.Errorf("claimed are %s, interest %s of %s", n.Claim.Total, n.Claim.Booked, n.Demand.Interest)
			}
			b.attempt(b.lastJob())
		}
		if d := b.dunning(); d.Next != nil || d.Reason != "The last level of the procedure is reached." || len(d.Notices) != 5 || d.Notices[0].Level != 5 {
			b.Errorf("%+v", d)
		}
		b.verified()
	})
}

// A notice that is issued is a row, bookings, a letter in the journal, an event, a job and a mail, all of them once.
func TestANoticeIsIssuedOnce(t *testing.T) {
	each(t, func(b *bench) {
		b.reminded()
		b.attempt(b.lastJob())
		b.day("2026-06-15")
		entry, day := b.entry("RE1")
		run := b.aRun()
		issued := make([]*ar.Notice, 20)
		var all sync.WaitGroup
		for i := range issued {
			all.Go(func() {
				n, dropped, err := b.issue(b.Context(), by, proposal{run, day, entry}, nil)
				if err != nil || dropped != "" {
					b.Error(dropped, err)
				}
				issued[i] = n
			})
		}
		all.Wait()
		for _, n := range issued {
			if n == nil || n.ID != issued[0].ID {
				b.Errorf("%+v, and %+v", n, issued[0])
			}
		}
		if got := b.booked("RE1"); got != "lumpsum costs 40, interest interest 4.22" {
			b.Error(got)
		}
		events, letters, mails := b.traces("RE1")
		if events != 2 || letters != "invoice reminder dunning1" || mails != "invoice reminder dunning1" {
			b.Errorf("%d events, letters %s, mails %s", events, letters, mails)
		}
		if n, dropped, err := b.issue(b.Context(), by, proposal{b.aRun(), day, entry}, nil); n != nil || dropped == "" || err != nil {
			b.Errorf("another run: %+v, %q, %v", n, dropped, err)
		}
		b.verified()
	})
}

// traces are what notices leave about an invoice: how many events, which letters and which mails.
func (b *bench) traces(ref string) (events int, letters, mails string) {
	b.Helper()
	inv := b.voucher(ref)
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
		events, letters, mails = 0, "", ""
		log, err := tx.Events(inv.ID)
		if err != nil {
			return err
		}
		for _, e := range log {
			if e.Kind == eventDunned {
				events++
			}
		}
		communications, err := tx.Communications(inv.ID)
		if err != nil {
			return err
		}
		for _, c := range communications {
			if c.Kind != ar.CommEmail {
				letters += " " + string(c.Kind)
			}
		}
		deliveries, err := tx.Deliveries(inv.ID)
		for _, d := range deliveries {
			mails += " " + string(d.Kind)
		}
		return err
	}))
	return events, strings.TrimSpace(letters), strings.TrimSpace(mails)
}

// What happens between the printing of a letter and its issue decides: the notice is dropped, and nothing is left of it.
func TestNoticeIsDropped(t *testing.T) {
	each(t, func(b *bench) {
		n := b.dunned()
		b.attempt(Job(n.Job))
		b.day("2026-06-26")
		run := b.aRun()
		hold := &ar.Hold{}
		for _, c := range []struct {
			name       string
			meanwhile  func() error
			afterwards func() error
			want       string
		}{
			{"promised", func() error {
				until := midnight("2026-06-30")
				made, err := b.CreateHold(b.Context(), by, ar.Hold{Invoice: "RE1", Kind: ar.HoldPromise, Reason: "Phoned", From: midnight("2026-06-26"), Until: &until}, nil)
				hold = made
				return err
			}, func() error {
				_, err := b.LiftHold(b.Context(), by, hold.ID, nil)
				return err
			}, "The next notice is not due before 2026-07-01."},
			{"partly paid", func() error { return b.pay("0.01") }, nil, "The notice would ask for"},
			{"paid", func() error { return b.pay("2000") }, nil, "The invoice is paid."},
		} {
			entry, day := b.entry("RE1")
			before := b.written()
			var met bool
			m := b.meanwhile(func(storing) {
				if !met {
					met = true
					b.no(c.meanwhile())
					before = b.written()
				}
			})
			n, dropped, err := b.issue(b.Context(), by, proposal{run, day, entry}, nil)
			if n != nil || !strings.HasPrefix(dropped, c.want) || err != nil || !met {
				b.Errorf("%s: %+v, %q, %v", c.name, n, dropped, err)
			}
			if after := b.written(); after != before {
				b.Errorf("%s: %s became %s", c.name, before, after)
			}
			b.App.files = m.Store
			if c.afterwards != nil {
				b.no(c.afterwards())
			}
		}
		if inv := b.voucher("RE1"); inv.Dunninglevel != 2 {
			b.Errorf("level %d", inv.Dunninglevel)
		}
		b.verified()
	})
}

// What of a letter is no matter of the amounts may change while it is printed: it is printed again, and what is issued is
// what is on the second.
func TestNoticeIsPrintedAgain(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.overdue()
		b.day("2026-06-04")
		m := b.meanwhile(func(s storing) {
			if s.n == 1 {
				_, _, err := b.UpsertIdentity(b.Context(), by, "K1", ar.IdentityChange{Number: ar.Set("4711")}, Seen{})
				b.no(err)
			}
		})
		b.dun()
		if n := m.puts.Load(); n != 2 {
			b.Errorf("%d letters", n)
		}
		b.verified()
	})
}

// A case that is changed again and again is left to the next run: others wait.
func TestNoticeOfACaseThatKeepsChanging(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.overdue()
		b.day("2026-06-04")
		m := b.meanwhile(func(s storing) {
			_, _, err := b.UpsertIdentity(b.Context(), by, "K1", ar.IdentityChange{Number: ar.Set(fmt.Sprint(s.n))}, Seen{})
			b.no(err)
		})
		entry, day := b.entry("RE1")
		n, dropped, err := b.issue(b.Context(), by, proposal{b.aRun(), day, entry}, nil)
		if n != nil || dropped != "The case was being changed by others all the time." || err != nil || m.puts.Load() != printings {
			b.Errorf("%+v, %q, %v after %d letters", n, dropped, err, m.puts.Load())
		}
		b.verified()
	})
}

// Nobody is mailed without an address, and a letter is posted by hand.
func TestChannelsOfANotice(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		b.customer()
		b.stands("The customer has no e-mail address.", 0) // also before it is time
		if e, _ := b.entry("RE1"); e.Guard != "" || e.Reason != "The customer has no e-mail address." {
			b.Errorf("%+v", e)
		}
		b.day("2026-06-04")
		b.stands("The customer has no e-mail address.", 0)
		if e, _ := b.entry("RE1"); e.Level != 0 || e.Reason != "The customer has no e-mail address." {
			b.Errorf("%+v", e)
		}
		_, _, err := b.UpsertIdentity(b.Context(), by, "K1", ar.IdentityChange{Detail: ar.IdentityDetailChange{Dunning: ar.DunningChange{DeliveryKind: ar.Set(ar.DeliverLetter)}}}, Seen{})
		b.no(err)
		b.stands("level 1 on 2026-06-04", 0)
		n := b.dun()
		job := b.status(Job(n.Job))
		if n.DeliveryKind != ar.DeliverLetter || job.State != ar.JobDone || job.Kind != ar.JobNotice || job.Result != "The letter is to be printed and posted." || len(job.Deliveries) != 0 {
			b.Errorf("%+v", job)
		}
		if name := b.latest("RE1", ar.CommReminder).name; name != "RE-2026-0001-reminder.pdf" {
			b.Error(name)
		}
		b.verified()
	})
}

// Interest that was paid and is owed no more, because money is found to have come in time, may be more than what is still open.
func TestNoticeThatAsksForNothing(t *testing.T) {
	day, payment := midnight("2026-06-26"), "1"
	issued, due := midnight("2026-05-17"), midnight("2026-05-31")
	c := &store.Case{
		Invoice: &ar.Invoice{Kind: ar.KindInvoice, Currency: "EUR", Committed: &issued, Issued: &issued, Due: &due, Dunninglevel: 1,
			Totals: ar.Totals{Gross: decimal.NewFromInt(1000)}, Unpaid: decimal.New(1, -2)},
		Debtor: &ar.Identity{Kind: ar.Individual, Emails: []ar.Email{{Email: "dunned@example.com"}}},
		Cycle:  &ar.DunningCycle{Level: 1, Since: midnight("2026-06-04"), Procedure: &ar.DefaultProcedure},
		Bookings: []ar.Booking{
			{ID: "1", Kind: ar.BookInterest, Part: ar.PartInterest, Amount: decimal.NewFromInt(10), Valuedate: midnight("2026-06-15")},
			{ID: "2", Kind: ar.BookPayment, Transaction: &payment, Part: ar.PartInterest, Amount: decimal.NewFromInt(-10), Valuedate: midnight("2026-06-15")},
			{ID: "3", Kind: ar.BookPayment, Transaction: &payment, Part: ar.PartPrincipal, Amount: decimal.New(-99999, -2), Valuedate: due},
		},
	}
	const want = "What is open is covered by interest that was paid and is not owed."
	d := newDossier(&store.Merchant{}, c)
	if step, obstacles, err := d.step(day); step != nil || len(obstacles) != 1 || obstacles[0].Text != want || err != nil {
		t.Errorf("%+v, %+v, %v", step, obstacles, err)
	}
	if e, err := d.plan(day); e.Level != 0 || e.Reason != want || err != nil {
		t.Errorf("%+v, %v", e, err)
	}
}

// A case keeps the procedure of its first notice (G9), through modifyDunning too; and a base date that moves is no notice.
func TestModifyDunningAfterANotice(t *testing.T) {
	each(t, func(b *bench) {
		b.reminded()
		b.attempt(b.lastJob())
		own := ar.DefaultProcedure
		own.Levels = slices.Clone(own.Levels[:3])
		own.Levels[1].Grace = 30
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Dunning: &own}))
		b.day("2026-06-06")
		if next := b.dunning().Next; next == nil || next.Date.Format(time.DateOnly) != "2026-06-15" {
			b.Errorf("%+v", next)
		}
		start := midnight("2026-06-01")
		_, err := b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Start: &start}, nil)
		b.no(err)
		if next := b.dunning().Next; next == nil || next.Level != 2 || next.Date.Format(time.DateOnly) != "2026-06-15" {
			b.Errorf("with another base date: %+v", next)
		}
		b.verified()
		level := 0
		_, err = b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Level: &level}, nil)
		b.no(err)
		n := b.dun() // of the merchant's procedure now, in another cycle
		if n.Level != 1 || n.Cycle != 2 || len(n.Procedure.Levels) != 3 {
			b.Errorf("%+v", n)
		}
		b.verified()
	})
}

package app

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/store"
)

// What users of other systems complain of most: dunned twice, or after they had paid; fees that a payment makes go away; a figure
// that is another one wherever one looks.

// levelDays are the first days on which the notices of an invoice due on 2026-05-31 may be issued, if none is late.
var levelDays = []string{"2026-06-04", "2026-06-15", "2026-06-26", "2026-07-07", "2026-07-18"}

// schedule lets runs begin at 06:30 in Berlin.
func (b *bench) schedule() {
	b.Helper()
	b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{DunningAt: "06:30", Timezone: "Europe/Berlin"}))
}

// morning moves the clock to 06:30 in Berlin.
func (b *bench) morning(day string) { b.clock.Set(midnight(day).Add(4*time.Hour + 30*time.Minute)) }

// noticesTo counts the mails that left for those who are dunned.
func (b *bench) noticesTo() (n int) {
	b.Helper()
	for _, message := range b.mails() {
		if strings.Contains(message, "dunned@example.com") {
			n++
		}
	}
	return n
}

// Two processes, with all their schedulers and workers, go through three levels: there is one notice of each, one mail, one fee and
// one lump sum.
func TestTwoSchedulersDunOnce(t *testing.T) {
	const invoices, levels = 3, 3
	each(t, func(b *bench) {
		b.arrears(invoices)
		b.schedule()
		outbox := b.outbox
		other := New(b.config(b.App.files))
		other.mail, b.outbox = b.App.mail, outbox
		both := []*App{b.App, other}
		for _, a := range both {
			b.no(a.Start(b.Context()))
		}
		for level, day := range levelDays[:levels] {
			b.morning(day)
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					if err := both[i%2].startScheduled(b.Context()); err != nil {
						b.Error(err)
					}
				})
			}
			all.Wait()
			b.await("all are dunned, and the run has ended", func() bool {
				due, err := b.db.DueRuns(b.Context(), b.elapsed.Now().Add(time.Hour), 1)
				b.no(err)
				return b.noticesTo() >= invoices*(level+1) && len(due) == 0
			})
		}
		for _, a := range both {
			b.no(a.Stop(b.Context()))
		}
		b.no(b.workOrders(b.Context())) // what was left
		if n := b.noticesTo(); n != invoices*levels {
			b.Errorf("%d mails, want %d", n, invoices*levels)
		}
		for i := range invoices {
			ref := fmt.Sprint("RE", i+1)
			if events, letters, mails := b.traces(ref); events != levels || letters != "invoice reminder dunning1 dunning2" || mails != "invoice reminder dunning1 dunning2" {
				b.Errorf("%s: %d times, letters %s, mails %s", ref, events, letters, mails)
			}
		}
		if got := b.booked("RE1"); got != "lumpsum costs 40, interest interest 4.22, fee costs 2.5, interest interest 3.1" {
			b.Errorf("booked %s", got)
		}
		b.verified()
	})
}

// Fees and interest are owed until they are paid, whatever becomes of the principal: and then nobody is dunned for them, nor do they
// bear interest.
func TestFeesSurviveThePrincipal(t *testing.T) {
	const costs = "49.82" // 40.00 and 2.50, and interest of 7.32
	for name, settle := range map[string]func(*bench) error{
		"by a payment": func(b *bench) error {
			day := midnight("2026-06-26")
			_, err := b.CreateTransaction(b.Context(), by, ar.Transaction{Amount: decimal.NewFromInt(1000), Currency: "EUR", Valuedate: day, Bookingdate: day,
				Label: "RE-2026-0001 ohne Mahnkosten"}, []ar.Assignment{part("RE1", "1000")}, nil)
			return err
		},
		"by a credit note": func(b *bench) error {
			_, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Netbased: ar.Set(true), Items: items("1000")})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(b *bench) {
				b.schedule()
				b.dunned()
				b.no(b.workOrders(b.Context()))
				b.day("2026-06-26")
				b.dun()
				b.no(b.workOrders(b.Context()))
				b.no(settle(b))
				b.owes(costs, ar.StateNone)
				b.sameEverywhere()
				before, mails := b.booked("RE1"), b.noticesTo()
				for _, day := range []string{"2026-07-07", "2026-12-24", "2027-06-26"} {
					b.morning(day)
					b.no(b.workDue(b.Context()))
					b.owes(costs, ar.StateNone)
					if claim, err := b.App.Claim(b.Context(), by, "RE1", nil); err != nil || claim.Total.StringFixed(2) != costs {
						b.Errorf("on %s %+v, %v", day, claim, err)
					}
					if d := b.dunning(); d.Next != nil || d.Reason != "No principal is open." {
						b.Errorf("on %s: %+v, %s", day, d.Next, d.Reason)
					}
				}
				if b.booked("RE1") != before || b.noticesTo() != mails {
					b.Errorf("dunned for costs: %s, %d mails", b.booked("RE1"), b.noticesTo())
				}
				b.no(b.pay(costs))
				b.owes("0", ar.StatePaid)
				b.sameEverywhere()
			})
		})
	}
}

// All who are to be dunned pay: some while the run prints its first letter, some when their notices wait to be mailed. Not one
// mail leaves after its money is there, and nobody owes more for having been dunned.
func TestNobodyWhoHasPaidIsDunned(t *testing.T) {
	const early, invoices = 3, 6
	each(t, func(b *bench) {
		b.arrears(invoices)
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		pay := func(from, to int) {
			var all sync.WaitGroup
			for i := from; i <= to; i++ {
				all.Go(func() {
					if _, err := b.moves("1000", part(fmt.Sprint("RE", i), "1000")); err != nil {
						b.Error(err)
					}
				})
			}
			all.Wait()
		}
		m := b.meanwhile(func(s storing) {
			if s.n == 1 { // the plan is made
				pay(1, early)
			}
		})
		run := b.worked(b.start(ar.Run{}).Number)
		if run.State != ar.RunDone || run.Notices != invoices || run.Dropped != early || run.Issued != invoices-early {
			b.Errorf("%+v", run)
		}
		b.App.files = m.Store
		pay(early+1, invoices)
		b.no(b.workOrders(b.Context()))
		for _, m := range peer.Messages() {
			if strings.Contains(string(m.Data), "dunned@example.com") {
				b.Errorf("a notice left: %.200s", m.Data)
			}
		}
		for i := range invoices {
			b.owesOf(fmt.Sprint("RE", i+1), "0")
		}
		b.morning("2026-06-15")
		if next := b.worked(b.start(ar.Run{}).Number); next.Notices != 0 {
			b.Errorf("the next run: %+v", next)
		}
		b.verified()
	})
}

// A step that somebody asks for is the one that the schedule would have taken: the same notice, charges, dates and letter, at every
// level.
func TestAStepByHandIsThatOfTheSchedule(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(2)
		b.schedule()
		for level, day := range levelDays {
			b.morning(day)
			b.clock.Advance(-time.Hour)
			if run := b.worked(b.start(ar.Run{Invoices: []string{"RE1"}}).Number); run.Issued != 1 || run.Skipped != 0 {
				b.Fatalf("level %d by hand: %+v", level+1, run)
			}
			b.morning(day)
			b.no(b.workDue(b.Context()))
			byHand, scheduled := b.newest("RE1"), b.newest("RE2")
			if spoken(byHand) != spoken(scheduled) || byHand.Level != level+1 || byHand.Run == scheduled.Run {
				b.Errorf("by hand %s, by the schedule %s", spoken(byHand), spoken(scheduled))
			}
			if a, c := claimText(byHand), claimText(scheduled); a != c {
				b.Errorf("level %d: by hand %s, by the schedule %s", level+1, a, c)
			}
			written := func(ref, number string) string {
				text := strings.Join(strings.Fields(b.letterText(ref, ar.NoticeDocument(level+1))), " ")
				return creditorReference.ReplaceAllString(strings.ReplaceAll(text, number, "RE"), "RF")
			}
			if a, c := written("RE1", "RE-2026-0001"), written("RE2", "RE-2026-0002"); a != c || !strings.Contains(a, german(byHand.Asked())) {
				b.Errorf("level %d: by hand\n%s\nby the schedule\n%s", level+1, a, c)
			}
		}
		if a, c := b.booked("RE1"), b.booked("RE2"); a != c {
			b.Errorf("by hand %s, by the schedule %s", a, c)
		}
		b.sameEverywhere()
		b.verified()
	})
}

// newest is the last notice about an invoice.
func (b *bench) newest(ref string) *ar.Notice {
	b.Helper()
	d, err := b.Dunning(b.Context(), by, ref)
	b.no(err)
	if len(d.Notices) == 0 {
		b.Fatalf("%s has no notice: %s", ref, d.Reason)
	}
	return &d.Notices[0]
}

// claimText is how the interest of a notice came about.
func claimText(n *ar.Notice) string {
	if n.Claim == nil {
		return ""
	}
	text := fmt.Sprint(n.Claim.Principal, n.Claim.Costs, n.Claim.Interest, n.Claim.Total)
	for _, p := range n.Claim.Periods {
		text += fmt.Sprintf("; %s-%s %d %s", p.From.Format(time.DateOnly), p.To.Format(time.DateOnly), p.Days, p.Amount)
	}
	return text
}

// letterText is what is written on the newest letter of a kind.
func (b *bench) letterText(ref string, kind ar.CommunicationKind) string {
	b.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		b.Fatalf("%v; install Debian's poppler-utils", err)
	}
	read := exec.Command("pdftotext", "-layout", "-", "-")
	read.Stdin = strings.NewReader(b.latest(ref, kind).content)
	text, err := read.Output()
	b.no(err)
	return string(text)
}

// creditorReference is how a letter writes what is computed from the number of its invoice.
var creditorReference = regexp.MustCompile(`RF[0-9]{2}( [0-9A-Z]{1,4})+`)

// What is owed is the same wherever one looks, at every stage of a case.
func TestTheBalanceIsTheSameEverywhere(t *testing.T) {
	each(t, func(b *bench) {
		b.no(b.SetWebhook(b.Context(), by.Merchant, "https://billing.example.com/hook"))
		b.overdue()
		b.sameEverywhere()
		for _, stage := range []struct {
			name, day string
			happens   func() error
			unpaid    string
		}{
			{"paid in part", "2026-06-01", func() error { return b.pay("100") }, "900"},
			{"reminded", "2026-06-04", func() error { b.dun(); return nil }, "900"},
			{"dunned", "2026-06-15", func() error { b.dun(); return nil }, "943.83"},
			{"held", "2026-06-16", func() error { b.holds(dispute("50")); return nil }, "943.83"},
			{"dunned for the rest", "2026-06-26", func() error { b.dun(); return nil }, "949.11"},
			{"paid as the law has it", "2026-06-27", func() error { return b.pay("100") }, "849.11"},
			{"credited", "2026-06-28", func() error {
				_, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Netbased: ar.Set(true), Items: items("49.11")})
				return err
			}, "800"},
			{"returned", "2026-06-29", func() error { _, err := b.moves("-100", part("RE1", "-100")); return err }, "900"},
			{"paid", "2026-06-30", func() error { return b.pay("900") }, "0"},
		} {
			b.day(stage.day)
			b.no(stage.happens())
			b.no(b.workOrders(b.Context()))
			if got := b.sameEverywhere(); !got.Equal(decimal.RequireFromString(stage.unpaid)) {
				b.Errorf("%s: %s are unpaid, want %s", stage.name, got, stage.unpaid)
			}
			b.verified()
		}
	})
}

// sameEverywhere fails unless what is unpaid on RE1 is the same on every path that tells of it, and gives it.
func (b *bench) sameEverywhere() decimal.Decimal {
	b.Helper()
	inv := b.voucher("RE1")
	want := inv.Unpaid
	same := func(where string, got decimal.Decimal) {
		b.Helper()
		if !got.Equal(want) {
			b.Errorf("%s: %s are unpaid, of the invoice %s", where, got, want)
		}
	}
	account, err := b.Account(b.Context(), by, "RE1")
	b.no(err)
	same("listPayments", ar.BalanceOf(inv.Totals.Gross, account.Bookings).Unpaid)
	claim, err := b.App.Claim(b.Context(), by, "RE1", nil)
	b.no(err)
	same("getClaim", claim.Total.Sub(claim.Uncharged()))
	for op, rows := range map[ar.Op]int{ar.Eq: 1, ar.Gte: 1, ar.Lte: 1, ar.Gt: 0, ar.Lt: 0, ar.Ne: 0} {
		where := []ar.Condition{{Field: ar.FieldUnpaid, Op: op, Values: []any{want}}, {Field: ar.FieldReference, Op: ar.Eq, Values: []any{"RE1"}}}
		list, err := b.Invoices(b.Context(), by, ar.KindInvoice, ar.Page{Size: 10, Number: 1, Where: where})
		b.no(err)
		of, err := b.InvoicesOf(b.Context(), by, "K1", store.Span{Where: where})
		b.no(err)
		if len(list.Rows) != rows || len(of) != rows {
			b.Errorf("lists with unpaid %s %s: %d and %d rows", op, want, len(list.Rows), len(of))
		}
		for _, row := range list.Rows {
			same("listInvoices", row.Unpaid)
		}
	}
	d := b.dunning()
	same("getDunning", d.Invoice.Unpaid)
	same("the state", map[bool]decimal.Decimal{true: decimal.Zero, false: want}[inv.State() == ar.StatePaid])
	if len(d.Notices) > 0 && len(d.Notices[0].Bookings) == len(account.Bookings) { // nothing was booked since
		b.sameOnNotice(&d.Notices[0], want)
	}
	b.sameToldLater(want)
	return want
}

// sameOnNotice looks at what a notice says after which nothing was booked, on paper and by mail.
func (b *bench) sameOnNotice(n *ar.Notice, unpaid decimal.Decimal) {
	b.Helper()
	if !n.Demand.Unpaid.Equal(unpaid) || n.Claim != nil && !n.Claim.Total.Equal(unpaid) {
		b.Errorf("the notice: %s are unpaid, claimed %+v; of the invoice %s", n.Demand.Unpaid, n.Claim, unpaid)
	}
	asked := german(n.Asked())
	if text := b.letterText("RE1", ar.NoticeDocument(n.Level)); !strings.Contains(text, asked) {
		b.Errorf("the letter does not ask for %s:\n%s", asked, text)
	}
	d := b.delivery(Job(n.Job))
	for _, message := range b.mails() {
		if strings.Contains(message, "<"+d.MessageID+">") && !strings.Contains(strings.ReplaceAll(message, "=\r\n", ""), asked) {
			b.Errorf("the mail does not ask for %s", asked)
		}
	}
}

// german is an amount as letters have it.
func german(d decimal.Decimal) string {
	whole, cents, _ := strings.Cut(d.StringFixed(2), ".")
	if len(whole) > 3 {
		whole = whole[:len(whole)-3] + "." + whole[len(whole)-3:]
	}
	return whole + "," + cents
}

// sameToldLater has a job end now, and looks at what the merchant's webhook is told, if there is one.
func (b *bench) sameToldLater(unpaid decimal.Decimal) {
	b.Helper()
	m, err := b.Merchant(b.Context(), by.Merchant)
	b.no(err)
	if m.Webhook.URL == "" {
		return
	}
	job := b.resend()
	b.attempt(job)
	told := b.status(job).Callbacks
	var body struct{ Unpaid json.Number }
	if len(told) != 1 {
		b.Fatalf("%d callbacks", len(told))
	}
	b.no(json.Unmarshal(told[0].Body, &body))
	if got := decimal.RequireFromString(body.Unpaid.String()); !got.Equal(unpaid) {
		b.Errorf("the webhook: %s are unpaid, of the invoice %s", got, unpaid)
	}
}

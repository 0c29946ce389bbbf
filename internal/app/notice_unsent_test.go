package app

import (
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// withhold lets the mail of a notice of today be kept back by a hold, which is over then.
func (b *bench) withhold(n *ar.Notice) {
	b.Helper()
	hold := b.holds(ar.Hold{Invoice: "RE1", Kind: ar.HoldBlock})
	if d := b.attempt(Job(n.Job)); d.State != ar.DeliverySuppressed {
		b.Fatalf("%+v", d)
	}
	b.lift(hold)
}

// A letter cites notices that have left, and no others: who never got one is dunned for the first time, whatever the level.
func TestLettersCiteWhatHasLeft(t *testing.T) {
	const despite, puts, inDefault = "Trotz unseres Schreibens vom ", "kommen Sie durch diese Mahnung in Verzug", "befinden sich mit der Zahlung in Verzug"
	leaves := func(b *bench, n *ar.Notice) { b.attempt(Job(n.Job)) }
	withheld := (*bench).withhold
	waits := func(*bench, *ar.Notice) {}
	for _, c := range []struct {
		name          string
		first, second func(*bench, *ar.Notice) // what becomes of the mails of the reminder and of the first dunning
		says, not     []string
	}{
		{"both left", leaves, leaves, []string{despite + "15.06.2026", inDefault}, []string{puts}},
		{"dunning withheld", leaves, withheld, []string{despite + "04.06.2026", puts}, []string{inDefault}},
		{"both withheld", withheld, withheld, []string{puts}, []string{despite, inDefault}},
		{"dunning waits", leaves, waits, []string{despite + "04.06.2026", puts}, []string{inDefault}},
	} {
		t.Run(c.name, func(t *testing.T) {
			on(t, storetest.SQLite, func(b *bench) {
				c.first(b, b.reminded())
				b.day("2026-06-15")
				c.second(b, b.dun())
				b.day("2026-06-26")
				b.dun()
				text := strings.Join(strings.Fields(b.letterText("RE1", ar.CommDunning2)), " ")
				for _, what := range c.says {
					if !strings.Contains(text, what) {
						t.Errorf("“%s” is not said:\n%s", what, text)
					}
				}
				for _, what := range c.not {
					if strings.Contains(text, what) {
						t.Errorf("“%s” is said:\n%s", what, text)
					}
				}
				b.verified()
			})
		})
	}
}

// A letter that is posted by hand has no mail, and is cited.
func TestLettersCiteLetters(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.overdue()
		b.no(wished(ar.DunningChange{DeliveryKind: ar.Set(ar.DeliverLetter)})(b))
		b.day("2026-06-04")
		b.dun()
		b.day("2026-06-15")
		b.dun()
		if text := strings.Join(strings.Fields(b.letterText("RE1", ar.CommDunning1)), " "); !strings.Contains(text, "Trotz unseres Schreibens vom 04.06.2026") {
			t.Error(text)
		}
	})
}

// Who collects is told which notices have not left; their charges are in the claim.
func TestStatementSaysWhatHasNotLeft(t *testing.T) {
	each(t, func(b *bench) {
		b.withhold(b.dunned())
		b.collections = b.TempDir()
		b.collect(ar.CollectionSettings{Folder: "inkasso"})
		level := 5
		_, err := b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Level: &level}, nil)
		b.no(err)
		b.day("2026-08-15")
		if dropped := b.collected(b.aRun()); dropped != "" {
			b.Fatal(dropped)
		}
		told := b.dunning().Handover.Claim.Notices
		if len(told) != 2 || told[0].Mail != "" || told[1].Mail != ar.DeliverySuppressed {
			b.Errorf("%+v", told)
		}
		b.verified()
	})
}

package letter

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
)

func TestRenderNoticeRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(*Notice)
		want   error
	}{
		"good":      {func(*Notice) {}, nil},
		"canceled":  {func(n *Notice) { n.Invoice.Cancelationdate = day("2025-07-02") }, ErrCanceled},
		"no number": {func(n *Notice) { n.Invoice.Number = "" }, ErrIncomplete},
		"never due": {func(n *Notice) { n.Invoice.Due = nil }, ErrIncomplete},
		"paid":      {func(n *Notice) { n.Notice.Demand = ar.Balance{} }, ErrNothingAsked},
		"disputed":  {func(n *Notice) { n.Notice.Disputed = n.Notice.Demand.Unpaid }, ErrNothingAsked},
	}
	for name, test := range tests {
		n := notices(t, "de")[2]
		test.change(&n)
		if _, err := RenderNotice(n); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// A notice is dated when it was issued, which the invoice was long before.
func TestNoticeSaysWhenItWasIssued(t *testing.T) {
	n := notices(t, "de")[3]
	one, err := RenderNotice(n)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(one, []byte("/CreationDate (D:20250715000000)")) {
		t.Error("the document is of another day")
	}
	if two, _ := RenderNotice(n); !bytes.Equal(one, two) {
		t.Error("the same notice twice has other bytes")
	}
}

// reading is the text of a letter as it is read, line after line.
func reading(c *composer) string {
	var b strings.Builder
	for _, p := range c.pages {
		for _, t := range p.texts {
			b.WriteString(strings.ReplaceAll(t.s, "\u00a0", " ") + " ")
		}
	}
	return b.String()
}

// What no lawyer wants to read: default in a reminder, a threat that is not meant, a rule that is not the debt's.
func TestWhatNoticesSay(t *testing.T) {
	for _, locale := range []string{"de", "en"} {
		say := map[string]struct{ inDefault, puts, handOver, rule string }{
			"de": {"befinden sich mit der Zahlung in Verzug", "kommen Sie durch diese Mahnung in Verzug (§ 286 BGB)", "Einziehung", "BGB"},
			"en": {"You are in default", "this demand puts you in default (section 286 BGB)", "collection", "BGB"},
		}[locale]
		for level, n := range notices(t, locale) {
			if level == 0 {
				continue
			}
			for _, final := range []bool{false, true} {
				n.Notice.Final = final
				text := reading(composeNotice(n))
				for what, want := range map[string]bool{say.inDefault: level > 2, say.puts: level == 2, say.handOver: final, say.rule: level > 1} {
					if strings.Contains(text, what) != want {
						t.Errorf("%s, level %d, final %v: “%s” is said: %v\n%s", locale, level, final, what, !want, text)
					}
				}
			}
		}
	}
}

// A level that was set by hand has had no notice: nobody has put the debtor in default yet.
func TestFirstNoticeOfALaterLevel(t *testing.T) {
	n := notices(t, "de")[4]
	n.Previous = nil
	if text := reading(composeNotice(n)); !strings.Contains(text, "kommen Sie durch diese Mahnung in Verzug") || strings.Contains(text, "Trotz") {
		t.Error(text)
	}
}

func TestNoticeTitle(t *testing.T) {
	tests := []struct {
		locale string
		level  int
		final  bool
		own    string // in German
		want   string
	}{
		{"de-AT", 1, false, "", "Zahlungserinnerung"},
		{"de", 2, false, "", "Mahnung"},
		{"de", 3, false, "", "2. Mahnung"},
		{"de", 5, false, "", "Letzte Mahnung"},
		{"de", 3, true, "", "Letzte Mahnung"},
		{"de", 1, true, "", "Zahlungserinnerung"},
		{"en", 4, false, "", "Third demand for payment"},
		{"fr", 3, true, "", "Final demand for payment"},
		{"de", 2, false, "Freundliche\nMahnung", "Freundliche Mahnung"},
		{"en", 2, false, "Freundliche Mahnung", "Demand for payment"},
	}
	for _, test := range tests {
		n := &ar.Notice{Level: test.level, Final: test.final}
		n.Procedure.Levels = make([]ar.ProcedureLevel, test.level)
		n.Procedure.Levels[test.level-1].Texts = map[string]ar.NoticeText{"de": {Title: test.own}}
		if got := NoticeTitle(test.locale, n); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

// Without a code the account stands in the sentence; without an account the reference does.
func TestDemandWithoutCode(t *testing.T) {
	for iban, want := range map[string]string{
		acme.IBAN: "Bitte überweisen Sie CHF 1.044,91 bis zum 08.07.2025 auf unser Konto DE89 3704 0044 0532 0130 00, Verwendungszweck RF33 RE20 2508 15.",
		"":        "Bitte zahlen Sie CHF 1.044,91 bis zum 08.07.2025 unter Angabe von RF33 RE20 2508 15.",
	} {
		n := notices(t, "de")[2]
		n.Invoice.Currency, n.Issuer.IBAN = "CHF", iban
		c := composeNotice(n)
		if text := reading(c); !strings.Contains(text, strings.ReplaceAll(want, "CHF 1.044,91", "1.044,91 CHF")) || len(c.pages[0].codes) > 0 {
			t.Error(text)
		}
	}
}

// Every rule that interest can follow has its words, and what was agreed is said to be.
func TestLaws(t *testing.T) {
	for _, country := range []string{"DE", "AT", "EU"} {
		for _, debtor := range []ar.IdentityKind{ar.Individual, ar.Incorporate} {
			for _, arose := range []string{"2010-01-01", "2013-06-01", "2025-01-01"} {
				s := ar.Settings{Interest: ar.InterestSettings{Country: country}}
				terms, err := s.InterestTerms(debtor, *day(arose))
				if err != nil {
					continue
				}
				l := lawOf(terms)
				if _, ok := laws[terms.Basis]; !ok || l.agreed || l.rule.de == "" || l.rule.en == "" {
					t.Errorf("%s has no words", terms.Basis)
				}
				if given := s.Lumpsum(&ar.Invoice{Currency: "EUR", Orderdate: day(arose), Issued: day(arose), Due: day(arose)}, debtor).IsPositive(); given != (l.lumpsum.de != "") {
					t.Errorf("%s: the lump sum is given: %v, and has a rule: %v", terms.Basis, given, !given)
				}
				s.Interest.Points = map[ar.IdentityKind]decimal.Decimal{debtor: dec("3")}
				if terms, err = s.InterestTerms(debtor, *day(arose)); err != nil {
					t.Fatal(err)
				}
				if points := lawOf(terms); !points.agreed || points.reference != l.reference {
					t.Errorf("%s: %+v", terms.Basis, points)
				}
			}
		}
	}
	s := ar.Settings{Interest: ar.InterestSettings{Rate: map[ar.IdentityKind]decimal.Decimal{ar.Incorporate: dec("7")}}}
	terms, err := s.InterestTerms(ar.Incorporate, *day("2025-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	if got := lawOf(terms); got != (law{agreed: true}) {
		t.Errorf("an agreed rate: %+v", got)
	}
}

// amountOf reads an amount that a German letter has written.
func amountOf(t tb, text string) decimal.Decimal {
	text, _, _ = strings.Cut(text, "\u00a0")
	d, err := decimal.NewFromString(strings.NewReplacer(".", "", ",", ".", minus, "-").Replace(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// drawNotice is a case in which money comes and goes, at any of its notices.
func drawNotice(t *rapid.T) Notice {
	d := newDunning(t, rapid.SampledFrom([]string{"de", "de", "en-US"}).Draw(t, "locale"))
	d.debtor = rapid.SampledFrom([]ar.IdentityKind{ar.Individual, ar.Incorporate}).Draw(t, "debtor")
	d.settings.Interest.DayCount = rapid.SampledFrom([]ar.DayCount{"", ar.ActAct, ar.Thirty360}).Draw(t, "days")
	d.letter.Invoice.Totals.Gross = decimal.New(rapid.Int64Range(100_00, 1e13).Draw(t, "gross"), -2)
	on := *day("2025-06-20")
	var n Notice
	for range rapid.IntRange(1, ar.MaxLevel).Draw(t, "level") {
		for range rapid.IntRange(0, 8).Draw(t, "payments") {
			paid := on.AddDate(0, 0, -rapid.IntRange(0, 40).Draw(t, "days ago"))
			d.pay(paid.Format("2006-01-02"), decimal.New(rapid.Int64Range(1, 2_00).Draw(t, "paid"), -2).String())
		}
		n = d.issue(on.Format("2006-01-02"))
		on = on.AddDate(0, 0, rapid.IntRange(8, 400).Draw(t, "later"))
	}
	n.Notice.Final = rapid.Bool().Draw(t, "final")
	if rapid.Bool().Draw(t, "disputed") {
		n.Notice.Disputed = decimal.New(rapid.Int64Range(1, 40_00).Draw(t, "part"), -2)
	}
	n.Notice.Procedure.Levels = append([]ar.ProcedureLevel(nil), n.Notice.Procedure.Levels...)
	if rapid.Bool().Draw(t, "own texts") {
		texts := rapid.SliceOfN(rapid.Custom(anyText), 0, 3)
		n.Notice.Procedure.Levels[n.Notice.Level-1].Texts = map[string]ar.NoticeText{
			"de": {Title: drawText(t, "title"), Intro: texts.Draw(t, "intro"), Closing: texts.Draw(t, "closing")},
		}
	}
	n.Issuer.IBAN = rapid.SampledFrom([]string{acme.IBAN, ""}).Draw(t, "iban")
	return n
}

// Whatever was booked, nothing in a notice covers anything, and its lines add up to what it asks for.
func TestAnyNoticeAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNotice(t)
		if wrong := checkLayout(composeNotice(n)); wrong != "" {
			t.Fatal(wrong)
		}
		c := newNoticeComposer(n)
		if c.words != german {
			return
		}
		sum, figures := decimal.Zero, c.figures().lines
		for _, line := range figures {
			if !line.above {
				sum = sum.Add(amountOf(t, line.amount))
			} else if got := amountOf(t, line.amount); !got.Equal(sum) {
				t.Fatalf("the lines above %q come to %s, and it says %s", line.label, sum, got)
			}
		}
		if !sum.Equal(n.Notice.Asked()) {
			t.Fatalf("the lines come to %s, and %s is asked for", sum, n.Notice.Asked())
		}
		if !c.computes() {
			return
		}
		claim := n.Notice.Claim
		sums := c.interestSums(claim).lines
		if got := amountOf(t, sums[0].amount); !got.Equal(claim.Interest.Add(claim.Settled)) {
			t.Fatalf("the periods come to %s, and the claim is %+v", got, claim)
		}
		if len(sums) > 1 && !amountOf(t, sums[1].amount).Equal(claim.Booked) {
			t.Fatalf("%s was charged before, and the letter says %s", claim.Booked, sums[1].amount)
		}
	})
}

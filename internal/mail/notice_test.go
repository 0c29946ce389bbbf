package mail

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
)

// noticeSays is what a notice says in a language.
var noticeSays = map[string]struct {
	titles                                 [ar.MaxLevel + 1]string
	issued, due, letter, payBy             string
	costs, interest, asked, disputed, less string
}{
	"de": {
		[...]string{1: "Zahlungserinnerung", "Mahnung", "2. Mahnung", "3. Mahnung", "Letzte Mahnung"},
		"01.10.2026", "15.10.2026", "22.11.2026", "29.11.2026",
		"40,00 €", "6,43 €", "1.280,99 €", "100,00 €", "1.180,99 €",
	},
	"en": {
		[...]string{1: "Payment reminder", "Demand for payment", "Second demand for payment", "Third demand for payment", "Final demand for payment"},
		"1 October 2026", "15 October 2026", "22 November 2026", "29 November 2026",
		"€40.00", "€6.43", "€1,280.99", "€100.00", "€1,180.99",
	},
}

// notice makes the mail of an invoice the one of a notice of a level: with charges from the second on, and the last one with all
// there can be.
func notice(m *Message, level int) {
	m.Kind = ar.NoticeMail(level)
	w := noticeSays[language(m.Locale)]
	m.Data.Issued, m.Data.Due = w.issued, w.due
	m.Data.Dunning = &Dunning{
		Level: level, Title: w.titles[level], Issued: w.letter, Asked: m.Data.Total, PayBy: w.payBy, Principal: m.Data.Total, Final: level == ar.MaxLevel,
	}
	if level > 1 {
		m.Data.Dunning.Costs, m.Data.Dunning.Interest, m.Data.Dunning.Asked = w.costs, w.interest, w.asked
	}
	if level == ar.MaxLevel {
		m.Data.Dunning.Disputed, m.Data.Dunning.Asked = w.disputed, w.less
	}
	m.Data.Payment.Amount = m.Data.Dunning.Asked
}

// Whatever its level, a mail says what is asked for and by when in both of its texts, and only one after which the case is handed
// over says that it will be.
func TestNoticeMails(t *testing.T) {
	announced := map[string]string{"de": "Einziehung", "en": "collection"}
	for _, locale := range locales {
		for level := 1; level <= ar.MaxLevel; level++ {
			for _, final := range []bool{true, false} {
				m := invoice()
				m.Locale = locale
				notice(&m, level)
				m.Data.Dunning.Final = final
				l := readMail(t, render(t, m))
				for _, text := range []string{l.plain, l.html} {
					for _, want := range []string{m.Data.Number, m.Data.Dunning.Asked, m.Data.Dunning.PayBy, "DE02 1203 0000 0000 2020 51", m.Data.Payment.Reference} {
						if !strings.Contains(text, want) {
							t.Errorf("%s, level %d: no %q in\n%s", locale, level, want, text)
						}
					}
					if strings.Contains(text, announced[locale]) != final {
						t.Errorf("%s, level %d: that the case is handed over is said: %v\n%s", locale, level, !final, text)
					}
				}
				if !strings.HasPrefix(l.subject, m.Data.Dunning.Title) {
					t.Errorf("%s, level %d: the subject is %q", locale, level, l.subject)
				}
			}
		}
	}
}

// Without an account, a mail names the reference; without anything to be transferred, the amount still.
func TestNoticeMailWithoutAccount(t *testing.T) {
	for level := 1; level <= ar.MaxLevel; level++ {
		m := invoice()
		notice(&m, level)
		m.Data.Payment.IBAN = ""
		named := readMail(t, render(t, m)).plain
		m.Data.Payment = nil
		bare := readMail(t, render(t, m)).plain
		pay := fmt.Sprintf("%s bis", m.Data.Dunning.Asked)
		if !strings.Contains(named, "RF18539007547034") || !strings.Contains(named, pay) || !strings.Contains(bare, pay) || strings.Contains(bare, "RF18") {
			t.Errorf("level %d: with a reference\n%s\nwithout\n%s", level, named, bare)
		}
	}
}

// Templates of merchants are tried with what their kind of mail has.
func TestTemplatesOfNotices(t *testing.T) {
	tests := []struct {
		file, content string
		good          bool
	}{
		{"acme/de/dunning2.txt", "{{.Dunning.Asked}} {{range .Demand}}{{.Label}}{{end}}", true},
		{"acme/en/reminder.html", `{{template "head" .}}{{template "demand" .}}{{template "foot" .}}`, true},
		{"acme/de/dunning2.subject", "{{with .Dunning.Costs}}{{.}}{{end}}", false},
		{"acme/de/invoice.txt", "{{.Dunning.Asked}}", false},
		{"acme/de/dunning5.txt", "x", false},
	}
	for _, test := range tests {
		err := Templates{Dir: folderOf(t, map[string]string{test.file: test.content})}.Check()
		if (err == nil) != test.good {
			t.Errorf("%s %q: %v", test.file, test.content, err)
		}
	}
}

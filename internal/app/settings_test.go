package app

import (
	"bytes"
	"errors"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// All that is wrong is said at once, in the same order each time, and nothing is changed.
func TestSettingsRefused(t *testing.T) {
	wrong := ar.Settings{
		Timezone: "Europe/Bremen",
		Issuer:   ar.Issuer{IBAN: "DE00123456780000000000"},
		Mail: ar.MailSettings{From: "Acme", ReplyTo: "nobody@", Envelope: "a b@example.com",
			Unknown: map[ar.MailKind]ar.MailUnknown{ar.MailInvoice: "forget", ar.MailCreditnote: "forget", "postcard": ar.UnknownHold}},
		Numbers: map[string]string{"invoice": "RE", "creditnote": "{month}{n}", "offer": "{n}"},
	}
	want := "timezone issuer.iban mail.from mail.replyTo mail.envelope mail.unknown.creditnote mail.unknown.invoice mail.unknown.postcard numbers.creditnote numbers.invoice numbers.offer"
	on(t, storetest.SQLite, func(b *bench) {
		for range 20 {
			err := b.SetSettings(b.Context(), by.Merchant, "Other", wrong)
			var e *ar.Error
			if !errors.As(err, &e) || e.Kind != ar.Invalid {
				b.Fatal(err)
			}
			var fields []string
			for _, d := range e.Details {
				fields = append(fields, d.Fields...)
				if d.Error == "" || d.Hint == "" {
					b.Errorf("%+v", d)
				}
			}
			if got := strings.Join(fields, " "); got != want {
				b.Fatalf("refused %s", got)
			}
		}
		for _, zone := range []string{"Local", "../etc/passwd", "CEST+1"} {
			if err := b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Timezone: zone}); ar.KindOf(err) != ar.Invalid {
				b.Errorf("%s: %v", zone, err)
			}
		}
		if m, err := b.Merchant(b.Context(), by.Merchant); err != nil || m.Name != "ACME" || m.Settings.Timezone != "" || len(m.Settings.Numbers) != 0 {
			b.Errorf("%+v, %v", m, err)
		}
	})
}

// Who a mail is from, and where bounces go: the merchant's own, else the server's under the merchant's name.
func TestSenderOfMails(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.reachable()
		for _, c := range []struct {
			settings                    ar.Settings
			from, reply, bounce, domain string
		}{
			{ar.Settings{}, `"ACME" <billing@example.com>`, "", "billing@example.com", "example.com"},
			{ar.Settings{Issuer: ar.Issuer{Name: "Bäcker GmbH"}}, `=?utf-8?q?B=C3=A4cker_GmbH?= <billing@example.com>`, "", "billing@example.com", "example.com"},
			{ar.Settings{Mail: ar.MailSettings{From: "Rechnungen <re@acme.example>", ReplyTo: "Buchhaltung <bh@acme.example>"}},
				`"Rechnungen" <re@acme.example>`, `"Buchhaltung" <bh@acme.example>`, "re@acme.example", "acme.example"},
			{ar.Settings{Mail: ar.MailSettings{From: "re@acme.example", Envelope: "bounces@mail.acme.example"}},
				`"ACME" <re@acme.example>`, "", "bounces@mail.acme.example", "acme.example"},
		} {
			b.no(b.SetSettings(b.Context(), by.Merchant, "", c.settings))
			d := b.attempt(b.resend())
			messages := peer.Messages()
			m := messages[len(messages)-1]
			parsed, err := netmail.ReadMessage(bytes.NewReader(m.Data))
			b.no(err)
			from, err := parsed.Header.AddressList("From")
			b.no(err)
			var reply string
			if list, err := parsed.Header.AddressList("Reply-To"); err == nil {
				reply = list[0].String()
			}
			if from[0].String() != c.from || reply != c.reply || m.From != c.bounce || !strings.HasSuffix(d.MessageID, "@"+c.domain) || m.ID() != d.MessageID {
				b.Errorf("%+v: from %s, reply to %s, bounces to %s, Message-ID %s", c.settings, from[0], reply, m.From, d.MessageID)
			}
		}
	})
}

// A merchant's policy for a kind of mail is for that kind only.
func TestPolicyByKind(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.reachable()
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Mail: ar.MailSettings{Unknown: map[ar.MailKind]ar.MailUnknown{ar.MailCreditnote: ar.UnknownHold}}}))
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		peer.Fail(mailtest.Fault{At: mailtest.End, Drop: true, Keep: true, Times: 2})
		invoice := b.journey(b.resend())
		_, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Items: items("10")})
		b.no(err)
		note := b.lastJob()
		peer.Fail(mailtest.Fault{At: mailtest.End, Drop: true, Keep: true, Times: 1})
		states := [][]ar.DeliveryState{invoice, b.journey(note)}
		if !slices.Equal(states[0], []ar.DeliveryState{ar.DeliveryUnknown, ar.DeliveryUnknown, ar.DeliveryAccepted}) || !slices.Equal(states[1], []ar.DeliveryState{ar.DeliveryUnknown}) {
			b.Errorf("%v", states)
		}
	})
}

package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dunwell/dunwell/client/webhook"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/outbound"
	"github.com/dunwell/dunwell/internal/store"
)

// Merchant reads a merchant with its settings.
func (a *App) Merchant(ctx context.Context, merchant string) (*store.Merchant, error) {
	return view(ctx, a, Caller{Merchant: merchant}, func(tx *store.Tx) (*store.Merchant, error) { return tx.Merchant() })
}

// SetSettings replaces how a merchant appears and works, name included.
func (a *App) SetSettings(ctx context.Context, merchant, name string, s ar.Settings) error {
	if err := checkSettings(s, a.checkCollector(s)...); err != nil {
		return err
	}
	return a.changeMerchant(ctx, merchant, func(m *store.Merchant) error {
		if name != "" {
			m.Name = name
		}
		m.Settings = s
		return nil
	})
}

// SetWebhook names the URL that is told when documents were committed and mailed; an empty one ends it. A URL that was
// disabled because it answered 410 is called again from now on.
func (a *App) SetWebhook(ctx context.Context, merchant, url string) error {
	if url != "" {
		if details := a.checkURL("url", url); len(details) > 0 {
			return ar.InvalidFields(details...)
		}
	}
	return a.changeMerchant(ctx, merchant, func(m *store.Merchant) error {
		m.Webhook = ar.Webhook{URL: url}
		return nil
	})
}

// oldSecrets is how many callback secrets stay valid beside the newest: a receiver gets the new one installed while the old
// one still verifies.
const oldSecrets = 1

// RotateCallbackSecret draws a new secret for the signatures of callbacks. The one before stays valid until the next
// rotation: callbacks carry a signature of each.
func (a *App) RotateCallbackSecret(ctx context.Context, merchant string) (secret string, err error) {
	err = a.changeMerchant(ctx, merchant, func(m *store.Merchant) error {
		secret = webhook.NewSecret()
		m.CallbackSecrets = append([]string{secret}, m.CallbackSecrets[:min(oldSecrets, len(m.CallbackSecrets))]...)
		return nil
	})
	return secret, err
}

func (a *App) changeMerchant(ctx context.Context, merchant string, change func(*store.Merchant) error) error {
	return a.db.Update(ctx, merchant, func(tx *store.Tx) error {
		m, err := tx.Merchant()
		if err != nil {
			return err
		}
		if err := change(m); err != nil {
			return err
		}
		return tx.UpdateMerchant(m)
	})
}

var (
	countryCode = regexp.MustCompile(`^[A-Z]{2}$`)
	bic         = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`)
)

// checkSettings finds what would only be found when an invoice is to be sent, beside the details that are known already.
func checkSettings(s ar.Settings, details ...ar.Detail) error {
	wrong := func(path, text, hint string) {
		details = append(details, ar.Detail{Error: text, Fields: []string{path}, Hint: hint})
	}
	if _, err := time.LoadLocation(s.Timezone); err != nil || s.Timezone == "Local" {
		wrong("timezone", fmt.Sprintf("The time zone '%s' is not known.", s.Timezone), "Send an IANA name such as Europe/Berlin.")
	}
	if s.DunningAt != "" && !timeOfDay.MatchString(s.DunningAt) {
		wrong("dunningAt", fmt.Sprintf("'%s' is no time of day.", s.DunningAt), "Send hours and minutes such as 06:30, or leave it out: then runs are only asked for.")
	}
	if s.Issuer.IBAN != "" && !ar.ValidIBAN(s.Issuer.IBAN) {
		wrong("issuer.iban", "The IBAN is not valid.", "Check its digits; write it without spaces.")
	}
	if s.Issuer.Country != "" && !countryCode.MatchString(s.Issuer.Country) {
		wrong("issuer.country", fmt.Sprintf("'%s' is not the code of a country.", s.Issuer.Country), "Send two capital letters such as DE (ISO 3166-1 alpha-2).")
	}
	if s.Issuer.BIC != "" && !bic.MatchString(s.Issuer.BIC) {
		wrong("issuer.bic", "The BIC is not valid.", "Send 8 or 11 capital letters and digits (ISO 9362).")
	}
	for _, field := range []struct{ path, address string }{
		{"mail.from", s.Mail.From}, {"mail.replyTo", s.Mail.ReplyTo}, {"mail.envelope", s.Mail.Envelope},
	} {
		if field.address != "" && !sendsMail(field.address) {
			wrong(field.path, fmt.Sprintf("'%s' is not an e-mail address that mail can be from.", field.address), "Send one such as Acme GmbH <billing@acme.example>.")
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Mail.Unknown)) {
		if kind != ar.MailInvoice && kind != ar.MailCreditnote && kind.Level() == 0 {
			wrong("mail.unknown."+string(kind), "There is no such kind of mail.", "Name invoice, creditnote, reminder or dunning1 to dunning4.")
		}
		if policy := s.Mail.Unknown[kind]; policy != ar.UnknownRetry && policy != ar.UnknownHold {
			wrong("mail.unknown."+string(kind), fmt.Sprintf("The policy '%s' is not known.", policy), "Send retry or hold.")
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Numbers)) {
		if _, known := ar.DefaultNumbers[ar.VoucherKind(kind)]; !known {
			wrong("numbers."+kind, "There is no such kind of voucher.", "Name invoice or creditnote.")
			continue
		}
		if e, ok := ar.NumberPattern(s.Numbers[kind]).Check("numbers." + kind).(*ar.Error); ok { //nolint:errorlint // made by Check itself
			details = append(details, e.Details...)
		}
	}
	if e := (*ar.Error)(nil); errors.As(s.Tolerance.Check(), &e) {
		details = append(details, e.Details...)
	}
	details = append(details, s.CheckInterest()...)
	details = append(details, s.CheckDunning()...)
	details = append(details, s.CheckCollection()...)
	if len(details) > 0 {
		return ar.InvalidFields(details...)
	}
	return nil
}

// sendsMail tells whether mail can be from an address: only some servers take one that is not ASCII before the @.
func sendsMail(address string) bool {
	parsed, err := mail.ParseAddress(address)
	if err != nil {
		return false
	}
	local, _, _ := strings.Cut(parsed.Address, "@")
	return !strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII })
}

// sender is who mail of a merchant is from: the merchant's own address, else the server's, under the merchant's name.
func (a *App) sender(m *store.Merchant) mail.Address {
	if from, err := mail.ParseAddress(m.Settings.Mail.From); err == nil {
		if from.Name == "" {
			from.Name = issuerOf(m).Name
		}
		return *from
	}
	return mail.Address{Name: issuerOf(m).Name, Address: a.mailFrom}
}

// replies is where a customer's answer goes: where the merchant wants it, else to the merchant's own address when the mail
// is from the server's. It is empty when the sender reads it.
func (a *App) replies(m *store.Merchant) mail.Address {
	if reply, err := mail.ParseAddress(m.Settings.Mail.ReplyTo); err == nil {
		return *reply
	}
	if own, err := mail.ParseAddress(m.Settings.Issuer.Email); err == nil && m.Settings.Mail.From == "" {
		return mail.Address{Name: issuerOf(m).Name, Address: own.Address}
	}
	return mail.Address{}
}

// bounces is where a mail server reports what it could not deliver.
func (a *App) bounces(m *store.Merchant) string {
	if envelope, err := mail.ParseAddress(m.Settings.Mail.Envelope); err == nil {
		return envelope.Address
	}
	return a.sender(m).Address
}

// checkURL says what is wrong with a URL that this server is to go to.
func (a *App) checkURL(path, url string) []ar.Detail {
	err := a.outbound.Check(url)
	if err == nil {
		return nil
	}
	detail := ar.Detail{Error: "The URL is not allowed.", Fields: []string{path}}
	if e := (*outbound.Error)(nil); errors.As(err, &e) {
		detail.Error, detail.Hint = e.Text, e.Hint
	}
	return []ar.Detail{detail}
}

func attachmentPath(i int) string { return fmt.Sprintf("attachments[%d].url", i) }

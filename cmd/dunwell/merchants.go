package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

func merchantsCommand(env environment) *cobra.Command {
	c := group("merchants", "who invoices are from, and how they work", listMerchantsCommand(env), showMerchantCommand(env), setMerchantCommand(env))
	c.Long = "keys create creates a merchant. These commands show and set what its letters and mails say."
	return c
}

// merchantRow is a merchant as the list shows it.
type merchantRow struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Currency string      `json:"currency"`
	Webhook  string      `json:"webhook"`
	Created  scalar.Time `json:"created"`
}

func listMerchantsCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "list all merchants"}
	asJSON := c.Flags().Bool("json", false, "print one JSON array of the rows")
	return withAccounts(env, c, toRead, func(ctx context.Context, a *app.App) error {
		merchants, err := a.Merchants(ctx)
		if err != nil {
			return err
		}
		rows := make([]merchantRow, len(merchants))
		for i, m := range merchants {
			rows[i] = merchantRow{m.ID, m.Name, m.Currency, m.Webhook.URL, scalar.NewTime(m.Created)}
		}
		if err := writeList(env.out, *asJSON, "id,name,currency,webhook,created", rows); err != nil {
			return err
		}
		for _, lack := range lacks(merchants) {
			fmt.Fprintln(env.err, lack) // beside the rows, which may be read by a program
		}
		return nil
	})
}

// lacks is a line for each merchant whose letters say less of it than the law wants.
func lacks(merchants []store.Merchant) (lines []string) {
	for _, m := range merchants {
		issuer := m.Settings.Issuer
		issuer.Name = cmp.Or(issuer.Name, m.Name) // as on letters
		if missing := issuer.Lacks(); len(missing) > 0 {
			lines = append(lines, fmt.Sprintf("%s: letters lack %s; see dunwell merchants set --help", m.ID, strings.Join(missing, ", ")))
		}
	}
	return lines
}

func showMerchantCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "show", Short: "print the settings of a merchant as JSON, as set takes them"}
	return ofMerchant(env, c, toRead, func(ctx context.Context, a *app.App, by app.Caller, _ []string) error {
		m, err := a.Merchant(ctx, by.Merchant)
		if err != nil {
			return err
		}
		return writeIndented(env.out, m.Settings)
	})
}

// settingsExample is a whole company, and a test sets it.
const settingsExample = `{
  "issuer": {
    "name": "Acme GmbH", "street": "Hauptstraße", "housenumber": "1", "zipcode": "10115", "city": "Berlin", "country": "DE",
    "email": "billing@acme.example", "phone": "+49 30 1234567", "web": "acme.example",
    "vatId": "DE123456788", "taxnumber": "27/123/45678", "register": "Amtsgericht Charlottenburg HRB 12345 B", "management": "Erika Mustermann",
    "iban": "DE89370400440532013000", "bic": "COBADEFFXXX", "bank": "Commerzbank", "holder": "Acme Verwaltungs-GmbH",
    "notes": ["Gerichtsstand ist Berlin."]
  },
  "mail": {
    "from": "Acme GmbH <billing@acme.example>", "replyTo": "office@acme.example", "envelope": "bounces@acme.example",
    "unknown": {"invoice": "retry", "creditnote": "retry"}
  },
  "numbers": {"invoice": "RE-{year}-{n:4}", "creditnote": "GS-{year}-{n:4}"},
  "interest": {"country": "DE", "dayCount": "act/365", "points": {"incorporate": "11"}, "unconfirmed": "refuse"},
  "tolerance": {"absolute": "0.5", "percent": "1"},
  "dunning": {
    "currency": "EUR", "creditPercent": "10", "costBasis": "Postage of a registered letter", "levels": [
      {"grace": 3, "payBy": 7, "texts": {"de": {"title": "Erinnerung", "intro": ["unsere Rechnung ist noch offen."], "closing": ["Vielen Dank."]}}},
      {"grace": 3, "payBy": 7, "minAmount": "5", "lumpsum": true, "interest": true},
      {"grace": 3, "payBy": 5, "interval": 14, "fee": {"individual": "2.65", "incorporate": "5"}, "interest": true, "deliveryKind": "letter"}
    ]
  },
  "dunningAt": "06:30",
  "collection": {"name": "Inkasso Nord GmbH", "email": "faelle@inkasso.example", "after": 14, "minAmount": "20"},
  "timezone": "Europe/Berlin"
}`

func setMerchantCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "set", Short: "replace the settings of a merchant"}
	c.Long = `Replaces all settings of a merchant by those in the file, and the name if --name gives one. What the file
leaves out is as if it had never been set. Letters and mails made from now on show it; what was sent stays as it is.
Dunning runs every day at dunningAt, or only when it is asked for. The levels of dunning are the reminder and up to four dunnings; texts are
printed on its letters as they are written. Cases for collection go to exactly one of email, webhook (a URL) and folder (below the directory
that serve names by --collections).`
	c.Example = "  dunwell merchants show --merchant acme > acme.json\n  dunwell merchants set --merchant acme --settings acme.json\n\nA file may look like this, and every part of it may be left out:\n\n" + indented(settingsExample)
	name := c.Flags().String("name", "", "`name` of the merchant; stays as it is when empty")
	file := c.Flags().String("settings", "", "`file` with the settings as JSON; - for standard input; stay as they are when empty")
	c.PreRunE = func(*cobra.Command, []string) error {
		if *name == "" && *file == "" {
			return usagef("--name or --settings is needed")
		}
		return nil
	}
	return ofMerchant(env, c, toWrite, func(ctx context.Context, a *app.App, by app.Caller, _ []string) error {
		m, err := a.Merchant(ctx, by.Merchant)
		if err != nil {
			return err
		}
		s := m.Settings
		if *file != "" {
			if s, err = readSettings(env, *file); err != nil {
				return err
			}
		}
		if err := a.SetSettings(ctx, by.Merchant, *name, s); err != nil {
			return err
		}
		_, err = fmt.Fprintln(env.out, "set")
		return err
	})
}

// readSettings reads a file. A field that does not exist is refused: whoever wrote it believes that it does something.
func readSettings(env environment, file string) (s ar.Settings, err error) {
	text, err := readBody(env, file)
	if err != nil {
		return s, fmt.Errorf("--settings: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return s, usagef("--settings: %v", settingsFault(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return s, usagef("--settings: something follows the settings; write one JSON object")
	}
	return s, nil
}

// settingsFault says what is wrong with a file of settings in words that are not Go's.
func settingsFault(err error) error {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	field, unknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case unknown:
		return fmt.Errorf("there is no field %s; dunwell merchants set --help shows an example", field)
	case errors.As(err, &wrong):
		return fmt.Errorf("%s cannot be a %s; dunwell merchants set --help shows an example", wrong.Field, wrong.Value)
	case errors.Is(err, io.EOF):
		return errors.New("the file is empty; write {} for no settings")
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the file is no JSON: %w", err)
	}
	return fmt.Errorf("%w; dunwell merchants set --help shows an example", err) // a number that is none
}

// writeIndented prints a value as JSON for people, with the characters they wrote.
func writeIndented(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// indented is a text two columns to the right.
func indented(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

package mail

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
)

// Check tries all templates below Dir with made-up data, and names every file that would fail or that no mail would ever use,
// such as one whose name is mistyped. A server that starts should refuse to when this fails. Names that begin with a dot
// are passed over.
func (t Templates) Check() error {
	if t.Dir == "" {
		return nil
	}
	var faults []error
	err := filepath.WalkDir(t.Dir, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case file != t.Dir && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return nil
		}
		if err := t.checkFile(file); err != nil {
			faults = append(faults, err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mail: templates of merchants: %w", err)
	}
	if len(faults) > 0 {
		return fmt.Errorf("mail: templates of merchants: %w", errors.Join(faults...))
	}
	return nil
}

func (t Templates) checkFile(file string) error {
	relative, err := filepath.Rel(t.Dir, file)
	if err != nil {
		return err
	}
	parts := strings.Split(filepath.ToSlash(relative), "/")
	if len(parts) != 3 || !slices.Contains(locales, parts[1]) || !slices.Contains(names(), parts[2]) {
		return fmt.Errorf("%s is used by no mail; a template is <merchant>/<%s>/<one of %s>", file, strings.Join(locales, " or "), strings.Join(names(), ", "))
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	tmpl, err := parseTemplate(path.Join(filepath.ToSlash(t.Dir), filepath.ToSlash(relative)), string(content))
	if err != nil {
		return err
	}
	for _, data := range samplesOf(strings.TrimSuffix(parts[2], path.Ext(parts[2]))) {
		var b strings.Builder
		if err := tmpl.Execute(&b, view{Data: data, Locale: parts[1], Subject: "Subject"}); err != nil {
			return err
		}
		if path.Ext(parts[2]) == "."+formatSubject && oneLine(b.String()) == "" {
			return fmt.Errorf("%s: the subject is empty", file)
		}
	}
	return nil
}

// names are the files that a merchant can have for a locale.
func names() (all []string) {
	for _, kind := range kinds {
		for _, format := range formats {
			all = append(all, string(kind)+"."+format)
		}
	}
	return all
}

// samples are data with everything and with next to nothing.
var samples = []Data{
	{Issuer: ar.Issuer{Name: "Issuer"}, Number: "1", Issued: "1", Total: "1"},
	{
		Customer: Customer{Company: "Company", Salutation: "ms", Firstname: "First", Lastname: "Last"},
		Issuer:   ar.Issuer{Name: "Issuer", Street: "Street", City: "City", Email: "issuer@example.com", Notes: []string{"Note"}},
		Number:   "1", Issued: "1", Due: "1", Total: "1", OrderNumber: "1",
		Payment: &Payment{Amount: "1", Holder: "Holder", IBAN: "DE02120300000000202051", BIC: "BYLADEM1001", Bank: "Bank", Reference: "RF18539007547034"},
	},
}

// samplesOf are the samples for mails of a kind. What a notice says is there in the mails that bring one, and in no other.
func samplesOf(kind string) []Data {
	if kind == string(ar.MailInvoice) || kind == string(ar.MailCreditnote) {
		return samples
	}
	if kind == string(ar.MailCollection) || kind == string(ar.MailCollectionReport) {
		return collectionSamples
	}
	least, most := samples[0], samples[1]
	least.Dunning = &Dunning{Level: 1, Title: "Title", Issued: "1", Asked: "1", PayBy: "1", Principal: "1"}
	most.Dunning = &Dunning{Level: 5, Title: "Title", Issued: "1", Asked: "1", PayBy: "1", Principal: "1", Costs: "1", Interest: "1", Disputed: "1", Final: true}
	return []Data{least, most}
}

// collectionSamples are what whoever collects is told: a case, and what became of one.
var collectionSamples = []Data{
	{Issuer: ar.Issuer{Name: "Issuer"}, Number: "1", Collection: &Collection{Kind: "case", Merchant: "Issuer", Reference: "1", HandedOver: "1",
		Principal: "1", Costs: "1", Interest: "1", Total: "1"}},
	{Issuer: ar.Issuer{Name: "Issuer", City: "City"}, Number: "1", Issued: "1", Due: "1", Total: "1", Collection: &Collection{Kind: "booked", Collector: "Collector",
		Merchant: "Issuer", Reference: "1", HandedOver: "1", Change: "-1", Principal: "1", Costs: "1", Interest: "1", Total: "1", Link: "https://example.com/file"}},
}

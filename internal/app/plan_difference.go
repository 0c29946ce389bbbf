package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
)

// Bounds of what is said about two plans: how many differences are named, the others being counted, and how long the reason why
// an invoice is skipped may be in it.
const (
	shownDifferences = 10
	shownReason      = 200
)

// difference says in what a plan is another than the one that was expected, for people.
func (a *App) difference(ctx context.Context, by Caller, expected, found string) (string, error) {
	was, err := a.openPlan(ctx, by, expected, 0)
	if errors.Is(err, blob.ErrNotFound) {
		return "The plan that was expected is not kept any more. Plan again with dryRun.", nil
	} else if err != nil {
		return "", err
	}
	defer was.close()
	is, err := a.openPlan(ctx, by, found, 0)
	if err != nil {
		return "", err
	}
	defer is.close()
	var lines []string
	count := 0
	err = comparePlans(was, is, func(before, now *ar.PlanEntry) {
		if count++; count <= shownDifferences {
			lines = append(lines, differs(before, now))
		}
	})
	if count > shownDifferences {
		lines = append(lines, fmt.Sprintf("and %d more", count-shownDifferences))
	}
	return "It would do another thing than was planned. " + strings.Join(lines, "; ") + ".", err
}

// comparePlans walks over two plans side by side: both are in the order of invoices' ids. Of an invoice that only one has an
// entry of, the other's is nil.
func comparePlans(was, is *planReader, differ func(before, now *ar.PlanEntry)) error {
	before, err := was.maybe()
	if err != nil {
		return err
	}
	now, err := is.maybe()
	for err == nil && (before != nil || now != nil) {
		a, b := before, now
		switch {
		case a == nil || b != nil && b.InvoiceID < a.InvoiceID:
			a = nil
		case b == nil || a.InvoiceID < b.InvoiceID:
			b = nil
		}
		if a == nil || b == nil || *a != *b {
			differ(a, b)
		}
		if a != nil {
			before, err = was.maybe()
		}
		if b != nil && err == nil {
			now, err = is.maybe()
		}
	}
	return err
}

// maybe is next, and nil after the last.
func (p *planReader) maybe() (*ar.PlanEntry, error) {
	e, err := p.next()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return &e, err
}

func differs(before, now *ar.PlanEntry) string {
	of := before
	if of == nil {
		of = now
	}
	return fmt.Sprintf("%s: %s was planned, now %s", of.Invoice, doing(before), doing(now))
}

// doing is what an entry does, for people.
func doing(e *ar.PlanEntry) string {
	switch {
	case e == nil:
		return "nothing, it is not among the invoices"
	case e.Handover:
		return "the hand-over to collection"
	case e.Level == 0:
		reason := []rune(strings.TrimSuffix(e.Reason, "."))
		if len(reason) > shownReason {
			reason = append(reason[:shownReason-1], '…')
		}
		return "nothing (" + string(reason) + ")"
	}
	text := fmt.Sprintf("level %d by %s asking for %s %s", e.Level, e.Channel, e.Asked, e.Currency)
	for _, charge := range []struct{ name, amount string }{{"fee", e.Fee}, {"lump sum", e.Lumpsum}, {"interest", e.Interest}} {
		if charge.amount != "" {
			text += ", " + charge.name + " " + charge.amount
		}
	}
	return text
}

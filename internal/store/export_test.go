package store

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
)

// ExplainInvoices is the engine's plan for a list, one line each.
func ExplainInvoices(tx *Tx, kind ar.VoucherKind, page ar.Page) ([]string, error) {
	keys, err := invoiceListing.keys(page.Sort)
	if err != nil {
		return nil, err
	}
	s, err := invoiceListing.filter(fixed{{"kind", string(kind)}}, page.Where)
	if err != nil {
		return nil, err
	}
	if page.After != "" {
		ranges, err := s.after(invoiceListing, keys, page.After)
		if err != nil {
			return nil, err
		}
		s = ranges[0]
	}
	query := invoiceListing.selection(s, keys, page.Size, 0)
	var plan []string
	var line string
	dest, explain := []any{&line}, "EXPLAIN "
	if tx.dialect == &sqliteDialect {
		dest, explain = []any{new(int), new(int), new(int), &line}, "EXPLAIN QUERY PLAN "
	}
	err = tx.query(explain+query, s.args, func(r row) error {
		err := r.Scan(dest...)
		plan = append(plan, line)
		return err
	})
	return plan, err
}

// Refused tells whether a trigger or a check has refused a statement.
func (db *DB) Refused(err error) bool { return db.dialect.fault(err) == faultRefused }

// MigrateTo brings the schema of an empty database to a version that is not the last one.
func (db *DB) MigrateTo(ctx context.Context, version int) error {
	steps, err := readMigrations(db.dialect.name)
	for range version {
		if err == nil {
			err = db.engine.update(ctx, migrationLimit, func(s session) error { _, err := db.step(s, steps[:version]); return err })
		}
	}
	return err
}

// InvoiceDocument is the text a voucher's document is kept in, with or without the dunning that stood in it in schema 1.
func InvoiceDocument(i *ar.Invoice, dunning bool) (string, error) {
	detail := i.Detail
	if !dunning {
		detail.Dunning = nil
	}
	return document(invoiceDocument{i.Label, i.Netbased, i.Addresses, i.Items, detail, i.Totals})
}

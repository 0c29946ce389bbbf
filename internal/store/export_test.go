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
	return explain(tx.session, tx.dialect, query, tx.args(s.args))
}

// Explain is the engine's plans for the queries that fn asks, one line each, instead of their answers.
func Explain(tx *Tx, fn func() error) ([]string, error) {
	e := &explaining{session: tx.session, dialect: tx.dialect}
	tx.session = e
	err := fn()
	tx.session = e.session
	return e.plan, err
}

type explaining struct {
	session
	dialect *dialect
	plan    []string
}

func (e *explaining) query(query string, args []any, _ func(row) error) error {
	lines, err := explain(e.session, e.dialect, query, args)
	e.plan = append(e.plan, lines...)
	return err
}

// ExplainDue is the plan of the question for what is due of a table.
func ExplainDue(tx *Tx, table string) ([]string, error) {
	query := map[string]string{"deliveries": dueDeliveries, "callbacks": dueCallbacks, "collection_messages": dueCollection, "statement_imports": dueStatementImports}[table]
	return explain(tx.session, tx.dialect, query, []any{millis(tx.Now), int64(10)})
}

func explain(s session, d *dialect, query string, args []any) (plan []string, err error) {
	var line string
	dest, word := []any{&line}, "EXPLAIN "
	if d == &sqliteDialect {
		dest, word = []any{new(int), new(int), new(int), &line}, "EXPLAIN QUERY PLAN "
	}
	err = s.query(word+query, args, func(r row) error {
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

package store

import "github.com/dunwell/dunwell/internal/ar"

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

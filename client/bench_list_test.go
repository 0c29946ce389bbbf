package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/internal/store"
)

// BenchmarkWalk walks over a list of invoices, of which one operation is one row: over a server that answers from memory, which
// leaves what the client needs, and over a whole server.
func BenchmarkWalk(b *testing.B) {
	w := newWorld(b, nil)
	c := w.client(b)
	exampleInvoices(b.Context(), c, "BENCH")
	w.multiply(b, "BENCH-1", 20_000)
	for _, size := range []int{20, 50, 100, 200, 500, 1000} {
		b.Run(fmt.Sprintf("client/page=%d", size), func(b *testing.B) {
			var page client.Response
			must(b)(c.ListInvoices(b.Context(), client.PageSize(size), client.Into(&page)))
			server := httptest.NewServer(echoPage(page.Body))
			b.Cleanup(server.Close)
			walkRows(b, newClient(b, server.URL, client.BasicAuth("a", "b")), client.PageSize(size))
		})
	}
	for _, size := range []int{20, 200, 1000} {
		b.Run(fmt.Sprintf("server/page=%d", size), func(b *testing.B) { walkRows(b, c, client.PageSize(size)) })
	}
}

// cursor is the next of a page.
var cursor = regexp.MustCompile(`"next":"[^"]*"`)

// echoPage gives the same page under cursors that never end.
func echoPage(body []byte) http.HandlerFunc {
	asked := 0
	return func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(cursor.ReplaceAll(body, fmt.Appendf(nil, `"next":"c%d"`, asked)))
	}
}

func walkRows(b *testing.B, c *client.Client, options ...client.InvoiceListOption) {
	b.ReportAllocs()
	for left := b.N; left > 0; {
		for _, err := range c.Invoices(b.Context(), options...) {
			must(b)(nil, err)
			if left--; left == 0 {
				break
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// multiply copies an invoice n times, a second apart, as RE000001 to RE<n>. Creating them one by one would take longer
// than the rest of the tests together.
func (w *world) multiply(t testing.TB, reference string, n int) {
	t.Helper()
	const atOnce = 5000 // a transaction may not take long
	for from := 0; from < n; from += atOnce {
		must(t)(nil, w.copies(reference, from, min(from+atOnce, n)))
	}
}

func (w *world) copies(reference string, from, to int) error {
	return w.DB.Update(context.Background(), acme, func(tx *store.Tx) error {
		rows, err := tx.SQL().QueryContext(tx.Context(), `SELECT name FROM pragma_table_info('invoices')`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var columns, values []string
		for rows.Next() {
			var column string
			if err := rows.Scan(&column); err != nil {
				return err
			}
			value := map[string]string{"id": `printf('%s%06d', id, n)`, "reference": `printf('RE%06d', n)`, "created": `created + 1000 * n`}[column]
			if value == "" {
				value = column
			}
			columns, values = append(columns, column), append(values, value)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		_, err = tx.SQL().ExecContext(tx.Context(), fmt.Sprintf(`WITH RECURSIVE numbers(n) AS (SELECT $1 + 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2)
			INSERT INTO invoices (%s) SELECT %s FROM invoices, numbers WHERE reference = $3`, strings.Join(columns, ", "), strings.Join(values, ", ")), from, to, reference)
		return err
	})
}

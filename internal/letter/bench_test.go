package letter

import (
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
)

// BenchmarkPages renders a letter of one page and one of twenty.
func BenchmarkPages(b *testing.B) {
	many := voucher(b, ar.KindInvoice, "RE-20", func(c *ar.InvoiceChange) {
		items := make([]ar.Item, 400)
		for i := range items {
			items[i] = item("Präzisionsfräser 6 mm", "Hartmetall, beschichtet", "12", "Stk", "48.50", "19", "")
		}
		c.Items = ar.Set(items)
	})
	for _, bench := range []struct {
		name   string
		letter Letter
	}{{"1", germanInvoice(b)}, {"20", Letter{Voucher: many, Issuer: acme, Locale: "de"}}} {
		b.Run(bench.name, func(b *testing.B) {
			pages := len(compose(bench.letter).pages)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Render(bench.letter); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*pages)/b.Elapsed().Seconds(), "pages/s")
			b.ReportMetric(float64(pages), "pages")
		})
	}
}

// BenchmarkNotice renders a notice with three periods of interest, on two pages.
func BenchmarkNotice(b *testing.B) {
	n := notices(b, "de")[3]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := RenderNotice(n); err != nil {
			b.Fatal(err)
		}
	}
}

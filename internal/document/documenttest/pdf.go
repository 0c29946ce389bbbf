// Package documenttest makes documents for tests.
package documenttest

import (
	"bytes"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// PDF is a PDF of one page that says text: the same text makes the same bytes.
func PDF(text string) string {
	p := fpdf.New("P", "mm", "A4", "")
	p.SetCreationDate(time.Unix(1_700_000_000, 0))
	p.SetModificationDate(time.Unix(1_700_000_000, 0))
	p.SetCatalogSort(true)
	p.AddPage()
	p.SetFont("Helvetica", "", 12)
	p.Cell(40, 10, text)
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		panic(err) // of what was asked of the page above
	}
	return b.String()
}

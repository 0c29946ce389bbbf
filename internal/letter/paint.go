package letter

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// properties is what a viewer shows about the document.
type properties struct {
	title, author string
	lang          string
	created       time.Time // the date of issue: a letter says nothing about when it was rendered
}

const family = "liberation"

// paint writes the pages as PDF.
func paint(pages []*page, about properties) ([]byte, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(about.created.UTC())
	pdf.SetModificationDate(about.created.UTC())
	pdf.SetProducer("dunwell", true)
	pdf.SetTitle(about.title, true)
	pdf.SetAuthor(about.author, true)
	pdf.SetLang(about.lang)
	plain := isPlain(pages)
	pdf.AddUTF8FontFromBytes(family, "", faces[regular].choose(plain))
	pdf.AddUTF8FontFromBytes(family, "B", faces[bold].choose(plain))
	for _, p := range pages {
		pdf.AddPage()
		p.paint(pdf)
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	return out.Bytes(), nil
}

func (p *page) paint(pdf *fpdf.Fpdf) {
	for _, r := range p.rules {
		pdf.SetLineWidth(r.width)
		pdf.SetDrawColor(int(r.shade), int(r.shade), int(r.shade))
		pdf.Line(r.x1, r.y1, r.x2, r.y2)
	}
	for _, t := range p.texts {
		pdf.SetFont(family, [...]string{regular: "", bold: "B"}[t.face], t.size)
		pdf.SetTextColor(int(t.shade), int(t.shade), int(t.shade))
		pdf.Text(t.x, t.y, t.s)
	}
	for _, c := range p.codes {
		c.paint(pdf)
	}
}

// paint fills the dark modules as one path, row by row: painted one by one, they would show hairlines between them on
// many screens.
func (c code) paint(pdf *fpdf.Fpdf) {
	module := c.side / float64(c.Size)
	var path strings.Builder
	for row := range c.Size {
		for from := 0; from < c.Size; from++ {
			to := from
			for to < c.Size && c.Black(to, row) {
				to++
			}
			if to == from {
				continue
			}
			x, y := c.x+float64(from)*module, sheetHeight-c.y-float64(row+1)*module
			fmt.Fprintf(&path, "%.3f %.3f %.3f %.3f re\n", x/point, y/point, float64(to-from)*module/point, module/point)
			from = to
		}
	}
	pdf.RawWriteStr("0 g\n" + path.String() + "f")
}

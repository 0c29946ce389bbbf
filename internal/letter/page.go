package letter

import "rsc.io/qr"

// The measures of the sheet, in millimetres: A4, and the margins of DIN 5008.
const (
	sheetWidth  = 210.0
	sheetHeight = 297.0
	left        = 25.0
	right       = 190.0
	textWidth   = right - left
	nextTop     = 30.0 // where text begins on all pages but the first
)

// page is what is drawn on one page.
type page struct {
	texts []text
	rules []rule
	codes []code
}

// text is a line of text: where it begins on its baseline.
type text struct {
	style
	x, y float64
	s    string
}

// rule is a line.
type rule struct {
	x1, y1, x2, y2 float64
	width          float64
	shade          shade
}

// code is a QR code: its upper left corner, without the quiet zone, and its side.
type code struct {
	x, y, side float64
	*qr.Code
}

// Widths of rules.
const (
	thin   = 0.15
	strong = 0.3
)

// shade is how light something is, from 0 to 255.
type shade int

const (
	black shade = 0
	grey  shade = 70
	pale  shade = 190
)

func (c *composer) page() *page { return c.pages[len(c.pages)-1] }

// put prints a line of text whose box begins at y.
func (p *page) put(st style, x, y float64, s string) {
	if s != "" {
		p.texts = append(p.texts, text{style: st, x: x, y: y + st.baseline(), s: s})
	}
}

// putRight is put for text that ends at x.
func (p *page) putRight(st style, x, y float64, s string) {
	p.put(st, x-st.width(s), y, s)
}

func (p *page) rule(x1, y1, x2, y2, width float64, s shade) {
	p.rules = append(p.rules, rule{x1, y1, x2, y2, width, s})
}

// room is what is left of the page.
func (c *composer) room() float64 { return c.bottom() - c.y }

// bottom is where the text of a page ends at the latest.
func (c *composer) bottom() float64 { return c.feet.top - 9 }

// need begins a new page unless there is room for a height.
func (c *composer) need(height float64) {
	if c.room() < height {
		c.nextPage()
	}
}

// flow prints lines of a text on as many pages as it takes. No page begins with the last line of a text or ends with its
// first, if the text has more.
func (c *composer) flow(st style, lines []string) {
	for len(lines) > 0 {
		fit := min(int(c.room()/st.leading+0.001), len(lines))
		if rest := len(lines) - fit; rest == 1 && fit > 2 {
			fit--
		}
		if fit < 2 && fit < len(lines) {
			c.nextPage()
			continue
		}
		for _, line := range lines[:fit] {
			c.page().put(st, left, c.y, line)
			c.y += st.leading
		}
		lines = lines[fit:]
	}
}

package letter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
)

// box is where something is, in mm.
type box struct{ x1, y1, x2, y2 float64 }

func (a box) meets(b box) bool { return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2 }

func (a box) within(b box) bool { return a.x1 >= b.x1 && a.y1 >= b.y1 && a.x2 <= b.x2 && a.y2 <= b.y2 }

// ink is where a text can be seen: from the top of its capitals to the descenders.
func (t text) ink() box {
	em := t.size * point
	return box{t.x, t.y - capHeight*em, t.x + t.width(t.s), t.y + 0.21*em}
}

// quiet is where a code wants to be alone.
func (c code) quiet() box {
	margin := 3.9 * c.side / float64(c.Size)
	return box{c.x - margin, c.y - margin, c.x + c.side + margin, c.y + c.side + margin}
}

var (
	sheet  = box{20, 15, 200, 292}
	window = box{20, 45, 105, 90}
)

// checkLayout says what is wrong with pages: something off the sheet, on top of something else, or in the window that
// does not belong there.
func checkLayout(c *composer) string {
	for i, p := range c.pages {
		for n, t := range p.texts {
			ink := t.ink()
			switch {
			case !ink.within(sheet):
				return "off the sheet: " + t.s
			case i == 0 && ink.meets(window) && (t.x != windowLeft || !ink.within(window)):
				return "in the window: " + t.s
			}
			for _, other := range p.texts[:n] {
				if ink.meets(other.ink()) {
					return "“" + t.s + "” is on top of “" + other.s + "”"
				}
			}
			for _, code := range p.codes {
				if ink.meets(code.quiet()) {
					return "too near to the code: " + t.s
				}
			}
		}
	}
	return ""
}

func TestLayoutOfSamples(t *testing.T) {
	for name, letter := range composed(t) {
		if wrong := checkLayout(letter); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

// A page neither begins with the last line of a text nor ends with its first.
func TestFlowLeavesNoLineAlone(t *testing.T) {
	for lines := 2; lines < 8; lines++ {
		for above := range 10 {
			c := compose(germanInvoice(t))
			c.pages = []*page{{}}
			c.y = c.bottom() - float64(above)*body.leading
			c.flow(body, slices.Repeat([]string{"line"}, lines))
			all := 0
			for i, p := range c.pages {
				n := 0
				for _, t := range p.texts {
					if t.s == "line" {
						n++
					}
				}
				if n == 1 && lines != 3 { // two and one, or one and two
					t.Errorf("%d lines with room for %d: one alone on page %d", lines, above, i+1)
				}
				all += n
			}
			if all != lines {
				t.Errorf("%d lines with room for %d: %d printed", lines, above, all)
			}
		}
	}
}

// Wherever the text above it ends, a table begins with a row, goes on with a sum, and its totals are not left alone.
func TestTableKeepsTogether(t *testing.T) {
	for intro := range 60 {
		for _, rows := range []int{1, 2, 30} {
			v := voucher(t, ar.KindInvoice, "RE-1", func(c *ar.InvoiceChange) {
				c.Detail.IntroText = ar.Set([]string{"Intro" + strings.Repeat("\nIntro", intro)})
				c.Items = ar.Set(slices.Repeat([]ar.Item{item("Item", "Described", "1", "h", "1", "19", "")}, rows))
			})
			c := compose(Letter{Voucher: v, Issuer: acme})
			if wrong := checkTable(c, rows); wrong != "" {
				t.Fatalf("%d rows below %d lines: %s", rows, intro+1, wrong)
			}
		}
	}
}

func checkTable(c *composer, rows int) string {
	seen, heads := 0, 0
	for i, p := range c.pages {
		carried, here := 0, 0
		head, total := false, false
		for _, t := range p.texts {
			switch {
			case t.s == c.words.item && t.face == bold:
				head = true
			case t.s == c.words.carried:
				carried++
			case t.s == c.words.total && t.face == bold:
				total = true
			case t.x == left && t.s == strconv.Itoa(seen+1) && head:
				seen++
				here++
			}
		}
		want := 0 // sums: one at the top if the table goes on here, one at the bottom if it goes on behind
		if head && heads > 0 {
			want++
		}
		if head && seen < rows {
			want++
		}
		if head {
			heads++
		}
		switch {
		case head && here == 0:
			return fmt.Sprintf("a head without rows on page %d", i+1)
		case total && here == 0:
			return fmt.Sprintf("totals without rows on page %d", i+1)
		case carried != want:
			return fmt.Sprintf("%d sums carried on page %d, want %d", carried, i+1, want)
		}
	}
	if seen != rows {
		return fmt.Sprintf("%d rows", seen)
	}
	return ""
}

// drawText is what people send: words, long ones, other scripts, line breaks, and anything at all.
func drawText(t *rapid.T, name string) string {
	switch rapid.IntRange(0, 7).Draw(t, name+" kind") {
	case 0:
		return ""
	case 1:
		return strings.Repeat("Donaudampfschifffahrt", rapid.IntRange(1, 40).Draw(t, name))
	case 2:
		return strings.Repeat("Lorem ipsum dolor sit amet\n", rapid.IntRange(1, 30).Draw(t, name))
	case 3:
		return rapid.String().Draw(t, name)
	case 4:
		return rapid.SampledFrom([]string{"Ệ̂Ểộ", "Ελλάδα", "Россия", "שלום", "日本語", "👩‍👩‍👧", "\u00a0\u202f\u00ad", "ffi\u0301x"}).Draw(t, name)
	default:
		return rapid.StringMatching(`[A-Za-zäöüß€-]{1,12}( [a-z]{1,10}){0,5}`).Draw(t, name)
	}
}

func anyText(t *rapid.T) string { return drawText(t, "text") }

func drawItem(t *rapid.T, reverse bool) ar.Item {
	it := ar.Item{
		Label: drawText(t, "label"), Unit: drawText(t, "unit"),
		Quantity:  decimal.New(rapid.Int64Range(0, 1e7).Draw(t, "quantity"), -rapid.Int32Range(0, 4).Draw(t, "scale")),
		Unitprice: decimal.New(rapid.Int64Range(-1e7, 1e10).Draw(t, "price"), -rapid.Int32Range(0, 4).Draw(t, "scale")),
		Taxrate:   dec(rapid.SampledFrom([]string{"19", "7", "0", "5.5", "100"}).Draw(t, "rate")),
		Detail:    ar.ItemDetail{Description: drawText(t, "description")},
	}
	if reverse {
		it.Taxrate = decimal.Zero
	}
	if rapid.IntRange(0, 3).Draw(t, "off") == 0 {
		off := decimal.New(rapid.Int64Range(1, 1e9).Draw(t, "discount"), -2)
		it.Discount = &off
	}
	return it
}

func drawLetter(t *rapid.T) Letter {
	text := func(name string) string { return drawText(t, name) }
	texts := func(name string) []string { return rapid.SliceOfN(rapid.Custom(anyText), 0, 4).Draw(t, name) }
	id := &ar.Identity{ID: "1", Debtor: text("debtor")}
	reverse := rapid.Bool().Draw(t, "reverse")
	c := ar.InvoiceChange{
		Currency: ar.Set(rapid.SampledFrom([]string{"EUR", "EUR", "JPY", "KWD", "USD"}).Draw(t, "currency")),
		Netbased: ar.Set(rapid.Bool().Draw(t, "netbased")), Paymentkind: ar.Set(rapid.SampledFrom([]string{"", "CT", "CC", "DD"}).Draw(t, "paymentkind")),
		Ordernumber: ar.Set(text("order")), Orderdate: ar.Set(day("2026-01-01")), Due: ar.Set(day("2026-09-30")),
		Addresses: ar.Set([]ar.Address{{
			Company: text("company"), Firstname: text("first"), Lastname: "x", Street: text("street"), Housenumber: text("house"), Extra: text("extra"),
			Zipcode: text("zip"), City: "x" + text("city"), State: text("state"), Country: rapid.SampledFrom([]string{"", "DE", "GB", "US", "BR", "XX"}).Draw(t, "country"),
		}}),
		Items: ar.Set(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ar.Item { return drawItem(t, reverse) }), 1, 40).Draw(t, "items")),
	}
	c.Detail.IntroText, c.Detail.FooterText = ar.Set(texts("intro")), ar.Set(texts("footer"))
	c.Detail.VatID, c.Detail.Paymentterm, c.Detail.ReverseCharge = ar.Set(text("vat")), ar.Set(text("term")), ar.Set(reverse)
	c.Detail.Locale = ar.Set(rapid.SampledFrom([]string{"", "de-DE", "de-CH", "en-US", "fr"}).Draw(t, "locale"))
	kind := rapid.SampledFrom([]ar.VoucherKind{ar.KindInvoice, ar.KindCreditnote}).Draw(t, "kind")
	inv, err := ar.NewInvoice(id, kind, "r", c, *day("2026-01-01"))
	if err != nil {
		t.Skip(err)
	}
	if err := inv.Commit("n"+text("number"), *day("2026-01-01")); err != nil {
		t.Skip(err)
	}
	issuer := acme
	if rapid.Bool().Draw(t, "other issuer") {
		issuer = ar.Issuer{
			Name: text("issuer"), Street: text("street"), City: text("city"), Email: text("email"), Register: text("register"), Management: text("management"),
			Bank: text("bank"), IBAN: rapid.SampledFrom([]string{"", "DE89370400440532013000", text("iban")}).Draw(t, "iban"), Holder: text("holder"), Notes: texts("notes"),
		}
	}
	return Letter{Voucher: inv, Issuer: issuer, Corrects: rapid.SampledFrom([]*ar.Invoice{nil, inv}).Draw(t, "corrects")}
}

// Whatever the domain accepts has a letter in which nothing covers anything, and the same one each time.
func TestAnyVoucherHasALetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLetter(t)
		if wrong := checkLayout(compose(l)); wrong != "" {
			t.Fatal(wrong)
		}
		if rapid.IntRange(0, 5).Draw(t, "render") > 0 {
			return // it takes a hundred times as long
		}
		one, err := Render(l)
		if err != nil {
			t.Fatal(err)
		}
		if two, _ := Render(l); string(one) != string(two) {
			t.Fatal("two renderings differ")
		}
	})
}

package main

import (
	"bufio"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// table lays rows out in columns. Rows come in portions, so that a long list need not be held: the first portion decides how
// wide the columns are, and later ones can only widen them.
type table struct {
	columns []field
	widths  []int
	max     int    // columns the terminal has; 0: it is none, and nothing is shortened
	indent  string // before every line
	titled  bool   // the headings are written
}

// write adds rows, with the headings before the first.
func (t *table) write(w io.Writer, rows []object) error {
	lines := make([][]string, 0, len(rows)+1)
	if !t.titled {
		t.titled = true
		titles := make([]string, len(t.columns))
		for i, c := range t.columns {
			titles[i] = c.title()
		}
		lines = append(lines, titles)
		t.widths = make([]int, len(t.columns))
	}
	for _, row := range rows {
		cells := make([]string, len(t.columns))
		for i, c := range t.columns {
			cells[i] = c.text(row)
		}
		lines = append(lines, cells)
	}
	for _, cells := range lines {
		for i, cell := range cells {
			t.widths[i] = max(t.widths[i], columnsWide(cell))
		}
	}
	t.fit()
	out := bufio.NewWriter(w)
	for _, cells := range lines {
		_, _ = out.WriteString(t.line(cells)) // Flush tells
	}
	return out.Flush()
}

// line puts cells beside each other. What is empty at the end is left out.
func (t *table) line(cells []string) string {
	var b strings.Builder
	b.WriteString(t.indent)
	for i, cell := range cells {
		cell = shortened(cell, t.widths[i])
		padding := strings.Repeat(" ", t.widths[i]-columnsWide(cell))
		if t.columns[i].right() {
			b.WriteString(padding + cell)
		} else {
			b.WriteString(cell + padding)
		}
		b.WriteString("  ")
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

// fit narrows the widest columns of text until the table is as wide as the terminal, or all are narrow.
func (t *table) fit() {
	if t.max == 0 {
		return
	}
	const least = 8
	for over := t.wide() - t.max; over > 0; over = t.wide() - t.max {
		widest := -1
		for i, w := range t.widths {
			if !t.columns[i].whole() && w > least && (widest < 0 || w > t.widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		t.widths[widest]--
	}
}

func (t *table) wide() int {
	sum := columnsWide(t.indent) + 2*(len(t.widths)-1)
	for _, w := range t.widths {
		sum += w
	}
	return sum
}

// columnsWide is how many columns of a terminal a text takes.
func columnsWide(text string) int {
	n := 0
	for _, r := range text {
		n += runeWide(r)
	}
	return n
}

func runeWide(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// shortened cuts a text to a width, and shows that it did.
func shortened(text string, wide int) string {
	if columnsWide(text) <= wide {
		return text
	}
	n := 1 // of the ellipsis
	i := strings.IndexFunc(text, func(r rune) bool { n += runeWide(r); return n > wide })
	return strings.TrimRight(text[:i], " ") + "…"
}

// terminalWide is how many columns w has, 0 if it is no terminal.
func terminalWide(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil || columns < 20 {
		return 80
	}
	return columns
}

// filled are the columns of which at least one row has a value.
func filled(columns []field, rows []object) []field {
	return slices.DeleteFunc(slices.Clone(columns), func(c field) bool {
		return !slices.ContainsFunc(rows, func(o object) bool { return c.text(o) != "" })
	})
}

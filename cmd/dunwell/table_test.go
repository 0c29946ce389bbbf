package main

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Text is shortened until a table fits; amounts and dates never are, wide characters count twice, and nothing can move the cursor.
func TestTable(t *testing.T) {
	columns := []field{{path: "reference"}, {path: "label"}, {path: "due", kind: momentKind}, {path: "total", kind: amountKind}}
	rows := []object{
		{"reference": "RE1", "label": "Kaffeebohnen aus Äthiopien, frisch geröstet", "due": "2026-03-16T00:00:00.000Z", "total": "12345678.90", "currency": "EUR"},
		{"reference": "RE2", "label": "请款单 第一号", "due": "2026-03-16T09:30:59.000Z", "total": "1", "currency": "JPY"},
		{"reference": "RE3", "label": "a\x1b[31mred\nline\u202e", "total": "0.00", "currency": "EUR"},
		{"reference": "RE4", "label": "e\u0301"},
	}
	var golden strings.Builder
	for _, wide := range []int{0, 70, 60, 20} {
		table := table{columns: columns, max: wide}
		if err := table.write(&golden, rows); err != nil {
			t.Fatal(err)
		}
		golden.WriteString("\n")
	}
	checkGolden(t, "testdata/table.golden", golden.String())
}

// Every line of a table of texts is as wide as the terminal at most, unless there is no room for the least of each column.
func TestTableFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.IntRange(30, 80).Draw(t, "wide")
		table := table{columns: []field{{path: "a"}, {path: "b"}, {path: "c"}}, max: wide}
		for range rapid.IntRange(1, 3).Draw(t, "portions") {
			var b strings.Builder
			row := object{"a": rapid.String().Draw(t, "a"), "b": rapid.String().Draw(t, "b"), "c": rapid.String().Draw(t, "c")}
			if err := table.write(&b, []object{row}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				if got := columnsWide(strings.TrimSuffix(line, "\n")); got > wide {
					t.Fatalf("%d columns in %d: %q", got, wide, line)
				}
			}
		}
	})
}

func TestShortened(t *testing.T) {
	for _, c := range []struct {
		text string
		wide int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"ab cd", 4, "ab…"}, {"请款单", 6, "请款单"}, {"请款单", 5, "请款…"}, {"请款单", 4, "请…"}, {"abc", 1, "…"}} {
		if got := shortened(c.text, c.wide); got != c.want || columnsWide(got) > c.wide {
			t.Errorf("%q in %d: %q, want %q", c.text, c.wide, got, c.want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1 KiB", 1<<20 - 1: "1023 KiB", 1 << 20: "1.0 MiB", 26214400: "25.0 MiB", 1<<20 + 1<<19: "1.5 MiB"} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// The bar goes forward, begins again with a new attempt, and leaves nothing behind.
func TestProgressBar(t *testing.T) {
	var b strings.Builder
	p := &progressBar{w: &b, name: "RE12345.pdf"}
	p.show(0, 2048)
	p.show(0, 2048)
	p.show(1024, 2048)
	p.show(2048, 2048)
	p.show(0, 2048)
	p.show(1, -1)
	p.done()
	p.done()
	lines := strings.Split(b.String(), "\r\x1b[K")
	want := []string{
		"", "RE12345.pdf  ░░░░░░░░░░░░░░░░░░░░░░░░   0 %  2 KiB", "RE12345.pdf  ████████████░░░░░░░░░░░░  50 %  2 KiB",
		"RE12345.pdf  ████████████████████████ 100 %  2 KiB", "RE12345.pdf  ░░░░░░░░░░░░░░░░░░░░░░░░   0 %  2 KiB", "",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", lines)
	}
	newProgressBar(&b, "quiet").show(1, 2)
	if strings.Contains(b.String(), "quiet") {
		t.Error("a bar is drawn where nobody looks")
	}
}

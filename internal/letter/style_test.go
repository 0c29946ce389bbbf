package letter

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"composed":         {"u\u0308", "ü"},
		"breaks":           {"a\r\nb\rc\u2028d\ve", "a\nb\nc\nd\ne"},
		"spaces":           {"a\tb\u2003c\u202fd\u00a0e", "a b c\u00a0d\u00a0e"},
		"invisible":        {"a\u00adb\u200bc\ufeffd\x00e\u202ef", "abcdef"},
		"no glyph":         {"日本", "□□"},
		"beyond the plane": {"😀!", "□!"},
		"right to left":    {"שלום", "□□□□"},
		"not UTF-8":        {"a\xffb", "a□b"},
		"hyphen":           {"a\u2011b", "a-b"},
		"symbols":          {"€ £ × ½ → ≤ № ™ „“ –", "€ £ × ½ → ≤ № ™ „“ –"},
	}
	for name, test := range tests {
		if got := clean(test.in); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// alphabets are the letters beyond ASCII of languages that invoices come in.
var alphabets = map[string]string{
	"German": "ÄÖÜäöüßẞ", "Polish": "ĄĆĘŁŃÓŚŹŻąćęłńóśźż", "Turkish": "ÇĞİÖŞÜçğıöşü", "Romanian": "ĂÂÎȘȚăâîșțŞŢşţ",
	"Latvian": "ĀČĒĢĪĶĻŅŠŪŽāčēģīķļņšūž", "Hungarian": "ÁÉÍÓÖŐÚÜŰáéíóöőúüű", "Czech": "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽáčďéěíňóřšťúůýž",
	"Icelandic": "ÐÞÆÖðþæö", "Maltese": "ĊĠĦŻċġħż", "Danish": "ÆØÅæøå", "French": "ÀÂÇÈÉÊËÎÏÔŒÙÛÜŸàâçèéêëîïôœùûüÿ",
	"Vietnamese": "ẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸĐƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđơư",
	"Greek":      "ΑΒΓΔΕΖΗΘάέήίόύώς", "Cyrillic": "АБВГДЕЁЖЗИЙабвгдеёжзийїєґ", "currencies": "€£¥¢₴",
}

func TestFontHasAlphabets(t *testing.T) {
	for name, letters := range alphabets {
		if got := clean(letters); got != letters {
			t.Errorf("%s comes out as %s", name, got)
		}
	}
	for r := range rune(len(metrics{})) {
		if font(regular).has(r) != font(bold).has(r) {
			t.Errorf("%U is in one face only", r)
		}
	}
	if !font(regular).has(missing) || !font(regular).has('…') {
		t.Error("the font lacks what stands for what it lacks")
	}
}

// The small font has what the large one has, in the same width.
func TestPlainFontIsComplete(t *testing.T) {
	for f := range faces {
		small, large := measure(faces[f].plain()), font(face(f))
		for r := range rune(len(metrics{})) {
			if isPlain([]*page{{texts: []text{{s: string(r)}}}}) && r >= ' ' && small[r] != large[r] {
				t.Errorf("%U is %d wide, want %d", r, small[r], large[r])
			}
		}
	}
	if !isPlain(compose(germanInvoice(t)).pages) || isPlain(compose(grossInvoice(t)).pages) {
		t.Error("the samples do not try both fonts")
	}
}

func TestWrap(t *testing.T) {
	tests := map[string]struct {
		in    string
		width float64
		want  []string
	}{
		"empty":         {"", 50, nil},
		"fits":          {"one two", 50, []string{"one two"}},
		"words":         {"one two three", 15, []string{"one two", "three"}},
		"newlines":      {"one\n\ntwo", 50, []string{"one", "", "two"}},
		"spaces":        {"  one   two ", 50, []string{"one two"}},
		"long word":     {"a Donaudampfschifffahrt", 20, []string{"a", "Donaudamp", "fschifffahrt"}},
		"marks":         {"www.muster-soehne.example", 30, []string{"www.muster-", "soehne.example"}},
		"too narrow":    {"abc", 0.1, []string{"a", "b", "c"}},
		"no break":      {"12\u00a0345\u00a0678 x", 18, []string{"12\u00a0345\u00a0678", "x"}},
		"accent stays":  {"x\u0323x\u0323", 0.1, []string{"x\u0323", "x\u0323"}},
		"space at edge": {"one two ", 12.4, []string{"one two"}},
	}
	for name, test := range tests {
		if got := body.wrap(test.in, test.width); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Lines fit if anything does, and nothing but spaces is lost.
func TestWrapLosesNothing(t *testing.T) {
	squeeze := strings.NewReplacer(" ", "", "\n", "")
	rapid.Check(t, func(t *rapid.T) {
		s := clean(drawText(t, "text"))
		width := rapid.Float64Range(10, 160).Draw(t, "width")
		lines := body.wrap(s, width)
		if squeeze.Replace(strings.Join(lines, "")) != squeeze.Replace(s) {
			t.Fatalf("%q became %q", s, lines)
		}
		for _, line := range lines {
			if w := body.width(line); w > width+0.01 {
				t.Fatalf("%q is %g wide, not %g", line, w, width)
			}
		}
	})
}

func TestCut(t *testing.T) {
	if got := body.cut("short", 50); got != "short" {
		t.Error(got)
	}
	got := body.cut("a text that is too long", 20)
	if !strings.HasSuffix(got, "…") || body.width(got) > 20 || body.width(got) < 15 {
		t.Errorf("%q is %g wide", got, body.width(got))
	}
}

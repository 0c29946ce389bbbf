package validate

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// formatCases are texts that each format takes, and texts that it refuses.
var formatCases = map[string]struct{ takes, refuses []string }{
	"date": {
		[]string{"2024-02-29", "2000-02-29", "1999-12-31", "0000-01-01", "9999-12-31", "2024-04-30"},
		[]string{"", "2023-02-29", "1900-02-29", "2024-02-30", "2024-04-31", "2024-00-01", "2024-13-01", "2024-01-00", "2024-1-1", "20240101", "2024/01/01", "2024-01-01T", "+024-01-01", "２０２４-01-01", " 2024-01-01", "2024-01-01\n"},
	},
	"date-time": {
		[]string{"2024-02-29T00:00:00Z", "2024-02-29T23:59:59.999999999Z", "2024-02-29T12:00:00+23:59", "2024-02-29T12:00:00.5-00:30"},
		[]string{"", "2024-02-29", "2023-02-29T00:00:00Z", "2024-02-29t00:00:00Z", "2024-02-29T00:00:00z", "2024-02-29 00:00:00Z", "2024-02-29T24:00:00Z", "2024-02-29T00:60:00Z", "2024-12-31T23:59:60Z", "2024-02-29T00:00:00", "2024-02-29T00:00Z", "2024-02-29T00:00:00.Z", "2024-02-29T00:00:00,5Z", "2024-02-29T00:00:00+24:00", "2024-02-29T00:00:00+0100", "2024-02-29T00:00:00+01:60", "2024-02-29T00:00:00ZZ", "2024-02-29T00:00:00.5"},
	},
	"date-or-date-time": {
		[]string{"2024-02-29", "2024-02-29T00:00:00.000Z", "1000-01-01", "8999-12-31T23:59:59-14:00"},
		[]string{"", "0000-01-01", "0999-12-31", "9999-12-31T23:59:59-14:00", "2024-02-30", "2024-02-30T00:00:00Z", "2024-02-29T", "29.02.2024"},
	},
	"email": {
		[]string{"a@b", "a.b+c@example.com", "o'neill@example.co.uk", "ü@münchen.de", strings.Repeat("a", 64) + "@b.de", "1@2.3"},
		[]string{"", "@", "a@", "@b", "a@b@c", "a b@c.de", ".a@b.de", "a.@b.de", "a..b@c.de", "a@.de", "a@b.", "a@-b.de", "a@b-.de", "a@b..de", "a@b,de", "<a@b.de>", "a@[127.0.0.1]", `"a b"@c.de`, strings.Repeat("a", 65) + "@b.de", "a@" + strings.Repeat("b", 64) + ".de", "a@" + strings.Repeat("b.", 130) + "de", "a@b.de\n", "a@b.de\r\nBcc: x@y.de"},
	},
	"uuid": {
		[]string{"123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"},
		[]string{"", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-42661417400g", "{123e4567-e89b-12d3-a456-426614174000}", "123e4567-e89b-12d3-a456_426614174000"},
	},
	"uri": {
		[]string{"https://example.com", "https://example.com/", "https://user@example.com:8080/a/b%20c?d=e&f#g", "http://[::1]:80/x", "urn:isbn:123", "mailto:a@b.de", "https://xn--mnchen-3ya.de/?q=[1]", "HTTP://EXAMPLE.COM", "a+b-c.1:x"},
		[]string{"", "/relative", "example.com", "//example.com", "https:", "https://", "https:///path", "https://?x", "https://exa mple.com", "https://example.com/ä", "https://example.com/%zz", "https://example.com/%2", "https://example.com:port/", "https://example.com:123456/", "https://[::1", "https://[x]/", "https://a@b@c/", "https://a%20b/", "https://[:1]/", "1https://example.com", "https://example.com/<x>", "https://example.com/\n", "https://example.com\\@evil.com"},
	},
}

func TestFormats(t *testing.T) {
	for format, tt := range formatCases {
		for _, text := range tt.takes {
			if !formats[format]([]byte(text)) {
				t.Errorf("%s does not take %q", format, text)
			}
		}
		for _, text := range tt.refuses {
			if formats[format]([]byte(text)) {
				t.Errorf("%s takes %q", format, text)
			}
		}
	}
	var named []string
	for format := range formatCases {
		named = append(named, format)
	}
	slices.Sort(named)
	if want := sortedKeys(formats); !slices.Equal(named, want) {
		t.Errorf("tested %v, want %v", named, want)
	}
}

// understands says whether Go's own packages understand a text of that format.
var understands = map[string]func(string) error{
	"date":      func(s string) error { _, err := time.Parse(time.DateOnly, s); return err },
	"date-time": func(s string) error { _, err := time.Parse(time.RFC3339, s); return err },
	"email":     func(s string) error { _, err := mail.ParseAddress(s); return err },
	"uri": func(s string) error {
		_, err := url.Parse(s)
		return err
	},
}

// FuzzFormats shows that what passes here does not fail where the text is put to use.
func FuzzFormats(f *testing.F) {
	for _, tt := range formatCases {
		for _, text := range append(tt.takes, tt.refuses...) {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for format, understood := range understands {
			if textRule(text) != "" || !formats[format]([]byte(text)) {
				continue
			}
			if err := understood(text); err != nil {
				t.Errorf("%s takes %q: %v", format, text, err)
			}
		}
	})
}

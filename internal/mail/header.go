package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"golang.org/x/net/idna"
)

// field is one line of a header, before it is folded.
type field struct{ name, value string }

type fields []field

// header has the fields in their order; the library adds each at the top.
func (f fields) header() (h message.Header) {
	for i := len(f) - 1; i >= 0; i-- {
		h.AddRaw([]byte(fold(f[i].name + ": " + f[i].value)))
	}
	return h
}

// lineLength is what the lines of a header should keep to (RFC 5322 2.1.1, RFC 2047 2).
const lineLength = 76

// fold breaks a field into lines, at spaces only, so that unfolding gives the same.
func fold(line string) string {
	var b strings.Builder
	length := 0
	for i, word := range strings.Split(line, " ") {
		switch {
		case i > 1 && length+1+len(word) > lineLength:
			b.WriteString("\r\n ")
			length = 1
		case i > 0:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(word)
		length += len(word)
	}
	b.WriteString("\r\n")
	return b.String()
}

// encodeText makes encoded words (RFC 2047) of a text that is not ASCII, or that would be taken for encoded. before is how much
// stands before it on its line. (The encoder of the standard library leaves no place for that.)
func encodeText(s string, before int) string {
	if isASCII(s) && !strings.Contains(s, "=?") {
		return s
	}
	const begin, end = "=?utf-8?q?", "?="
	var words []string
	var word strings.Builder
	for _, r := range s {
		encoded := encodeQ(r)
		if before+len(begin)+word.Len()+len(encoded)+len(end) > lineLength {
			words = append(words, begin+word.String()+end)
			word.Reset()
			before = 1
		}
		word.WriteString(encoded)
	}
	return strings.Join(append(words, begin+word.String()+end), " ")
}

// encodeQ keeps what may stand in a name (RFC 2047 5.3).
func encodeQ(r rune) string {
	switch {
	case r == ' ':
		return "_"
	case r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("!*+-/", r)):
		return string(r)
	}
	var b strings.Builder
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(&b, "=%02X", c)
	}
	return b.String()
}

// header is that of the whole message.
func (m *Message) header(subject, contentType string) (message.Header, error) {
	if err := checkMessageID(m.MessageID); err != nil {
		return message.Header{}, err
	}
	from, err := sender(m.From)
	if err != nil {
		return message.Header{}, fmt.Errorf("mail: From: %w", err)
	}
	to, err := parseAddress(m.To.Address)
	if err != nil {
		return message.Header{}, fmt.Errorf("mail: To: %w", err)
	}
	f := fields{{"Date", m.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700")}, {"From", from}}
	if m.ReplyTo.Address != "" {
		replyTo, err := sender(m.ReplyTo)
		if err != nil {
			return message.Header{}, fmt.Errorf("mail: Reply-To: %w", err)
		}
		f = append(f, field{"Reply-To", replyTo})
	}
	return append(f, fields{
		{"To", to.named(m.To.Name)},
		{"Subject", encodeText(subject, len("Subject: "))},
		{"Message-ID", "<" + m.MessageID + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: nobody's vacation answers it
		{"MIME-Version", "1.0"},
		{"Content-Language", language(m.Locale)},
		{"Content-Type", contentType},
	}...).header(), nil
}

// sender is an address of ours in a header. Its part before the @ is ASCII: an address that some mail servers cannot
// take would make every mail of the merchant undeliverable there.
func sender(a mail.Address) (string, error) {
	parsed, err := parseAddress(a.Address)
	if err != nil {
		return "", err
	}
	if parsed.international() {
		return "", fmt.Errorf("%q %w: that of a sender must be ASCII before the @", a.Address, ErrAddress)
	}
	return parsed.named(a.Name), nil
}

// CheckSender tells whether mails can be from a bare address. Its error is ErrAddress. Whoever takes an address into settings
// asks here, or every mail would fail with it later.
func CheckSender(address string) error {
	_, err := sender(mail.Address{Address: address})
	return err
}

// ErrAddress means that a message is from or to something that mail cannot be sent to, and never could be.
var ErrAddress = errors.New("is no address that mail can be sent to")

// address is one that mail can be sent to. Its domain is ASCII, an internationalised one in its xn-- form; what is before the @ may
// be any UTF-8 (RFC 6531).
type address struct{ local, domain string }

// parseAddress takes a bare address: no name, no angle brackets.
func parseAddress(raw string) (address, error) {
	parsed, err := mail.ParseAddress((&mail.Address{Address: raw}).String())
	at := strings.LastIndexByte(raw, '@')
	if err != nil || parsed.Address != raw || len(raw) > 254 || strings.ContainsFunc(raw, unicode.IsControl) || strings.ContainsAny(raw[:at], " @,;<>") {
		return address{}, fmt.Errorf("%q %w", raw, ErrAddress)
	}
	a := address{raw[:at], raw[at+1:]}
	if !isASCII(a.domain) {
		if a.domain, err = idna.Lookup.ToASCII(a.domain); err != nil {
			return address{}, fmt.Errorf("%q %w: its domain is no internationalised name", raw, ErrAddress)
		}
	}
	return a, nil
}

// international tells whether only servers with SMTPUTF8 can take the address.
func (a address) international() bool { return !isASCII(a.local) }

// path is the address between angle brackets, quoted where need be.
func (a address) path() string { return a.named("") }

// named is the address with a name before it.
func (a address) named(name string) string {
	name = cut(oneLine(name), 200)
	path := (&mail.Address{Address: a.local + "@" + a.domain}).String()
	switch encoded := encodeText(name, len("Reply-To: ")); {
	case name == "":
		return path
	case encoded != name:
		return encoded + " " + path
	}
	return `"` + quoted.Replace(name) + `" ` + path
}

var quoted = strings.NewReplacer(`"`, `\"`, `\`, `\\`)

// checkMessageID accepts what RFC 5322 calls an id: ours are made by us, so that this is about a mistake, not about data.
func checkMessageID(id string) error {
	left, right, ok := strings.Cut(id, "@")
	if !ok || left == "" || right == "" || len(id) > 250 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>()[]"\,;:`, r) }) {
		return fmt.Errorf("mail: %q is no Message-ID", id)
	}
	return nil
}

// oneLine makes one line of a text: what breaks lines or is not seen becomes a space, and no two spaces follow each other.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.Join(strings.Fields(s), " ")
}

// cut is the first characters of a text.
func cut(s string, characters int) string {
	for i := range s {
		if characters--; characters < 0 {
			return s[:i]
		}
	}
	return s
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] > unicode.MaxASCII {
			return false
		}
	}
	return true
}

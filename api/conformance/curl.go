package conformance

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLines is how many requests a failure shows.
const maxLines = 20

// curl writes exchanges as lines for bash, which send what was sent: $URL, $USER and $PASSWORD are to be set, and $RUN
// stands for the id of the run, so that the lines can be run again with another one. What else an answer chose, such
// as a cursor, is the one of this run; signatures of links are left out, see secrets.
func (s *suite) curl(exchanges []*exchange) string {
	exchanges = withoutRepeats(exchanges)
	var lines []string
	if len(exchanges) > maxLines {
		lines = append(lines, fmt.Sprintf("# %d requests before these are left out", len(exchanges)-maxLines))
		exchanges = exchanges[len(exchanges)-maxLines:]
	}
	for _, x := range exchanges {
		line := s.curlLine(x.request)
		if len(exchanges) > 1 {
			line += "  # " + x.short()
		}
		lines = append(lines, line)
	}
	text := strings.Join(lines, "\n")
	if strings.Contains(text, `"$RUN"`) {
		text = "RUN=r$(date +%s)\n" + text
	}
	return text
}

// withoutRepeats leaves out what is there already.
func withoutRepeats(exchanges []*exchange) (all []*exchange) {
	for _, x := range exchanges {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}

// short is the status of an exchange as a comment.
func (x *exchange) short() string {
	if x.status == 0 {
		return "no answer"
	}
	return fmt.Sprint(x.status)
}

// curlLine writes one request.
func (s *suite) curlLine(r request) string {
	var b strings.Builder
	content, pipe := s.curlBody(r)
	b.WriteString(pipe + "curl -sS -i -g --path-as-is")
	switch {
	case r.method == "HEAD":
		b.WriteString(" -I")
	case r.method != "GET" || r.body != nil:
		b.WriteString(" -X " + r.method)
	}
	switch r.who {
	case merchant:
		b.WriteString(` -u "$USER:$PASSWORD"`)
	case other:
		b.WriteString(` -u "$OTHER_USER:$OTHER_PASSWORD"`)
	case forgetful:
		b.WriteString(` -u "$USER:wrong"`)
	case silent:
		b.WriteString(` -u "$USER:"`)
	case stranger:
		b.WriteString(` -u nobody:wrong`)
	case nobody:
	}
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		for _, value := range r.header[name] {
			if value == "" {
				b.WriteString(" -H " + s.quote(name+";")) // as curl wants an empty one
			} else {
				b.WriteString(" -H " + s.quote(name+": "+value))
			}
		}
	}
	if len(r.body) > 0 && r.header.Get("Content-Type") == "" {
		b.WriteString(" -H 'Content-Type:'") // else curl sends one of its own
	}
	if rest, ok := strings.CutPrefix(r.url, s.config.URL); ok {
		b.WriteString(` "$URL"` + s.quote(rest))
	} else {
		b.WriteString(" " + s.quote(r.url))
	}
	return b.String() + content
}

// curlBody writes what gives the body, and what stands before curl if it is piped in.
func (s *suite) curlBody(r request) (option, pipe string) {
	switch {
	case r.stalled:
		return fmt.Sprintf(" -H 'Content-Length: %d' -H Transfer-Encoding: -H Expect: --max-time 10 -T -", announced), "sleep 10 | "
	case r.body == nil:
		return "", ""
	case len(r.body) == 0 && !r.chunked:
		return " --data-binary ''", ""
	case r.chunked:
		return " -H 'Transfer-Encoding: chunked' --data-binary @-", s.writer(r.body) + " | "
	case bytes.IndexByte(r.body, 0) >= 0 || len(r.body) > 2000:
		return " --data-binary @-", s.writer(r.body) + " | "
	case r.body[0] == '@':
		return " --data-raw " + s.quote(string(r.body)), ""
	}
	return " --data-binary " + s.quote(string(r.body)), ""
}

// longRun is from how many bytes on repetitions are counted rather than written.
const longRun = 400

// maxWritten is how many bytes are written at most; instead of longer ones the line sends as many others.
const maxWritten = 100_000

// writer is a command that writes data: as it is, but for long repetitions.
func (s *suite) writer(data []byte) string {
	var commands []string
	var plain []byte
	flush := func() {
		if len(plain) > 0 {
			commands, plain = append(commands, "printf %b "+s.quote(escapeBytes(plain))), nil
		}
	}
	written := 0
	for rest := data; len(rest) > 0; {
		unit := repeated(rest)
		if unit == 0 {
			plain, rest = append(plain, rest[0]), rest[1:]
			if written++; written > maxWritten {
				return fmt.Sprintf("head -c %d /dev/urandom", len(data))
			}
			continue
		}
		flush()
		times := repetitions(rest, unit, len(rest))
		commands = append(commands, s.repeat(rest[:unit], times))
		rest = rest[unit*times:]
	}
	flush()
	switch len(commands) {
	case 0:
		return "printf ''"
	case 1:
		return commands[0]
	}
	return "{ " + strings.Join(commands, "; ") + "; }"
}

// repeat is a command that writes something over and over again.
func (s *suite) repeat(unit []byte, times int) string {
	if len(unit) == 1 {
		return fmt.Sprintf(`head -c %d /dev/zero | tr '\000' '\%03o'`, times, unit[0])
	}
	return fmt.Sprintf("yes %s | head -n %d | tr -d '\\n'", s.quote(string(unit)), times)
}

// repeated gives the length of what data begins with over and over again, 0 if it does not for long.
func repeated(data []byte) int {
	for unit := 1; unit <= 256 && unit*2 <= len(data); unit++ {
		enough := (longRun + unit - 1) / unit
		if data[unit] == data[0] && (unit == 1 || isLine(data[:unit])) && repetitions(data, unit, enough) >= enough {
			return unit
		}
	}
	return 0
}

// repetitions counts how often the first bytes of data follow each other, up to a limit.
func repetitions(data []byte, unit, most int) int {
	times := 1
	for times < most && bytes.HasPrefix(data[unit*times:], data[:unit]) {
		times++
	}
	return times
}

// isLine says whether bytes can be one line of text.
func isLine(data []byte) bool {
	return utf8.Valid(data) && !bytes.ContainsFunc(data, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// escapeBytes writes bytes for printf %b.
func escapeBytes(data []byte) string {
	var b strings.Builder
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r < ' ' || r == 0x7f || r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, data[0])
		default:
			b.Write(data[:size])
		}
		data = data[size:]
	}
	return b.String()
}

// quote writes one word for bash, with $RUN for the id of the run.
func (s *suite) quote(text string) string {
	var words []string
	for i, piece := range strings.Split(text, s.config.RunID) {
		if i > 0 {
			words = append(words, `"$RUN"`)
		}
		if piece != "" {
			words = append(words, quoteWord(piece))
		}
	}
	if len(words) == 0 {
		return "''"
	}
	return strings.Join(words, "")
}

// quoteWord quotes what has no id of a run in it: between single quotes, and if it is no line of text as bash's $'…'.
func quoteWord(text string) string {
	if isLine([]byte(text)) {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	return "$'" + strings.ReplaceAll(escapeBytes([]byte(text)), "'", `\'`) + "'"
}

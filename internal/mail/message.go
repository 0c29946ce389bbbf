package mail

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/mail"
	"time"

	"github.com/emersion/go-message"

	"github.com/dunwell/dunwell/internal/ar"
)

// Message is one mail before it is written.
type Message struct {
	MessageID string       // without angle brackets
	Date      time.Time    // in the zone it is shown in
	From      mail.Address // the name is shown
	ReplyTo   mail.Address // left out when its address is empty
	To        mail.Address

	Merchant string // id of the account, whose own templates are used
	Locale   string // de… is German, everything else English
	Kind     ar.MailKind
	Data     Data

	Attachments []Attachment
}

// Attachment is a file that goes with a mail. It is read while the mail is written and never held in memory.
type Attachment struct {
	Name      string // as the customer sees it, in any script
	MediaType string // application/octet-stream when empty
	Open      func() (io.ReadCloser, error)
}

// Render writes a mail as RFC 5322 wants it, the same bytes for the same message. It fails when a template of the merchant
// does (the error names file and line), when an address is none (ErrAddress), when an attachment cannot be read, and when w fails.
func (t Templates) Render(w io.Writer, m Message) error {
	text, err := t.execute(m)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(w, 32<<10)
	if err := m.write(buffered, text); err != nil {
		return fmt.Errorf("mail: writing the message: %w", err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("mail: writing the message: %w", err)
	}
	return nil
}

// write writes the parts: the text twice, as plain text and as HTML, and the attachments after it.
func (m *Message) write(w io.Writer, text texts) error {
	mixed, alternative := multipartType("mixed", m.boundary("m")), multipartType("alternative", m.boundary("a"))
	if len(m.Attachments) == 0 {
		mixed = alternative // there is but one part, and it is the whole
	}
	header, err := m.header(text.subject, mixed)
	if err != nil {
		return err
	}
	root, err := message.CreateWriter(w, header)
	if err != nil {
		return err
	}
	if len(m.Attachments) == 0 {
		return writeTexts(root, text)
	}
	body, err := root.CreatePart(fields{{"Content-Type", alternative}}.header())
	if err != nil {
		return err
	}
	if err := writeTexts(body, text); err != nil {
		return err
	}
	for _, a := range m.Attachments {
		if err := a.write(root); err != nil {
			return fmt.Errorf("attachment %q: %w", a.Name, err)
		}
	}
	return root.Close()
}

func writeTexts(w *message.Writer, text texts) error {
	for _, part := range []struct{ mediaType, content string }{{"text/plain", text.plain}, {"text/html", text.html}} {
		pw, err := w.CreatePart(fields{
			{"Content-Type", part.mediaType + "; charset=utf-8"},
			{"Content-Transfer-Encoding", "quoted-printable"},
		}.header())
		if err != nil {
			return err
		}
		if _, err := io.WriteString(pw, part.content); err != nil {
			return err
		}
		if err := pw.Close(); err != nil {
			return err
		}
	}
	return w.Close()
}

func (a Attachment) write(w *message.Writer) error {
	name := cleanFilename(a.Name)
	content, err := a.Open()
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // it was only read
	pw, err := w.CreatePart(fields{
		{"Content-Type", mediaType(a.MediaType) + `; name="` + asciiFilename(name) + `"`},
		{"Content-Transfer-Encoding", "base64"},
		{"Content-Disposition", "attachment; " + filenameParameters(name)},
	}.header())
	if err != nil {
		return err
	}
	if _, err := io.Copy(pw, content); err != nil {
		return err
	}
	return pw.Close()
}

func multipartType(subtype, boundary string) string {
	return "multipart/" + subtype + `; boundary="` + boundary + `"`
}

// boundary is the same for the same message. It can be foreseen, which does no harm: neither quoted-printable nor base64
// ever has =_ in it, so no content can imitate it.
func (m *Message) boundary(level string) string {
	sum := sha256.Sum256([]byte(m.MessageID))
	return "=_" + hex.EncodeToString(sum[:12]) + level
}

package document

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"
)

// The library that parses e-mails streams, but counts nothing except the bytes of the first header. These are our limits.
const (
	maxParts  = 200       // of a message, all together
	maxDepth  = 10        // of parts in parts and messages in messages
	maxHeader = 256 << 10 // bytes of one header, or of what stands before the first part
)

// An e-mail, minimally: a header block that can be parsed, in it who sent it (From) and when or about what (Date or
// Subject), and, when it says that it has parts, all of them up to the closing line. Attachments that cannot be decoded
// and messages forwarded incompletely (as most bounces do) are flagged, not refused: that is how they were sent.
func (i *Inspector) inspectEML(ctx context.Context, content io.Reader) (Info, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, i.opts.Timeout, errTooSlow)
	defer cancel()
	w := walker{source: source{ctx: ctx, r: content}, decoded: i.opts.Decoded, flags: flagSet{}}
	err := w.walk()
	switch {
	case errors.Is(w.source.err, errTooSlow):
		return Info{}, tooSlow()
	case w.source.err != nil:
		return Info{}, w.source.err
	case w.limit != "":
		return Info{}, refuse("file", "The e-mail has "+w.limit+".", "Such an e-mail is not readable for most programs; import its attachment as a PDF instead.", nil)
	case err != nil:
		return Info{}, err
	}
	return Info{MediaType: EML, Parts: w.parts, Flags: w.flags.list()}, nil
}

// source is the file. It remembers its own failure, because the library wraps errors beyond recognition.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		s.err = context.Cause(s.ctx)
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = fmt.Errorf("document: %w", err)
	}
	return n, err
}

// walker goes through a message once, from the first byte to the last.
type walker struct {
	source  source
	parts   int
	decoded int64  // bytes that may yet be decoded
	limit   string // the limit that was exceeded, as a noun phrase
	flags   flagSet
}

var errLimit = errors.New("document: limit exceeded")

func (w *walker) exceeded(limit string) error {
	w.limit = limit
	return errLimit
}

func (w *walker) walk() error {
	r := bufio.NewReader(&w.source)
	if start, _ := r.Peek(len(bom)); string(start) == bom {
		_, _ = r.Discard(len(bom)) // it is there: Peek has seen it
	}
	return w.message(r, 0, checkEnvelope)
}

// message reads a header and what it announces. check may refuse the header.
func (w *walker) message(r io.Reader, depth int, check func(message.Header) error) error {
	b := &budget{walker: w, r: r, left: maxHeader}
	body := bufio.NewReader(b)
	raw, err := textproto.ReadHeader(body)
	if err != nil {
		return malformed("its header cannot be read", err)
	}
	b.left = unlimited
	header := message.Header{Header: raw}
	if err := check(header); err != nil {
		return err
	}
	return w.entity(header, body, depth)
}

func checkEnvelope(h message.Header) error {
	if strings.TrimSpace(h.Get("From")) == "" {
		return malformed("it has no From header", nil)
	}
	if !h.Has("Date") && !h.Has("Subject") {
		return malformed("it has neither a Date nor a Subject header", nil)
	}
	return nil
}

func anyHeader(message.Header) error { return nil }

// entity goes through a message or a part whose header has been read. It leaves body at its end.
func (w *walker) entity(h message.Header, body io.Reader, depth int) error {
	if w.parts++; w.parts > maxParts {
		return w.exceeded(fmt.Sprintf("more than %d parts", maxParts))
	}
	if depth > maxDepth {
		return w.exceeded(fmt.Sprintf("parts nested more than %d levels deep", maxDepth))
	}
	if disposition, _, _ := h.ContentDisposition(); strings.EqualFold(disposition, "attachment") {
		w.flags[EmbeddedFiles] = true
	}
	mediaType, params, _ := h.ContentType()
	switch {
	case strings.HasPrefix(mediaType, "multipart/"):
		return w.multipart(body, params["boundary"], depth)
	case mediaType == EML || mediaType == "message/global":
		return w.forwarded(h, body, depth)
	}
	return w.leaf(h, body)
}

// multipart goes through the parts. Each is read to its end before the next is asked for, so that what the library
// reads by itself is a header and never more than the budget.
func (w *walker) multipart(body io.Reader, boundary string, depth int) error {
	if boundary == "" {
		return malformed("it has parts but no boundary between them", nil)
	}
	b := &budget{walker: w, r: body}
	parts := textproto.NewMultipartReader(b, boundary)
	for {
		b.left = maxHeader
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return malformed("its parts do not end where they should", err)
		}
		b.left = unlimited
		if err := w.entity(message.Header{Header: part.Header}, part, depth+1); err != nil {
			return err
		}
	}
	b.left = unlimited
	return drain(body) // what follows the closing line means nothing
}

// leaf decodes a part that has no parts.
func (w *walker) leaf(h message.Header, body io.Reader) error {
	entity, err := message.New(h, body)
	if message.IsUnknownEncoding(err) {
		w.flags[Damaged] = true
	}
	if _, err := io.Copy(decodedCounter{w}, entity.Body); err != nil {
		if w.limit != "" {
			return err
		}
		w.flags[Damaged] = true
	}
	return drain(body)
}

// forwarded goes through a message within the message. Faults in it are not faults of the one around it; limits are.
func (w *walker) forwarded(h message.Header, body io.Reader, depth int) error {
	entity, err := message.New(h, body)
	if message.IsUnknownEncoding(err) {
		w.flags[Damaged] = true
	}
	if err := w.message(entity.Body, depth+1, anyHeader); err != nil {
		if w.limit != "" {
			return err
		}
		w.flags[Damaged] = true
	}
	return drain(body)
}

// drain reads to the end. A part that ends with the file instead of its boundary is a file that was cut off.
func drain(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return malformed("it ends in the middle of a part", err)
	}
	return nil
}

// decodedCounter counts what decoding yields.
type decodedCounter struct{ w *walker }

func (c decodedCounter) Write(p []byte) (int, error) {
	if c.w.decoded -= int64(len(p)); c.w.decoded < 0 {
		return 0, c.w.exceeded("more content than is allowed")
	}
	return len(p), nil
}

// budget lets a number of bytes pass, while a header is read, or all.
type budget struct {
	walker *walker
	r      io.Reader
	left   int64
}

const unlimited = -1

func (b *budget) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, b.walker.exceeded(fmt.Sprintf("a header of more than %d KiB", maxHeader>>10))
	}
	if b.left > 0 {
		p = p[:min(int64(len(p)), b.left)]
	}
	n, err := b.r.Read(p)
	if b.left > 0 {
		b.left -= int64(n)
	}
	return n, err
}

func malformed(why string, cause error) error {
	return refuse("file", "The file is not a well-formed e-mail: "+why+".", "Save the message again from the e-mail program, whole and with all its headers (.eml).", cause)
}

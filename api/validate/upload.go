package validate

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"slices"
)

const (
	maxTextPart   = 64 << 10  // bytes of a part that is not a file
	maxPartHeader = 16 << 10  // bytes of a part's header, or before the first part
	maxRest       = 256 << 10 // bytes read after the first violation, to find others
)

// Upload validates a multipart body while it is read. What it returns gives the same body with the same boundary,
// but only what has been validated: known parts, each once, text parts after they were found valid, files as they
// pass. A body that does not match never comes to its end: Read fails with Violations, or with *TooLargeError for a
// file over its limit, and the closing boundary is given out only when nothing is missing. Errors of body itself are
// passed on as they are.
//
// Nothing is held in memory beyond one text part of at most 64 KiB. There is no goroutine; whoever stops reading
// leaves nothing behind.
//
// Parts are given out with Content-Disposition and Content-Type only.
func (o *Operation) Upload(body io.Reader, contentType string) (io.Reader, error) {
	if o.upload == nil {
		return nil, Violations{added(RuleBody, InForm, "")}
	}
	_, params, err := mime.ParseMediaType(contentType)
	boundary := params["boundary"]
	if err != nil || boundary == "" || len(boundary) > 70 {
		return nil, Violations{{In: InHeader, Path: "Content-Type", Rule: RuleMultipart,
			Error: "Header 'Content-Type' has no usable boundary.",
			Hint:  "Do not set the Content-Type of a multipart body yourself; let your HTTP library set the Content-Type header."}}
	}
	src := newSource(body, boundary)
	return &upload{form: o.upload, src: src, reader: multipart.NewReader(src, boundary), boundary: boundary, seen: make(map[string]bool)}, nil
}

// upload is a multipart body on its way through.
type upload struct {
	form     *form
	src      *source
	reader   *multipart.Reader
	boundary string
	seen     map[string]bool
	buffer   []byte // storage of out
	out      []byte // validated, and not yet read
	file     *field // whose part is passing; nil between parts
	part     *multipart.Part
	passed   int64 // bytes of it
	found    Violations
	err      error // how it ended
}

// Read gives the next validated bytes.
func (u *upload) Read(p []byte) (int, error) {
	for {
		switch {
		case len(p) == 0:
			return 0, nil
		case len(u.out) > 0:
			n := copy(p, u.out)
			u.out = u.out[n:]
			return n, nil
		case u.err != nil:
			return 0, u.err
		case u.file != nil:
			if n := u.pass(p); n > 0 {
				return n, nil
			}
		default:
			u.next()
		}
	}
}

// pass hands on the next bytes of a file.
func (u *upload) pass(p []byte) int {
	n, err := u.part.Read(p)
	u.passed += int64(n)
	switch {
	case u.file.most > 0 && u.passed > u.file.most:
		u.err = &TooLargeError{Path: u.file.name, Limit: u.file.most}
		return 0
	case err == io.EOF && u.passed < u.file.least:
		u.refuse(u.file.empty())
		return 0
	case err == io.EOF:
		u.file = nil
		u.emit([]byte("\r\n"))
	case err != nil:
		u.fail(err)
	}
	return n
}

// next begins the next part.
func (u *upload) next() {
	u.src.left = maxPartHeader
	part, err := u.reader.NextRawPart()
	u.src.left = unlimited
	switch {
	case err == io.EOF:
		u.finish()
		return
	case err != nil:
		u.fail(err)
		return
	}
	f, violations := u.admit(part)
	switch {
	case len(violations) > 0:
		u.refuse(violations...)
	case f.file:
		u.file, u.part, u.passed = f, part, 0
		u.emit(u.header(part))
	default:
		u.text(f, part)
	}
}

// admit looks at the header of a part.
func (u *upload) admit(part *multipart.Part) (*field, Violations) {
	name := part.FormName()
	f := u.form.fields[name]
	switch {
	case name == "":
		return nil, Violations{{In: InForm, Rule: RuleMultipart, Error: "A part of the body has no name.",
			Hint: "Every part needs a header such as Content-Disposition: form-data; name=\"kind\"."}}
	case f == nil:
		return nil, Violations{unknown(InForm, appendMember("", name), name, u.form.schema)}
	case u.seen[name]:
		return nil, Violations{added(RuleRepeated, InForm, name)}
	}
	u.seen[name] = true
	if !slices.Contains([]string{"", "7bit", "8bit", "binary"}, mediaType(part.Header.Get("Content-Transfer-Encoding"))) {
		return nil, Violations{added(RuleEncoding, InForm, name)}
	}
	if rule := textRule(filename(part)); rule != "" {
		return nil, Violations{added(rule, InForm, name+".filename")}
	}
	if !f.takes(part) {
		return nil, Violations{f.wrongMedia()}
	}
	return f, nil
}

// text reads a part that is not a file, and gives it out if it is valid.
func (u *upload) text(f *field, part *multipart.Part) {
	data, violations, err := readText(f, part)
	switch {
	case err != nil:
		u.fail(err)
	case len(violations) > 0:
		u.refuse(violations...)
	default:
		u.emit(u.header(part), data, []byte("\r\n"))
	}
}

func readText(f *field, part *multipart.Part) ([]byte, Violations, error) {
	data, err := io.ReadAll(io.LimitReader(part, maxTextPart+1))
	switch {
	case err != nil:
		return nil, nil, err
	case len(data) > maxTextPart:
		return nil, Violations{added(RuleTextPart, InForm, f.name)}, nil
	}
	return data, f.text(data), nil
}

// header writes the header of a part anew, from what was understood of the old one.
func (u *upload) header(part *multipart.Part) []byte {
	disposition := map[string]string{"name": part.FormName()}
	if name := filename(part); name != "" {
		disposition["filename"] = name
	}
	text := "--" + u.boundary + "\r\nContent-Disposition: " + mime.FormatMediaType("form-data", disposition) + "\r\n"
	if media, params, err := mime.ParseMediaType(part.Header.Get("Content-Type")); err == nil {
		if line := mime.FormatMediaType(media, params); line != "" {
			text += "Content-Type: " + line + "\r\n"
		}
	}
	return []byte(text + "\r\n")
}

// filename is the name a part gives its file, whole; Part.FileName would cut off directories, which is the business
// of whoever stores it.
func filename(part *multipart.Part) string {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return params["filename"]
}

// emit queues bytes to be read.
func (u *upload) emit(all ...[]byte) {
	u.buffer = u.buffer[:0]
	for _, b := range all {
		u.buffer = append(u.buffer, b...)
	}
	u.out = u.buffer
}

// finish ends a body whose closing boundary has come.
func (u *upload) finish() {
	if u.missing(); len(u.found) > 0 {
		u.err = u.found
		return
	}
	u.emit([]byte("--" + u.boundary + "--\r\n"))
	u.err = io.EOF
}

// missing notes the required parts that did not come.
func (u *upload) missing() {
	for _, name := range u.form.required {
		if !u.seen[name] {
			u.put(missing(InForm, name))
		}
	}
}

// refuse ends a body with violations. It looks, within bounds, at what follows, so that all that is wrong with the
// small parts is told at once.
func (u *upload) refuse(violations ...Violation) {
	u.put(violations...)
	u.file = nil
	u.src.left = maxRest
	for {
		part, err := u.reader.NextRawPart()
		if err == io.EOF {
			u.missing()
		}
		if err != nil {
			break
		}
		f, more := u.admit(part)
		if f != nil && !f.file {
			if _, more, err = readText(f, part); err != nil {
				break
			}
		}
		u.put(more...)
	}
	u.err = u.found
}

// fail ends a body that cannot be read on.
func (u *upload) fail(err error) {
	v := Violation{In: InForm, Rule: RuleMultipart, Error: "The multipart body is malformed.",
		Hint: "Build it with a multipart library, with the boundary that the Content-Type header names."}
	switch {
	case u.src.err != nil && u.src.err != io.EOF:
		u.err = u.src.err
		return
	case u.src.read == 0:
		v = missingBody(InForm)
	case errors.Is(err, errTooMuch):
		v.Error, v.Hint = "The header of a part is too long.", "A part's header may have at most 16384 bytes."
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		v.Error, v.Hint = "The multipart body ends before its closing boundary.", "Send the whole body; check Content-Length."
	}
	u.put(v)
	u.file = nil
	u.err = u.found
}

func (u *upload) put(violations ...Violation) {
	for _, v := range violations {
		if len(u.found) < MaxViolations {
			u.found = append(u.found, v)
		}
	}
}

package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxAnswer is how many bytes of an answer are read: more than the largest file the contract takes.
const maxAnswer = 64 << 20

// exchange is a request and what came of it.
type exchange struct {
	request request
	status  int // 0: no answer came, and err says why
	header  http.Header
	body    []byte
	err     error
}

// do sends a request and reads the answer, which must have come within the time given.
func (s *suite) do(ctx context.Context, patience time.Duration, sent request) exchange {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	x := exchange{request: sent}
	r, err := s.wire(ctx, sent)
	if err != nil {
		x.err = err
		return x
	}
	answer, err := s.client.Do(r)
	if err != nil {
		x.err = brief(ctx, err)
		return x
	}
	defer answer.Body.Close() //nolint:errcheck // what was read counts
	x.status, x.header = answer.StatusCode, answer.Header
	x.body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		x.err = brief(ctx, err)
	case len(x.body) > maxAnswer:
		x.err = fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	return x
}

// wire makes the request as net/http wants it.
func (s *suite) wire(ctx context.Context, sent request) (*http.Request, error) {
	var content io.Reader
	switch {
	case sent.stalled:
		content = stalledBody{ctx}
	case sent.chunked:
		content = io.MultiReader(bytes.NewReader(sent.body)) // hides the length
	case sent.body != nil:
		content = bytes.NewReader(sent.body)
	}
	r, err := http.NewRequestWithContext(ctx, sent.method, sent.url, content)
	if err != nil {
		return nil, err
	}
	for name, values := range sent.header {
		r.Header[name] = values
	}
	if sent.stalled {
		r.ContentLength = announced
	}
	if len(sent.body) > largeBody {
		r.Header.Set("Expect", "100-continue") // else a server that refuses it early may close before its answer is read
	}
	if c, ok := s.credentials(sent.who); ok {
		r.SetBasicAuth(c.User, c.Password)
	}
	return r, nil
}

// largeBody is from where on a server is asked before a body is sent.
const largeBody = 64 << 10

// announced is the length of a body that never comes: too much for a server to read it only to keep the connection.
const announced = 1 << 20

// stalledBody gives nothing until the request ends.
type stalledBody struct{ ctx context.Context }

func (b stalledBody) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

// brief tells an error without the URL, which stands in the curl line.
func brief(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("no answer in time")
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err
}

// credentials gives what a request authenticates with.
func (s *suite) credentials(w who) (Credentials, bool) {
	switch w {
	case merchant:
		return s.config.Merchant, true
	case other:
		return s.config.Other, true
	case stranger:
		return Credentials{User: "nobody-" + s.config.RunID, Password: "wrong"}, true
	case forgetful:
		return Credentials{User: s.config.Merchant.User, Password: "wrong-" + s.config.RunID}, true
	case silent:
		return Credentials{User: s.config.Merchant.User}, true
	}
	return Credentials{}, false
}

// came says in one line what was answered.
func (x *exchange) came() string {
	if x.status == 0 {
		return "no answer: " + x.err.Error()
	}
	line := strconv.Itoa(x.status) + " " + http.StatusText(x.status)
	if media := x.header.Get("Content-Type"); media != "" {
		line += ", " + media
	}
	if x.err != nil {
		return line + ", broken off: " + x.err.Error()
	}
	if len(x.body) > 0 {
		line += ": " + excerpt(x.body, 600)
	}
	return line
}

// excerpt is the beginning of what may be long or no text at all, on one line.
func excerpt(data []byte, most int) string {
	more := ""
	if len(data) > most {
		data, more = data[:most], fmt.Sprintf("… (%d bytes)", len(data))
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r): // which would do something to a terminal
			return utf8.RuneError
		}
		return r
	}, string(bytes.ToValidUTF8(bytes.TrimSpace(data), []byte("\uFFFD")))) + more
}

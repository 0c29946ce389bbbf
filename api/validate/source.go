package validate

import (
	"errors"
	"io"
)

// source is a multipart body as it comes, with what multipart.Reader leaves to be desired:
//
//   - It remembers the error of the body, which multipart wraps beyond recognition.
//   - It stops after a number of bytes; multipart takes headers of ten megabytes.
//   - It tells a body that ends from one that is cut off. NextRawPart says io.EOF both after the closing boundary and
//     when the body ends within the header of a part; so source gives io.EOF only if the body ends with the closing
//     boundary, and io.ErrUnexpectedEOF otherwise.
type source struct {
	from    io.Reader
	left    int64 // bytes that may still be read, or unlimited
	read    int64
	err     error  // of from
	closing string // the line that closes the body, with the line break before it
	tail    []byte // the last bytes read, as many as closing has
}

const unlimited = -1

var errTooMuch = errors.New("more bytes than allowed here")

func newSource(from io.Reader, boundary string) *source {
	return &source{from: from, left: unlimited, closing: "\n--" + boundary + "--", tail: []byte("\n")}
}

func (s *source) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, errTooMuch
	}
	if s.left > 0 {
		p = p[:min(int64(len(p)), s.left)]
	}
	n, err := s.from.Read(p)
	s.read += int64(n)
	if s.left > 0 {
		s.left -= int64(n)
	}
	s.remember(p[:n])
	if err != nil {
		s.err = err
	}
	if err == io.EOF && string(s.tail) != s.closing {
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// remember keeps the last bytes.
func (s *source) remember(p []byte) {
	size := len(s.closing)
	s.tail = append(s.tail, p[max(0, len(p)-size):]...)
	if over := len(s.tail) - size; over > 0 {
		s.tail = append(s.tail[:0], s.tail[over:]...)
	}
}

package client

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// sink is the writer of a download, over all its attempts.
type sink struct {
	w       io.Writer
	written int64        // by the last attempt
	back    func() error // takes back what was written; nil: that is not possible
}

func newSink(w io.Writer) *sink {
	s := &sink{w: w}
	switch w := w.(type) {
	case *bytes.Buffer:
		length := w.Len()
		s.back = func() error { w.Truncate(length); return nil }
	case file:
		s.back = wayBack(w)
	}
	return s
}

// file is what *os.File can.
type file interface {
	io.Seeker
	Truncate(size int64) error
}

// wayBack gives what brings a file back to where it is now. There is none for what cannot seek, such as a terminal, nor
// where something follows that would be cut off with the rest.
func wayBack(f file) func() error {
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || end != at {
		_, _ = f.Seek(at, io.SeekStart)
		return nil
	}
	return func() error {
		if err := f.Truncate(at); err != nil {
			return err
		}
		_, err := f.Seek(at, io.SeekStart)
		return err
	}
}

// begin readies the writer for an attempt.
func (s *sink) begin() error {
	if s.written == 0 {
		return nil
	}
	s.written = 0
	return s.back()
}

// clean says whether another attempt may write.
func (s *sink) clean() bool { return s.written == 0 || s.back != nil }

// Write hands bytes on.
func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.written += int64(n)
	return n, err
}

// contentLength is how many bytes a body was announced with; -1 if it was not.
func contentLength(header http.Header) int64 {
	n, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

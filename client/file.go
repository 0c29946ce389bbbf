package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Source is a file to upload. It can be opened again, so that an upload that was cut off is tried once more without
// having been held in memory. [File], [Bytes] and [Reader] make one.
type Source struct {
	name string // as the customer would see it
	stat func() (version, error)
	open func() (io.ReadCloser, error)
}

// version is what tells that a source is still the one whose upload began.
type version struct {
	size     int64
	modified time.Time
}

// ErrSourceChanged says that the file of an upload did not stay as it was: it has other bytes, or another number of
// them, than when the upload began. What was sent of it was no whole request, so nothing was stored.
var ErrSourceChanged = errors.New("the file changed while it was sent")

// errNoSource is what a zero Source gives.
var errNoSource = errors.New("no file to upload: use client.File, client.Bytes or client.Reader")

// File is the file at path, which must be a regular one. Its name is the last element of the path. It is opened for every
// attempt; if it changed since the first, the call fails with [ErrSourceChanged].
func File(path string) Source {
	return Source{
		name: filepath.Base(path),
		stat: func() (version, error) {
			info, err := os.Stat(path)
			return regular(path, info, err)
		},
		open: func() (io.ReadCloser, error) { return os.Open(path) },
	}
}

// Bytes is data in memory under a file name. The data must not change before the call returns, and not right after it: where
// the server answers before it has taken the file, a transport may read it a little longer than the call takes.
func Bytes(name string, data []byte) Source {
	return Reader(name, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }, int64(len(data)))
}

// Reader is whatever open gives, under a file name, for example an object of a storage service. open is called for
// every attempt and must give a reader of its own each time, of the same bytes, size of them. The readers are closed, by
// another goroutine maybe, while one of them is still being read or after the call, as [net/http.RoundTripper] has it.
func Reader(name string, open func() (io.ReadCloser, error), size int64) Source {
	return Source{name: name, stat: func() (version, error) { return version{size: size}, nil }, open: open}
}

// regular is the version of a regular file. The size of anything else is not known before it was read.
func regular(path string, info os.FileInfo, err error) (version, error) {
	switch {
	case err != nil:
		return version{}, err
	case !info.Mode().IsRegular():
		return version{}, fmt.Errorf("%s is not a regular file", path)
	}
	return version{info.Size(), info.ModTime()}, nil
}

// ready is the version of the source now.
func (s Source) ready() (version, error) {
	if s.open == nil {
		return version{}, errNoSource
	}
	v, err := s.stat()
	if err == nil && v.size < 0 {
		err = fmt.Errorf("the size of %s is not known", s.name)
	}
	return v, err
}

// reopen opens the source as it was when its upload began. The reader gives exactly its bytes, or fails.
func (s Source) reopen(began version) (io.ReadCloser, error) {
	if err := s.unchanged(began); err != nil {
		return nil, err
	}
	content, err := s.open()
	if err != nil {
		return nil, err
	}
	return &exactly{content: content, source: s, began: began, left: began.size}, nil
}

// unchanged says, as far as can be seen from outside, whether the source is what it was.
func (s Source) unchanged(began version) error {
	now, err := s.ready()
	if err == nil && (now.size != began.size || !now.modified.Equal(began.modified)) {
		err = fmt.Errorf("%s: %w", s.name, ErrSourceChanged)
	}
	return err
}

// exactly gives as many bytes as were promised and fails when there are fewer or more, since what was promised stands
// in the Content-Length already.
type exactly struct {
	content io.ReadCloser
	source  Source
	began   version
	left    int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, e.end()
	}
	n, err := e.content.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if errors.Is(err, io.EOF) {
		if err = nil; e.left > 0 {
			err = fmt.Errorf("%s: %w: it had %d bytes, and ends %d before", e.source.name, ErrSourceChanged, e.began.size, e.left)
		}
	}
	return n, err
}

// end makes sure that nothing follows, and that what was read is of one version.
func (e *exactly) end() error {
	var more [1]byte
	_, err := io.ReadFull(e.content, more[:])
	switch {
	case err == nil:
		return fmt.Errorf("%s: %w: it had %d bytes, and has more", e.source.name, ErrSourceChanged, e.began.size)
	case !errors.Is(err, io.EOF):
		return err
	}
	if changed := e.source.unchanged(e.began); changed != nil {
		return changed
	}
	return io.EOF
}

func (e *exactly) Close() error { return e.content.Close() }

// mediaTypes of the documents that can be imported, by extension. They are written down here and not looked up, since package mime
// asks the machine it runs on.
var mediaTypes = map[string]string{".pdf": "application/pdf", ".eml": "message/rfc822"}

// extension of a file name, in small letters: .pdf.
func extension(name string) string { return strings.ToLower(filepath.Ext(name)) }

// mediaTypeOf the file by its name.
func mediaTypeOf(name string) string {
	if known := mediaTypes[extension(name)]; known != "" {
		return known
	}
	return "application/octet-stream"
}

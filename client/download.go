package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	gen "github.com/dunwell/dunwell/gen/client"
)

// Download is a file that was fetched.
type Download struct {
	Size      int64  // bytes written
	SHA256    string // of them, in hexadecimal
	Verified  bool   // the server named the same SHA-256, as its ETag
	Filename  string // as the customer sees it, without directories; empty if the server gave none
	MediaType string // application/pdf or message/rfc822
	ETag      string // as the server sent it
}

// ErrChecksum says that a file that was fetched is not the one the server meant to send.
var ErrChecksum = errors.New("the SHA-256 of the file is not the one the server named")

// GetCommunicationFile writes the file of a communication to w, as it was imported or sent. The id is that of
// [Client.Documents].
//
// The file is streamed. If the connection breaks before the first byte was written, the call is tried again like any GET.
// After that it is, if w can take back what was written: an [os.File] or a [bytes.Buffer] that is written at its end.
// With any other w the call ends with a [TransportError], and what was written is the beginning of the file. A file that
// is shorter than announced, or has another checksum, is always an error.
func (c *Client) GetCommunicationFile(ctx context.Context, id string, w io.Writer, options ...TransferOption) (*Download, error) {
	return c.fetch(ctx, w, newTransferCall(options), call{build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetCommunicationFileRequest(server, id, nil)
	}})
}

// DownloadLink writes to w what a signed link leads to, the publicUrl of a communication; see [Client.GetCommunicationFile].
// The link is used as it is, whatever host it leads to, and the client's credentials are not sent. Its path must end like
// /v1/communication/{id}/file, the only one the contract has for links; another is a [ContractError] in mode [Fail].
func (c *Client) DownloadLink(ctx context.Context, publicURL string, w io.Writer, options ...TransferOption) (*Download, error) {
	return c.fetch(ctx, w, newTransferCall(options), call{anonymous: true, build: func(string, io.Reader) (*http.Request, error) {
		if err := checkLink(publicURL); err != nil {
			return nil, err
		}
		return http.NewRequest(http.MethodGet, publicURL, nil)
	}})
}

// checkLink refuses what is no link. Its errors do not quote it: with its signature anybody reads the file.
func checkLink(link string) error {
	u, err := url.Parse(link)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return errors.New("the link must be an absolute http or https URL, the publicUrl of a communication")
	case u.User != nil:
		return errors.New("the link must not hold user info")
	}
	return nil
}

// fetch makes a call that is answered with a file.
func (c *Client) fetch(ctx context.Context, w io.Writer, transfer *transferCall, k call) (*Download, error) {
	var download *Download
	sink := newSink(w)
	k.operation = "getCommunicationFile"
	k.consume = func(head *Response, stream io.Reader) (err error) {
		if err := sink.begin(); err != nil {
			return fmt.Errorf("client: %s: %w", k.operation, err)
		}
		download, err = sink.receive(head, stream, &transfer.progress)
		switch broken := (*TransportError)(nil); {
		case err == nil, sink.clean() && errors.As(err, &broken):
			return err
		}
		return fmt.Errorf("client: %s: after %d bytes were written: %w", k.operation, sink.written, err)
	}
	if _, err := c.send(ctx, k, transfer.calls); err != nil {
		return nil, err
	}
	return download, nil
}

// receive takes the file from the stream.
func (s *sink) receive(head *Response, stream io.Reader, progress *progress) (*Download, error) {
	total := contentLength(head.Header)
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(s, sum), &watched{stream, progress.begin(total)}); err != nil {
		return nil, err
	}
	if total >= 0 && s.written != total { // which net/http sees to, but not every transport
		return nil, fmt.Errorf("%w: %d bytes came of %d", io.ErrUnexpectedEOF, s.written, total)
	}
	d := &Download{
		Size:     s.written,
		SHA256:   hex.EncodeToString(sum.Sum(nil)),
		Filename: filenameOf(head.Header.Get("Content-Disposition")),
		ETag:     head.ETag,
	}
	d.MediaType, _, _ = mime.ParseMediaType(head.Header.Get("Content-Type"))
	if named, ok := namedSum(head.ETag); ok {
		if d.Verified = named == d.SHA256; !d.Verified {
			return nil, ErrChecksum
		}
	}
	return d, nil
}

// namedSum is the SHA-256 that an ETag is made of. One that is weak, or looks different, names none.
func namedSum(etag string) (string, bool) {
	text := strings.Trim(etag, `"`)
	_, err := hex.DecodeString(text)
	return strings.ToLower(text), err == nil && len(text) == hex.EncodedLen(sha256.Size) && len(etag) == len(text)+2
}

// filenameOf gives the file name of a Content-Disposition, in whichever of its spellings, without directories: a name
// that came over the wire must not choose where a file is written.
func filenameOf(disposition string) string {
	_, params, err := mime.ParseMediaType(disposition)
	if err != nil {
		return ""
	}
	name := params["filename"]
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name == "." || name == ".." {
		return ""
	}
	return name
}

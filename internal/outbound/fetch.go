package outbound

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Limits is what a file that is fetched may be.
type Limits struct {
	MaxBytes   int64    // a larger one fails, at the latest while it is read
	MediaTypes []string // some of those that are known, see Fetch; all of them when nil
}

// Fetch gets a file. mediaType is what the server says and what the first bytes agree with: application/pdf, image/png,
// image/jpeg, text/plain, text/csv, application/xml or text/xml, without parameters. filename is what the server calls
// the file, else the end of the path, made safe and given an extension that fits.
//
// The body is read from the network as it is read: reads fail with an *Error when it is too large, too slow or breaks off.
// Whoever gets a body closes it. The error is an *Error.
func (c *Client) Fetch(ctx context.Context, rawurl string, limits Limits) (body io.ReadCloser, mediaType, filename string, err error) {
	u, err := c.parse(rawurl)
	if err != nil {
		return nil, "", "", err
	}
	ctx, cancel := context.WithTimeout(ctx, c.fetchTimeout)
	header := http.Header{"Accept": {strings.Join(limits.mediaTypes(), ", ")}, "Accept-Encoding": {"identity"}}
	response, err := c.send(ctx, http.MethodGet, u, header, nil) //nolint:bodyclose // closing the download closes it
	if err != nil {
		cancel()
		return nil, "", "", err
	}
	d := &download{ctx: ctx, cancel: cancel, body: response.Body, limit: limits.MaxBytes, left: limits.MaxBytes}
	d.head = bufio.NewReaderSize(response.Body, sniffBytes)
	mediaType, err = d.accept(response, limits)
	if err != nil {
		_ = d.Close() // what it says about a file that is not wanted is of no use
		return nil, "", "", err
	}
	return d, mediaType, fileName(response.Header.Get("Content-Disposition"), u, mediaType), nil
}

// download is a body on its way.
type download struct {
	ctx    context.Context // of the request, which lasts until the body is closed
	cancel context.CancelFunc
	body   io.Closer
	head   *bufio.Reader
	limit  int64
	left   int64
	err    error // what every further read fails with
}

// accept looks at the headers and the first bytes, and tells the media type.
func (d *download) accept(r *http.Response, limits Limits) (string, error) {
	switch {
	case r.StatusCode < 200 || r.StatusCode > 299:
		return "", unexpected(r.StatusCode)
	case compressed(r):
		return "", refuse("The answer was compressed.", "Files are fetched as they are; send no Content-Encoding.")
	case r.ContentLength > limits.MaxBytes:
		return "", errTooLarge(limits.MaxBytes)
	}
	head, err := d.head.Peek(sniffBytes)
	if err = d.broken(err); err != nil {
		return "", err
	}
	if len(head) == 0 {
		return "", refuse("The file is empty.", "")
	}
	return mediaTypeOf(r.Header.Get("Content-Type"), head, limits.mediaTypes())
}

// Read hands out no byte above the limit.
func (d *download) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.head.Read(p[:min(int64(len(p)), d.left+1)])
	d.left -= int64(n)
	switch {
	case d.left < 0:
		n, d.err = n-1, errTooLarge(d.limit)
	case d.broken(err) != nil:
		d.err = d.broken(err)
	case err != nil:
		d.err = io.EOF
	}
	return n, d.err
}

// broken is why a body did not come whole, if err says that it did not. One that ends in all form may not have either:
// a server that sees its connection given up, because the time is over, may still end what it has sent so far.
func (d *download) broken(err error) error {
	switch {
	case errors.Is(err, io.EOF) && d.ctx.Err() != nil:
		return failure(d.ctx, d.ctx.Err(), false)
	case err == nil, errors.Is(err, io.EOF):
		return nil
	}
	return failure(d.ctx, err, false)
}

// Close gives the connection up, whether all was read or not.
func (d *download) Close() error {
	d.cancel()
	return d.body.Close()
}

package outbound

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Answer is what came back from a Post.
type Answer struct {
	Status     int           // 2xx is success; 3xx is not followed
	RetryAfter time.Duration // how long the receiver asks to wait; 0 when it does not
	Excerpt    string        // the beginning of the body, at most 1 KiB on one line; empty when it came compressed
	Took       time.Duration // from the call until the answer was there
}

// maxExcerpt is how much of an answer is kept, in bytes.
const maxExcerpt = 1 << 10

// maxWait keeps what a receiver asks for a Duration.
const maxWait = 365 * 24 * time.Hour

// Post sends a body, JSON unless header says otherwise, and hands out the answer whatever its status. When the status
// came, the answer stands, even if its body did not follow. The error is an *Error; Answer.Took is set with it.
func (c *Client) Post(ctx context.Context, rawurl string, header http.Header, body []byte) (Answer, error) {
	u, err := c.parse(rawurl)
	if err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.postTimeout)
	defer cancel()
	if header = header.Clone(); header == nil {
		header = http.Header{}
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	start := time.Now()
	response, err := c.send(ctx, http.MethodPost, u, header, body)
	if err != nil {
		return Answer{Took: time.Since(start)}, err
	}
	defer func() { _ = response.Body.Close() }()
	a := Answer{Status: response.StatusCode, RetryAfter: retryAfter(response.Header.Get("Retry-After"), time.Now())}
	if !compressed(response) {
		a.Excerpt = excerpt(response.Body)
	}
	a.Took = time.Since(start)
	return a, nil
}

// compressed tells whether a body is packed in a way that nobody asked for.
func compressed(r *http.Response) bool {
	encoding := r.Header.Get("Content-Encoding")
	return encoding != "" && !strings.EqualFold(encoding, "identity")
}

// retryAfter reads the two forms of RFC 9110 10.2.3: seconds, or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 63); err == nil {
		return time.Duration(min(seconds, uint64(maxWait/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), maxWait)
	}
	return 0
}

// excerpt is the beginning of a text that can be shown in one line. Bytes that are no characters become question marks, so
// that it does not grow.
func excerpt(body io.Reader) string {
	head, _ := io.ReadAll(io.LimitReader(body, maxExcerpt)) // what came before it broke off is worth keeping
	text := strings.ToValidUTF8(string(head), "?")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/dunwell/dunwell/api/validate"
)

// exchange is a call on its way.
type exchange struct {
	client   *Client
	ctx      context.Context
	call     call
	settings *settings
	op       *validate.Operation
	request  *http.Request // without body and context
	data     []byte        // the JSON body
	lost     bool          // an attempt may have reached the server and got no answer of it
	secrets  []string      // what must not appear in errors and dumps
	response *Response
}

// prepare does all that comes before the first attempt.
func (c *Client) prepare(ctx context.Context, k call, options []CallOption) (*exchange, error) {
	s, err := newSettings(options)
	if err != nil {
		return nil, fmt.Errorf("client: %s: %w", k.operation, err)
	}
	x := &exchange{client: c, ctx: ctx, call: k, settings: s, response: s.into}
	if x.response == nil {
		x.response = new(Response)
	}
	*x.response = Response{}
	all, err := contract()
	if err != nil {
		return nil, fmt.Errorf("client: the contract: %w", err)
	}
	x.op, _ = all.Operation(k.operation)
	for _, step := range []func() error{x.encode, x.address, x.check, x.announce} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// encode makes the JSON body.
func (x *exchange) encode() (err error) {
	switch {
	case x.settings.rawBody != nil && x.call.body != nil:
		x.data = x.settings.rawBody
	case x.call.body != nil:
		if x.data, err = json.Marshal(x.call.body); err != nil {
			return fmt.Errorf("client: %s: encoding the body: %w", x.call.operation, err)
		}
	}
	return nil
}

// address makes the request with its headers.
func (x *exchange) address() (err error) {
	if x.request, err = x.call.build(x.client.server.String()+"/", bytes.NewReader(x.data)); err != nil {
		return fmt.Errorf("client: %s: making the request: %w", x.call.operation, err)
	}
	h := x.request.Header
	for name, values := range x.settings.header {
		h[name] = values // they win over those of the builder
	}
	if h.Get("User-Agent") == "" {
		h.Set("User-Agent", x.client.userAgent)
	}
	if h.Get("Accept") == "" && x.call.consume == nil {
		h.Set("Accept", jsonType)
	}
	if x.call.upload != nil {
		h.Set("Content-Type", x.call.upload.contentType)
	}
	if x.settings.ifMatch != "" {
		h.Set("If-Match", x.settings.ifMatch)
	}
	if x.request.Method == http.MethodPost {
		if x.settings.key == "" {
			x.settings.key = newKey()
		}
		h.Set("Idempotency-Key", x.settings.key)
		x.response.IdempotencyKey = x.settings.key
	}
	return nil
}

// check holds the request against the contract. One that would reach another operation is refused in every mode; links lead
// where they lead.
func (x *exchange) check() error {
	path, astray := pathValues(x.op.Path, x.basePath(), x.request.URL.EscapedPath())
	mode := x.client.requests
	if len(astray) > 0 && !x.call.anonymous {
		mode = Fail
	}
	if mode == Off {
		return nil
	}
	return x.judge(mode, x.checkRequest(path, astray))
}

// announce tells the idempotency key.
func (x *exchange) announce() error {
	if x.settings.onKey == nil || x.response.IdempotencyKey == "" {
		return nil
	}
	if err := x.settings.onKey(x.response.IdempotencyKey); err != nil {
		return fmt.Errorf("client: %s: the idempotency key could not be told, nothing was sent: %w", x.call.operation, err)
	}
	return nil
}

// basePath is where the contract's paths begin in a request, "" if anywhere.
func (x *exchange) basePath() string {
	if x.call.anonymous {
		return ""
	}
	return x.client.server.EscapedPath()
}

// newKey makes an idempotency key: a random UUID (version 4).
func newKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

package impl

import (
	"context"
	"net/url"
	"strings"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/internal/app"
)

// Authenticate finds out who calls by one of the contract's security schemes, and whether they may call the operation.
func (s *Server) Authenticate(ctx context.Context, c serve.Credentials) (context.Context, error) {
	caller, err := s.caller(ctx, c)
	if err != nil {
		return ctx, err
	}
	permission, _ := c.Operation.Extensions["x-permission"].(string) // none: nobody has it but who may everything
	if err := caller.May(permission); err != nil {
		return ctx, err
	}
	return context.WithValue(ctx, requesterKey{}, requester{caller, c.Request.URL.RawQuery}), nil
}

func (s *Server) caller(ctx context.Context, c serve.Credentials) (app.Caller, error) {
	if c.Scheme == "signedLink" {
		return s.app.FollowLink(ctx, linkedCommunication(c.Request.URL), c.Request.URL.Query().Get("expires"), c.Key)
	}
	return s.app.Authenticate(ctx, c.User, c.Password, c.RemoteAddr)
}

// linkedCommunication is the communication a link leads to: the signature was made for this one and opens no other.
func linkedCommunication(u *url.URL) string {
	id, found := strings.CutPrefix(u.Path, api.BasePath+"/v1/communication/")
	id, ends := strings.CutSuffix(id, "/file")
	if !found || !ends {
		return ""
	}
	return id
}

// requester is what a request says beside what the generated code hands to an operation.
type requester struct {
	app.Caller
	query string // as it was sent
}

type requesterKey struct{}

func requesterOf(ctx context.Context) requester {
	r, _ := ctx.Value(requesterKey{}).(requester)
	return r
}

// caller is who was authenticated. Every operation has one: the contract lets nobody in without.
func caller(ctx context.Context) app.Caller { return requesterOf(ctx).Caller }

// CallerName names the caller in the access log.
func CallerName(ctx context.Context) string {
	if c := caller(ctx); c.Merchant != "" {
		return c.Merchant + "/" + c.Actor
	}
	return ""
}

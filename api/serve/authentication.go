package serve

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// Credentials are what a request came with to authenticate by one security scheme of the contract.
type Credentials struct {
	Scheme         string // name of the scheme in the document: basicAuth, signedLink
	User, Password string // of HTTP Basic authentication
	Key            string // of an API key in the query or in a header
	Operation      *validate.Operation
	Request        *http.Request // its body is still to be read, and must not be
	RemoteAddr     netip.Addr    // of the caller; the zero Addr if it is not known
}

// alternative is a way to authenticate for an operation: all its schemes together. Without schemes, anybody may call.
type alternative []scheme

// scheme is a security scheme of the document.
type scheme struct {
	name string
	in   string // query or header of an API key; "" for HTTP Basic
	key  string // name of that parameter or header
}

// alternatives reads the security of an operation.
func (h *Handler) alternatives(o *validate.Operation) ([]alternative, error) {
	var all []alternative
	for _, requirement := range o.Security {
		one := alternative{}
		for name := range requirement {
			s, err := newScheme(name, h.options.Contract.SecurityScheme(name))
			if err != nil {
				return nil, err
			}
			one = append(one, s)
		}
		slices.SortFunc(one, func(a, b scheme) int { return strings.Compare(a.name, b.name) })
		all = append(all, one)
	}
	return all, nil
}

// newScheme takes a scheme that validate.New has found declared.
func newScheme(name string, declared *openapi3.SecurityScheme) (scheme, error) {
	switch {
	case declared.Type == "http" && strings.EqualFold(declared.Scheme, "basic"):
		return scheme{name: name}, nil
	case declared.Type == "apiKey" && (declared.In == openapi3.ParameterInQuery || declared.In == openapi3.ParameterInHeader):
		return scheme{name: name, in: declared.In, key: declared.Name}, nil
	}
	return scheme{}, fmt.Errorf("security scheme %s is neither HTTP Basic nor an API key in the query or a header", name)
}

// authenticate lets the first alternative decide whose credentials the request has. Later ones are not tried: a wrong
// signature is not made good by a password beside it.
func (o *operation) authenticate(ctx context.Context, r *http.Request) (context.Context, error) {
	for _, a := range o.alternatives {
		if a.present(r) {
			return o.admit(ctx, a, r)
		}
	}
	if len(o.alternatives) == 0 {
		return ctx, nil
	}
	return ctx, unauthorized("The request has no credentials.")
}

// admit asks Options.Authenticate about every scheme of an alternative.
func (o *operation) admit(ctx context.Context, a alternative, r *http.Request) (context.Context, error) {
	for _, s := range a {
		c, ok := s.read(r)
		if !ok {
			return ctx, unauthorized("The Authorization header is not one of HTTP Basic authentication.")
		}
		c.Operation, c.Request, c.RemoteAddr = o.Operation, r, o.handler.remoteAddr(r)
		authenticated, err := o.handler.options.Authenticate(ctx, c)
		if err != nil {
			return ctx, err
		}
		ctx = authenticated
	}
	return ctx, nil
}

// present says whether a request has something for each scheme.
func (a alternative) present(r *http.Request) bool {
	for _, s := range a {
		if !s.present(r) {
			return false
		}
	}
	return true
}

func (s scheme) present(r *http.Request) bool {
	switch s.in {
	case openapi3.ParameterInQuery:
		return r.URL.RawQuery != "" && r.URL.Query().Has(s.key)
	case openapi3.ParameterInHeader:
		return len(r.Header.Values(s.key)) > 0
	}
	return len(r.Header["Authorization"]) > 0
}

// read gives the credentials, false if they are malformed. A second value beside the first is malformed too: the two
// might be read differently on the way.
func (s scheme) read(r *http.Request) (c Credentials, ok bool) {
	c.Scheme = s.name
	switch s.in {
	case openapi3.ParameterInQuery:
		c.Key, ok = only(r.URL.Query()[s.key])
		return c, ok
	case openapi3.ParameterInHeader:
		c.Key, ok = only(r.Header.Values(s.key))
		return c, ok
	}
	if _, ok = only(r.Header["Authorization"]); ok {
		c.User, c.Password, ok = r.BasicAuth()
	}
	return c, ok
}

func only(values []string) (string, bool) {
	if len(values) != 1 {
		return "", false
	}
	return values[0], true
}

// challenge is the WWW-Authenticate header of a 401.
func challenge(realm string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(realm)
	return `Basic realm="` + quoted + `", charset="UTF-8"`
}

package serve

import (
	"context"
	"encoding"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/gen/server"
)

// Options is what a Handler needs to know. Authenticate is required; zero values of all else mean the defaults
// named here, and so do negative ones.
type Options struct {
	// Authenticate finds out who calls, and whether they may call this operation. The context it returns goes to the
	// operation. Its errors are answered as Problem says; an operation that anybody may call is not asked about.
	Authenticate func(context.Context, Credentials) (context.Context, error)

	// Caller names the authenticated caller for the access log, from the context Authenticate returned. It must not be a
	// secret. Default: callers are not logged.
	Caller func(context.Context) string

	// Problem translates an error of an operation or of Authenticate. For nil the answer is 500 and says nothing; so it is
	// for every error by default. An error that is a *Problem, and one that comes from a context that ended, is not
	// handed in.
	Problem func(error) *Problem

	// Ready is asked by /readyz. Default: ready while the server is not shutting down.
	Ready func(context.Context) error

	// Beside takes requests that are neither under the contract's base path nor one of the operational endpoints, for
	// example for /metrics. They are logged, and have a request id; nothing else here holds for them. Default: 404.
	Beside http.Handler

	// Middleware wraps the operations, behind validation and decoding. The first is the innermost.
	Middleware []server.StrictMiddlewareFunc

	// Contract is what requests are held against. Default: the contract of package api.
	Contract *validate.Contract

	Logger         *slog.Logger     // default: slog.Default()
	Realm          string           // of HTTP Basic authentication; default: dunwell
	Responses      Check            // what is done with answers that break the contract; default: CheckOff
	MaxConcurrent  int              // requests running at once, others are answered with 429; default: 512
	MaxBodyBytes   map[string]int64 // by operationId; default: the operation's x-max-body-bytes, else DefaultMaxBodyBytes
	TrustedProxies []netip.Prefix   // whose X-Forwarded-For is believed; default: nobody's

	Timeout     time.Duration // until the context of an operation ends, whose x-timeout may give it more; default: 30 s
	FileTimeout time.Duration // the same for operations that take or give files; default: 5 min
	IdleTimeout time.Duration // of a connection between requests; default: 2 min
	Grace       time.Duration // for running requests when the server is to stop; default: 20 s
}

// DefaultMaxBodyBytes is how many bytes a body may have when neither the contract nor Options say otherwise.
const DefaultMaxBodyBytes = 1 << 20

// Check says what is done about an answer that breaks the contract. It reads and writes itself as off, log or fail.
type Check uint8

const (
	CheckOff  Check = iota // answers are not looked at, and not held back
	CheckLog               // it is sent, and an error is logged
	CheckFail              // 500 is sent instead, and an error is logged; meant for tests
)

var checkNames = [...]string{CheckOff: "off", CheckLog: "log", CheckFail: "fail"}

var (
	_ encoding.TextUnmarshaler = (*Check)(nil)
	_ encoding.TextMarshaler   = Check(0)
)

// String is off, log or fail.
func (c Check) String() string { return checkNames[c] }

// MarshalText writes off, log or fail.
func (c Check) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads off, log or fail.
func (c *Check) UnmarshalText(text []byte) error {
	for i, name := range checkNames {
		if name == string(text) {
			*c = Check(i)
			return nil
		}
	}
	return fmt.Errorf("%q is none of off, log and fail", text)
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() (Options, error) {
	if o.Contract == nil {
		doc, err := api.Document()
		if err != nil {
			return o, err
		}
		if o.Contract, err = validate.New(doc); err != nil {
			return o, err
		}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Caller == nil {
		o.Caller = func(context.Context) string { return "" }
	}
	if o.Problem == nil {
		o.Problem = func(error) *Problem { return nil }
	}
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	if o.Realm == "" {
		o.Realm = "dunwell"
	}
	if o.MaxConcurrent <= 0 {
		o.MaxConcurrent = 512
	}
	setDuration(&o.Timeout, 30*time.Second)
	setDuration(&o.FileTimeout, 5*time.Minute)
	setDuration(&o.IdleTimeout, 2*time.Minute)
	setDuration(&o.Grace, 20*time.Second)
	return o, nil
}

func setDuration(d *time.Duration, otherwise time.Duration) {
	if *d <= 0 {
		*d = otherwise
	}
}

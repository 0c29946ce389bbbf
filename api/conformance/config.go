package conformance

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/validate"
)

// Credentials are user and password of HTTP Basic authentication. They never appear in a report.
type Credentials struct {
	User, Password string
}

// Config says which server is held against the contract, and how. URL and Merchant are required; zero values of all
// else mean the defaults named here.
type Config struct {
	URL      string      // where the contract's paths begin, such as http://127.0.0.1:8080/api
	Merchant Credentials // of a test account, with all permissions
	Other    Credentials // of another merchant's; laws about keeping merchants apart are skipped without

	// Client sends the requests. Default: one with a connection for each of Parallel. Redirects are never followed.
	Client *http.Client

	// Document is the contract. Default: the one of package api.
	Document *openapi3.T

	// Only selects what runs: names of laws, operationIds or tags of operations, or names of results such as
	// doors.size/createInvoice; each may be a glob as of path.Match. Default: everything.
	Only []string

	// Seed decides everything that is drawn. Default: 1.
	Seed uint64

	// RunID is part of all references and keys the run makes: 4 to 20 lower-case letters and digits, other ones each
	// time. Default: from the clock and random.
	RunID string

	Cases    int           // valid requests drawn for each operation, beside those at each boundary; default: 20
	Parallel int           // laws running at once; default: 4
	Patience time.Duration // for one answer; default: 30 s

	Baseline *Baseline // failures that are known; default: none

	Logger *slog.Logger // what is running; default: nothing is logged
}

var runID = regexp.MustCompile(`^[a-z0-9]{4,20}$`)

// complete checks a Config and fills in its defaults.
func (c Config) complete() (Config, error) {
	base, err := url.Parse(c.URL)
	switch {
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https":
		return c, errors.New("conformance: the URL must be one such as http://127.0.0.1:8080/api")
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return c, errors.New("conformance: the URL must have no credentials, query or fragment")
	case c.Merchant.User == "":
		return c, errors.New("conformance: credentials of a merchant are needed")
	case c.Merchant.User == c.Other.User:
		return c, errors.New("conformance: the other merchant must not have the same user")
	case c.RunID != "" && !runID.MatchString(c.RunID):
		return c, errors.New("conformance: a run id has 4 to 20 lower-case letters and digits")
	}
	for _, pattern := range c.Only {
		if _, err := path.Match(pattern, ""); err != nil {
			return c, fmt.Errorf("conformance: %q is no glob: %w", pattern, err)
		}
	}
	c.URL = strings.TrimRight(c.URL, "/")
	c.Seed = or(c.Seed, 1)
	c.Cases = or(c.Cases, 20)
	c.Parallel = or(c.Parallel, 4)
	c.Patience = or(c.Patience, 30*time.Second)
	c.RunID = or(c.RunID, newRunID())
	c.Logger = or(c.Logger, slog.New(slog.DiscardHandler))
	c.Client = or(c.Client, &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 4 * c.Parallel, ExpectContinueTimeout: time.Second, DisableCompression: true,
	}})
	return c, nil
}

// compile makes the document ready to validate against, and sets it if it is to be the default.
func (c *Config) compile() (*validate.Contract, error) {
	if c.Document != nil {
		return validate.New(c.Document)
	}
	otherwise, err := byDefault()
	c.Document = otherwise.document
	return otherwise.contract, err
}

// byDefault is the contract of package api, compiled once for all runs of a process.
var byDefault = sync.OnceValues(func() (c struct {
	document *openapi3.T
	contract *validate.Contract
}, err error) {
	if c.document, err = api.Document(); err == nil {
		c.contract, err = validate.New(c.document)
	}
	return c, err
})

// or is v, or the default if v is zero.
func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// newRunID begins with the time, so that what a run left behind can be told by its age.
func newRunID() string {
	return strconv.FormatInt(time.Now().Unix(), 36) + strconv.FormatUint(36*36+rand.Uint64N(35*36*36), 36)
}

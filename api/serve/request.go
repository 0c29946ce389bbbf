package serve

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunwell/dunwell/api/validate"
)

// check holds an authenticated request against the contract, and makes its body ready for the generated code.
func (o *operation) check(x *exchange, c echo.Context, r *http.Request) error {
	media, err := o.media(r)
	if err != nil {
		return err
	}
	if r.ContentLength > o.maxBody {
		return tooLarge("body", "Content-Length", o.maxBody)
	}
	if r.ContentLength != 0 {
		// A body that trickles in must not outlive the operation's own time. Where the connection takes no deadline,
		// as in tests without one, there is none.
		_ = http.NewResponseController(x.ResponseWriter).SetReadDeadline(time.Now().Add(o.timeout))
	}
	wrong := o.Parameters(r, func(name string) string { return pathValue(c, r, name) })
	if o.TakesUpload(media) {
		if wrong != nil {
			return wrong
		}
		return o.openUpload(x, r)
	}
	return o.checkBody(x, r, wrong)
}

// checkBody reads and validates a JSON body. What was wrong with the parameters is told together with it.
func (o *operation) checkBody(x *exchange, r *http.Request, wrong error) error {
	data, err := o.readBody(x, r)
	if err != nil {
		return err
	}
	if wrong = join(wrong, o.Body(data)); wrong != nil {
		return wrong
	}
	x.body = data
	r.Body = &validatedBody{data}
	return nil
}

// join puts together what is wrong with the parts of a request.
func join(a, b error) error {
	var first, second validate.Violations
	if !errors.As(a, &first) || !errors.As(b, &second) {
		if a != nil {
			return a
		}
		return b
	}
	all := append(first[:len(first):len(first)], second...)
	return all[:min(len(all), validate.MaxViolations)]
}

// pathValue gives a path parameter, decoded. Echo gives it as it stands in the path, if that had escapes which matter.
func pathValue(c echo.Context, r *http.Request, name string) string {
	value := c.Param(name)
	if r.URL.RawPath == "" {
		return value
	}
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}

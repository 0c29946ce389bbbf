package serve

import (
	"io"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/dunwell/dunwell/gen/server"
)

// upload is a multipart body on its way to an operation. It is checked part by part while the operation reads it, and
// never held: an operation that reads it to its end has seen only what the contract allows, and all that it requires.
type upload struct {
	io.Closer           // the connection's
	checked   io.Reader // validate's
	err       error     // how reading ended; io.EOF is well
}

// openUpload puts the checked body in the place of the one that came.
func (o *operation) openUpload(x *exchange, r *http.Request) error {
	limited := limitedBody{http.MaxBytesReader(x.ResponseWriter, r.Body, o.maxBody)}
	checked, err := o.Upload(limited, r.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	r.Body = &upload{Closer: r.Body, checked: checked}
	return nil
}

// Read gives the next checked bytes.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.checked.Read(p)
	if err != nil {
		u.err = err
	}
	return n, err
}

// ended says whether all has been read. A multipart reader stops behind the closing boundary, before the end of the
// body; that boundary is given out only for a whole form.
func (u *upload) ended() bool {
	if u.err == nil {
		_, _ = u.Read(make([]byte, 1))
	}
	return u.err == io.EOF
}

// limitedBody names the errors of the connection.
type limitedBody struct{ io.Reader }

func (b limitedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != io.EOF {
		err = bodyError(err)
	}
	return n, err
}

// refusedUploadWins is the outermost middleware of every operation. What an upload was refused for is the answer,
// whatever the operation made of it: to the operation, a wrong form and a broken connection look alike.
func refusedUploadWins(next server.StrictHandlerFunc, operation string) server.StrictHandlerFunc {
	return func(c echo.Context, request any) (any, error) {
		response, err := next(c, request)
		u, ok := c.Request().Body.(*upload)
		if !ok {
			return response, err
		}
		if u.err != nil && u.err != io.EOF {
			return nil, u.err
		}
		if err == nil && !u.ended() {
			// It answered without having seen the end, so without knowing whether the form was whole.
			exchangeOf(c).operation.handler.options.Logger.LogAttrs(c.Request().Context(), slog.LevelWarn,
				"an operation did not read its upload to the end", slog.String("operation", operation))
		}
		return response, err
	}
}

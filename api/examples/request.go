package examples

import (
	"bytes"
	"context"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// HTTP makes the request as it goes to the server at base, such as http://127.0.0.1:8080/api. Credentials are up to the
// caller, unless Headers has its own; see Anonymous.
func (r Request) HTTP(ctx context.Context, base string) (*http.Request, error) {
	body, contentType, err := r.content()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, base+r.Path, body)
	if err != nil {
		return nil, err
	}
	// A path that was given with its own query, such as a signed link, keeps it.
	query := req.URL.Query()
	for name, value := range r.Query {
		query.Set(name, value)
	}
	req.URL.RawQuery = query.Encode()
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for name, value := range r.Headers {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	return req, nil
}

// Anonymous says that the request brings its own Authorization, or none on purpose.
func (r Request) Anonymous() bool {
	_, own := r.Headers["Authorization"]
	return own
}

// content gives the body and its media type.
func (r Request) content() (io.Reader, string, error) {
	switch {
	case r.Body != nil:
		return bytes.NewReader(r.Body), "application/json", nil
	case r.Form == nil:
		return http.NoBody, "", nil
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	// The same request has the same bytes each time, so that an Idempotency-Key may be used again.
	if err := form.SetBoundary("dunwell-example"); err != nil {
		return nil, "", err
	}
	for _, name := range slices.Sorted(maps.Keys(r.Form)) {
		if err := writeField(form, name, r.Form[name]); err != nil {
			return nil, "", err
		}
	}
	return &body, form.FormDataContentType(), form.Close()
}

func writeField(form *multipart.Writer, name, value string) error {
	file, isFile := strings.CutPrefix(value, "@")
	if !isFile {
		return form.WriteField(name, value)
	}
	data, err := File(file)
	if err != nil {
		return err
	}
	part, err := form.CreateFormFile(name, path.Base(file))
	if err != nil {
		return err
	}
	_, err = part.Write(data)
	return err
}

// local cuts a link of an answer down to what Path takes: what stands behind the contract's base path.
func local(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return link
	}
	return strings.TrimPrefix(u.RequestURI(), "/api")
}

package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

// request is what is sent: plain data, so that it can be shown as a curl line.
type request struct {
	operation string // operationId; "" for what is no operation
	method    string
	url       string // whole, as it goes over the wire
	header    http.Header
	body      []byte // nil: none
	who       who
	stalled   bool // headers are sent, the body never comes
	chunked   bool // the length of the body is not told
}

// who sends a request.
type who uint8

const (
	merchant who = iota
	other
	nobody
	stranger  // with credentials that do not exist
	forgetful // the merchant with a wrong password
	silent    // the merchant without a password
)

// draft is a request being put together.
type draft struct {
	request
	values []string // of path parameters, in the order of the template
	query  []string // name=value, escaped
}

// with is a part of a call.
type with func(*draft)

// of gives the path parameters, in the order of the path.
func of(values ...string) with {
	return func(d *draft) {
		for _, value := range values {
			d.values = append(d.values, escapePath(value))
		}
	}
}

// rawPath gives the path parameters as they go over the wire.
func rawPath(values ...string) with {
	return func(d *draft) { d.values = append(d.values, values...) }
}

// where adds query parameters: name, value, name, value, …
func where(pairs ...string) with {
	return func(d *draft) {
		for i := 0; i+1 < len(pairs); i += 2 {
			d.query = append(d.query, escapeQuery(pairs[i])+"="+url.QueryEscape(pairs[i+1]))
		}
	}
}

// escapeQuery leaves brackets and dollars of a deepObject readable.
func escapeQuery(name string) string {
	return strings.NewReplacer("%5B", "[", "%5D", "]", "%24", "$").Replace(url.QueryEscape(name))
}

// rawQuery adds to the query string as it goes over the wire.
func rawQuery(text string) with {
	return func(d *draft) { d.query = append(d.query, text) }
}

// header sets a header; an empty value takes it away.
func header(name, value string) with {
	return func(d *draft) {
		if d.header.Del(name); value != "" {
			d.header.Set(name, value)
		}
	}
}

// key sets the Idempotency-Key.
func key(value string) with { return header("Idempotency-Key", value) }

// ifMatch sets If-Match.
func ifMatch(etag string) with { return header("If-Match", etag) }

// object is a JSON object to be sent.
type object = map[string]any

// body sends JSON: text, bytes and json.RawMessage as they are, all else encoded.
func body(value any) with {
	return func(d *draft) {
		switch v := value.(type) {
		case string:
			d.body = []byte(v)
		case []byte:
			d.body = v
		case json.RawMessage:
			d.body = v
		default:
			d.body = encode(v)
		}
		d.header.Set("Content-Type", "application/json")
	}
}

// encode writes JSON without escaping what HTML would want escaped.
func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(fmt.Sprintf("conformance: a law sends what is no JSON: %v", err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// part is one part of a form.
type part struct {
	name     string
	filename string // a file, if not empty
	media    string // Content-Type; "" sends none for a text, and application/octet-stream for a file
	content  []byte
}

// text is a part that is no file.
func text(name, value string) part { return part{name: name, content: []byte(value)} }

// file is a part that is one.
func file(name, filename string, content []byte) part {
	return part{name: name, filename: filename, content: content}
}

// form sends multipart/form-data.
func form(parts ...part) with {
	return func(d *draft) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.SetBoundary("------------------------conformance") // always the same, so that a run can be repeated
		for _, p := range parts {
			h := textproto.MIMEHeader{}
			disposition := `form-data; name="` + quoteParam(p.name) + `"`
			if p.filename != "" {
				disposition += `; filename="` + quoteParam(p.filename) + `"`
				h.Set("Content-Type", or(p.media, "application/octet-stream"))
			} else if p.media != "" {
				h.Set("Content-Type", p.media)
			}
			h.Set("Content-Disposition", disposition)
			to, _ := w.CreatePart(h) // a buffer takes everything
			_, _ = to.Write(p.content)
		}
		_ = w.Close()
		d.body = b.Bytes()
		d.header.Set("Content-Type", w.FormDataContentType())
	}
}

// chunked sends the body without telling its length first.
func chunked(d *draft) { d.chunked = true }

// quoteParam writes what stands between quotes in Content-Disposition, as browsers do.
func quoteParam(text string) string {
	return strings.NewReplacer("\\", "\\\\", `"`, "%22", "\r", "%0D", "\n", "%0A").Replace(text)
}

// as sends the request for somebody else than the merchant.
func as(w who) with { return func(d *draft) { d.who = w } }

// at sends the request to a whole URL that an answer gave, without credentials unless as says otherwise.
func at(whole string) with {
	return func(d *draft) { d.url, d.who = whole, nobody }
}

// escapePath writes one segment of a path.
func escapePath(segment string) string {
	switch segment {
	case ".", "..": // would be resolved away
		return strings.ReplaceAll(segment, ".", "%2E")
	}
	return url.PathEscape(segment)
}

package clienttest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/dunwell/dunwell/api/examples"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/client"
)

// Reply is what one attempt of a call is answered. [JSON], [Refuse], [File], [Page] and [Fail] make one; its methods give a copy that
// differs.
type Reply struct {
	status    int
	header    http.Header
	body      []byte
	cut       int   // bytes after which the body breaks off; -1: it does not
	err       error // instead of an answer
	wrong     error // why it cannot be given at all
	unchecked bool
	times     int
}

// JSON answers with a status and a body: a []byte, a string or a [json.RawMessage] as it is, anything else as
// [json.Marshal] writes it. A nil body is none.
func JSON(status int, body any) Reply {
	r := Reply{status: status, header: http.Header{}, cut: -1}
	if body == nil {
		return r
	}
	r.header.Set("Content-Type", "application/json")
	switch b := body.(type) {
	case []byte:
		r.body = b
	case json.RawMessage:
		r.body = b
	case string:
		r.body = []byte(b)
	default:
		r.body, r.wrong = json.Marshal(body)
	}
	return r
}

// Refuse answers with the contract's envelope, for example Refuse(404, "ERR_NOT_FOUND").
func Refuse(status int, typ client.ErrorType, details ...client.ErrorDetail) Reply {
	name := client.ErrorNameClientError
	if status >= 500 {
		name = client.ErrorNameServerError
	}
	envelope := map[string]any{"code": status, "name": name, "type": typ, "message": http.StatusText(status)}
	if len(details) > 0 {
		envelope["details"] = details
	}
	return JSON(status, envelope)
}

// File answers with a file, as getCommunicationFile does. Its media type follows from the extension, pdf or eml.
func File(filename string, data []byte) Reply {
	media := map[string]string{".pdf": "application/pdf", ".eml": "message/rfc822"}[strings.ToLower(path.Ext(filename))]
	return Reply{status: http.StatusOK, body: data, cut: -1, header: http.Header{
		"Content-Type":        {media},
		"Content-Disposition": {mime.FormatMediaType("attachment", map[string]string{"filename": filename})},
		"Etag":                {fmt.Sprintf(`"%x"`, sha256.Sum256(data))},
	}}
}

// Page answers with a web page, as a proxy does that cannot reach the server. It is no answer of the contract's.
func Page(status int, html string) Reply {
	return Reply{status: status, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, body: []byte(html), cut: -1, unchecked: true}
}

// Fail gives an error instead of an answer, as a connection does that breaks; for example [io.ErrUnexpectedEOF] or
// [syscall.ECONNRESET].
func Fail(err error) Reply { return Reply{err: err, cut: -1, header: http.Header{}} }

// Header adds a header.
func (r Reply) Header(name, value string) Reply {
	r.header = r.header.Clone()
	r.header.Add(name, value)
	return r
}

// Cut breaks the connection off after so many bytes of the body.
func (r Reply) Cut(after int) Reply {
	r.cut = after
	return r
}

// Times gives the reply n times before the next one. That it is given as often is then part of the test.
func (r Reply) Times(n int) Reply {
	r.times = n
	return r
}

// Unchecked lets the reply break the contract, to see what becomes of it.
func (r Reply) Unchecked() Reply {
	r.unchecked = true
	return r
}

// fromExample makes a reply of an example's response.
func fromExample(e examples.Response) (Reply, error) {
	reply := JSON(e.Status, e.Body)
	if e.File != "" {
		data, err := examples.File(e.File)
		if err != nil {
			return Reply{}, err
		}
		reply = File(path.Base(e.File), data)
	}
	for name, value := range e.Headers {
		reply.header.Set(name, value)
	}
	return reply, nil
}

// check says what is wrong with a reply to an operation; nothing if it is an answer the contract knows.
func (r Reply) check(op *validate.Operation) string {
	switch {
	case r.wrong != nil:
		return r.wrong.Error()
	case r.header == nil:
		return "it is no reply; make one with JSON, Refuse, File, Page or Fail"
	case r.err != nil || r.unchecked:
		return ""
	}
	if err := op.Response(r.status, r.header, r.body); err != nil {
		return explain(err)
	}
	return ""
}

// response makes the answer to a request.
func (r Reply) response(request *http.Request) *http.Response {
	res := &http.Response{
		Status: strconv.Itoa(r.status) + " " + http.StatusText(r.status), StatusCode: r.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.header.Clone(), ContentLength: int64(len(r.body)), Request: request,
	}
	res.Header.Set("Content-Length", strconv.Itoa(len(r.body)))
	var body io.Reader = bytes.NewReader(r.body)
	if r.cut >= 0 {
		body = io.MultiReader(bytes.NewReader(r.body[:min(r.cut, len(r.body))]), broken{})
	}
	res.Body = io.NopCloser(body)
	return res
}

// broken is a connection that is gone.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

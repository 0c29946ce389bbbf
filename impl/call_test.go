package impl_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
)

// call is a request of acme's, unless it says otherwise.
type call struct {
	method, path string
	body         string
	key          string            // Idempotency-Key
	user         string            // another user than acme; "-" for no credentials
	header       map[string]string // an empty value leaves a header out
}

// answer is what came back.
type answer struct {
	*world
	status int
	header http.Header
	body   []byte
}

func get(path string) call        { return call{method: http.MethodGet, path: path} }
func post(path, body string) call { return call{method: http.MethodPost, path: path, body: body} }
func put(path, body string) call  { return call{method: http.MethodPut, path: path, body: body} }

// as lets somebody else ask.
func (c call) as(user string) call { c.user = user; return c }

// once gives a call a key.
func (c call) once(key string) call { c.key = key; return c }

// with sets a header.
func (c call) with(name, value string) call {
	header := map[string]string{}
	maps.Copy(header, c.header)
	header[name] = value
	c.header = header
	return c
}

func (c call) request(w *world) *http.Request {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), c.method, w.URL+c.path, strings.NewReader(c.body))
	w.no(err)
	switch c.user {
	case "-":
	case "":
		r.SetBasicAuth(acme, password)
	default:
		r.SetBasicAuth(c.user, password)
	}
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
	}
	if c.header["Transfer-Encoding"] != "" {
		r.ContentLength = -1
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
		if value == "" {
			r.Header.Del(name)
		}
	}
	return r
}

// do sends a call.
func (w *world) do(c call) answer {
	w.Helper()
	return w.send(c.request(w))
}

func (w *world) send(r *http.Request) answer {
	w.Helper()
	response, err := w.client.Do(r)
	w.no(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	w.no(err)
	return answer{w, response.StatusCode, response.Header, body}
}

// is fails unless the answer has a status.
func (a answer) is(status int) answer {
	a.Helper()
	if a.status != status {
		a.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// object reads the answer.
func (a answer) object() object { a.Helper(); return parse[object](a.world, a.body) }

// array reads the answer.
func (a answer) array() []object { a.Helper(); return parse[[]object](a.world, a.body) }

// rows are the references of the rows of a list.
func (a answer) references() []string {
	a.Helper()
	var list []object
	if bytes.HasPrefix(a.body, []byte("[")) {
		list = a.is(http.StatusOK).array()
	} else {
		list = parse[struct{ Rows []object }](a.world, a.is(http.StatusOK).body).Rows
	}
	references := []string{}
	for _, row := range list {
		references = append(references, row["reference"].(string))
	}
	return references
}

// envelope is the contract's error envelope, written down once more.
type envelope struct {
	Code    int    `json:"code"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	Message string `json:"message"`
	Details []struct {
		Error  string   `json:"error"`
		Fields []string `json:"fields"`
		Hint   string   `json:"hint"`
	} `json:"details"`
}

// refused checks that the answer is the contract's envelope, with status and type.
func (a answer) refused(status int, kind string) (e envelope) {
	a.Helper()
	a.is(status)
	if err := spec().Components.Schemas["Error"].Value.VisitJSON(parse[any](a.world, a.body)); err != nil {
		a.Fatalf("no envelope: %v\n%s", err, a.body)
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	a.no(d.Decode(&e))
	name := "ClientError"
	if status >= 500 {
		name = "ServerError"
	}
	if e.Code != status || e.Name != name || e.Type != kind || e.Message == "" {
		a.Errorf("got %s, want %d %s %s", a.body, status, name, kind)
	}
	if a.header.Get("X-Request-Id") == "" || a.header.Get("Content-Type") != "application/json" {
		a.Errorf("headers %v", a.header)
	}
	for _, secret := range []string{"schema", "model.", "scalar.", "goroutine", "strconv", "json:", "SQL", password} {
		if bytes.Contains(a.body, []byte(secret)) {
			a.Errorf("the answer tells %q: %s", secret, a.body)
		}
	}
	return e
}

// fields are those the details name.
func (e envelope) fields() (all []string) {
	for _, d := range e.Details {
		all = append(all, d.Fields...)
	}
	return all
}

// hints are all hints of the details.
func (e envelope) hints() (all []string) {
	for _, d := range e.Details {
		if d.Hint != "" {
			all = append(all, d.Hint)
		}
	}
	return all
}

// spec is the contract, as kin-openapi reads it.
var spec = sync.OnceValue(func() *openapi3.T {
	doc, err := api.Document()
	if err != nil {
		panic(err)
	}
	return doc
})

// part is one part of a form; with a filename it is a file.
type part struct{ name, filename, value string }

// form makes a body of parts in their order, and its media type.
func form(boundary string, parts ...part) (body, mediaType string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.SetBoundary(boundary); err != nil {
		panic(err)
	}
	for _, p := range parts {
		disposition := `form-data; name="` + p.name + `"`
		if p.filename != "" {
			disposition += `; filename="` + p.filename + `"`
		}
		header := textproto.MIMEHeader{"Content-Disposition": {disposition}}
		if p.filename != "" {
			header.Set("Content-Type", "application/octet-stream")
		}
		w, err := m.CreatePart(header)
		if err == nil {
			_, err = io.WriteString(w, p.value)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := m.Close(); err != nil {
		panic(err)
	}
	return b.String(), m.FormDataContentType()
}

// upload is a call of importExternalDocument.
func upload(reference string, parts ...part) call {
	body, mediaType := form("boundary", parts...)
	return post("/invoices/"+reference+"/importExternalDocument", body).with("Content-Type", mediaType)
}

// document are the parts of a good import.
func imported(filename, kind, content string) []part {
	return []part{{name: "file", filename: filename, value: content}, {name: "filename", value: filename}, {name: "kind", value: kind}}
}

// eml is an e-mail.
func eml(subject string) string {
	return "From: shop@example.com\r\nTo: erika@example.com\r\nSubject: " + subject + "\r\nDate: Mon, 02 Mar 2026 09:30:00 +0000\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n"
}

// Objects that tests need at hand.
const (
	customer = `{"reference": "K1", "number": "C-1", "debtor": "10001", "kind": "incorporate", "name": {"company": "Kunde GmbH"},
		"addresses": [{"kind": "billing", "company": "Kunde GmbH", "street": "Hauptstraße", "housenumber": "1", "zipcode": "10115", "city": "Berlin", "country": "DE"}],
		"emails": [{"email": "kunde@example.com"}], "meta": {"a": 1}}`
	item    = `{"label": "Support", "quantity": "1", "unit": "piece", "unitprice": "100.00", "taxrate": "19", "detail": {}}`
	invoice = `{"netbased": true, "items": [` + item + `]}`
)

// customer creates the customer K1 of acme's, which other objects hang on.
func (w *world) customer() { w.Helper(); w.do(post("/identities", customer)).is(http.StatusCreated) }

// draft creates an invoice of K1 with an own reference.
func (w *world) draft(reference string) {
	w.Helper()
	w.do(post("/identities/K1/invoices", `{"reference": "`+reference+`", "netbased": true, "items": [`+item+`]}`)).is(http.StatusCreated)
}

// committed creates an invoice and commits it.
func (w *world) committed(reference string) {
	w.Helper()
	w.draft(reference)
	w.do(post("/invoices/"+reference+"/commitInvoice", `{}`)).is(http.StatusOK)
}

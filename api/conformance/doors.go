package conformance

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/api/validate"
)

// doorLaws are the laws of what is refused before an operation is asked.
var doorLaws = []Law{
	{Name: "doors.path", Source: "components/responses/NotFoundError", check: unknownPaths,
		Says: "A path the contract does not have is answered with 404."},
	{Name: "doors.method", Source: "components/responses/MethodNotAllowedError", each: firstOfPath, check: otherMethods,
		Says: "A method a path does not take is answered with 405, and Allow names all it takes."},
	{Name: "doors.credentials", Source: "info.description: Authentication", each: secured, check: wrongCredentials,
		Says: "A request without credentials, or with wrong ones, is answered with 401, whatever else is wrong with it."},
	{Name: "doors.credentials-first", Source: "info.description: Authentication", each: securedBody, check: credentialsFirst,
		Says: "Wrong credentials are refused before the body is read."},
	{Name: "doors.media-type", Source: "components/responses/UnsupportedMediaTypeError", each: takesBody, check: otherMediaTypes,
		Says: "A body of a media type the operation does not take is answered with 415."},
	{Name: "doors.size", Source: "info.description: Limits", each: takesJSON, check: largeBodies,
		Says: "A body of up to the allowed size is read, and one with more bytes is answered with 413, told beforehand or not."},
	{Name: "doors.file-size", Source: "importExternalDocument", each: takesFile, check: largeFiles,
		Says: "A file with more bytes than the contract allows is answered with 413."},
}

func takesBody(o *validate.Operation) bool { return o.Request != nil }

func takesJSON(o *validate.Operation) bool { return takesBody(o) && o.Accepts("application/json") }

func takesFile(o *validate.Operation) bool { return o.TakesUpload("multipart/form-data") }

func secured(o *validate.Operation) bool { return len(o.Security) > 0 }

func securedBody(o *validate.Operation) bool { return secured(o) && takesBody(o) }

// firstOfPath is true for one operation of each path: methods are a matter of the path.
func firstOfPath(o *validate.Operation) bool {
	return o.Method == http.MethodGet || o.Method == http.MethodPost
}

func unknownPaths(t *trial) {
	for _, path := range []string{"/no-such-thing", "/no-such-thing/1", "/", "/invoices/" + t.reference() + "/no-such-thing"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.begin(method + " " + path)
			t.refused(t.knock(method, path), http.StatusNotFound, "ERR_NOT_FOUND")
		}
	}
}

// otherMethods tries the methods that no operation of the path has.
func otherMethods(t *trial) {
	taken := t.methods(t.op.Path)
	if t.op.Method == http.MethodPost && slices.Contains(taken, http.MethodGet) {
		return // it is checked with the other operation
	}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		path := fillPath(t.op.Path, t.samplePath(t.op))
		if slices.Contains(taken, method) || t.fitsAnother(method, path) {
			continue
		}
		t.begin(method)
		a := t.knock(method, path)
		if !t.refused(a, http.StatusMethodNotAllowed, "ERR_METHOD_NOT_ALLOWED") {
			continue
		}
		allowed := strings.FieldsFunc(strings.Join(a.header.Values("Allow"), ","), func(r rune) bool { return r == ',' || r == ' ' })
		for _, method := range taken {
			if !slices.Contains(allowed, method) {
				t.fail("Allow to name "+method, "Allow: "+a.header.Get("Allow"), a.exchange)
			}
		}
	}
}

// fitsAnother says whether a path is one of another operation's too, as /transactions/imports is one of /transactions/{id}. A server
// may then say what is wrong with the id.
func (s *suite) fitsAnother(method, path string) bool {
	segments := strings.Split(path, "/")
	return slices.ContainsFunc(s.contract.Operations(), func(o *validate.Operation) bool {
		template := strings.Split(o.Path, "/")
		return o.Method == method && slices.EqualFunc(template, segments, func(part, segment string) bool { return strings.HasPrefix(part, "{") || part == segment })
	})
}

// methods gives those the contract has for a path.
func (s *suite) methods(path string) (all []string) {
	for _, o := range s.contract.Operations() {
		if o.Path == path {
			all = append(all, o.Method)
		}
	}
	return all
}

// wrongCredentials sends requests that are also wrong in every other way.
func wrongCredentials(t *trial) {
	garbage := []with{where(noSuch, "1")}
	if t.op.Request != nil {
		garbage = append(garbage, body(`{"`+noSuch), header("Content-Type", "text/plain"), key("a b"))
	}
	valid := t.smallestBody(t.op)
	for _, c := range []struct {
		name  string
		parts []with
	}{
		{"no credentials", append(valid, as(nobody))},
		{"no credentials, and a request that is wrong", append(garbage, as(nobody))},
		{"unknown user", append(valid, as(stranger))},
		{"unknown user, and a request that is wrong", append(garbage, as(stranger))},
		{"wrong password", append(valid, as(forgetful))},
		{"empty password", append(valid, as(silent))},
		{"another scheme", append(valid, as(nobody), header("Authorization", "Bearer abc"))},
		{"Basic with nothing behind it", append(valid, as(nobody), header("Authorization", "Basic"))},
		{"Basic with something else behind it", append(valid, as(nobody), header("Authorization", "Basic %%%"))},
	} {
		t.begin(c.name)
		parts := slices.Concat([]with{of(t.samplePath(t.op)...)}, c.parts)
		t.refused(t.call(t.op.ID, parts...), http.StatusUnauthorized, "ERR_UNAUTHORIZED")
	}
}

// atOnce is how long a server may take to refuse what it need not read.
const atOnce = 5 * time.Second

// credentialsFirst sends the head of a request and never its body.
func credentialsFirst(t *trial) {
	for _, c := range []struct {
		name string
		who  who
	}{{"no credentials", nobody}, {"unknown user", stranger}} {
		t.begin(c.name + ", and a body that does not come")
		r := t.draft(t.op.ID, append(t.smallestBody(t.op), of(t.samplePath(t.op)...), as(c.who))...)
		r.body, r.stalled = nil, true
		x := t.tryWithin(atOnce, r)
		if x.err != nil || x.status != http.StatusUnauthorized {
			t.fail("401 before the body has come", x.came(), x)
		}
	}
}

func otherMediaTypes(t *trial) {
	path := t.existing(t.op)
	for _, media := range []string{"text/plain", "application/xml", "application/x-www-form-urlencoded", "application/json; charset=iso-8859-1", "nonsense", ""} {
		t.begin("Content-Type: " + media)
		parts := append(t.smallestBody(t.op), of(path...), header("Content-Type", media))
		t.refused(t.call(t.op.ID, parts...), http.StatusUnsupportedMediaType, "ERR_UNSUPPORTED_MEDIA_TYPE")
	}
	t.begin("a compressed body")
	parts := append(t.smallestBody(t.op), of(path...), header("Content-Encoding", "gzip"))
	t.refused(t.call(t.op.ID, parts...), http.StatusUnsupportedMediaType, "ERR_UNSUPPORTED_MEDIA_TYPE")
	if t.bodySchema(t.op, "application/json") == nil {
		return
	}
	for _, media := range []string{"application/json; charset=utf-8", "Application/JSON;charset=UTF-8"} {
		t.begin("Content-Type: " + media)
		a := t.call(t.op.ID, append(t.smallestBody(t.op), of(t.samplePath(t.op)...), header("Content-Type", media))...)
		if a.status == http.StatusUnsupportedMediaType || a.status == http.StatusBadRequest {
			t.fail("the same as with application/json", a.came(), a.exchange)
		}
	}
}

// maxJSON is how many bytes a JSON body may have, unless the operation says otherwise.
const maxJSON = 1 << 20

func largeBodies(t *trial) {
	most := int(or(t.op.MaxBodyBytes(), maxJSON))
	content := t.sampleBody(t.op)
	if harmless[t.op.ID] != "" {
		content = `{"` + noSuch + `":1}` // refused once it is read
	}
	path := t.samplePath(t.op)
	padded := func(size int) with { return body(content + strings.Repeat(" ", size-len(content))) }
	t.begin(strconv.Itoa(most) + " bytes")
	if a := t.call(t.op.ID, of(path...), padded(most)); a.status == http.StatusRequestEntityTooLarge {
		t.fail("a body of the greatest size to be read", a.came(), a.exchange)
	}
	t.begin("one byte more")
	t.refused(t.call(t.op.ID, of(path...), padded(most+1)), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE")
	t.begin("one byte more, of a length that is not told")
	t.refused(t.call(t.op.ID, of(path...), padded(most+1), chunked), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE")
}

// largeFiles sends a PDF that would be a valid one, but for its size.
func largeFiles(t *trial) {
	schema := t.bodySchema(t.op, "multipart/form-data")
	path := t.existing(t.op)
	for _, name := range properties(schema) {
		most, ok := schema.Properties[name].Value.Extensions["x-max-bytes"].(float64)
		if !ok {
			continue
		}
		t.begin(name + " with one byte more than allowed")
		content := slices.Concat(samplePDF, slices.Repeat([]byte("%"), int(most)+1-len(samplePDF)))
		parts := append(withoutPart(t.sampleForm(t.op), name), file(name, "sample.pdf", content))
		t.refused(t.call(t.op.ID, of(path...), form(parts...)), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE")
	}
}

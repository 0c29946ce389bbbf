package validate

import (
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation is one operation of the contract, with its schemas compiled. Its fields describe the document and must
// not be changed; its methods may be called concurrently.
type Operation struct {
	ID         string // operationId, as written in the document
	Method     string // GET, POST, …
	Path       string // template, such as /invoices/{invoiceReference}
	Tags       []string
	Security   openapi3.SecurityRequirements // alternatives; empty: anybody may call
	Extensions map[string]any                // x-… of the operation
	Request    *Request                      // what its body may be; nil: it takes none
	Responses  []Response                    // ordered by status

	params    *parameters
	body      *jsonBody
	upload    *form
	responses map[string]*response // by status as documented: 200, 4XX, default
}

// Request is what the body of a request may be.
type Request struct {
	Required   bool
	MediaTypes []string // sorted

	content openapi3.Content
}

// Response is one documented response.
type Response struct {
	Status     string   // 200, 4XX or default
	MediaTypes []string // sorted; empty: it has no body
	Headers    []string // sorted
}

// Accepts says whether the operation documents a body of this Content-Type.
func (o *Operation) Accepts(contentType string) bool {
	return o.Request != nil && o.Request.content.Get(contentType) != nil
}

// TakesUpload says whether a body of this Content-Type is checked by Upload, part by part, rather than by Body.
func (o *Operation) TakesUpload(contentType string) bool {
	return o.upload != nil && strings.HasPrefix(mediaType(contentType), "multipart/")
}

// MaxBodyBytes is the operation's x-max-body-bytes; 0 when it states none.
func (o *Operation) MaxBodyBytes() int64 {
	n, _ := o.Extensions["x-max-body-bytes"].(float64)
	return int64(n)
}

// Timeout is the operation's x-timeout, which is in seconds; 0 when it states none.
func (o *Operation) Timeout() time.Duration {
	n, _ := o.Extensions["x-timeout"].(float64)
	return time.Duration(n) * time.Second
}

// mediaType is a Content-Type without its parameters, in lower case.
func mediaType(contentType string) string {
	base, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(base))
}

// isJSON says whether a media type is JSON.
func isJSON(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// sortedKeys gives the keys of m in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/gen/model"
)

// Problem is an answer that refuses a request: the contract's error envelope. It is an error, so that an operation may
// return one.
type Problem struct {
	Status  int    // 400 to 599
	Type    string // one of the contract's, such as ERR_CONFLICT_STATE
	Message string // one sentence for a developer
	Details []Detail
	Header  http.Header // sent with it, such as Retry-After; may be nil
}

// Detail is one reason for a refusal.
type Detail struct {
	Error  string   // what is wrong
	Fields []string // which fields it is about, by path, such as items[3].unitprice
	Hint   string   // what would be right; may be empty
}

// Error gives status, type, message and details in one line, for a log.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s: %s", p.Status, p.Type, p.Message)
	for _, d := range p.Details {
		b.WriteString("; " + d.Error)
	}
	return b.String()
}

// envelope is the problem as the contract writes it. The generated type is not used, because a Problem's Type is decided
// by the caller, and is written as it is.
type envelope struct {
	Code    int              `json:"code"`
	Name    model.ErrorName  `json:"name"`
	Type    string           `json:"type"`
	Message string           `json:"message"`
	Details []envelopeDetail `json:"details,omitempty"`
}

type envelopeDetail struct {
	Error  string   `json:"error"`
	Fields []string `json:"fields"`
	Hint   string   `json:"hint,omitempty"`
}

// body writes the envelope.
func (p *Problem) body() []byte {
	e := envelope{Code: p.Status, Name: model.ErrorNameClientError, Type: p.Type, Message: p.Message}
	if p.Status >= http.StatusInternalServerError {
		e.Name = model.ErrorNameServerError
	}
	for _, d := range p.Details {
		e.Details = append(e.Details, envelopeDetail{Error: d.Error, Fields: append([]string{}, d.Fields...), Hint: d.Hint})
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(e) // numbers and texts only, into memory
	return b.Bytes()
}

// Write sends the problem as a whole answer, to whatever takes answers.
func (p *Problem) Write(w http.ResponseWriter) {
	header := w.Header()
	maps.Copy(header, p.Header)
	body := p.body()
	header.Set("Content-Type", mediaJSON)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a caller who is gone is not told
}

// invalid is the problem with a message that breaks the contract.
func invalid(details ...Detail) *Problem {
	return &Problem{Status: http.StatusBadRequest, Type: string(model.ErrorTypeERRINVALIDVALUE),
		Message: "InvalidValue, see error details", Details: details}
}

func violated(found validate.Violations) *Problem {
	details := make([]Detail, len(found))
	for i, v := range found {
		details[i] = Detail{Error: v.Error, Hint: v.Hint}
		if v.Path != "" {
			details[i].Fields = []string{v.Path}
		}
	}
	return invalid(details...)
}

func unauthorized(text string) *Problem {
	return &Problem{Status: http.StatusUnauthorized, Type: string(model.ErrorTypeERRUNAUTHORIZED),
		Message: "Credentials are missing or wrong",
		Details: []Detail{{Error: text, Fields: []string{"Authorization"}, Hint: "Send the API key by HTTP Basic authentication."}}}
}

func notFound() *Problem {
	return &Problem{Status: http.StatusNotFound, Type: string(model.ErrorTypeERRNOTFOUND), Message: "Not found",
		Details: []Detail{{Error: "There is nothing at this path.", Hint: "The paths there are stand in /api/openapi.yaml."}}}
}

// methodNotAllowed is for a path that is there; allow is the value of its Allow header.
func methodNotAllowed(allow string) *Problem {
	p := &Problem{Status: http.StatusMethodNotAllowed, Type: string(model.ErrorTypeERRMETHODNOTALLOWED),
		Message: "Method not allowed", Details: []Detail{{Error: "This path does not take this method.", Hint: "Use one of: " + allow + "."}}}
	p.Header = http.Header{"Allow": {allow}}
	return p
}

// tooLarge is for a body, or a file in it; field is where the request says so.
func tooLarge(what, field string, limit int64) *Problem {
	d := Detail{Error: "The " + what + " has more bytes than allowed.", Fields: []string{field}, Hint: "At most " + strconv.FormatInt(limit, 10) + " bytes are taken."}
	return &Problem{Status: http.StatusRequestEntityTooLarge, Type: string(model.ErrorTypeERRTOOLARGE),
		Message: "The request is too large", Details: []Detail{d}}
}

func unsupportedMedia(text, field, hint string) *Problem {
	return &Problem{Status: http.StatusUnsupportedMediaType, Type: string(model.ErrorTypeERRUNSUPPORTEDMEDIATYPE),
		Message: "The media type is not supported", Details: []Detail{{Error: text, Fields: []string{field}, Hint: hint}}}
}

func tooManyRequests() *Problem {
	return &Problem{Status: http.StatusTooManyRequests, Type: string(model.ErrorTypeERRTOOMANYREQUESTS),
		Message: "Too many requests", Header: http.Header{"Retry-After": {"1"}}}
}

func internal() *Problem {
	return &Problem{Status: http.StatusInternalServerError, Type: string(model.ErrorTypeERRINTERNAL),
		Message: "The server failed"}
}

func unavailable() *Problem {
	return &Problem{Status: http.StatusServiceUnavailable, Type: string(model.ErrorTypeERRUNAVAILABLE),
		Message: "The server is not available now", Header: http.Header{"Retry-After": {"1"}}}
}

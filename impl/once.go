package impl

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/store"
)

// once carries out the command of a POST under its idempotency key, if it has one, and gives the bytes to answer with:
// the first time and every time after. respond writes the answer as the generated code would.
//
// What makes a request another one is the operation and what is asked of it: its path parameters and its body, not its
// headers, nor how the body's JSON was spelled.
func once[T any](operation string, key *string, asked asked, respond func(http.ResponseWriter, T) error, command func(*app.Once[T]) (T, error)) (answer, error) {
	o := &app.Once[T]{Key: unquote(key), Render: func(result T, err error) (store.Answer, error) { return render(respond, result, err) }}
	if o.Key != "" {
		fingerprint, err := fingerprint(operation, asked)
		if err != nil {
			return answer{}, err
		}
		o.Fingerprint = fingerprint
	}
	result, err := command(o)
	switch {
	case o.Answer != nil:
		return answer{*o.Answer, o.Replayed}, nil
	case err != nil:
		return answer{}, err
	}
	rendered, err := render(respond, result, nil)
	return answer{rendered, false}, err
}

// unquote reads a key: abc and "abc", the spelling of a structured field, are the same key.
func unquote(key *string) string {
	if key == nil {
		return ""
	}
	if k := *key; len(k) > 2 && strings.HasPrefix(k, `"`) && strings.HasSuffix(k, `"`) {
		return k[1 : len(k)-1]
	}
	return *key
}

// asked is what a request asks: its path parameters, and its body if there is one.
type asked []any

// fingerprint is the same for requests that ask the same.
func fingerprint(operation string, asked asked) (string, error) {
	text, err := json.Marshal(asked)
	if err != nil {
		return "", fmt.Errorf("fingerprint of %s: %w", operation, err)
	}
	if text, err = sorted(text); err != nil {
		return "", fmt.Errorf("fingerprint of %s: %w", operation, err)
	}
	sum := sha256.Sum256(append([]byte(operation+"\x00"), text...))
	return hex.EncodeToString(sum[:]), nil
}

// sorted brings the fields of all objects in order: what the merchant sends as meta is kept as it is spelled.
func sorted(text []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // every digit counts
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// render makes the bytes of an answer or of a refusal.
func render[T any](respond func(http.ResponseWriter, T) error, result T, refused error) (store.Answer, error) {
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	if refused != nil {
		problem := Problem(refused)
		if problem == nil {
			return store.Answer{}, refused
		}
		problem.Write(w)
	} else if err := respond(w, result); err != nil {
		return store.Answer{}, err
	}
	headers, err := json.Marshal(w.header)
	return store.Answer{Status: w.status, Headers: headers, Body: w.body.Bytes()}, err
}

// recorder is a response that is kept instead of sent.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// answer is a finished answer: it is any response the generated code lets a POST give.
type answer struct {
	store.Answer
	replayed bool
}

func (a answer) write(w http.ResponseWriter) error {
	var headers http.Header
	if err := json.Unmarshal(a.Headers, &headers); err != nil {
		return fmt.Errorf("headers of a kept answer: %w", err)
	}
	for name, values := range headers {
		w.Header()[name] = values
	}
	if a.replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	w.WriteHeader(a.Status)
	_, err := w.Write(a.Body)
	return err
}

func (a answer) VisitCreateIdentityResponse(w http.ResponseWriter) error          { return a.write(w) }
func (a answer) VisitCreateInvoiceResponse(w http.ResponseWriter) error           { return a.write(w) }
func (a answer) VisitCommitInvoiceResponse(w http.ResponseWriter) error           { return a.write(w) }
func (a answer) VisitResendInvoiceResponse(w http.ResponseWriter) error           { return a.write(w) }
func (a answer) VisitModifyDunningResponse(w http.ResponseWriter) error           { return a.write(w) }
func (a answer) VisitImportExternalDocumentResponse(w http.ResponseWriter) error  { return a.write(w) }
func (a answer) VisitCreateTransactionResponse(w http.ResponseWriter) error       { return a.write(w) }
func (a answer) VisitAssignTransactionResponse(w http.ResponseWriter) error       { return a.write(w) }
func (a answer) VisitCreateAdjustmentResponse(w http.ResponseWriter) error        { return a.write(w) }
func (a answer) VisitCreateTransactionImportResponse(w http.ResponseWriter) error { return a.write(w) }
func (a answer) VisitCreateCreditnoteResponse(w http.ResponseWriter) error        { return a.write(w) }
func (a answer) VisitCreateDunningRunResponse(w http.ResponseWriter) error        { return a.write(w) }
func (a answer) VisitCreateDunningHoldResponse(w http.ResponseWriter) error       { return a.write(w) }
func (a answer) VisitLiftDunningHoldResponse(w http.ResponseWriter) error         { return a.write(w) }

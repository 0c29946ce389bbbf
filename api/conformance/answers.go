package conformance

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/dunwell/dunwell/api/validate"
)

// answerLaws hold for every answer to whatever any law sends. They have no check of their own: answering looks at each
// exchange, so they are told about in every run, whatever Config.Only selects.
var answerLaws = []Law{
	{Name: "answers.documented", Source: "responses of each operation",
		Says: "Every answer has a status, media type, headers and body that its operation documents."},
	{Name: "answers.envelope", Source: "components/schemas/Error",
		Says: "Every refusal is an envelope with code, name, type and message, one of the client's faults with details too, and its code is the status."},
	{Name: "answers.fault", Source: "components/responses/InternalError",
		Says: "No request makes the server answer 5xx, but for 501 where it is documented."},
	{Name: "answers.request-id", Source: "info.description: Errors",
		Says: "Every answer carries X-Request-Id."},
	{Name: "answers.challenge", Source: "components/responses/UnauthorizedError",
		Says: "Every 401 says with WWW-Authenticate how to authenticate."},
	{Name: "answers.allow", Source: "components/responses/MethodNotAllowedError",
		Says: "Every 405 says with Allow which methods the path takes."},
}

// beyond stands for the operation of answers to requests that are no operation's.
const beyond = "no-operation"

type resultKey struct{ law, operation string }

// answering collects what is wrong with single answers.
type answering struct {
	mu    sync.Mutex
	found map[resultKey]*Result
}

// examine holds an answer against the laws of single answers.
func (s *suite) examine(t *trial, x *exchange) {
	o := s.operation(x.request.operation)
	if x.status != 0 {
		s.coverage.count(o, x)
	}
	if x.status == 0 || x.err != nil {
		return // the law that sent it says so
	}
	for name, wrong := range s.wrong(o, x) {
		s.answering.note(t, answerLaw(name), o, x, wrong)
	}
}

// wrong says which laws of single answers an answer breaks, and what would be right.
func (s *suite) wrong(o *validate.Operation, x *exchange) map[string]string {
	found := map[string]string{"answers.documented": "", "answers.envelope": "", "answers.fault": "", "answers.request-id": ""}
	if o != nil {
		found["answers.documented"] = undocumented(o, x)
	}
	if x.status >= 400 {
		found["answers.envelope"] = badEnvelope(x)
	}
	if x.status >= 500 && (o == nil || x.status != http.StatusNotImplemented || !documents(o, x.status)) {
		found["answers.fault"] = "a status below 500"
	}
	if x.header.Get("X-Request-Id") == "" {
		found["answers.request-id"] = "a header X-Request-Id"
	}
	if x.status == http.StatusUnauthorized {
		found["answers.challenge"] = ""
		if !strings.HasPrefix(x.header.Get("WWW-Authenticate"), "Basic ") {
			found["answers.challenge"] = "a header WWW-Authenticate: Basic realm=…"
		}
	}
	if x.status == http.StatusMethodNotAllowed {
		found["answers.allow"] = ""
		if x.header.Get("Allow") == "" {
			found["answers.allow"] = "a header Allow"
		}
	}
	return found
}

// undocumented holds an answer against its operation. Of methods a path does not take the description says that any
// path answers 405.
func undocumented(o *validate.Operation, x *exchange) string {
	err := o.Response(x.status, x.header, x.body)
	var violations validate.Violations
	if err == nil || !errors.As(err, &violations) {
		return ""
	}
	texts := make([]string, len(violations))
	for i, v := range violations {
		texts[i] = strings.TrimSpace(v.In + " " + v.Path + ": " + v.Error + " " + v.Hint)
	}
	return "an answer as documented; but " + strings.Join(texts, "; ")
}

// badEnvelope says what an error envelope should have been.
func badEnvelope(x *exchange) string {
	a := newAnswer(x)
	members, _ := a.parsed.(map[string]any)
	name := "ClientError"
	if x.status >= 500 {
		name = "ServerError"
	}
	switch {
	case members == nil:
		return "an error envelope as application/json"
	case a.text("code") != textOf(x.status):
		return "the field code to be " + textOf(x.status)
	case a.text("name") != name:
		return "the field name to be " + name
	case !strings.HasPrefix(a.text("type"), "ERR_"):
		return "the field type to be one of the documented ones"
	case a.text("message") == "":
		return "the field message to say something"
	case a.get("details") == nil && x.status < 500 && x.status != http.StatusTooManyRequests:
		return "the field details to be an array"
	}
	return badDetails(a.list("details"))
}

func badDetails(details []any) string {
	for _, detail := range details {
		said, _ := lookup(detail, "error")
		named, _ := lookup(detail, "fields")
		if text, _ := said.(string); text == "" {
			return "each of details to have a text in error"
		}
		if _, isArray := named.([]any); !isArray {
			return "each of details to have an array in fields"
		}
	}
	return ""
}

// note takes down what is wrong with an answer, or that nothing is.
func (n *answering) note(t *trial, law *Law, o *validate.Operation, x *exchange, expected string) {
	k := resultKey{law.Name, beyond}
	if o != nil {
		k.operation = o.ID
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.found[k]
	if r == nil {
		r = &Result{Law: law.Name, Operation: k.operation, Says: law.Says, Source: law.Source}
		n.found[k] = r
	}
	if expected == "" {
		return
	}
	r.Outcome = Failed
	t.mu.Lock()
	failure := t.failure(expected, x.came(), []*exchange{x})
	t.mu.Unlock()
	failure.Step = strings.TrimSuffix(t.law.Name+", "+failure.Step, ", ")
	r.add(failure)
}

// add takes down a failure. Of those that are alike, only the one that takes least to show is kept.
func (r *Result) add(failure Failure) {
	alike := slices.IndexFunc(r.Failures, func(f Failure) bool { return f.Expected == failure.Expected })
	switch {
	case alike < 0 && len(r.Failures) < maxFailures:
		r.Failures = append(r.Failures, failure)
		return
	case alike >= 0 && failure.smaller(r.Failures[alike]):
		r.Failures[alike] = failure
	}
	r.Omitted++
}

// smaller orders failures by what it takes to show them, and else so that which one comes first makes no difference.
func (f Failure) smaller(other Failure) bool {
	return cmp.Or(cmp.Compare(len(f.Curl), len(other.Curl)), strings.Compare(f.Curl, other.Curl), strings.Compare(f.Step, other.Step)) < 0
}

// results gives what was found.
func (n *answering) results() (all []Result) {
	for _, r := range n.found {
		all = append(all, *r)
	}
	return all
}

func answerLaw(name string) *Law {
	i := slices.IndexFunc(answerLaws, func(l Law) bool { return l.Name == name })
	return &answerLaws[i]
}

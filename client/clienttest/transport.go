package clienttest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dunwell/dunwell/client"
)

var errOver = errors.New("clienttest: the test is over")

// RoundTrip answers one attempt. It is what makes a Fake an [http.RoundTripper].
func (f *Fake) RoundTrip(r *http.Request) (*http.Response, error) {
	call, err := f.read(r)
	if err == nil {
		err = r.Context().Err()
	}
	if err != nil {
		return nil, err
	}
	reply, where, err := f.next(call)
	if err != nil {
		return nil, err
	}
	if reply == nil {
		return unanswered(call), nil
	}
	given := reply(call)
	if problem := given.check(call.op); problem != "" {
		if err := f.report("clienttest: %s cannot be answered as %s does: %s", call.Operation, where, problem); err != nil {
			return nil, err
		}
		return unanswered(call), nil
	}
	if given.err != nil {
		return nil, given.err
	}
	return given.response(r), nil
}

// next notes a call, and gives what makes its reply, and the line that declared it; nothing if the call was not expected.
func (f *Fake) next(call Call) (reply func(Call) Reply, where string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return nil, "", errOver
	}
	f.calls = append(f.calls, call)
	if call.op == nil {
		f.t.Errorf("clienttest: the contract has no operation %s %s", call.request.Method, call.request.URL.Path)
		return nil, "", nil
	}
	if problem := call.check(); problem != "" {
		f.t.Errorf("clienttest: the request of %s breaks the contract: %s", call.Operation, problem)
	}
	answers := f.answers[call.Operation]
	for i, a := range answers {
		if a.given < max(a.times, 1) || i == len(answers)-1 && a.times == 0 {
			a.given++
			return a.make, a.where, nil
		}
	}
	f.t.Error(f.unexpected(call))
	return nil, "", nil
}

// report fails the test, unless it has ended: then a failure would be a panic of package testing, and the call gets an error instead.
func (f *Fake) report(format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return errOver
	}
	f.t.Errorf(format, args...)
	return nil
}

// unexpected says what to do about a call without an answer.
func (f *Fake) unexpected(call Call) string {
	if n := len(f.answers[call.Operation]); n > 0 {
		return fmt.Sprintf("clienttest: %s was called once more than it has answers (%s %s); its answers are those of %s",
			call.Operation, call.request.Method, call.request.URL.Path, f.lines(call.Operation))
	}
	others := "none has"
	if len(f.answers) > 0 {
		var names []string
		for name := range f.answers {
			names = append(names, name)
		}
		slices.Sort(names)
		others = strings.Join(names, ", ") + " have"
	}
	return fmt.Sprintf("clienttest: %s was called (%s %s), but has no answer; %s.\n\tDeclare one, such as fake.Example(%q), or fake.Answer(%q, %s, …)",
		call.Operation, call.request.Method, call.request.URL.Path, others, call.Operation, call.Operation, success(call))
}

// lines are where the answers of an operation were declared.
func (f *Fake) lines(operation string) string {
	var all []string
	for _, a := range f.answers[operation] {
		all = append(all, a.where)
	}
	return strings.Join(all, ", ")
}

// success is the status an operation answers with when all is well.
func success(call Call) string {
	for _, response := range call.op.Responses {
		if strings.HasPrefix(response.Status, "2") {
			return response.Status
		}
	}
	return "200"
}

// unanswered answers what was not expected, so that the call ends at once: 501 is not tried again.
func unanswered(call Call) *http.Response {
	detail := client.ErrorDetail{Error: "The test has declared no answer to this call."}
	return Refuse(http.StatusNotImplemented, "ERR_NOT_IMPLEMENTED", detail).response(call.request)
}

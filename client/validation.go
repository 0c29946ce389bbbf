package client

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/validate"
)

// Mode says what is done about a message that breaks the contract. A reference that is no step of a path, such as "" or "..",
// would reach another operation, and is refused in every mode.
type Mode uint8

const (
	Fail Mode = iota // the call ends with a [ContractError]; a request is then not sent
	Log              // a warning is logged and the call goes on; the parts of an upload are not looked at
	Off              // it is not looked at
)

// contract is compiled by the first call of the process. It is the same for all clients and never changes.
var contract = sync.OnceValues(func() (*validate.Contract, error) {
	doc, err := api.Document()
	if err != nil {
		return nil, err
	}
	return validate.NewTolerant(doc)
})

// checkRequest holds a request against the contract; of a body that is streamed, what is known of it before it is read.
// found is what is wrong with the path; else path has its values.
func (x *exchange) checkRequest(path map[string]string, found validate.Violations) error {
	if len(found) == 0 {
		found = violations(x.op.Parameters(x.request, func(name string) string { return path[name] }))
	}
	var err error
	if x.call.upload != nil {
		err = x.call.upload.check(x.op)
	} else {
		err = x.op.Body(x.data)
	}
	found = append(found, violations(err)...)
	var tooLarge *validate.TooLargeError
	switch {
	case len(found) > 0:
		return &ContractError{Operation: x.op.ID, Direction: DirectionRequest, Violations: found}
	case errors.As(err, &tooLarge):
		return x.sourceError(err)
	}
	return nil
}

// judge does what the mode asks about an error of the contract; nil means go on.
func (x *exchange) judge(mode Mode, err error) error {
	var broken *ContractError
	if mode == Fail || !errors.As(err, &broken) {
		return err
	}
	if mode == Log {
		x.client.log.LogAttrs(x.ctx, slog.LevelWarn, "a message breaks the contract",
			slog.String("operation", broken.Operation), slog.String("direction", string(broken.Direction)),
			slog.String("violations", broken.Violations.Error()), slog.String("request_id", broken.RequestID))
	}
	return nil
}

func violations(err error) validate.Violations {
	var found validate.Violations
	errors.As(err, &found)
	return found
}

// pathValues reads the values of the parameters of a path back from the path that will be sent: base, then what the
// template says. One that does not fit was made from a value that is a path itself, such as "..", and would reach another
// operation. With an empty base, anything may stand before.
func pathValues(template, base, path string) (map[string]string, validate.Violations) {
	names, parts := strings.Split(template, "/")[1:], strings.Split(path, "/")
	if own, ok := strings.CutPrefix(path, base+"/"); ok && base != "" {
		parts = strings.Split(own, "/")
	}
	if len(parts) < len(names) || base != "" && len(parts) != len(names) {
		return nil, notAPath(names)
	}
	values := make(map[string]string)
	for i, part := range parts[len(parts)-len(names):] {
		value, err := url.PathUnescape(part)
		parameter := strings.HasPrefix(names[i], "{")
		switch {
		case err != nil, !parameter && value != names[i], parameter && (value == "" || value == "." || value == ".."):
			return nil, notAPath(names)
		case parameter:
			values[strings.Trim(names[i], "{}")] = value
		}
	}
	return values, nil
}

func notAPath(names []string) validate.Violations {
	var found validate.Violations
	for _, name := range names {
		if strings.HasPrefix(name, "{") {
			name = strings.Trim(name, "{}")
			found = append(found, validate.Violation{In: validate.InPath, Path: name, Rule: "segment",
				Error: "Path parameter '" + name + "' is not one step of a path.",
				Hint:  "Use a value other than '', '.' and '..', and without slashes."})
		}
	}
	return found
}

// checkAnswer holds a response of success against the contract; body is nil where it is streamed.
func (x *exchange) checkAnswer(body []byte) error {
	found := x.responseViolations(body)
	if len(found) == 0 {
		return nil
	}
	return x.judge(x.client.responses, &ContractError{Operation: x.op.ID, Direction: DirectionResponse, Violations: found,
		Status: x.response.Status, RequestID: x.response.RequestID, IdempotencyKey: x.response.IdempotencyKey})
}

// responseViolations is what in the response breaks the contract.
func (x *exchange) responseViolations(body []byte) validate.Violations {
	if x.client.responses == Off {
		return nil
	}
	return violations(x.op.Response(x.response.Status, x.response.Header, body))
}

package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// suite is one run of everything against one server.
type suite struct {
	config    Config
	client    *http.Client // as configured, but for redirects
	contract  *validate.Contract
	declared  map[string]*declared     // by operationId
	offered   map[string]bool          // by operationId; written before any law runs
	inputs    map[string]func() inputs // by operationId
	coverage  *coverage
	answering *answering
	secrets   *secrets
}

// declared is an operation as the document has it, which validate.Operation does not show.
type declared struct {
	*openapi3.Operation
	parameters openapi3.Parameters // of the path and its own
}

// Run holds a server against the contract. The error is of a run that could not be made: a wrong Config, a server that
// does not answer or does not take the credentials, a context that ended. That a server breaks the contract is no
// error; see Report.OK.
func Run(ctx context.Context, c Config) (*Report, error) {
	started := time.Now()
	s, err := newSuite(c)
	if err != nil {
		return nil, err
	}
	if err := s.probe(ctx); err != nil {
		return nil, err
	}
	results := s.runAll(ctx)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("conformance: %w", context.Cause(ctx))
	}
	results = append(results, s.answering.results()...)
	return s.report(started, results), nil
}

func newSuite(c Config) (*suite, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	contract, err := c.compile()
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	client := *c.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s := &suite{config: c, client: &client, contract: contract, declared: map[string]*declared{}, offered: map[string]bool{}}
	for _, item := range c.Document.Paths.Map() {
		for _, o := range item.Operations() {
			d := &declared{Operation: o, parameters: slices.Clone(o.Parameters)}
			for _, p := range item.Parameters {
				if o.Parameters.GetByInAndName(p.Value.In, p.Value.Name) == nil {
					d.parameters = append(d.parameters, p)
				}
			}
			s.declared[o.OperationID] = d
		}
	}
	s.inputs = map[string]func() inputs{}
	for _, o := range contract.Operations() {
		s.inputs[o.ID] = sync.OnceValue(func() inputs { return inputs{s.rightInputs(o), s.wrongInputs(o)} })
	}
	if err := s.checkOnly(); err != nil {
		return nil, err
	}
	s.coverage = newCoverage(contract)
	s.answering = &answering{found: map[resultKey]*Result{}}
	s.secrets = newSecrets(c)
	return s, nil
}

// operation gives an operation of the contract, nil if it has none of that id.
func (s *suite) operation(id string) *validate.Operation {
	o, _ := s.contract.Operation(id)
	return o
}

// checkOnly refuses what selects nothing: it would look like success.
func (s *suite) checkOnly() error {
	tried := len(s.config.Only) == 0
	for _, pattern := range s.config.Only {
		selects := func(l Law) bool { return s.selects(pattern, &l) }
		if !slices.ContainsFunc(Laws(), selects) {
			return fmt.Errorf("conformance: there is no law, operation or tag %s", pattern)
		}
		tried = tried || slices.ContainsFunc(Laws(), func(l Law) bool { return l.check != nil && selects(l) })
	}
	if !tried {
		return fmt.Errorf("conformance: %s is not tried by itself: what laws named answers say is looked at with all others", strings.Join(s.config.Only, ","))
	}
	return nil
}

// selects says whether a pattern selects a law, on whatever operation.
func (s *suite) selects(pattern string, l *Law) bool {
	only := []string{pattern}
	if l.each == nil {
		return l.selected(only, nil, s.operation)
	}
	return slices.ContainsFunc(s.contract.Operations(), func(o *validate.Operation) bool { return l.each(o) && l.selected(only, o, s.operation) })
}

// planned is a law on an operation, and why it does not run, if it does not.
type planned struct {
	law     Law
	op      *validate.Operation
	outcome Outcome // Passed: it runs
	reason  string
}

// plan decides what runs.
func (s *suite) plan() (all []planned) {
	for _, law := range Laws() {
		if law.check == nil {
			continue // one of answers, which is checked with everything else
		}
		if law.each == nil {
			if law.selected(s.config.Only, nil, s.operation) {
				all = append(all, s.decide(law, nil))
			}
			continue
		}
		for _, o := range s.contract.Operations() {
			if law.each(o) && law.selected(s.config.Only, o, s.operation) && (!law.inputs || s.breaks(o, law.Name)) {
				all = append(all, s.decide(law, o))
			}
		}
	}
	return all
}

// decide says whether a law can run on an operation.
func (s *suite) decide(law Law, o *validate.Operation) planned {
	needs := slices.Clone(law.Needs)
	if o != nil {
		needs = append(needs, o.ID)
	}
	needs = slices.DeleteFunc(needs, func(id string) bool { return s.offered[id] })
	switch {
	case !s.anyOffered():
		return planned{law, o, NotOffered, "the server offers no operation"}
	case len(needs) > 0:
		return planned{law, o, NotOffered, strings.Join(needs, ", ")}
	case law.Other && s.config.Other.User == "":
		return planned{law, o, Skipped, "there is no second merchant"}
	}
	return planned{law: law, op: o}
}

func (s *suite) anyOffered() bool {
	for _, offered := range s.offered {
		if offered {
			return true
		}
	}
	return false
}

// runAll runs what is planned: first all that may run at once, then one after another those that want to be alone.
func (s *suite) runAll(ctx context.Context) []Result {
	plan := s.plan()
	results := make([]Result, len(plan))
	next := make(chan int)
	var workers sync.WaitGroup
	for range s.config.Parallel {
		workers.Go(func() {
			for i := range next {
				results[i] = s.hold(ctx, plan[i])
			}
		})
	}
	for i := range plan {
		if !plan[i].law.Alone {
			next <- i
		}
	}
	close(next)
	workers.Wait()
	for i := range plan {
		if plan[i].law.Alone {
			results[i] = s.hold(ctx, plan[i])
		}
	}
	return results
}

// hold runs one law on one operation, if it can.
func (s *suite) hold(ctx context.Context, p planned) Result {
	result := Result{Law: p.law.Name, Says: p.law.Says, Source: p.law.Source, Outcome: p.outcome, Reason: p.reason}
	if p.op != nil {
		result.Operation = p.op.ID
	}
	if p.outcome != Passed || ctx.Err() != nil {
		return result
	}
	started := time.Now()
	t := newTrial(ctx, s, &p.law, p.op)
	t.run()
	result.Took = time.Since(started)
	result.Outcome, result.Reason, result.Failures, result.Omitted = t.outcome, t.reason, t.failures, t.omitted
	if len(t.failures) > 0 {
		result.Outcome = Failed
	}
	s.config.Logger.DebugContext(ctx, "law", "law", result.Law, "operation", result.Operation, "outcome", result.Outcome, "took", result.Took)
	return result
}

var errCredentials = errors.New("conformance: the server does not take the merchant's credentials")

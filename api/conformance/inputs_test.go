package conformance

import (
	"bytes"
	"errors"
	"io"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api/validate"
)

// offline is a suite that never sends anything.
func offline(t *testing.T) *suite {
	t.Helper()
	s, err := newSuite(Config{URL: "http://server.example/api", Merchant: acme, Other: rival, RunID: "run00001"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The generated requests are what they are said to be: package validate takes the right ones, and refuses the wrong
// ones for the field they are about.
func TestInputsAreWhatTheySay(t *testing.T) {
	s := offline(t)
	trial := newTrial(t.Context(), s, &Law{Name: "test"}, nil)
	right, wrong := 0, map[string]int{}
	for _, o := range s.contract.Operations() {
		for _, in := range s.rightInputs(o) {
			right++
			if err := judge(o, trial.shaped(o, trial.samplePath(o), in)); err != nil {
				t.Errorf("%s: %s: %s is refused: %v\n%.300q", o.ID, in.field, in.what, err, in.json)
			}
		}
		for _, in := range s.wrongInputs(o) {
			wrong[in.law]++
			err := judge(o, trial.shaped(o, trial.samplePath(o), in))
			var violations validate.Violations
			if !errors.As(err, &violations) {
				t.Errorf("%s: %s: %s is taken: %v\n%.300q", o.ID, in.field, in.what, err, in.json)
				continue
			}
			if in.field != "" && !slices.ContainsFunc(violations, func(v validate.Violation) bool { return samePath(v.Path, in.field) }) {
				t.Errorf("%s: %s: %s is refused for another field: %v", o.ID, in.field, in.what, violations)
			}
		}
	}
	for _, law := range []string{faultType, faultBound, faultPattern, faultUnknown, faultRequired, faultJSON, faultForm} {
		if wrong[law] == 0 {
			t.Errorf("there are no inputs for %s", law)
		}
	}
	t.Logf("%d right ones, wrong ones: %v", right, wrong)
}

// judge holds a request against the contract.
func judge(o *validate.Operation, r request) error {
	whole, err := url.Parse(r.url)
	if err != nil {
		return err
	}
	sent := httptest.NewRequest(o.Method, "/", nil)
	sent.URL, sent.Header = whole, r.header
	segments := strings.Split(strings.TrimPrefix(whole.EscapedPath(), "/api"), "/")
	template := strings.Split(o.Path, "/")
	value := func(name string) string {
		i := slices.Index(template, "{"+name+"}")
		decoded, _ := url.PathUnescape(segments[i])
		return decoded
	}
	wrong := o.Parameters(sent, value)
	if media := r.header.Get("Content-Type"); o.TakesUpload(media) {
		checked, err := o.Upload(bytes.NewReader(r.body), media)
		if err != nil {
			return errors.Join(wrong, err)
		}
		_, err = io.Copy(io.Discard, checked)
		return errors.Join(wrong, err)
	}
	return errors.Join(wrong, o.Body(r.body))
}

// The order of inputs is always the same: what is drawn of them is drawn by number.
func TestInputsKeepTheirOrder(t *testing.T) {
	s := offline(t)
	for _, o := range s.contract.Operations() {
		order := func() (all []string) {
			for _, in := range append(s.rightInputs(o), s.wrongInputs(o)...) {
				all = append(all, in.law+" "+in.String())
			}
			return all
		}
		first := order()
		for range 4 {
			if again := order(); !slices.Equal(again, first) {
				t.Errorf("%s: %q, and then %q", o.ID, first, again)
			}
		}
	}
}

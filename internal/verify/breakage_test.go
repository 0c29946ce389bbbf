package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api/examples"
)

// breakage breaks one thing. Exactly the named check complains, and says where.
type breakage struct {
	name   string
	change func(*contract)
	check  string
	place  string // of one finding
	says   string // in that finding
}

func (b breakage) test(t *testing.T) {
	t.Parallel()
	c := fresh(t)
	b.change(c)
	findings, err := c.verify(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	told := false
	for _, f := range findings {
		if f.check != b.check {
			t.Errorf("another check complains: %s", f)
		}
		told = told || f.place == b.place && strings.Contains(f.problem, b.says)
	}
	if !told {
		t.Errorf("want %s, got %v", finding{b.check, b.place, b.says}, findings)
	}
}

// edit replaces text in the contract, once, behind a line that names the place. What it makes of it has been released.
func edit(behind, old, replacement string) func(*contract) {
	return func(c *contract) {
		c.spec = replaced(c.spec, behind, old, replacement)
		c.released = c.spec
	}
}

// publish is edit of a contract whose last release is what it was before.
func publish(edits ...[3]string) func(*contract) {
	return func(c *contract) {
		for _, e := range edits {
			c.spec = replaced(c.spec, e[0], e[1], e[2])
		}
	}
}

// replaced replaces the first old text behind another. A test that finds nothing to replace shows nothing, and ends.
func replaced(text []byte, behind, old, replacement string) []byte {
	at := max(bytes.Index(text, []byte(behind)), 0)
	found := bytes.Index(text[at:], []byte(old))
	if found < 0 || !bytes.Contains(text, []byte(behind)) {
		panic(fmt.Sprintf("%q is not there, behind %q", old, behind))
	}
	at += found
	return slices.Concat(text[:at], []byte(replacement), text[at+len(old):])
}

// pair changes one pair of the story.
func pair(name string, change func(*examples.Pair)) func(*contract) {
	return func(c *contract) {
		i := slices.IndexFunc(c.pairs, func(p examples.Pair) bool { return p.Name == name })
		c.pairs[i].Matchers = maps.Clone(c.pairs[i].Matchers)
		change(&c.pairs[i])
	}
}

// in replaces text in a body.
func in(body *[]byte, old, replacement string) { *body = replaced(*body, "", old, replacement) }

// Every check can fail, and one that does says where.
func TestEveryCheckCanFail(t *testing.T) {
	t.Parallel()
	tried := make(map[string]bool)
	for _, b := range breakages {
		tried[b.check] = true
		t.Run(b.check+"/"+b.name, b.test)
	}
	for _, check := range checks {
		if !tried[check.name] {
			t.Errorf("nothing breaks what %s looks at", check.name)
		}
	}
}

// What info.version owns up to is allowed.
func TestVersionsAllow(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*contract){
		"breaking change in a major version": publish(smallerPages, [3]string{"", "version: 1.0.0", "version: 2.0.0"}),
		"addition in a minor version":        publish(counted, [3]string{"", "version: 1.0.0", "version: 1.1.0"}),
		"other words in a patch":             publish([3]string{"operationId: getInvoice\n", "summary: Read an invoice", "summary: Read one invoice"}, [3]string{"", "version: 1.0.0", "version: 1.0.1"}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := fresh(t)
			change(c)
			if unreadable := c.parse(); unreadable != nil {
				t.Fatal(unreadable)
			}
			findings, err := checkBreaking(c)
			if err != nil || len(findings) > 0 {
				t.Errorf("%v, %v", findings, err)
			}
		})
	}
}

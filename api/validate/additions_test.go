package validate

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// TestEveryAdditionIsShown looks for each rule of the table in the golden files.
func TestEveryAdditionIsShown(t *testing.T) {
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, a := range additions {
		if a.rule == RuleBody {
			continue // see TestBodyThatMayBeMissing
		}
		if !strings.Contains(all.String(), "\n"+a.rule+" ") {
			t.Errorf("no golden file shows rule %s", a.rule)
		}
		if a.reason == "" || a.error == "" || a.hint == "" {
			t.Errorf("rule %s says too little", a.rule)
		}
	}
}

// TestAdditionsAreBeyondKin shows for each rule about bodies and parameters that kin-openapi alone takes what it
// refuses. When a new version of kin-openapi fails this test, a line of the table can go.
func TestAdditionsAreBeyondKin(t *testing.T) {
	c := newContract(t)
	put, list := operation(t, c, "putThing"), operation(t, c, "listThings")
	for rule, body := range map[string]string{
		RuleTwin:      thing(`"meta":{"role":"user","ROLE":"admin"}`),
		RuleDuplicate: thing(`"kind":"large"`),
		RuleTrailing:  thing("") + "{}",
		RuleDepth:     thing(`"anything":` + nested(MaxDepth)),
		RuleUTF8:      thing("\"meta\":{\"a\":\"\xff\"}"),
		RuleSurrogate: thing(`"text":"\ud800"`),
		RuleNUL:       thing(`"meta":{"a":"\u0000"}`),
		RuleNumber:    `{"id":1,"kind":"small","amount":1e-400}`,
		RuleInteger:   `{"id":1.0,"kind":"small","amount":1}`,
	} {
		r := request("PUT", "/things/x", "", []string{"Content-Type: application/json"})
		r.Body = http.NoBody
		if err := kinBody(t, r, body); err != nil {
			t.Errorf("%s: kin-openapi refuses %.80q too: %v", rule, body, err)
		}
		if v := violationsOf(put.Body([]byte(body))); len(v) != 1 || v[0].Rule != rule {
			t.Errorf("%s: got %+v", rule, v)
		}
	}
	for rule, query := range map[string]string{
		RuleUnknown:            "after=x&nothing=1",
		RuleRepeated:           "after=x&page=1&page=0",
		RuleBrackets:           "after=x&query[due]x[$lt]=2024-01-01",
		RuleEscape:             "after=x&page=%zz",
		RuleNumber:             "after=x&ratio=0x1p-2",
		RuleUTF8:               "after=%ff",
		RuleNUL:                "after=%00",
		"additionalProperties": "after=x&query[foo]=1",
	} {
		if err := kinParameters(list, query); err != nil {
			t.Errorf("%s: kin-openapi refuses %q too: %v", rule, query, err)
		}
		if v := violationsOf(list.Parameters(request("GET", "/things", query, nil), noPath)); len(v) != 1 || v[0].Rule != rule {
			t.Errorf("%s: got %+v", rule, v)
		}
	}
}

// kinBody is what kin-openapi says about a body of putThing.
func kinBody(t *testing.T, r *http.Request, body string) error {
	t.Helper()
	declared := loadDocument(t).Paths.Value("/things/{thing}").Put.RequestBody.Value
	r, err := http.NewRequest(r.Method, r.URL.String(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	input := &openapi3filter.RequestValidationInput{Request: r, Options: &openapi3filter.Options{SkipSettingDefaults: true}}
	return openapi3filter.ValidateRequestBody(context.Background(), input, declared)
}

// kinParameters is what kin-openapi says about the parameters of a request.
func kinParameters(o *Operation, query string) error {
	r := request(o.Method, "/", query, nil)
	for _, p := range o.params.all {
		input := &openapi3filter.RequestValidationInput{Request: r, Options: &openapi3filter.Options{SkipSettingDefaults: true}}
		if err := openapi3filter.ValidateParameter(context.Background(), input, p.Parameter); err != nil {
			return err
		}
	}
	return nil
}

// TestTextsAgreeWithKin holds the quick check of parameters and text parts against kin-openapi.
func TestTextsAgreeWithKin(t *testing.T) {
	texts := []string{"x", "5", "-1", "-0", "0", "007", "+5", "1.0", "1e2", "0.50", "1E-2", "true", "false", "TRUE", "1", "t", "null", "a,b", "created,-name",
		"abc", "2024-01-01", "9999999999", "99999999999999999999", "123456789012345", "ä", "T-1", "RE12345", `"1"`, "W/\"x\"", "*", " 1", "1 ", "é", "a\x00", "a\xff"}
	taken := 0
	for _, c := range []*Contract{newContract(t), realContract(t)} {
		for _, o := range c.Operations() {
			for _, p := range o.params.all {
				if p.style == openapi3.SerializationDeepObject {
					continue
				}
				for _, text := range append(texts, examplesOf(p)...) {
					if !p.node.acceptsText(text) {
						continue
					}
					taken++
					r := request(o.Method, "/", url.Values{p.Name: {text}}.Encode(), nil)
					r.Header.Set(p.Name, text)
					if p.In == openapi3.ParameterInCookie {
						r.Header.Set("Cookie", p.Name+"="+text)
					}
					if v := p.validate(r, []string{text}, r.URL.Query()); v != nil || textRule(text) != "" {
						t.Errorf("%s %s: taken %q, but %+v", o.ID, p.Name, text, v)
					}
				}
			}
		}
	}
	if taken < 100 {
		t.Errorf("the quick check took only %d texts", taken)
	}
}

func examplesOf(p *parameter) (texts []string) {
	if text, ok := p.Example.(string); ok {
		texts = append(texts, text)
	}
	for i := range byte(20) {
		g := newGenerator([]byte{i})
		if p.schema.Type.Is("string") {
			texts = append(texts, g.text(p.schema))
		} else if p.schema.Type.Is("integer") || p.schema.Type.Is("number") {
			texts = append(texts, g.number(p.schema))
		}
	}
	return texts
}

// FuzzDeepObject holds the quick check of deepObject parameters against kin-openapi.
func FuzzDeepObject(f *testing.F) {
	list := operation(f, newContract(f), "listThings")
	deep := list.params.deep[0]
	for _, text := range []string{"2024-01-01", "5", "none", "none,paid", "6", "1.0", ""} {
		f.Add("due", "$lt", text)
		f.Add("level", "", text)
		f.Add("state", "$in", text)
	}
	f.Fuzz(func(t *testing.T, member, operator, text string) {
		object := map[string]any{member: text}
		if operator != "" {
			object[member] = map[string]any{operator: text}
		}
		if deep.node.acceptsDeep(object) {
			if v := visit(deep.schema, typed(object, deep.schema), asRequest, InQuery, "query", true, nil); v != nil {
				t.Errorf("taken %v, but %+v", object, v)
			}
		}
	})
}

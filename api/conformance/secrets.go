package conformance

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// secrets takes out of a report what opens something: credentials, which a server may echo, and the signatures of
// links, which work for whoever has them.
type secrets struct {
	credentials *strings.Replacer
	signatures  []*regexp.Regexp // of query parameters, up to their values
}

// leftOut stands in the place of a secret.
const leftOut = "…"

func newSecrets(c Config) *secrets {
	var pairs []string
	for _, one := range []Credentials{c.Merchant, c.Other} {
		pairs = append(pairs, base64.StdEncoding.EncodeToString([]byte(one.User+":"+one.Password)), leftOut)
		for _, spelled := range []string{one.Password, url.QueryEscape(one.Password)} {
			if len(spelled) >= leastSecret {
				pairs = append(pairs, spelled, leftOut)
			}
		}
	}
	s := &secrets{credentials: strings.NewReplacer(pairs...)}
	if c.Document.Components == nil {
		return s
	}
	for _, scheme := range c.Document.Components.SecuritySchemes {
		if scheme.Value.Type == "apiKey" && scheme.Value.In == openapi3.ParameterInQuery {
			s.signatures = append(s.signatures, regexp.MustCompile(`(\b`+regexp.QuoteMeta(scheme.Value.Name)+`=)[A-Za-z0-9%._~+/-]+`))
		}
	}
	return s
}

// leastSecret is how long a password must be to be looked for: shorter ones are found in any word.
const leastSecret = 4

func (s *secrets) hide(text string) string {
	text = s.credentials.Replace(text)
	for _, signature := range s.signatures {
		text = signature.ReplaceAllString(text, "${1}"+leftOut)
	}
	return text
}

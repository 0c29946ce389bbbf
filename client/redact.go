package client

import (
	"net/http"
	"regexp"
	"strings"
)

// redacted stands where a secret was.
const redacted = "REDACTED"

// signatures matches the secret of a signed link, in a query or in JSON.
var signatures = regexp.MustCompile(`((?i:signature)(?:=|%3[dD]))[^&"'\s\\<>]+`)

// redact replaces signatures of links, and the given secrets, in a text. What is shorter than four bytes stays: to
// replace it would garble the text and so tell it.
func redact(text string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) >= 4 {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	return signatures.ReplaceAllString(text, "${1}"+redacted)
}

func (x *exchange) redact(text string) string { return redact(text, x.secrets) }

// longestSecret bounds what is looked for beyond a cut.
const longestSecret = 4 << 10

// beginning is at most so many bytes of a body, without secrets. More is looked at than is given, since a cut through a secret
// hides it from a search, but not from a reader.
func (x *exchange) beginning(body []byte, most int) string {
	seen := body[:min(len(body), most+longestSecret)]
	text := x.redact(string(seen))
	if len(seen) < len(body) {
		text = text[:max(len(text)-longestSecret, 0)] // where half a secret may be
	}
	return text[:min(len(text), most)]
}

// secretHeaders are never shown.
var secretHeaders = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// cleanHeader copies headers without secrets.
func (x *exchange) cleanHeader(header http.Header) http.Header {
	clean := header.Clone()
	for _, name := range secretHeaders {
		clean.Del(name)
	}
	for _, values := range clean {
		for i, value := range values {
			values[i] = x.redact(value)
		}
	}
	return clean
}

package serve

import (
	"crypto/rand"
	"net/http"
)

// maxRequestID is how many characters a caller's own request id may have.
const maxRequestID = 64

// requestID takes over the caller's id of the request if it is fit for a log line and a header, else makes one.
func requestID(r *http.Request) string {
	if given := r.Header["X-Request-Id"]; len(given) == 1 && isSane(given[0]) {
		return given[0]
	}
	return rand.Text()
}

// isSane says whether an id has 1 to 64 characters, all visible ASCII.
func isSane(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		if id[i] < '!' || id[i] > '~' {
			return false
		}
	}
	return true
}

package client

import "net/http"

// Response is what came over the wire beside the typed answer; see [Into].
type Response struct {
	Status         int         // 0: there was none
	Header         http.Header // as the server sent it
	Body           []byte      // as the server sent it; nil where it is streamed
	RequestID      string      // X-Request-Id, which names the answer in the server's log
	ETag           string      // version of the object; send it with [IfMatch]
	IdempotencyKey string      // the call's, of a POST
	Replayed       bool        // it is the kept answer to an earlier request with the same key
	Attempts       int         // how often the call was tried
}

// take fills in what a response's head says.
func (r *Response) take(res *http.Response) {
	r.Status, r.Header, r.Body = res.StatusCode, res.Header, nil
	r.RequestID, r.ETag = res.Header.Get("X-Request-Id"), res.Header.Get("ETag")
	r.Replayed = res.Header.Get("Idempotent-Replayed") == "true"
}

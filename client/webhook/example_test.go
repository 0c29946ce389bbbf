package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/dunwell/dunwell/client/webhook"
)

// A receiver of callbacks: what is not signed with the secret is refused, what is signed is taken at once.
func Example() {
	secret, err := webhook.ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") // as dunwell webhooks secret prints it
	if err != nil {
		log.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "the body did not come whole", http.StatusBadRequest)
			return
		}
		if err := webhook.Verify([]webhook.Secret{secret}, r.Header, body, time.Now(), 5*time.Minute); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		var ended struct{ Job, Result string }
		if err := json.Unmarshal(body, &ended); err != nil {
			http.Error(w, "the body is not JSON", http.StatusBadRequest)
			return
		}
		fmt.Printf("%s: job %s ended with %s\n", r.Header.Get("webhook-id"), ended.Job, ended.Result) // one that is known by its id came before
		w.WriteHeader(http.StatusNoContent)
	})

	// What the server sends, and what somebody else makes of it.
	body := []byte(`{"result":"OK","resultcode":"0","job":"17","notification":"01890a5d-ac96-774b-bcce-b302099a8058"}`)
	header := webhook.Sign([]webhook.Secret{secret}, "01890a5d-ac96-774b-bcce-b302099a8058", time.Now(), body)
	for _, sent := range [][]byte{body, bytes.Replace(body, []byte("17"), []byte("18"), 1)} {
		r := httptest.NewRequest(http.MethodPost, "/dunwell", bytes.NewReader(sent))
		r.Header = header
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 01890a5d-ac96-774b-bcce-b302099a8058: job 17 ended with OK
	// 204
	// 401
}

package blob

import (
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What goes over the wire: the key, and a checksum that the service compares with what it received.
func TestS3Request(t *testing.T) {
	fakeS3(t, "credentials only")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	var header http.Header
	var path, body string
	answer := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			b, _ := io.ReadAll(r.Body)
			header, path, body = r.Header, r.URL.EscapedPath(), string(b)
			w.WriteHeader(answer)
		}
	}))
	defer server.Close()
	opened, err := Open(t.Context(), "s3://files/p?region=eu-central-1&endpoint="+server.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := opened.(*S3)
	s.spool = t.TempDir()

	blob := put(t, s, "M1", "content")
	raw, _ := hex.DecodeString(blob.SHA256)
	if got, want := header.Get("X-Amz-Checksum-Sha256"), base64.StdEncoding.EncodeToString(raw); got != want {
		t.Errorf("checksum %q, want %q", got, want)
	}
	if want := "/files/p/%3D4d1/" + blob.SHA256; path != want || body != "content" {
		t.Errorf("put %q at %q, want %q", body, path, want)
	}
	if got := header.Get("Authorization"); !strings.Contains(got, "/eu-central-1/s3/") {
		t.Errorf("signed for another region: %q", got)
	}

	for _, answer = range []int{http.StatusForbidden, http.StatusInternalServerError} {
		if _, err := s.Put(t.Context(), "m", strings.NewReader("x")); status(err) != answer {
			t.Errorf("an answer of %d became %v", answer, err)
		}
		if n := leftovers(t, s); n != 0 {
			t.Errorf("%d temporary files left", n)
		}
	}
}

package conformance

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/servertest"
)

// TestMain is also the child that looks into PDFs, see package document.
func TestMain(m *testing.M) {
	os.Exit(servertest.Main(m, func() {
		if built != "" {
			_ = os.RemoveAll(filepath.Dir(built))
		}
	}))
}

var built string // the program that looks into PDFs, if the tests had to build it

// build makes the program that looks into PDFs where this one takes too long to start.
var build = sync.OnceValue(func() error {
	dir, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		return err
	}
	built = filepath.Join(dir, "dunwell")
	if out, err := exec.Command("go", "build", "-o", built, "../../cmd/dunwell").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
})

// inspector is the command that looks into PDFs; none is this program.
func inspector(t *testing.T) []string {
	t.Helper()
	if !raceEnabled {
		return nil
	}
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return []string{built, document.Command}
}

// The two merchants of every server of ours.
var (
	acme  = Credentials{User: servertest.Acme, Password: servertest.Password}
	rival = Credentials{User: servertest.Rival, Password: servertest.Password}
)

// ours is our server over an SQLite database of its own, in sandbox mode and with mail that lands in a folder, behind what
// wraps it: nil for nothing. The Config given back has its URL and both merchants.
func ours(t *testing.T, wrap func(http.Handler) http.Handler) Config {
	t.Helper()
	clock, err := app.NewSandboxClock(time.Now, filepath.Join(t.TempDir(), "clock"))
	if err != nil {
		t.Fatal(err)
	}
	s := servertest.New(t, servertest.Config{
		Clock: clock, Workers: 2, Wrap: wrap, Documents: document.Options{Program: inspector(t)},
		Serve: func(o *serve.Options) { o.Responses = serve.CheckOff }, // here it is the suite that looks
	})
	return Config{URL: s.URL, Merchant: acme, Other: rival}
}

// peek reads the body of a request and puts it back.
func peek(r *http.Request) string {
	content, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(content))
	return string(content)
}

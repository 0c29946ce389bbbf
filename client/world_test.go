package client_test

import (
	"net/http"
	"os"
	"sync"
	"testing"

	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/internal/servertest"
)

// The merchants of every world. Their user names are their ids.
const (
	acme     = servertest.Acme
	rival    = servertest.Rival
	password = servertest.Password
)

// world is a whole server.
type world struct{ *servertest.Server }

// newWorld is a server that ends with the test. wrap, if it is not nil, stands before the API.
func newWorld(t testing.TB, wrap func(http.Handler) http.Handler) *world {
	t.Helper()
	return &world{servertest.New(t, servertest.Config{Wrap: wrap})}
}

// client calls the world as acme.
func (w *world) client(t testing.TB, options ...client.Option) *client.Client {
	t.Helper()
	return newClient(t, w.URL, append([]client.Option{client.BasicAuth(acme, password)}, options...)...)
}

// newClient is a client of any server whose connections end with the test.
func newClient(t testing.TB, url string, options ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(url, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// exampleServer starts the server that all examples share and gives its base URL. Each example keeps to references of
// its own.
func exampleServer() string { return exampleWorld().URL }

var exampleWorld = sync.OnceValue(func() *servertest.Server {
	dir, err := os.MkdirTemp("", "dunwell-examples")
	if err != nil {
		panic(err)
	}
	s, err := servertest.Start(servertest.Config{Dir: dir})
	if err != nil {
		panic(err)
	}
	examplesRan = true
	return s
})

// examplesRan says that there is a server to stop.
var examplesRan bool

func stopExampleServer() {
	if !examplesRan {
		return
	}
	http.DefaultClient.CloseIdleConnections()
	s := exampleWorld()
	if err := s.Close(); err != nil {
		panic(err)
	}
	_ = os.RemoveAll(s.Dir)
}

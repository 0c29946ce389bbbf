package client_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/client"
)

const (
	secretPassword  = "hunter2-hunter2"
	secretCookie    = "c00kie-of-the-server"
	secretSignature = "hkJ2m4h0Vn8F1l4HnIYj4y1cV9b2yW1m0C7m2mQe3xA"
)

// TestSecretsNeverShow looks for them in everything that is printed, by servers that give back all they are told.
func TestSecretsNeverShow(t *testing.T) {
	link := "http://h/api/v1/communication/1/file?expires=1&signature=" + secretSignature
	token := base64.StdEncoding.EncodeToString([]byte("shop:" + secretPassword))
	echo := func(code int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			text := body + fmt.Sprint(r.Header) + secretPassword + link
			if contentType == "application/json" {
				text = strings.ReplaceAll(body, "%", strings.ReplaceAll(fmt.Sprint(r.Header), `"`, ``)+secretPassword+strings.ReplaceAll(link, "&", `\u0026`))
			}
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Set-Cookie", "session="+secretCookie)
			w.Header().Set("Location", link)
			w.Header().Set("X-Echo", r.Header.Get("Authorization"))
			w.WriteHeader(code)
			_, _ = io.WriteString(w, text)
		}
	}
	aborts := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for name, handler := range map[string]http.HandlerFunc{
		"page":     echo(503, "text/html", ""),
		"envelope": echo(400, "application/json", `{"code":400,"name":"ClientError","type":"ERR_INVALID_VALUE","message":"%","details":[{"error":"%","fields":["%"],"hint":"%"}]}`),
		"success":  echo(200, "application/json", `{"now":"%"}`),
		"redirect": echo(302, "text/plain", ""),
		"broken":   aborts,
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
			defer server.Close()
			var shown bytes.Buffer
			options := []client.Option{client.BasicAuth("shop", secretPassword), client.WithDump(&shown), quick,
				client.WithLogger(slog.New(slog.NewTextHandler(&shown, &slog.HandlerOptions{Level: slog.LevelDebug}))),
				client.WithMiddleware(func(r *http.Request, next client.Next) (*http.Response, error) {
					res, err := next(r)
					fmt.Fprint(&shown, r.Header["Authorization"])
					return res, err
				})}
			for _, mode := range []client.Mode{client.Fail, client.Log} {
				c := newClient(t, server.URL, append(options, client.WithValidation(mode, mode))...)
				_, err := c.GetSandboxClock(t.Context(), client.Header("Cookie", "session="+secretPassword))
				for ; err != nil; err = errors.Unwrap(err) {
					fmt.Fprintf(&shown, "%v\n%+v\n%#v\n", err, err, err)
					if e := (*client.Error)(nil); errors.As(err, &e) {
						fmt.Fprintf(&shown, "%+v %s", *e, e.Body) // field by field
					}
				}
				fmt.Fprintf(&shown, "%v %+v %#v %v %+v %#v", c, c, c, options, options, options)
			}
			for _, secret := range []string{secretPassword, token, secretCookie, secretSignature} {
				if i := strings.Index(shown.String(), secret); i >= 0 {
					t.Errorf("%s is shown: …%s", secret, shown.String()[max(0, i-200):i+len(secret)])
				}
			}
			if !strings.Contains(shown.String(), "GET /sandbox/clock") {
				t.Error("nothing was dumped")
			}
		})
	}
}

// TestSecretAtTheEndOfAPage: a page is not cut through a secret before it is found.
func TestSecretAtTheEndOfAPage(t *testing.T) {
	for at := 1024 - len(secretPassword); at < 1024; at++ {
		page := strings.Repeat("x", at) + secretPassword
		c := answered(t, func() *http.Response { return newAnswer(502, page, "Content-Type", "text/html") }, client.BasicAuth("shop", secretPassword))
		_, err := c.GetSandboxClock(t.Context())
		var e *client.Error
		if !errors.As(err, &e) || strings.Contains(string(e.Body), secretPassword[:1]) || len(e.Body) > 1024 {
			t.Fatalf("at %d: %s", at, e.Body[at-8:])
		}
	}
}

// TestSecretAtTheEndOfADump: neither is what is dumped.
func TestSecretAtTheEndOfADump(t *testing.T) {
	const most = 64 << 10
	for _, at := range []int{most - len(secretPassword), most - len(secretPassword)/2, most - 4, most - 1} {
		var shown bytes.Buffer
		page := strings.Repeat("x", at) + secretPassword + "."
		c := answered(t, func() *http.Response { return newAnswer(200, page) }, client.BasicAuth("shop", secretPassword), client.WithDump(&shown))
		_, _ = c.GetSandboxClock(t.Context())
		_, tail, _ := strings.Cut(shown.String(), "xxxx")
		if tail = strings.TrimLeft(tail, "x"); strings.HasPrefix(tail, secretPassword[:1]) || !strings.HasPrefix(tail, "REDACTED"[:min(most-at, 8)]) || shown.Len() > most+1000 {
			t.Errorf("at %d: %s", at, tail)
		}
	}
}

// TestSecretsOfMiddleware: what a middleware authenticates with is kept like the client's own.
func TestSecretsOfMiddleware(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.Header.Get("Authorization"), http.StatusForbidden)
	}))
	defer server.Close()
	var shown bytes.Buffer
	c := newClient(t, server.URL, client.WithDump(&shown), client.WithMiddleware(func(r *http.Request, next client.Next) (*http.Response, error) {
		r.Header.Set("Authorization", "Bearer "+secretPassword)
		return next(r)
	}))
	_, err := c.GetSandboxClock(t.Context())
	var e *client.Error
	if !errors.As(err, &e) || !strings.Contains(string(e.Body), "REDACTED") {
		t.Errorf("%v", err)
	}
	if strings.Contains(shown.String()+string(e.Body), secretPassword) {
		t.Errorf("%s %s", shown.String(), e.Body)
	}
}

func TestSecretsOfWrongBaseURLs(t *testing.T) {
	for _, text := range []string{"http://shop:" + secretPassword + "@h/api", "http://h/api?signature=" + secretSignature, "http://shop:" + secretPassword + "@h:port/%zz"} {
		if _, err := client.New(text); err == nil || strings.Contains(err.Error(), secretPassword) || strings.Contains(err.Error(), secretSignature) {
			t.Errorf("%v", err)
		}
	}
}

func TestCredentials(t *testing.T) {
	var user, password string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { user, password, _ = r.BasicAuth() }))
	defer server.Close()
	n := 0
	vault := errors.New("vault is sealed")
	c := newClient(t, server.URL, client.WithValidation(client.Off, client.Off), quick, client.WithCredentials(func(context.Context) (string, string, error) {
		if n++; n == 3 {
			return "", "", vault
		}
		return "shop", fmt.Sprint("p", n), nil
	}))
	for _, want := range []string{"p1", "p2"} {
		if _, _ = c.GetInvoice(t.Context(), "RE1", client.MaxAttempts(1)); user != "shop" || password != want {
			t.Errorf("%s %s", user, password)
		}
	}
	if _, err := c.GetInvoice(t.Context(), "RE1"); !errors.Is(err, vault) || n != 3 {
		t.Errorf("%v after %d", err, n)
	}
}

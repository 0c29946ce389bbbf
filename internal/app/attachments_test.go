package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/document/documenttest"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/outbound"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// library serves files, and counts how often each was asked for.
type library struct {
	*httptest.Server
	mu    sync.Mutex
	asked map[string]int
}

// big is a text that is too large for three of it in one mail.
const big = 7 << 20

func (b *bench) library() *library {
	b.Helper()
	l := &library{asked: map[string]int{}}
	l.Server = httptest.NewTLSServer(l)
	b.Cleanup(l.Close)
	b.allow(l.Server, outbound.Options{})
	return l
}

func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.asked[r.URL.Path]++
	n := l.asked[r.URL.Path]
	l.mu.Unlock()
	text := func(content string) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, content) // the client may go away
	}
	switch r.URL.Path {
	case "/terms.pdf":
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = io.WriteString(w, documenttest.PDF("terms")) // the client may go away
	case "/named":
		w.Header().Set("Content-Disposition", `attachment; filename*=UTF-8''Bedingungen%20f%C3%BCr%20K%C3%A4ufer.txt`)
		text("terms")
	case "/later.txt":
		if n < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		text("late")
	case "/cut.txt":
		if n < 2 {
			w.Header().Set("Content-Length", "100")
		}
		text("cut")
	case "/big1.txt", "/big2.txt", "/big3.txt":
		text(strings.Repeat(r.URL.Path[4:5], big))
	case "/larger.txt":
		w.Header().Set("Content-Type", "text/plain")
		w.(http.Flusher).Flush() // without a length
		text(strings.Repeat("x", maxAttachment+1))
	case "/page.html":
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may go away
	case "/away.txt":
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
	default:
		http.NotFound(w, r)
	}
}

// count is how often a file was asked for.
func (l *library) count(path string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[path]
}

func (l *library) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.asked)
}

func TestAttachments(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		l := b.library()
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		for i, c := range []struct {
			files  []ar.DeliveryAttachment
			states string
			reason string
			want   []enclosure // beside the document
		}{
			{[]ar.DeliveryAttachment{{URL: "/terms.pdf"}, {URL: "/named"}}, "accepted", "", []enclosure{{"terms.pdf", documenttest.PDF("terms")}, {"Bedingungen für Käufer.txt", "terms"}}},
			{[]ar.DeliveryAttachment{{URL: "/terms.pdf", Filename: "AGB für Käufer.pdf"}}, "accepted", "", []enclosure{{"AGB für Käufer.pdf", documenttest.PDF("terms")}}},
			{[]ar.DeliveryAttachment{{URL: "/terms.pdf"}, {URL: "/later.txt"}}, "deferred deferred accepted", "attachments[1]: The answer was 503.", []enclosure{{"terms.pdf", documenttest.PDF("terms")}, {"later.txt", "late"}}},
			{[]ar.DeliveryAttachment{{URL: "/cut.txt"}}, "deferred accepted", "attachments[0]: No valid answer.", []enclosure{{"cut.txt", "cut"}}},
			{[]ar.DeliveryAttachment{{URL: "/terms.pdf"}, {URL: "/gone.pdf"}}, "rejected", "attachments[1]: The answer was 404.", nil},
			{[]ar.DeliveryAttachment{{URL: "/page.html"}}, "rejected", "attachments[0]: The media type of the answer is not allowed.", nil},
			{[]ar.DeliveryAttachment{{URL: "/larger.txt"}}, "rejected", "attachments[0]: The answer was too large.", nil},
			{[]ar.DeliveryAttachment{{URL: "/big1.txt"}, {URL: "/big2.txt"}, {URL: "/big3.txt"}}, "rejected", "The files of the mail are together larger than 20 MiB.", nil},
			{[]ar.DeliveryAttachment{{URL: "/away.txt"}}, "rejected", "attachments[0]: The answer was 302.", nil},
		} {
			l.forget()
			order := Commit{Attachments: slices.Clone(c.files)}
			for i := range order.Attachments {
				order.Attachments[i].URL = l.URL + order.Attachments[i].URL
			}
			job := b.another(fmt.Sprint("RE", i), order)
			received, reasons := len(peer.Messages()), []string(nil)
			states := counted(b.journeyed(job, func(d *ar.Delivery) { reasons = append(reasons, d.Reason) }))
			if states != c.states || c.reason != "" && reasons[0] != c.reason {
				b.Errorf("%v: %s, %q; want %s", c.files, states, reasons, c.states)
			}
			if strings.Contains(strings.Join(reasons, "")+b.status(job).Result, "169.254") {
				b.Errorf("%v tells where it leads: %q", c.files, reasons)
			}
			messages := peer.Messages()[received:]
			if len(messages) != min(len(c.want), 1) {
				b.Errorf("%v: %d messages", c.files, len(messages))
				continue
			}
			if len(messages) == 0 {
				continue
			}
			if _, files := b.unpack(messages[0].Data); !slices.Equal(files[1:], c.want) {
				b.Errorf("%v: got %.200q", c.files, files[1:])
			}
			if n := l.count("/terms.pdf"); n > 1 {
				b.Errorf("%v: fetched %d times", c.files, n)
			}
		}
	})
}

// A place in a network that nobody may go to is refused when it is ordered, or not found when it is fetched.
func TestAttachmentsFromWithin(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.draft()
		b.customer(ar.Email{Email: "bills@example.com"})
		b.App.outbound = b.resolving("127.0.0.1")
		for _, url := range []string{"https://169.254.169.254/latest/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://localhost/", "http://example.com/a.pdf", "file:///etc/passwd", "https://example.com:22/"} {
			_, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{Attachments: []ar.DeliveryAttachment{{URL: "https://example.com/a.pdf"}, {URL: url}}}, nil)
			var e *ar.Error
			if !errors.As(err, &e) || e.Kind != ar.Invalid || len(e.Details) != 1 || !slices.Equal(e.Details[0].Fields, []string{"attachments[1].url"}) {
				b.Errorf("%s: %v", url, err)
			}
		}
		job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{Attachments: []ar.DeliveryAttachment{{URL: "https://inside.example.com/a.pdf"}}}, nil)
		b.no(err)
		if d := b.attempt(job); d.State != ar.DeliveryDeferred || d.Reason != "attachments[0]: No connection." {
			b.Errorf("%+v", d)
		}
	})
}

// Files are stored under their hash, once.
func TestAttachmentIsStoredOnce(t *testing.T) {
	each(t, func(b *bench) {
		l := b.library()
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		terms := Commit{Attachments: []ar.DeliveryAttachment{{URL: l.URL + "/terms.pdf"}}}
		for _, ref := range []string{"RE1", "RE2"} {
			peer.Fail(mailtest.Fault{At: mailtest.Mail, Reply: "451 4.3.0 Not now", Times: 2})
			b.journey(b.another(ref, terms))
		}
		sum := sha256.Sum256([]byte(documenttest.PDF("terms")))
		copies := slices.DeleteFunc(b.kept(), func(path string) bool { return !strings.Contains(path, hex.EncodeToString(sum[:])) })
		if files := b.kept(); len(files) != 5 || len(copies) != 1 || l.count("/terms.pdf") != 2 { // 2 letters, 2 messages
			b.Errorf("%d files, %d copies, fetched %d times", len(files), len(copies), l.count("/terms.pdf"))
		}
	})
}

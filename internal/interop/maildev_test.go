package interop

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"testing"
)

// maildev is a mail server with an inbox that everybody can look into.
type maildev struct{ smtp, web string }

func startMaildev(t *testing.T) maildev {
	t.Helper()
	p, smtp := start(t, tool("node", "maildev.mjs", t.TempDir()), regexp.MustCompile(`takes mail at (\S+) and shows it`))
	return maildev{smtp, regexp.MustCompile(`http://\S+`).FindString(p.text())}
}

// delivered is a mail in an inbox, as maildev describes it.
type delivered struct {
	inbox                        maildev
	ID, MessageID, Subject, Text string
	HTML                         string
	From, To                     []address
	Attachments                  []struct{ FileName, ContentType, GeneratedFileName string }
}

// mails waits for that many, and gives them in the order they came.
func (i maildev) mails(t *testing.T, n int) []delivered {
	t.Helper()
	var all []delivered
	until(t, fmt.Sprintf("%d mails are there", n), func() bool {
		if err := json.Unmarshal(i.get(t, "/email"), &all); err != nil {
			t.Fatal(err)
		}
		return len(all) >= n
	})
	if len(all) > n {
		t.Fatalf("%d mails came, want %d: %+v", len(all), n, all)
	}
	for k := range all {
		all[k].inbox = i
	}
	return all
}

func (i maildev) get(t *testing.T, path string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, i.web+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, body := get(t, request)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", path, answer.Status, body)
	}
	return body
}

// source is the mail as it came.
func (d delivered) source(t *testing.T) []byte {
	t.Helper()
	return d.inbox.get(t, "/email/"+d.ID+"/source")
}

// mail is what maildev makes of it.
func (d delivered) mail(t *testing.T) mail {
	t.Helper()
	if len(d.From) != 1 || len(d.To) != 1 {
		t.Fatalf("it is from %v to %v", d.From, d.To)
	}
	m := mail{Subject: d.Subject, From: d.From[0], To: d.To[0], Text: d.Text, HTML: d.HTML}
	for _, a := range d.Attachments {
		content := d.inbox.get(t, "/email/"+d.ID+"/attachment/"+a.GeneratedFileName)
		m.Attachments = append(m.Attachments, attachment{a.FileName, a.ContentType, content})
	}
	return m
}

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver, for looking into a database from outside

	"github.com/dunwell/dunwell/internal/store/storetest"
)

// census is how much of everything there is in a database, and which mails and callbacks.
type census struct {
	jobs, numbers, gaps, letters, emails int
	mails                                map[string]int  // journal entries of state unknown, by Message-ID
	callbacks                            map[string]bool // by id
}

// census counts. No server may run on SQLite.
func (r *rig) census() census {
	r.Helper()
	driver := map[storetest.Engine]string{storetest.SQLite: "sqlite", storetest.Postgres: "pgx"}[r.engine]
	db, err := sql.Open(driver, r.place)
	if err != nil {
		r.Fatal(err)
	}
	defer db.Close()
	count := func(query string) (n int) {
		r.Helper()
		if err := db.QueryRow(`SELECT count(*) FROM ` + query).Scan(&n); err != nil {
			r.Fatal(err)
		}
		return n
	}
	c := census{mails: map[string]int{}, callbacks: map[string]bool{}}
	c.jobs = count(`jobs`)
	c.numbers = count(`numbers`)
	c.gaps = c.numbers - count(`invoices WHERE committed IS NOT NULL`)
	c.letters = count(`communications WHERE kind = 'invoice'`)
	c.emails = count(`communications WHERE kind = 'email'`)
	r.each(db, `SELECT message_id FROM deliveries`, func(id string) { c.mails[id] = 0 })
	r.each(db, `SELECT payload FROM journal WHERE kind = 'mail'`, func(payload string) {
		var entry struct{ MessageID, State string }
		if err := json.Unmarshal([]byte(payload), &entry); err != nil {
			r.Fatal(err)
		}
		if entry.State == "unknown" {
			c.mails[entry.MessageID]++
		}
	})
	r.each(db, `SELECT id FROM callbacks`, func(id string) { c.callbacks[id] = true })
	return c
}

func (r *rig) each(db *sql.DB, query string, do func(string)) {
	r.Helper()
	rows, err := db.Query(query)
	if err != nil {
		r.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			r.Fatal(err)
		}
		do(text)
	}
	if err := rows.Err(); err != nil {
		r.Fatal(err)
	}
}

// news is what came since the rig was made.
func (r *rig) news() census {
	r.Helper()
	c, was := r.census(), r.before
	c.jobs -= was.jobs
	c.numbers -= was.numbers
	c.letters -= was.letters
	c.emails -= was.emails
	maps.DeleteFunc(c.mails, func(id string, _ int) bool { _, old := was.mails[id]; return old })
	maps.DeleteFunc(c.callbacks, func(id string, _ bool) bool { return was.callbacks[id] })
	return c
}

// copies is how often each message was received, by its Message-ID.
func (r *rig) copies() (all map[string]int) {
	all = map[string]int{}
	for _, message := range r.peer.Messages() {
		all[message.ID()]++
	}
	return all
}

// receiver is where callbacks go and an attachment comes from. It listens on port 443, because no other is called.
type receiver struct {
	url       string // empty: this user may not listen there
	authority string // file with the certificate

	mu    sync.Mutex
	posts map[string]int // by webhook-id
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{posts: map[string]int{}, authority: filepath.Join(t.TempDir(), "ca.pem")}
	listener, err := listen443()
	if errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EADDRNOTAVAIL) {
		write(t, r.authority, "")
		return r
	}
	if err != nil {
		t.Fatal(err)
	}
	certificate, text := selfSigned(t, listener.Addr().(*net.TCPAddr).IP)
	write(t, r.authority, text)
	server := httptest.NewUnstartedServer(r)
	_ = server.Listener.Close()
	server.Listener, server.TLS = listener, &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // connections that end with their process
	server.StartTLS()
	t.Cleanup(server.Close)
	r.url = "https://" + listener.Addr().(*net.TCPAddr).IP.String()
	return r
}

// listen443 listens on a loopback address that nobody else is likely to have.
func listen443() (listener net.Listener, err error) {
	for range 10 {
		var b [2]byte
		_, _ = rand.Read(b[:])
		listener, err = net.Listen("tcp", net.IPv4(127, 143, b[0], 1+b[1]%250).String()+":443")
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return listener, err
}

func selfSigned(t *testing.T, ip net.IP) (certificate tls.Certificate, text string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IPAddresses: []net.IP{ip}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// ServeHTTP gives the attachment, and counts callbacks.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method == http.MethodGet {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "Terms.\n")
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts[request.Header.Get("webhook-id")]++
}

// received is how often callbacks came in all, and whether each did.
func (r *receiver) received(ids map[string]bool) (posts int, each bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	each = true
	for id := range ids {
		posts += r.posts[id]
		each = each && r.posts[id] > 0
	}
	return posts, each
}

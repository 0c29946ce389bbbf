package servertest_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Main(m)) }

// What one server takes, another one works: over one database, files and clocks.
func TestServer(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			s := servertest.New(t, servertest.Config{Engine: engine})
			if status := ask(t, s, servertest.Password); status != http.StatusOK {
				t.Errorf("a question is answered with %d", status)
			}
			if status := ask(t, s, "wrong"); status != http.StatusUnauthorized {
				t.Errorf("a wrong password is answered with %d", status)
			}
			commit(t, s)
			if mails := s.Mails(t); len(mails) != 0 {
				t.Errorf("nobody works, and there are mails: %v", mails)
			}
			worker := s.Again(t, func(c *servertest.Config) { c.Workers = 1 })
			servertest.Until(t, "the mail is in the outbox", func() bool { return len(s.Mails(t)) == 1 })
			if status := ask(t, worker, servertest.Password); status != http.StatusOK {
				t.Errorf("the second server answers with %d: %s", status, worker.Log)
			}
			if got := s.Mails(t)[0].Header.Get("To"); got != "<ada@example.com>" {
				t.Errorf("the mail goes to %s", got)
			}
		})
	}
}

func ask(t *testing.T, s *servertest.Server, password string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/invoices", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(servertest.Acme, password)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// commit orders a mail.
func commit(t *testing.T, s *servertest.Server) {
	t.Helper()
	by := app.System(servertest.Acme, store.ActorSystem)
	customer := ar.IdentityChange{
		Name:      ar.NameChange{Lastname: ar.Set("Lovelace")},
		Addresses: ar.Set([]ar.Address{{Kind: ar.ForDefault, Lastname: "Lovelace", Street: "Ringstraße", Zipcode: "10115", City: "Berlin", Country: "DE"}}),
		Emails:    ar.Set([]ar.Email{{Kind: ar.ForDefault, Email: "ada@example.com"}}),
	}
	if _, err := s.App.CreateIdentity(t.Context(), by, "K1", customer, nil); err != nil {
		t.Fatal(err)
	}
	items := []ar.Item{{Label: "Coffee", Unit: "kg", Quantity: decimal.NewFromInt(1), Unitprice: decimal.NewFromInt(10)}}
	if _, err := s.App.CreateInvoice(t.Context(), by, "K1", "RE1", ar.InvoiceChange{Items: ar.Set(items)}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.App.CommitInvoice(t.Context(), by, "RE1", app.Commit{}, nil); err != nil {
		t.Fatal(err)
	}
}

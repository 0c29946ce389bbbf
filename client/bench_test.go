package client_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/dunwell/dunwell/client"
)

// BenchmarkCall compares calls that are held against the contract with calls that are not, over loopback to a whole
// server. Both alternate, so that the machine's moods hit both; ratio is their relation, and at most 1.2 is the goal.
func BenchmarkCall(b *testing.B) {
	w := newWorld(b, nil)
	checked := w.client(b)
	unchecked := w.client(b, client.WithValidation(client.Off, client.Off))
	update := largeInvoice(b, checked)
	b.Run("GetInvoice", func(b *testing.B) {
		compare(b, checked, unchecked, func(c *client.Client) error {
			_, err := c.GetInvoice(b.Context(), "RE1")
			return err
		})
	})
	b.Run("UpdateInvoice", func(b *testing.B) {
		compare(b, checked, unchecked, func(c *client.Client) error {
			_, err := c.UpdateInvoice(b.Context(), "RE1", update)
			return err
		})
	})
}

// BenchmarkClient measures the client alone: the server is a function that answers at once.
func BenchmarkClient(b *testing.B) {
	w := newWorld(b, nil)
	var r client.Response
	update := largeInvoice(b, w.client(b))
	if _, err := w.client(b).GetInvoice(b.Context(), "RE1", client.Into(&r)); err != nil {
		b.Fatal(err)
	}
	transport := client.WithHTTPClient(&http.Client{Transport: answering(func(*http.Request) (*http.Response, error) {
		return newAnswer(200, string(r.Body)), nil
	})})
	for name, mode := range map[string]client.Mode{"validated": client.Fail, "unvalidated": client.Off} {
		c := newClient(b, "http://localhost/api", transport, client.WithValidation(mode, mode))
		b.Run("GetInvoice/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.GetInvoice(b.Context(), "RE1"); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("UpdateInvoice/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.UpdateInvoice(b.Context(), "RE1", update); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// compare reports what a call takes each way, and their ratio.
func compare(b *testing.B, checked, unchecked *client.Client, call func(*client.Client) error) {
	var with, without time.Duration
	measure := func(c *client.Client, total *time.Duration) {
		start := time.Now()
		if err := call(c); err != nil {
			b.Fatal(err)
		}
		*total += time.Since(start)
	}
	for i := 0; b.Loop(); i++ {
		if i%2 == 0 {
			measure(checked, &with)
			measure(unchecked, &without)
		} else {
			measure(unchecked, &without)
			measure(checked, &with)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(with.Nanoseconds())/float64(b.N), "validated-ns/call")
	b.ReportMetric(float64(without.Nanoseconds())/float64(b.N), "unvalidated-ns/call")
	b.ReportMetric(float64(with)/float64(without), "ratio")
}

// largeInvoice creates RE1 and gives an update of some 4.4 KB that changes nothing further.
func largeInvoice(b *testing.B, c *client.Client) client.InvoiceUpdate {
	b.Helper()
	if _, err := c.UpsertIdentity(b.Context(), "K1", client.IdentityUpdate{}); err != nil {
		b.Fatal(err)
	}
	var items []client.InvoiceItemInput
	for i := range 20 {
		items = append(items, client.InvoiceItemInput{
			Label: fmt.Sprintf("Consulting, part %d", i), Quantity: client.MustDecimal("2.5"), Unit: "h", Unitprice: client.MustDecimal("80.25"),
			Taxrate: new(client.MustDecimal("19")), Account: new("8400"), Costcenter: new(fmt.Sprintf("K%d", i)),
			Detail: client.ItemDetail{Description: new(fmt.Sprintf("As agreed on %d March", i+1)), Taxprofile: new("full")},
		})
	}
	if _, err := c.CreateInvoice(b.Context(), "K1", client.InvoiceCreate{Reference: new("RE1"), Netbased: client.Set(true)}); err != nil {
		b.Fatal(err)
	}
	return client.InvoiceUpdate{Label: new("Invoice for March"), Items: &items}
}

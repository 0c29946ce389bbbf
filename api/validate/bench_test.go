package validate

import (
	"fmt"
	"strings"
	"testing"
)

// invoiceBody is an invoice of 20 items, some 4 KB.
func invoiceBody() []byte {
	var items []string
	for i := range 20 {
		items = append(items, fmt.Sprintf(`{"label":"Consulting, part %d","quantity":"%d.5","unit":"h","unitprice":"%d.25","taxrate":19,"account":"8400","costcenter":"K%d","detail":{"description":"As agreed on %d March","taxprofile":"full"}}`, i, i+1, 80+i, i, i%28+1))
	}
	return []byte(`{"label":"Invoice for March","accountingdate":"2024-03-31","due":"2024-04-14T00:00:00.000Z","currency":"EUR","netbased":true,"paymentkind":"PP","addresses":[{"kind":"billing","company":"Müller GmbH","street":"Hauptstraße","housenumber":"1","zipcode":"10115","city":"Berlin","country":"DE"}],"items":[` +
		strings.Join(items, ",") + `],"meta":{"order":{"id":17,"tags":["a","b"]}}}`)
}

// BenchmarkBody validates a body of updateInvoice: compiled, and by kin-openapi with what must come before it.
func BenchmarkBody(b *testing.B) {
	put := operation(b, realContract(b), "updateInvoice")
	body := invoiceBody()
	if err := put.Body(body); err != nil {
		b.Fatalf("%+v", err)
	}
	b.Run("compiled", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if !put.body.node.accepts(body) {
				b.Fatal("not accepted")
			}
		}
	})
	b.Run("kin", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if v := put.body.decide(body, InBody, ""); v != nil {
				b.Fatal(v)
			}
		}
	})
}

func BenchmarkParameters(b *testing.B) {
	list := operation(b, realContract(b), "listInvoices")
	for _, query := range []string{"", "page=2&pageSize=50&sort=-created", "page=2&query[due][$lt]=2024-01-01"} {
		r := request("GET", "/invoices", query, nil)
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := list.Parameters(r, noPath); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

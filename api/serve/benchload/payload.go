// Package benchload is what the benchmarks of api/serve and the comparisons beside them let servers do: the same
// requests, and an implementation of the contract that costs next to nothing itself.
package benchload

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"strings"
)

// Credentials every request comes with, and their header.
const (
	User          = "demo"
	Password      = "p@55w0rd"
	Authorization = "Basic ZGVtbzpwQDU1dzByZA=="
)

// Paths of the requests.
const (
	PutPath    = "/api/invoices/RE12345"
	ListPath   = "/api/invoices?page=1&pageSize=20&sort=-created&query[due][$lt]=2024-01-01"
	UploadPath = "/api/invoices/RE12345/importExternalDocument"
)

// Lines is how many items the invoice of Invoice and each page of the list have.
const Lines = 20

// Invoice is the body of a PUT: an invoice of 20 items, about 4.4 KB of JSON, valid under the contract.
func Invoice() []byte {
	items := make([]string, Lines)
	for i := range items {
		items[i] = fmt.Sprintf(`{"label":"Maintenance of unit %02d","quantity":"%d.25","unit":"hour","unitprice":"%d.95","taxrate":"19",`+
			`"account":"8400","costcenter":"8086","detail":{"description":"January 2024, on site"}}`, i, i+1, 100+i)
	}
	return []byte(`{"label":"Support 2024","currency":"EUR","netbased":true,"paymentkind":"CT","ordernumber":"4500012345",` +
		`"issued":"2024-01-02T00:00:00.000Z","due":"2024-01-31","orderdate":"2023-12-20",` +
		`"addresses":[{"kind":"billing","company":"ACME GmbH","salutation":"ms","firstname":"Erika","lastname":"Mustermann",` +
		`"street":"Musterweg","housenumber":"7a","zipcode":"20095","city":"Hamburg","country":"DE"}],` +
		`"detail":{"introText":["Thank you for your order."],"paymentterm":"30 days net","locale":"de-DE","placeOfSupplyCountry":"DE",` +
		`"dunning":{"deliveryKind":"email"}},"meta":{"custom_key":"custom_value"},"items":[` + strings.Join(items, ",") + `]}`)
}

// Put is a PUT of an invoice; the caller gives the body, which is read anew by each request.
func Put(body io.Reader) *http.Request {
	r, err := http.NewRequest(http.MethodPut, PutPath, body)
	if err != nil {
		panic(err) // nothing of it varies
	}
	r.Header.Set("Authorization", Authorization)
	r.Header.Set("Content-Type", "application/json")
	return r
}

// List is a GET of a page of invoices.
func List() *http.Request {
	r, err := http.NewRequest(http.MethodGet, ListPath, http.NoBody)
	if err != nil {
		panic(err) // nothing of it varies
	}
	r.Header.Set("Authorization", Authorization)
	return r
}

// Form is the body of an upload with a file of that many bytes, and its Content-Type.
func Form(size int) (body []byte, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range [][2]string{{"filename", "RE12345.pdf"}, {"kind", "invoice"}, {"label", "Original invoice"}} {
		if err := w.WriteField(field[0], field[1]); err != nil {
			panic(err) // into memory
		}
	}
	file, err := w.CreateFormFile("file", "RE12345.pdf")
	if err != nil {
		panic(err)
	}
	// As in a PDF, most of it looks random. Text without line ends would be the worst case of mime/multipart.
	content := make([]byte, size)
	if _, err = rand.NewChaCha8([32]byte{}).Read(content); err != nil {
		panic(err)
	}
	copy(content, "%PDF-1.7\n")
	if _, err = file.Write(content); err != nil {
		panic(err)
	}
	if err = w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

// Upload is a POST of a form.
func Upload(body io.Reader, contentType string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, UploadPath, body)
	if err != nil {
		panic(err) // nothing of it varies
	}
	r.Header.Set("Authorization", Authorization)
	r.Header.Set("Content-Type", contentType)
	return r
}

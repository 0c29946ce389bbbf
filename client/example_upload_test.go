package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunwell/dunwell/client"
)

// exampleMail is a small document.
const exampleMail = "From: shop@example.com\r\nSubject: Your invoice\r\nDate: Mon, 02 Mar 2026 09:30:00 +0000\r\n\r\nAs discussed.\r\n"

// A file from the disk, streamed, with what has passed shown on the way.
func ExampleClient_ImportExternalDocument() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "FILE")
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "FILE-1.eml")
	if err := os.WriteFile(path, []byte(exampleMail), 0o600); err != nil {
		log.Fatal(err)
	}

	imported, err := c.ImportExternalDocument(ctx, "FILE-1", client.DocumentImport{
		File:  client.File(path),
		Kind:  client.CommunicationKindEmail,
		Label: "The mail it came with",
	}, client.Progress(func(done, total int64) { fmt.Println(done*100/total, "%") }))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(imported.VoucherReference)
	// Output:
	// 0 %
	// 100 %
	// FILE-1
}

// Whatever can be opened more than once can be uploaded, here an object of a storage service.
func ExampleReader() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "READER")

	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(exampleMail)), nil }
	imported, err := c.ImportExternalDocument(ctx, "READER-1", client.DocumentImport{
		File: client.Reader("mail.eml", open, int64(len(exampleMail))),
		Kind: client.CommunicationKindEmail,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(imported.VoucherReference)
	// Output: READER-1
}

// What the server could not take is refused before anything is sent.
func ExampleBytes() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()

	_, err := c.ImportExternalDocument(ctx, "RE1", client.DocumentImport{File: client.Bytes("offer.docx", []byte("PK")), Kind: client.CommunicationKindInvoice})
	fmt.Println(errors.Is(err, client.ErrInvalidValue))
	fmt.Println(err)
	// Output:
	// true
	// importExternalDocument: the request breaks the contract: Value for field 'filename' has an extension that is not taken. Only .pdf and .eml are taken.
}

// The documents of an invoice, each fetched and checked.
func ExampleClient_GetCommunicationFile() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "FETCH")
	document := client.DocumentImport{File: client.Bytes("mail.eml", []byte(exampleMail)), Kind: client.CommunicationKindEmail}
	if _, err := c.ImportExternalDocument(ctx, "FETCH-1", document); err != nil {
		log.Fatal(err)
	}

	for voucher, err := range c.Documents(ctx, "FETCH-1") {
		if err != nil {
			log.Fatal(err)
		}
		for _, communication := range voucher.Communications {
			var file bytes.Buffer
			download, err := c.GetCommunicationFile(ctx, communication.ID, &file)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(download.Filename, download.MediaType, download.Size == int64(file.Len()), download.Verified)
		}
	}
	// Output: mail.eml message/rfc822 true true
}

// A signed link works for anybody who has it, so no credentials are sent.
func ExampleClient_DownloadLink() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "LINK")
	document := client.DocumentImport{File: client.Bytes("mail.eml", []byte(exampleMail)), Kind: client.CommunicationKindEmail}
	if _, err := c.ImportExternalDocument(ctx, "LINK-1", document); err != nil {
		log.Fatal(err)
	}
	documents, err := c.ListDocuments(ctx, "LINK-1")
	if err != nil {
		log.Fatal(err)
	}

	download, err := c.DownloadLink(ctx, documents[0].Communications[0].PublicURL, io.Discard)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(download.Filename, download.Size)
	// Output: mail.eml 103
}

package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
	gen "github.com/dunwell/dunwell/gen/client"
)

// DocumentImport is a document that was created elsewhere, and what it is.
type DocumentImport struct {
	File        Source            // PDF or EML, at most 25 MiB
	Kind        CommunicationKind // for example [CommunicationKindInvoice], the original of the invoice
	Filename    string            // as the customer sees it, with extension; empty: the name of the File
	Label       string            // for the merchant's eyes, or empty
	Description string            // like Label, longer
}

// TransferOption is an option of a call that sends or fetches a file: a [CallOption], or [Progress].
type TransferOption interface{ transfer(*transferCall) }

// transferCall is what the options of a transfer come to.
type transferCall struct {
	calls    []CallOption
	progress progress
}

func newTransferCall(options []TransferOption) *transferCall {
	t := &transferCall{}
	for _, o := range options {
		o.transfer(t)
	}
	return t
}

func (o CallOption) transfer(t *transferCall) { t.calls = append(t.calls, o) }

type progressOption func(done, total int64)

func (o progressOption) transfer(t *transferCall) { t.progress.tell = o }

// Progress calls f while a file is sent or fetched: with 0 when an attempt begins, then with the bytes of the file that
// have passed so far. When the call is tried again, it begins again at 0. total is -1 where it is not known. f is never
// called twice at once, and should return soon, since the bytes wait for it.
func Progress(f func(done, total int64)) TransferOption { return progressOption(f) }

// ImportExternalDocument stores a document that was created elsewhere with an invoice. It is streamed, never held in
// memory, and sent again from the beginning if that is needed, under the same idempotency key.
//
// What can be known is checked before anything is sent: the parts, the extension, the size. The file follows when the server
// asks for it, or has kept silent for a second, so that one that refuses at once is not sent it. If the file changes while
// it is sent, the call fails with [ErrSourceChanged].
func (c *Client) ImportExternalDocument(ctx context.Context, invoiceReference string, document DocumentImport, options ...TransferOption) (*ImportedDocument, error) {
	if document.Filename == "" {
		document.Filename = document.File.name
	}
	form := document.form()
	return sendFile[ImportedDocument](ctx, c, fileCall{
		operation: "importExternalDocument",
		file:      document.File,
		form:      form,
		check:     func(op *validate.Operation, size int64) error { return document.check(op, form, size) },
		build: func(server string, _ io.Reader) (*http.Request, error) {
			return gen.NewImportExternalDocumentRequestWithBody(server, invoiceReference, nil, form.contentType, http.NoBody)
		},
	}, options)
}

// fileCall is a call that sends a file in a form.
type fileCall struct {
	operation string
	file      Source
	form      *uploadForm
	check     func(op *validate.Operation, size int64) error // of what is known before anything is sent
	build     func(server string, body io.Reader) (*http.Request, error)
}

func sendFile[T any](ctx context.Context, c *Client, k fileCall, options []TransferOption) (*T, error) {
	transfer := newTransferCall(options)
	began, err := k.file.ready()
	if err != nil {
		return nil, fmt.Errorf("client: %s: %w", k.operation, err)
	}
	defer transfer.progress.end()
	return receive[T](ctx, c, call{
		operation: k.operation,
		build:     k.build,
		upload: &upload{
			check:       func(op *validate.Operation) error { return k.check(op, began.size) },
			open:        func() (io.ReadCloser, error) { return k.form.open(k.file, began, &transfer.progress) },
			length:      k.form.length(began.size),
			contentType: k.form.contentType,
		},
	}, transfer.calls)
}

// form puts the document into a multipart body.
func (d DocumentImport) form() *uploadForm {
	return newUploadForm([]formText{
		{"filename", d.Filename}, {"kind", string(d.Kind)}, {"label", d.Label}, {"description", d.Description},
	}, "file", d.Filename)
}

// check holds the texts of the form against the contract; one byte stands for the file.
func (f *uploadForm) check(op *validate.Operation) error {
	reader, err := op.Upload(f.around(strings.NewReader("%")), f.contentType)
	if err == nil {
		_, err = io.Copy(io.Discard, reader)
	}
	return err
}

// open gives the whole body, for one attempt.
func (f *uploadForm) open(source Source, began version, progress *progress) (io.ReadCloser, error) {
	file, err := source.reopen(began)
	if err != nil {
		return nil, err
	}
	return &uploadBody{f.around(&watched{file, progress.begin(began.size)}), file}, nil
}

// uploadBody is a body that closes the file in it.
type uploadBody struct {
	io.Reader
	file io.Closer
}

func (b *uploadBody) Close() error { return b.file.Close() }

// check holds what is known of a document before it is read against the contract.
func (d DocumentImport) check(op *validate.Operation, form *uploadForm, size int64) error {
	err := form.check(op)
	found := violations(err)
	if d.Filename != "" && mediaTypes[extension(d.Filename)] == "" {
		found = append(found, Violation{In: validate.InForm, Path: "filename", Rule: "extension",
			Error: "Value for field 'filename' has an extension that is not taken.", Hint: "Only .pdf and .eml are taken."})
	}
	switch limit := op.FileLimit("file"); {
	case len(found) > 0:
		return found
	case limit > 0 && size > limit:
		return &validate.TooLargeError{Path: "file", Limit: limit}
	}
	return err
}

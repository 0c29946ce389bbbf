package way

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"

	"github.com/dunwell/dunwell/api/serve/benchload"
	gen "github.com/dunwell/dunwell/gen/client"
	"github.com/dunwell/dunwell/gen/model"
)

// pageSize is what package client asks for as well when it walks.
const pageSize = 200

// generated is what most programs do with the generated client: one attempt, a status that is looked at, and a form
// made in memory.
type generated struct{ *gen.ClientWithResponses }

func newGenerated(url string, transport http.RoundTripper) (Way, error) {
	credentials := func(_ context.Context, r *http.Request) error {
		r.SetBasicAuth(benchload.User, benchload.Password)
		return nil
	}
	c, err := gen.NewClientWithResponses(url, gen.WithHTTPClient(&http.Client{Transport: transport}), gen.WithRequestEditorFn(credentials))
	return generated{c}, err
}

func (w generated) Name() string { return Generated }

func (w generated) Get(ctx context.Context, invoice string) error {
	answer, err := w.GetInvoiceWithResponse(ctx, invoice)
	if err == nil && answer.JSON200 == nil {
		err = refused(answer.Status(), answer.Body)
	}
	return err
}

func (w generated) Put(ctx context.Context, invoice string, update model.InvoiceUpdate) error {
	answer, err := w.UpdateInvoiceWithResponse(ctx, invoice, nil, update)
	if err == nil && answer.JSON200 == nil {
		err = refused(answer.Status(), answer.Body)
	}
	return err
}

func (w generated) Walk(ctx context.Context, rows int) error {
	found, parameters := 0, &model.ListInvoicesParams{PageSize: new(pageSize)}
	for {
		answer, err := w.ListInvoicesWithResponse(ctx, parameters)
		if err != nil {
			return err
		}
		if answer.JSON200 == nil {
			return refused(answer.Status(), answer.Body)
		}
		found += len(answer.JSON200.Rows)
		if !answer.JSON200.HasMore {
			return counted(found, rows)
		}
		parameters.After = answer.JSON200.Next
	}
}

func (w generated) Upload(ctx context.Context, invoice, file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", filepath.Base(file))
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.WriteField("filename", filepath.Base(file))
	}
	if err == nil {
		err = form.WriteField("kind", "invoice")
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return err
	}
	answer, err := w.ImportExternalDocumentWithBodyWithResponse(ctx, invoice, nil, form.FormDataContentType(), &body)
	if err == nil && answer.JSON200 == nil {
		err = refused(answer.Status(), answer.Body)
	}
	return err
}

func refused(status string, body []byte) error {
	return fmt.Errorf("%s: %s", status, body[:min(len(body), 400)])
}

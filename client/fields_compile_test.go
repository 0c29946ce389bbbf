package client_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What the compiler takes, and what it does not: conditions and orders fit one list, and operators one type of field.
func TestCompilerChecksLists(t *testing.T) {
	imports := exportData(t)
	for expression, want := range map[string]string{
		`c.Invoices(ctx, client.InvoiceFields.Due.Before(now))`:                                                                        "",
		`c.Creditnotes(ctx, client.InvoiceFields.Total.AtLeast(d), client.InvoiceFields.Total.Descending())`:                           "",
		`c.ListInvoices(ctx, client.Where("x").Is(1), client.PageSize(1), client.PageNumber(1), client.After(""), client.WithTotal())`: "",
		`c.ListInvoices(ctx, client.MaxAttempts(1), client.Sort(client.InvoiceFields.Due.Ascending()), client.SortBy("due"))`:          "",
		`c.IdentityInvoices(ctx, "K1", client.InvoiceFields.State.Is("none"), client.Limit(1), client.Offset(1), client.PageSize(1))`:  "",
		`c.Identities(ctx, client.IdentityFields.Kind.In("individual"), client.IdentityFields.Debtor.Ascending())`:                     "",
		`c.Transactions(ctx, client.TransactionFields.Amount.LessThan(d), client.TransactionFields.Valuedate.Descending())`:            "",
		`c.Documents(ctx, "RE1", client.DocumentFields.Kind.Is("invoice"), client.DocumentFields.Issued.Ascending())`:                  "",
		`c.Payments(ctx, "RE1", client.PaymentFields.Kind.Is("fee"), client.Where("kind").Is("fee"), client.IfMatch("x"))`:             "",
		`c.ImportExternalDocument(ctx, "RE1", client.DocumentImport{}, client.Progress(nil), client.IdempotencyKey("x"))`:              "",
		`c.Invoices(ctx, client.IdentityFields.Created.Before(now))`:                                                                   "missing method invoiceList",
		`c.Invoices(ctx, client.TransactionFields.Amount.Is(d))`:                                                                       "missing method invoiceList",
		`c.Invoices(ctx, client.Limit(1))`:                                                             "missing method invoiceList",
		`c.Invoices(ctx, client.IdentityFields.Created.Ascending())`:                                   "missing method invoiceList",
		`c.Invoices(ctx, client.Progress(nil))`:                                                        "missing method invoiceList",
		`c.Identities(ctx, client.InvoiceFields.Due.Before(now))`:                                      "missing method identityList",
		`c.IdentityInvoices(ctx, "K1", client.WithTotal())`:                                            "missing method identityInvoiceList",
		`c.IdentityInvoices(ctx, "K1", client.PageNumber(1))`:                                          "missing method identityInvoiceList",
		`c.Documents(ctx, "RE1", client.PaymentFields.Kind.Is("fee"))`:                                 "missing method documentList",
		`c.Payments(ctx, "RE1", client.DocumentFields.Issued.Ascending())`:                             "missing method paymentList",
		`c.GetInvoice(ctx, "RE1", client.InvoiceFields.Due.Before(now))`:                               "cannot use",
		`c.ImportExternalDocument(ctx, "RE1", client.DocumentImport{}, client.PageSize(1))`:            "missing method transfer",
		`client.InvoiceFields.State.MoreThan("none")`:                                                  "undefined",
		`client.InvoiceFields.State.Is(client.IdentityKindIndividual)`:                                 "cannot use",
		`client.InvoiceFields.State.Ascending()`:                                                       "undefined",
		`client.InvoiceFields.Cancelationdate.Descending()`:                                            "undefined",
		`client.InvoiceFields.Due.Is("2026-01-01")`:                                                    "cannot use",
		`client.InvoiceFields.Due.MoreThan(now)`:                                                       "undefined",
		`client.InvoiceFields.Total.Before(now)`:                                                       "undefined",
		`client.InvoiceFields.Total.Is(1.5)`:                                                           "cannot use",
		`client.InvoiceFields.Dunninglevel.Is("1")`:                                                    "cannot use",
		`client.InvoiceFields.Colour.Is("red")`:                                                        "undefined",
		`client.PaymentFields.Kind.IsNot("fee")`:                                                       "undefined",
		`client.Sort(client.InvoiceFields.Due.Ascending(), client.IdentityFields.Created.Ascending())`: "does not match",
		`client.InvoiceOrder("due")`:                                                                   "",
	} {
		err := check(imports, expression)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s does not compile: %v", expression, err)
		case want != "" && err == nil:
			t.Errorf("%s compiles", expression)
		case want != "" && !strings.Contains(err.Error(), want):
			t.Errorf("%s does not compile for another reason: %v", expression, err)
		}
	}
}

// exportData makes an importer of what the compiler knows of the client and what it imports.
func exportData(t *testing.T) types.Importer {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		data, err := os.ReadFile(files[path])
		return io.NopCloser(bytes.NewReader(data)), err
	})
}

// check compiles an expression.
func check(imports types.Importer, expression string) error {
	source := fmt.Sprintf(`package p
		import ("context"; "time"; "github.com/dunwell/dunwell/client")
		func f(ctx context.Context, c *client.Client, now time.Time, d client.Decimal) { use(%s) }
		func use(...any) {}`, expression)
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", source, 0)
	if err != nil {
		return err
	}
	config := types.Config{Importer: imports}
	_, err = config.Check("p", set, []*ast.File{file}, nil)
	return err
}

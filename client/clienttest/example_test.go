package clienttest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/client/clienttest"
)

// settle is code that somebody wants to test.
func settle(ctx context.Context, c *client.Client, reference string) error {
	_, err := c.CommitInvoice(ctx, reference, client.InvoiceCommit{})
	return err
}

func Example() {
	t := new(testing.T) // in a test, the test's own
	fake := clienttest.New(t)
	fake.On("commitInvoice",
		clienttest.Page(502, "<html>Bad Gateway</html>"), // the first attempt meets a proxy,
		clienttest.JSON(200, client.JobResult{Job: "1", Result: "OK", Resultcode: "0"}))

	fmt.Println(settle(context.Background(), fake.Client(), "RE12345"))

	attempts := fake.Calls("commitInvoice")
	fmt.Println(len(attempts), attempts[1].Path["invoiceReference"])
	fmt.Println(attempts[0].IdempotencyKey() == attempts[1].IdempotencyKey())
	// Output:
	// <nil>
	// 2 RE12345
	// true
}

func ExampleFake_Example() {
	t := new(testing.T) // in a test, the test's own
	fake := clienttest.New(t)
	fake.Example("getInvoice")

	invoice, err := fake.Client().GetInvoice(context.Background(), "RE12345")
	fmt.Println(invoice.Reference, invoice.Unpaid, err)
	// Output: RE12345 238.00 <nil>
}

func ExampleFake_Func() {
	t := new(testing.T) // in a test, the test's own
	fake := clienttest.New(t)
	fake.Func("getInvoice", func(call clienttest.Call) clienttest.Reply {
		return clienttest.Refuse(404, "ERR_NOT_FOUND", client.ErrorDetail{Error: "There is no invoice " + call.Path["invoiceReference"] + ".", Fields: []string{}})
	})

	_, err := fake.Client().GetInvoice(context.Background(), "RE1")
	fmt.Println(err)
	// Output: getInvoice: 404 ERR_NOT_FOUND: Not Found; There is no invoice RE1.
}

package impl_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/gen/model"
)

func TestCreateInvoice(t *testing.T) {
	each(t, func(w *world) {
		w.do(post("/identities", strings.Replace(customer, `"kind": "incorporate",`, `"kind": "incorporate", "currency": "CHF",`, 1))).is(http.StatusCreated)
		created := w.do(post("/identities/K1/invoices", `{"items": [{"label": "A", "quantity": 3, "unit": "pc", "unitprice": 9.99, "taxrate": 19, "detail": {}}]}`)).is(http.StatusCreated)
		inv := created.object()
		if inv["currency"] != "CHF" || inv["state"] != "none" || inv["committed"] != false || inv["number"] != nil || inv["netbased"] != false {
			w.Errorf("created %s", created.body)
		}
		if created.header.Get("ETag") != `"1"` || inv["total"] != "29.97" || inv["unpaid"] != "29.97" {
			w.Errorf("created %v %s", created.header, created.body)
		}
		address := inv["addresses"].([]any)[0].(object)
		if address["company"] != "Kunde GmbH" || address["city"] != "Berlin" {
			w.Errorf("addresses %v", inv["addresses"])
		}
		if tax := inv["taxes"].([]any)[0].(object); tax["base"] != "25.18" || tax["tax"] != "4.79" || tax["rate"] != "19" {
			w.Errorf("taxes %v", inv["taxes"])
		}
		if line := inv["items"].([]any)[0].(object); line["net"] != "25.1849" && line["net"] != "25.1850" || line["unitprice"] != "9.99" || line["quantity"] != "3" {
			w.Errorf("items %v", inv["items"])
		}
		read := w.do(get("/invoices/" + inv["reference"].(string))).is(http.StatusOK)
		if string(read.body) != string(created.body) || read.header.Get("ETag") != `"1"` {
			w.Errorf("read %s", read.body)
		}

		// What is copied is copied: the customer may move, the invoice does not.
		w.do(put("/identities/K1", `{"addresses": [], "currency": "EUR"}`)).is(http.StatusOK)
		if again := w.do(get("/invoices/" + inv["reference"].(string))); string(again.body) != string(created.body) {
			w.Errorf("now it is %s", again.body)
		}
		own := w.do(post("/identities/K1/invoices", `{"reference": "RE1", "currency": "USD", "addresses": [{"city": "Bern"}], "meta": {"b": 1, "a": 1.50}}`)).is(http.StatusCreated)
		if got := own.object(); got["currency"] != "USD" || got["addresses"].([]any)[0].(object)["city"] != "Bern" || got["netbased"] != false {
			w.Errorf("created %s", own.body)
		}
		if !strings.Contains(string(own.body), `"meta":{"b":1,"a":1.50}`) && !strings.Contains(string(own.body), `"meta":{"b": 1, "a": 1.50}`) {
			w.Errorf("meta is not as it was sent: %s", own.body)
		}
		w.do(post("/identities/K9/invoices", `{}`)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
	})
}

func TestUpdateInvoice(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		const path = "/invoices/RE1"
		created := w.do(get(path))
		w.Day.Advance(time.Second)

		same := w.do(put(path, `{"netbased": true, "items": [`+item+`]}`)).is(http.StatusOK)
		if same.header.Get("ETag") != created.header.Get("ETag") || string(same.body) != string(created.body) {
			w.Errorf("identical content changed it: %v %s", same.header, same.body)
		}
		if got := w.events("RE1"); !slices.Equal(got, []string{"created"}) {
			w.Errorf("events %v", got)
		}

		changed := w.do(put(path, `{"items": [{"label": "B", "quantity": "2", "unit": "h", "unitprice": "10.005", "taxrate": "7", "detail": {"description": "d"}}]}`).with("If-Match", `"1"`)).is(http.StatusOK)
		got := changed.object()
		if items := got["items"].([]any); len(items) != 1 || items[0].(object)["label"] != "B" || items[0].(object)["net"] != "20.01" || items[0].(object)["unitprice"] != "10.005" {
			w.Errorf("items %v", items)
		}
		if got["total"] != "21.41" || got["netbased"] != true || changed.header.Get("ETag") != `"2"` {
			w.Errorf("changed %v %s", changed.header, changed.body)
		}
		labelled := w.do(put(path, `{"label": "L", "due": "2026-04-01", "detail": {"paymentterm": "30 days"}}`)).is(http.StatusOK).object()
		if len(labelled["items"].([]any)) != 1 || labelled["total"] != "21.41" || labelled["due"] != "2026-04-01T00:00:00.000Z" {
			w.Errorf("what was absent did not stay: %v", labelled)
		}
		cleared := w.do(put(path, `{"due": null, "netbased": null}`)).is(http.StatusOK).object()
		if cleared["due"] != nil || cleared["netbased"] != false || cleared["total"] != "20.01" || cleared["detail"].(object)["paymentterm"] != "30 days" {
			w.Errorf("cleared %v", cleared)
		}
		if got := w.events("RE1"); !slices.Equal(got, []string{"created", "updated", "updated", "updated"}) {
			w.Errorf("events %v", got)
		}
		before := w.everything()
		e := w.do(put(path, `{"label": "M"}`).with("If-Match", `"1"`)).refused(http.StatusPreconditionFailed, "ERR_PRECONDITION_FAILED")
		if !slices.Equal(e.fields(), []string{"If-Match"}) || len(e.hints()) == 0 {
			w.Errorf("%+v", e)
		}
		w.do(put("/invoices/RE9", `{}`)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		w.unchanged(before)
		if emptied := w.do(put(path, `{"items": [], "addresses": [], "meta": {}}`)).is(http.StatusOK).object(); emptied["total"] != "0.00" || len(emptied["items"].([]any)) != 0 {
			w.Errorf("emptied %v", emptied)
		}
	})
}

func TestCancelInvoice(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		for reference, body := range map[string]string{
			"BY-DATE":  `{"cancelationdate": "2026-02-01"}`,
			"BY-STATE": `{"state": "canceled"}`,
			"BY-BOTH":  `{"cancelationdate": "2026-02-01", "state": "canceled"}`,
		} {
			path := "/invoices/" + reference
			w.committed(reference)
			canceled := w.do(put(path, body)).is(http.StatusOK)
			want := "2026-02-01T00:00:00.000Z"
			if reference == "BY-STATE" {
				want = "2026-03-02T09:30:00.000Z"
			}
			if got := canceled.object(); got["state"] != "canceled" || got["cancelationdate"] != want {
				w.Errorf("%s: %s", reference, canceled.body)
			}
			if got := w.events(reference); !slices.Equal(got, []string{"created", "committed", "canceled"}) {
				w.Errorf("%s: events %v", reference, got)
			}
			if again := w.do(put(path, body)).is(http.StatusOK); string(again.body) != string(canceled.body) {
				w.Errorf("%s: again %s", reference, again.body)
			}
			before := w.everything()
			w.do(put(path, `{"state": "none"}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
			w.do(put(path, `{"cancelationdate": "2026-02-09"}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
			w.do(post(path+"/commitInvoice", `{}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
			w.unchanged(before)
		}
		w.draft("RE1")
		before := w.everything()
		e := w.do(put("/invoices/RE1", `{"state": "paid"}`)).refused(http.StatusBadRequest, "ERR_INVALID_VALUE")
		if !slices.Equal(e.fields(), []string{"state"}) {
			w.Errorf("%+v", e)
		}
		w.unchanged(before)
	})
}

func TestCommitInvoice(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		job := w.do(post("/invoices/RE1/commitInvoice", `{}`)).is(http.StatusOK).object()
		if job["result"] != "OK" || job["resultcode"] != "0" || job["job"] == "" {
			w.Errorf("job %v", job)
		}
		inv := w.do(get("/invoices/RE1")).is(http.StatusOK).object()
		if inv["committed"] != true || inv["number"] != "RE-2026-0001" || inv["issued"] != "2026-03-02T00:00:00.000Z" || inv["due"] != "2026-03-16T00:00:00.000Z" {
			w.Errorf("committed %v", inv)
		}
		w.committed("RE2")
		if inv := w.do(get("/invoices/RE2")).object(); inv["number"] != "RE-2026-0002" {
			w.Errorf("number %v", inv["number"])
		}
		before := w.everything()
		w.do(post("/invoices/RE1/commitInvoice", `{}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		w.do(post("/invoices/RE9/commitInvoice", `{}`)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		refused := w.do(post("/invoices/RE1/commitInvoice", `{"attachments": [{"url": "https://example.com/a.pdf"}, {"url": "https://10.0.0.1/a.pdf", "filname": "a.pdf"}], "notifyUrl": "https://localhost/"}`)).refused(http.StatusBadRequest, "ERR_INVALID_VALUE")
		if got := refused.fields(); !slices.Equal(got, []string{"attachments[1].url", "notifyUrl"}) {
			w.Errorf("fields %v", got)
		}
		e := w.do(put("/invoices/RE1", `{"label": "L", "items": [], "meta": {"m": 1}, "detail": {"locale": "de-DE"}}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		if got := e.fields(); !slices.Equal(got, []string{"label", "items", "detail.locale"}) || len(e.hints()) == 0 {
			w.Errorf("fields %v", got)
		}
		w.unchanged(before)
		if same := w.do(put("/invoices/RE1", `{"netbased": true, "items": [`+item+`], "number": "RE-2026-0001"}`)).is(http.StatusOK); same.header.Get("ETag") != `"2"` {
			w.Errorf("identical content made version %s", same.header.Get("ETag"))
		}
		allowed := w.do(put("/invoices/RE1", `{"meta": {"m": 1}, "detail": {"dunning": {"disabled": true, "customPeriods": {"REMINDER": 3}, "delayedUntil": "2026-05-01"}}}`)).is(http.StatusOK).object()
		dunning := allowed["detail"].(object)["dunning"].(object)
		if dunning["disabled"] != true || dunning["delayedUntil"] != "2026-05-01" || dunning["customPeriods"].(object)["REMINDER"] != 3.0 {
			w.Errorf("dunning %v", dunning)
		}

		w.do(post("/identities/K1/invoices", `{"reference": "EMPTY"}`)).is(http.StatusCreated)
		e = w.do(post("/invoices/EMPTY/commitInvoice", `{}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		if !slices.Equal(e.fields(), []string{"items"}) || len(e.hints()) != 1 {
			w.Errorf("%+v", e)
		}
		w.committed("RE3") // a refused commit has drawn no number
		if inv := w.do(get("/invoices/RE3")).object(); inv["number"] != "RE-2026-0003" {
			w.Errorf("number %v", inv["number"])
		}
	})
}

// A number that a merchant gave is passed over when its turn comes.
func TestNumberThatIsTaken(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("OWN")
		w.do(put("/invoices/OWN", `{"number": "RE-2026-0001"}`)).is(http.StatusOK)
		w.do(post("/invoices/OWN/commitInvoice", `{}`)).is(http.StatusOK)
		w.committed("NEXT")
		if inv := w.do(get("/invoices/NEXT")).object(); inv["number"] != "RE-2026-0002" {
			w.Errorf("number %v", inv["number"])
		}
		w.draft("TWICE")
		w.do(put("/invoices/TWICE", `{"number": "RE-2026-0001"}`)).is(http.StatusOK)
		e := w.do(post("/invoices/TWICE/commitInvoice", `{}`)).refused(http.StatusConflict, "ERR_UNIQUE_VIOLATION")
		if !slices.Equal(e.fields(), []string{"number"}) {
			w.Errorf("%+v", e)
		}
		kept := w.do(post("/invoices/TWICE/commitInvoice", `{}`).once("k")).refused(http.StatusConflict, "ERR_UNIQUE_VIOLATION")
		again := w.do(post("/invoices/TWICE/commitInvoice", `{}`).once("k"))
		if again.refused(http.StatusConflict, "ERR_UNIQUE_VIOLATION"); again.header.Get("Idempotent-Replayed") != "true" || kept.Code != 409 {
			w.Errorf("the refusal was not kept: %v", again.header)
		}
	})
}

// Commits at the same time draw different numbers, without a gap.
func TestCommitConcurrently(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		references := []string{"A", "B", "C", "D", "E", "F", "G", "H"}
		for _, reference := range references {
			w.draft(reference)
		}
		w.together(2*len(references), func(i int) int {
			return w.do(post("/invoices/"+references[i%len(references)]+"/commitInvoice", `{}`)).status
		})
		var numbers []string
		for _, reference := range references {
			number, _ := w.do(get("/invoices/" + reference)).object()["number"].(string)
			numbers = append(numbers, number)
		}
		slices.Sort(numbers)
		if numbers[0] != "RE-2026-0001" || numbers[7] != "RE-2026-0008" || len(slices.Compact(numbers)) != 8 {
			w.Errorf("numbers %v", numbers)
		}
	})
}

// The generated client understands what the server says.
func TestGeneratedClient(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		c := generated(w)
		key := model.IdempotencyKey("k")
		created, err := c.CreateInvoiceWithResponse(w.Context(), "K1", &model.CreateInvoiceParams{IdempotencyKey: &key}, model.InvoiceCreate{})
		w.no(err)
		if created.JSON201 == nil {
			w.Fatalf("created %s", created.Body)
		}
		label := "L"
		tag := created.HTTPResponse.Header.Get("ETag")
		updated, err := c.UpdateInvoiceWithResponse(w.Context(), created.JSON201.Reference, &model.UpdateInvoiceParams{IfMatch: &tag}, model.InvoiceUpdate{Label: &label})
		w.no(err)
		if updated.JSON200 == nil || updated.JSON200.Label == nil || *updated.JSON200.Label != label {
			w.Errorf("updated %s", updated.Body)
		}
		listed, err := c.ListInvoicesWithResponse(w.Context(), &model.ListInvoicesParams{Query: &model.InvoiceQuery{"state": "none"}})
		w.no(err)
		if listed.JSON200 == nil || len(listed.JSON200.Rows) != 1 {
			w.Errorf("listed %s", listed.Body)
		}
	})
}

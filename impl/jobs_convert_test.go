package impl_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/impl"
	"github.com/dunwell/dunwell/internal/ar"
)

// fits holds a value against a schema of the contract.
func fits(t *testing.T, schema string, value any) []byte {
	t.Helper()
	document, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Value(document.Components.Schemas[schema].Value, true, data); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
	return data
}

func TestJobIsShown(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	later := at.Add(30 * time.Second)
	job := &ar.Job{
		Number: 7, Kind: ar.JobCommit, InvoiceID: "inside", Invoice: "RE1", NotifyURL: "https://shop.example.com/n?token=hidden", Data: "123",
		State: ar.JobRunning, Created: at,
		Deliveries: []ar.Delivery{{
			ID: "d1", Job: 7, InvoiceID: "inside", Kind: ar.MailInvoice, Recipient: "erika@example.com", MessageID: "d1@billing.example.com", Communication: "c1",
			State: ar.DeliveryDeferred, Attempts: 2, Generation: 2, Next: &later, Reply: "451 4.3.0 Try again later", Reason: "The mail server is busy.", Created: at,
		}},
	}
	told := []ar.Callback{
		{ID: "m1", Kind: ar.CallbackNotify, Job: 7, URL: job.NotifyURL, State: ar.CallbackDelivered, Attempts: 1, Created: at, Finished: &later},
		{ID: "m2", Kind: ar.CallbackWorkflow, Job: 7, URL: "https://hooks.example.com:8443/hidden", State: ar.CallbackQueued, Attempts: 1, Next: &later, Reason: "No connection.", Created: at},
	}
	const want = `{"attempts":2,"callbacks":[` +
		`{"attempts":1,"created":"2026-03-02T09:30:00.000Z","finished":"2026-03-02T09:30:30.000Z","host":"shop.example.com","id":"m1","kind":"notify","state":"delivered"},` +
		`{"attempts":1,"created":"2026-03-02T09:30:00.000Z","host":"hooks.example.com:8443","id":"m2","kind":"workflow","nextAttempt":"2026-03-02T09:30:30.000Z","reason":"No connection.","state":"queued"}` +
		`],"created":"2026-03-02T09:30:00.000Z","data":"123","deliveries":[` +
		`{"attempts":2,"communication":"c1","created":"2026-03-02T09:30:00.000Z","id":"d1","messageId":"d1@billing.example.com","nextAttempt":"2026-03-02T09:30:30.000Z",` +
		`"reason":"The mail server is busy.","recipient":"erika@example.com","reply":"451 4.3.0 Try again later","state":"deferred"}` +
		`],"invoice":"RE1","job":"7","kind":"commitInvoice","lastError":"The mail server is busy.","result":"","resultcode":"","state":"running"}`
	if got := string(fits(t, "Job", impl.ToJob(job, told))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Wherever a mail or a callback stands, and whatever a mail server says, the job fits the contract.
func TestJobFits(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	for state, failed := range map[ar.DeliveryState]bool{
		ar.DeliveryQueued: false, ar.DeliverySending: true, ar.DeliveryDeferred: true, ar.DeliveryAccepted: false,
		ar.DeliveryRejected: true, ar.DeliveryUnknown: true, ar.DeliverySuppressed: false,
	} {
		for _, said := range []string{"It is so.", strings.Repeat("ä", 1000), strings.Repeat("ä", 1001), "550 M\xfcll", strings.Repeat("\xff", 3000)} {
			d := ar.Delivery{ID: "d1", MessageID: "d1@example.com", State: state, Attempts: 1, Reply: said, Reason: said, Created: at}
			job := &ar.Job{Number: 1, Kind: ar.JobResend, Created: at, Deliveries: []ar.Delivery{d}}
			job.Follow(&d, at)
			shown := impl.ToJob(job, nil)
			fits(t, "Job", shown)
			if (shown.LastError != nil) != failed {
				t.Errorf("%s: last error %v", state, shown.LastError)
			}
		}
	}
	for _, state := range []ar.CallbackState{ar.CallbackQueued, ar.CallbackSending, ar.CallbackDelivered, ar.CallbackFailed, ar.CallbackGone} {
		fits(t, "Job", impl.ToJob(&ar.Job{Number: 1, Kind: ar.JobResend, State: ar.JobDone, Created: at},
			[]ar.Callback{{ID: "m1", Kind: ar.CallbackNotify, URL: "https://shop.example.com", State: state, Created: at}}))
	}
}

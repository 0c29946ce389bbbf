package impl

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/ar"
)

// toJob shows a job with its mails, and with those who are told how it ended.
func toJob(job *ar.Job, callbacks []ar.Callback) model.Job {
	deliveries, told := convertAll(job.Deliveries, toDelivery), convertAll(callbacks, toJobCallback)
	return model.Job{
		Job:        strconv.FormatInt(job.Number, 10),
		Kind:       string(job.Kind),
		Invoice:    some(job.Invoice),
		State:      model.JobState(job.State),
		Result:     words(job.Result),
		Resultcode: job.Code,
		Attempts:   attempts(job.Deliveries),
		LastError:  some(words(lastError(job.Deliveries))),
		Data:       some(job.Data),
		Deliveries: &deliveries,
		Callbacks:  &told,
		Created:    scalar.NewTime(job.Created),
		Finished:   toTime(job.Finished),
	}
}

func attempts(deliveries []ar.Delivery) (n int) {
	for i := range deliveries {
		n += deliveries[i].Attempts
	}
	return n
}

// lastError is why the last try of the last mail failed; empty when it did not, or nobody has tried.
func lastError(deliveries []ar.Delivery) string {
	if len(deliveries) == 0 {
		return ""
	}
	switch d := &deliveries[len(deliveries)-1]; d.State {
	case ar.DeliverySending, ar.DeliveryDeferred, ar.DeliveryRejected, ar.DeliveryUnknown:
		return d.Reason // sending: of the try before
	default:
		return "" // nothing failed, though there may be a reason for where it stands
	}
}

func toDelivery(d ar.Delivery) model.Delivery {
	return model.Delivery{
		ID:            d.ID,
		Recipient:     some(openapi_types.Email(d.Recipient)),
		State:         model.DeliveryState(d.State),
		Attempts:      d.Attempts,
		MessageID:     d.MessageID,
		Communication: some(d.Communication),
		Reply:         some(words(d.Reply)),
		Reason:        some(words(d.Reason)),
		NextAttempt:   toTime(d.Next),
		Created:       scalar.NewTime(d.Created),
		Finished:      toTime(d.Finished),
	}
}

func toJobCallback(c ar.Callback) model.JobCallback {
	return model.JobCallback{
		ID:          c.ID,
		Kind:        model.JobCallbackKind(c.Kind),
		Host:        some(hostOf(c.URL)),
		State:       model.JobCallbackState(c.State),
		Attempts:    c.Attempts,
		NextAttempt: toTime(c.Next),
		Reason:      some(words(c.Reason)),
		Created:     scalar.NewTime(c.Created),
		Finished:    toTime(c.Finished),
	}
}

// hostOf is what of a callback's URL everybody who reads the job may know: path and query are often secrets.
func hostOf(callback string) string {
	u, err := url.Parse(callback)
	if err != nil {
		return ""
	}
	return u.Host
}

// words is text of other people's servers, cut to what the contract allows.
func words(text string) string {
	const most = 1000 // characters
	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

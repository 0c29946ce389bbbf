package impl

import (
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

func fromCommit(c model.InvoiceCommit) app.Commit {
	commit := app.Commit{NotifyURL: or(c.NotifyURL, ""), Data: or(c.Data, "")}
	for _, a := range or(c.Attachments, nil) {
		commit.Attachments = append(commit.Attachments, ar.DeliveryAttachment{URL: a.URL, Filename: or(a.Filename, or(a.Filname, ""))})
	}
	return commit
}

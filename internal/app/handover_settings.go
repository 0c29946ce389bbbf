package app

import (
	"fmt"
	"net/mail"

	"github.com/dunwell/dunwell/internal/ar"
)

// checkCollector says what is wrong with an address or a webhook that cases are handed over to.
func (a *App) checkCollector(s ar.Settings) (details []ar.Detail) {
	c := s.Collection
	if c == nil {
		return nil
	}
	if parsed, err := mail.ParseAddress(c.Email); c.Email != "" && (err != nil || parsed.Address != c.Email) {
		details = append(details, ar.Detail{Error: fmt.Sprintf("'%s' is not an e-mail address.", c.Email), Fields: []string{"collection.email"},
			Hint: "Send one without a name, such as faelle@inkasso.example."})
	}
	if c.Webhook != "" {
		details = append(details, a.checkURL("collection.webhook", c.Webhook)...)
	}
	return details
}

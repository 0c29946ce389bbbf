package app

import "github.com/dunwell/dunwell/internal/ar"

// checkCollector says what is wrong with a webhook that cases are handed over to.
func (a *App) checkCollector(s ar.Settings) []ar.Detail {
	if s.Collection == nil || s.Collection.Webhook == "" {
		return nil
	}
	return a.checkURL("collection.webhook", s.Collection.Webhook)
}

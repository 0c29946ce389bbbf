package ar

import (
	"fmt"
	"path/filepath"
	"strings"
)

// CheckCollection finds what makes no sense about who takes cases over. The paths begin with collection. Whether mail
// may be sent to the address, and the webhook may be posted to, is asked of whoever does.
func (s Settings) CheckCollection() []Detail {
	c := s.Collection
	if c == nil {
		return nil
	}
	var wrong faults
	given := 0
	for _, target := range []string{c.Folder, c.Email, c.Webhook} {
		if target != "" {
			given++
		}
	}
	if given != 1 {
		wrong.add("collection", fmt.Sprintf("%d ways are named by which cases are handed over.", given), "Name exactly one of folder, email and webhook.")
	}
	if c.Folder != "" && !localFolder(c.Folder) {
		wrong.add("collection.folder", fmt.Sprintf("'%s' is not a folder below the server's directory for collections.", c.Folder), "Send a relative name such as inkasso or inkasso/new.")
	}
	const year = 365
	if c.After < 0 || c.After > year {
		wrong.add("collection.after", fmt.Sprintf("%d days make no sense.", c.After), "Send a number of days from 0 to 365.")
	}
	s.Procedure().checkAmount(&wrong, "collection.minAmount", c.MinAmount)
	return wrong
}

// localFolder is strict about names that mean something to some file system: a merchant's settings are text that others wrote.
func localFolder(name string) bool {
	return filepath.IsLocal(name) && !strings.ContainsAny(name, "\\:") && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f })
}

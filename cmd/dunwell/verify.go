package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/store"
)

func verifyCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "verify", Short: "check database, files and journal against each other"}
	c.Long = `Everything that was committed, canceled, printed, imported or mailed is entered in a journal, whose entries are bound to each other by
hashes. verify reads all of it, every file to its last byte, and names what is not as it was entered, one line each. It changes
nothing and may run beside a server.

The last line of each merchant has the head of its journal: how many entries there are, and the hash of all of them. Whoever can
write to the database could write a whole new journal; keep these lines elsewhere, and --known finds that out.`
	c.Example = "  dunwell verify | tee -a heads.log\n  dunwell verify --known heads.log"
	merchant := merchantFlag(c)
	known := c.Flags().String("known", "", "`file` with what verify printed before")
	return withSettings(env, c, func(ctx context.Context, s *settings) error {
		a, closeAll, err := openAccounts(ctx, s, toRead, func(c *app.Config) (err error) {
			c.Files, err = openFiles(ctx, s)
			return err
		})
		if err != nil {
			return err
		}
		defer closeAll()
		heads, err := readHeads(*known)
		if err != nil {
			return err
		}
		return verify(ctx, env, a, *merchant, heads)
	}, "data", "database-url", "blob-url")
}

// differences is the end of a verify that found some: how many.
type differences int

func (n differences) Error() string {
	if n == 1 {
		return "one thing is not as it was entered"
	}
	return fmt.Sprintf("%d things are not as they were entered", int(n))
}

func verify(ctx context.Context, env environment, a *app.App, merchant string, known map[string][]store.JournalHead) error {
	merchants, err := merchantsOf(ctx, a, merchant)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(merchants, func(m store.Merchant) bool { return m.Unsealed }) {
		return errOlder // an upgrade was cut off
	}
	var found differences
	report := func(f app.Finding) {
		found++
		fmt.Fprintf(env.out, "%s  %s %s: %s\n", f.Merchant, f.What, printable(f.Subject), printable(f.Text))
	}
	if merchant == "" {
		for _, id := range missing(known, merchants) {
			report(app.Finding{Merchant: id, What: "journal", Subject: "1", Text: "A head of it is known, and there is no such merchant."})
		}
	}
	for _, m := range merchants {
		v, err := a.Verify(ctx, m.ID, known[m.ID], report)
		if err != nil {
			return fmt.Errorf("merchant %s: %w", m.ID, err)
		}
		fmt.Fprintf(env.out, "%s  head %d %s  (%d vouchers, %d files)\n", v.Merchant, v.Entries, v.Root, v.Vouchers, v.Files)
	}
	if found > 0 {
		return found
	}
	return nil
}

// missing are the merchants that heads are known of and that are not there: nothing that is left speaks of them.
func missing(known map[string][]store.JournalHead, merchants []store.Merchant) []string {
	gone := maps.Clone(known)
	for _, m := range merchants {
		delete(gone, m.ID)
	}
	return slices.Sorted(maps.Keys(gone))
}

// head is a line that verify has printed: merchant, number of entries, root.
var head = regexp.MustCompile(`(?m)^(\S+)  head ([0-9]{1,18}) (\S+)  \(`)

// readHeads reads the heads of journals, by merchant, from what verify has printed. No file has none.
func readHeads(file string) (map[string][]store.JournalHead, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--known: %w", err)
	}
	heads := map[string][]store.JournalHead{}
	for _, line := range head.FindAllStringSubmatch(string(text), -1) {
		size, _ := strconv.ParseInt(line[2], 10, 64) // at most 18 digits
		heads[line[1]] = append(heads[line[1]], store.JournalHead{Size: size, Root: line[3]})
	}
	if len(heads) == 0 {
		return nil, usagef("--known: the file has no line with a head; give it what dunwell verify prints")
	}
	return heads, nil
}

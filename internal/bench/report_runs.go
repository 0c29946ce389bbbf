package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/bench/seed"
)

func (r *report) runs(b *strings.Builder) {
	b.WriteString("\n## Dunning runs\n\n`dunwell serve` over HTTP, a process of its own for each line. All invoices are overdue, of one item, of 5,000 customers, and have been reminded. A dry run for a day " +
		"on which all of them are to be dunned, nearly all with interest and half of them with a lump sum: until it is answered with the hash of the plan. Then all entries of the plan are read, a thousand at a time. SQLite keeps up to 32 MB of its file in memory " +
		"per connection, one for writing and a few for reading: that is in its peaks, and once the file is larger than that it does not grow with it.\n\n")
	b.WriteString("| engine | open invoices | dry run | invoices/s | peak memory before | peak memory | of it the program file | entries read/s | peak memory then |\n" +
		"| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n")
	for _, c := range r.Runs {
		for _, p := range c.Plans {
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", c.Engine, thousands(fmt.Sprint(p.Open)), seconds(p.Took), perSecond(p.Entries, p.Took),
				mebibytes(p.Idle), mebibytes(p.Peak), mebibytes(p.Program), perSecond(p.Entries, p.Read), mebibytes(p.PeakWhenAllRead))
		}
	}
	fmt.Fprintf(b, "\nA run on a day on which one of %d of them is to be dunned, and with -all one on which all others are: until the plan is made, and from then until the last notice is issued. A notice is a letter of one page that shows the interest, "+
		"the bookings, and a mail with the letter that a mail server on the same machine takes, sent by %d workers while the next notices are issued; or, where the letter is posted by somebody, nothing more. Processor is the server's own time per notice, mail included and planning not.\n\n", seed.Share, mailWorkers)
	b.WriteString("| engine | by | notices | planning | notices/s | and sent/s | processor | peak memory before | peak memory | of it the program file |\n" +
		"| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: |\n")
	for _, c := range r.Runs {
		for _, d := range c.Runs {
			sent := ""
			if d.Mailing > 0 {
				sent = perSecond(d.Notices, max(d.Issuing, d.Mailing))
			}
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", c.Engine, d.Kind, thousands(fmt.Sprint(d.Notices)), seconds(d.Planning),
				perSecond(d.Notices, d.Issuing), sent, milliseconds(d.Processor/time.Duration(d.Notices)), mebibytes(d.Idle), mebibytes(d.Peak), mebibytes(d.Program))
		}
	}
	r.statements(b)
}

func (r *report) statements(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Bank statements\n\nA camt.053, imported where those invoices are open: one of %d entries names one and pays it, and nobody knows the senders of the others. From the answer to the upload until all is booked.\n\n", named)
	b.WriteString("| engine | entries | on invoices | of | upload | import | entries/s | processor per entry | peak memory before | peak memory | of it the program file |\n" +
		"| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n")
	for _, c := range r.Runs {
		for _, i := range c.Imports {
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", c.Engine, thousands(fmt.Sprint(i.Entries)), thousands(fmt.Sprint(i.Assigned)), mebibytes(i.Size), seconds(i.Upload),
				seconds(i.Took), perSecond(i.Entries, i.Took), milliseconds(i.Processor/time.Duration(i.Entries)), mebibytes(i.Idle), mebibytes(i.Peak), mebibytes(i.Program))
		}
	}
}

func seconds(d time.Duration) string { return number(d.Seconds()) + " s" }

func perSecond(n int, took time.Duration) string { return number(float64(n) / took.Seconds()) }

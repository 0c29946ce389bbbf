package main

import (
	"fmt"
	"strings"
	"time"
)

func (r *report) mails(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Commits and mails\n\n`dunwell serve` with a mail server on the same machine (go-smtp, not encrypted, which takes all and keeps nothing). Each "+
		"request orders one mail with a PDF of one page. %d connections; each request has an idempotency key. A document that was imported before stands in for the letter, so the difference of the two "+
		"commits is what rendering and storing one costs. Processor is the server's own time, without that of its engine.\n\n", connections)
	b.WriteString("| engine | request | meanwhile | requests/s | p50 | p99 | processor |\n| --- | --- | --- | --: | --: | --: | --: |\n")
	for _, m := range r.Mails {
		for _, o := range m.Orders {
			meanwhile, each := fmt.Sprint(o.Workers, " workers send"), "" // theirs would be in it
			if o.Workers == 0 {
				meanwhile, each = "nobody sends", milliseconds(o.each())
			}
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s |\n", m.Engine, o.Request, meanwhile, number(o.PerSecond), milliseconds(o.P50), milliseconds(o.P99), each)
		}
	}
	fmt.Fprintf(b, "\nA process that starts when mails wait, with %d workers: from the first to the last that the mail server takes, the memory included that starting took. "+
		"*go-mail alone* sends as many of the same messages from memory over %[1]d connections, and is what nobody can be faster than; a server writes each message, stores it, looks at the "+
		"invoice again before it leaves, and keeps a journal.\n\n", mailWorkers)
	b.WriteString("| engine | mails | of | mails/s | processor per mail | go-mail alone | ratio | peak memory | of it the program file |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n")
	for _, m := range r.Mails {
		l := m.Backlog
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s/s | %.3f | %s | %s |\n", m.Engine, thousands(fmt.Sprint(l.Mails)), kibibytes(l.Size), number(l.perSecond(l.Took)),
			milliseconds(l.Processor/time.Duration(l.Mails)), number(l.perSecond(l.Floor)), l.Floor.Seconds()/l.Took.Seconds(), mebibytes(l.Peak), mebibytes(l.Program))
	}
	b.WriteString("\nFrom the call of `resendInvoice` until the mail server has the mail, one after the other on a server that has nothing else to do:\n\n" +
		"| engine | p50 | p99 |\n| --- | --: | --: |\n")
	for _, m := range r.Mails {
		fmt.Fprintf(b, "| %s | %s | %s |\n", m.Engine, milliseconds(m.Prompt.P50), milliseconds(m.Prompt.P99))
	}
}

func (l backlog) perSecond(took time.Duration) float64 { return float64(l.Mails) / took.Seconds() }

func (r *report) jobs(b *strings.Builder) {
	b.WriteString("\n## Jobs\n\nNudges of the queue alone: enqueued one per transaction from 64 goroutines, each on disk, and then worked by a handler that does nothing.\n\n" +
		"| engine | workers | enqueued/s | worked/s |\n| --- | --: | --: | --: |\n")
	for _, j := range r.Jobs {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", j.Engine, strings.TrimPrefix(j.Workers, "workers="), number(j.Enqueued), number(j.Worked))
	}
}

func (r *report) letters(b *strings.Builder) {
	b.WriteString("\n## Letters\n\nPDF, rendered one after the other, nothing stored.\n\n| pages | a letter | pages/s | allocated |\n| --: | --: | --: | --: |\n")
	for _, l := range r.Letters {
		fmt.Fprintf(b, "| %.0f | %s | %s | %s |\n", l.Pages, milliseconds(l.Took), number(l.PerSecond), kibibytes(int64(l.Bytes)))
	}
}

func kibibytes(n int64) string { return thousands(fmt.Sprint((n+512)>>10)) + " KiB" }

package ar

import (
	"time"

	"github.com/shopspring/decimal"
)

// Notice is a dunning notice as it was issued: a level of a cycle of an invoice, of which there is one (G8). It never changes,
// whatever is booked later.
type Notice struct {
	ID           string
	InvoiceID    string
	Cycle        int64 // of the invoice; 0 before the first
	Level        int
	Run          int64     // number of the run that issued it
	Issued       time.Time // the day, midnight UTC
	PayBy        time.Time // the day it asks to be paid by, midnight UTC
	DeliveryKind string    // email or letter
	Procedure    Procedure // the case keeps the one of its first notice (G9)

	// Charges that were booked with it. Interest is the difference to what was charged before: negative when money came in
	// with an earlier value date than was known then.
	Fee, Lumpsum, Interest decimal.Decimal

	Demand   Balance         // what is open once they are booked: what the notice asks for, but for Disputed
	Disputed decimal.Decimal // what of the principal is disputed, and not asked for
	Claim    *Claim          // how the interest came about; nil at a level that charges none
	Final    bool            // the last level, after which the case is handed over: the notice announces it

	Job           int64  // that delivers it
	Communication string // id of its letter
	Created       time.Time
}

// Asked is what the notice asks for in all.
func (n *Notice) Asked() decimal.Decimal { return n.Demand.Unpaid.Sub(n.Disputed) }

// noticeKinds are the documents and mails of the levels, from 1.
var noticeKinds = [...]string{1: "reminder", 2: "dunning1", 3: "dunning2", 4: "dunning3", 5: "dunning4"}

// NoticeMail is the mail that brings the notice of a level.
func NoticeMail(level int) MailKind { return MailKind(noticeKinds[level]) }

// NoticeDocument is the document that is the notice of a level.
func NoticeDocument(level int) CommunicationKind { return CommunicationKind(noticeKinds[level]) }

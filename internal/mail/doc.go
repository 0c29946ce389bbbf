// Package mail writes the mails that bring a customer documents, and hands them to a mail server.
//
// A mail is rendered once: its bytes are kept and sent as they are in every attempt, so that what the archive holds is what
// the customer got. Templates renders; SMTP and Outbox send.
//
// Sending is told in the words of a delivery (ar.Outcome), because what counts is when it failed: before the last dot of
// the content the mail has not left and may be sent again, after it nobody knows unless the server says so (RFC 5321 6.1,
// RFC 1047).
package mail

package client_test

// mail is a small document that can be imported.
var mail = []byte("From: shop@example.com\r\nTo: erika@example.com\r\nSubject: Invoice\r\nDate: Mon, 02 Mar 2026 09:30:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\nYour invoice.\r\n")

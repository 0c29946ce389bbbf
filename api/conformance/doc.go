// Package conformance holds any implementation of the contract, in whatever language it is written, against the
// contract, through its public HTTP face and nothing else.
//
// What is checked is written as laws: each is one promise of the contract, in one sentence with its source, and a
// function that tries it. Some are made for every operation from its schemas (doors, shapes), the others say what
// operations mean together (items.replaced, pages.whole). Laws lists them. Whatever a law sends goes through one
// client that holds every answer against the contract as well: documented status, media type, headers and body, the
// error envelope, X-Request-Id, and no fault of the server. Those are the laws named answers.
//
// A failure names the law, what was expected and what came, and shows the requests that lead there as curl lines that
// can be pasted into bash: with URL, user and password in variables, so that a report can be passed on.
//
// # What it does to a server
//
// The suite is meant for a test account. It creates customers, invoices and whatever belongs to them, each under a
// reference that begins with cf and the id of the run, so it can run again and again on the same account. It changes
// and reads only what it made itself; lists, which show the rest of the account too, are only read. It cannot clean
// up, since the contract deletes nothing: a run leaves some hundred customers and invoices behind, some of them
// committed, with numbers drawn. Where a test clock is offered, it may be moved forward.
//
// # What is not offered
//
// An operation that answers 501 is not offered. All are asked once, before anything else; laws that need one which is
// not offered are reported as such, and are no failures. A server that answers 501 to everything conforms.
//
// # Repeatable
//
// The same seed, run id and server give the same requests: see Config.Seed and Config.RunID.
package conformance

// Package serve mounts an implementation of gen/server on Echo, with everything the contract promises beside what the
// operations do. It knows the contract, and nothing of what the operations mean.
//
// A request passes these steps, each in a file of its own; the first that refuses it answers:
//
//	recover.go         a panic is answered with 500 and logged with its stack
//	requestid.go       X-Request-Id, the caller's own or a new one, on every answer
//	accesslog.go       one line for each request; no query strings, headers or credentials
//	beside.go          health, the document: outside the contract, without credentials and without a limit
//	concurrency.go     429 when too many requests run
//	routes.go          404, and 405 with Allow
//	authentication.go  401 and 403, from the document's security, before any byte of the body is read
//	media.go           415
//	body.go            413, by Content-Length before reading and by counting while reading
//	request.go         400: parameters, then the body, which is read once
//	decode.go          one decoding by exact names, for the binder of the generated code
//	upload.go          multipart bodies are checked while the handler reads them, and never held
//	(the operation)
//	answer.go          answers are held against the contract as well, if asked to
//
// Whatever refuses a request, the answer is made of a Problem by one function, in refuse.go.
package serve

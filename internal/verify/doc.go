// Verify holds the contract, and all that is kept beside it, against the rules of this project:
//
//	drift     gen/ is what generate.go makes of the contract, to the byte, twice in a row
//	spec      api/openapi.yaml is a valid OpenAPI 3.0.3 document, its patterns compile, its defaults fit
//	example   every request, response, parameter and header has an example, and every example fits its schema
//	story     the pairs in api/examples are what the contract says
//	extension what the reference API does not document is marked x-extension: true, and nothing else is
//	breaking  info.version says what changed since api/released.yaml: major, minor or nothing
//	rule      the rules of style that keep the document useful: descriptions, limits, permissions, errors, order
//
// It prints what it finds, one line each with the place, and then exits with 1.
//
// Run it in the module's directory, as make verify does:
//
//	go run ./internal/verify
package main

// Package validate holds requests and responses against the contract: an OpenAPI 3.0 document, loaded once.
// The server, the client and the tests use the same engine, so that none of them is stricter than another.
//
// kin-openapi decides what is valid and is asked for the reasons. In front of it stands a validator that is
// compiled from the same schemas at start and reads the raw bytes once, without allocating. It can only accept:
// whatever it does not accept, for any reason, goes to kin-openapi. It therefore cannot refuse wrongly, and a
// differential fuzz test watches that it never accepts what kin-openapi refuses.
//
// Where this package is deliberately stricter than kin-openapi is written down in one table, in additions.go.
//
// Errors are of two kinds. Violations says what is wrong with a message, field by field, and belongs in an answer
// (400 for requests). *TooLargeError says that a part has more bytes than allowed (413). Anything else is an error
// of the reader a body came from, passed on as it was.
package validate

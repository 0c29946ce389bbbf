package conformance

var doorLaws []Law

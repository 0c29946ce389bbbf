package conformance

var shapeLaws []Law

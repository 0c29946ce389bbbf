package conformance

// statefulLaws are the laws of what operations mean together; each family has a file of its own.
var statefulLaws []Law

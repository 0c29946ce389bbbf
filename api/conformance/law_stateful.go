package conformance

import "slices"

// statefulLaws are the laws of what operations mean together; each family has a file of its own.
var statefulLaws = slices.Concat(
	idempotencyLaws, isolationLaws, identityLaws, invoiceLaws, valueLaws, pageLaws, filterLaws, sublistLaws, commitLaws, documentLaws,
	creditnoteLaws, paymentLaws, dunningLaws, runLaws, holdLaws, claimLaws, jobLaws, deliveryLaws,
)

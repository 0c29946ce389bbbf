package conformance

import "testing"

// Our own server keeps the contract, without a baseline.
func TestOurServer(t *testing.T) {
	Test(t, ours(t, nil))
}

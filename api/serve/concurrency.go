package serve

// slots limits how many requests run at once. A request that finds no slot is refused at once: waiting would only move
// the queue into memory.
type slots chan struct{}

// take gives a slot, if there is one.
func (s slots) take() bool {
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

// free gives a slot back.
func (s slots) free() { <-s }

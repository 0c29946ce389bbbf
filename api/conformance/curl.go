package conformance

func (s *suite) curl([]*exchange) string { return "" }

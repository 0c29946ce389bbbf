package lint

import (
	"regexp"
	"slices"
	"strings"
)

// limits wants a bound for every value, so that nothing in the server has to cope with an endless one.
func (r *styleReport) limits(s schema) {
	switch {
	case s.Type.Is("string") && !bounded(s):
		r.place(ruleLimit, s.where, "say how long it may be", "is a string without maxLength, enum or a format that bounds it")
	case s.Type.Is("array") && s.MaxItems == nil:
		r.place(ruleLimit, s.where, "say how many there may be", "is an array without maxItems")
	case s.Type.Is("integer") && (s.Min == nil || s.Max == nil):
		r.place(ruleLimit, s.where, "say how small and how large it may be", "is an integer without minimum and maximum")
	case s.Type.Is("number") && !exact(s):
		r.place(ruleExact, s.where, "name a decimal type, or take a string", "is a number without x-go-type: it would become a float")
	}
}

// lengths are the formats that bound a string. A date-time may have any number of digits after the point.
var lengths = []string{"date", "uuid"}

// fixed recognises patterns that have no way to repeat without end.
var fixed = regexp.MustCompile(`^\^[^*+]*\$$`)

func bounded(s schema) bool {
	_, bytes := s.Extensions["x-max-bytes"]
	// The file of an answer is as long as it is; only what comes in needs a bound.
	file := s.Format == "binary" && s.role == ofMessage && strings.Contains(s.place, ".responses.")
	// In the pattern of a date-time, + is the sign of a zone in a class; nothing else there repeats without end.
	return s.MaxLength != nil || len(s.Enum) > 0 || slices.Contains(lengths, s.Format) || bytes || file ||
		s.Format == "date-time" && fixed.MatchString(s.Pattern)
}

// exact says whether a number, or the schema it is a variant of, has a Go type of its own.
func exact(s schema) bool { return s.of("x-go-type") != nil }

package ar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// NumberPattern is how a merchant's printed numbers look, such as RE-{year}-{n:4}: {n} is the running number, {n:4} the
// same with leading zeros, {year}, {yy} and {month} are of the date of issue. Whoever names the year counts anew each
// year, whoever names the month each month.
type NumberPattern string

// DefaultNumbers are the patterns of merchants that have none: Rechnung and Gutschrift, as German ledgers abbreviate them.
var DefaultNumbers = map[VoucherKind]NumberPattern{KindInvoice: "RE-{year}-{n:4}", KindCreditnote: "GS-{year}-{n:4}"}

// NumberPattern is the merchant's pattern for a kind of voucher.
func (s Settings) NumberPattern(kind VoucherKind) NumberPattern {
	if p := s.Numbers[string(kind)]; p != "" {
		return NumberPattern(p)
	}
	return DefaultNumbers[kind]
}

// place is one placeholder of a pattern.
var place = regexp.MustCompile(`\{([a-z]+)(?::([1-9]))?\}`)

// Check is nil for a pattern that gives each voucher a number of its own; path names it in the error.
func (p NumberPattern) Check(path string) error {
	const hint = "Write the running number as {n} or, with leading zeros, as {n:4}; {year}, {yy} and {month} are of the date of issue."
	counted := false
	for _, m := range place.FindAllStringSubmatch(string(p), -1) {
		switch {
		case m[1] == "n":
			counted = true
		case m[1] != "year" && m[1] != "yy" && m[1] != "month" || m[2] != "":
			return InvalidField(path, fmt.Sprintf("The pattern of numbers has an unknown part '%s'.", m[0]), hint)
		}
	}
	rest := place.ReplaceAllString(string(p), "")
	switch {
	case !counted:
		return InvalidField(path, "The pattern of numbers has no running number.", hint)
	case strings.ContainsAny(rest, "{}"), len(rest) > 50, strings.ContainsFunc(rest, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return InvalidField(path, "The pattern of numbers cannot be read.", hint)
	case p.period() == monthOnly:
		return InvalidField(path, "The pattern of numbers names the month without the year, so that numbers would come again.", hint)
	}
	return nil
}

type period uint8

const (
	always period = iota
	yearly
	monthly
	monthOnly
)

func (p NumberPattern) period() period {
	year := strings.Contains(string(p), "{year}") || strings.Contains(string(p), "{yy}")
	month := strings.Contains(string(p), "{month}")
	switch {
	case year && month:
		return monthly
	case year:
		return yearly
	case month:
		return monthOnly
	}
	return always
}

// Series names what the running number counts, for a voucher of a kind issued on a day: those of one series have one
// counter.
func (p NumberPattern) Series(kind VoucherKind, issued time.Time) string {
	switch p.period() {
	case monthly:
		return string(kind) + issued.Format("-2006-01")
	case yearly:
		return string(kind) + issued.Format("-2006")
	}
	return string(kind)
}

// Number is the nth number of its series.
func (p NumberPattern) Number(n int64, issued time.Time) string {
	return place.ReplaceAllStringFunc(string(p), func(part string) string {
		m := place.FindStringSubmatch(part)
		switch m[1] {
		case "year":
			return issued.Format("2006")
		case "yy":
			return issued.Format("06")
		case "month":
			return issued.Format("01")
		}
		width, _ := strconv.Atoi(m[2]) // none: 0
		return fmt.Sprintf("%0*d", width, n)
	})
}

// Fits tells whether a number could be one of this pattern for a voucher issued on a day: one that was reserved before the
// turn of the year, or before the pattern was changed, is not.
func (p NumberPattern) Fits(number string, issued time.Time) bool {
	var expr strings.Builder
	rest := string(p)
	expr.WriteString(`^`)
	end := 0
	for _, at := range place.FindAllStringSubmatchIndex(rest, -1) {
		expr.WriteString(regexp.QuoteMeta(rest[end:at[0]]))
		if part := rest[at[0]:at[1]]; rest[at[2]:at[3]] == "n" {
			expr.WriteString(`[0-9]+`)
		} else {
			expr.WriteString(NumberPattern(part).Number(0, issued))
		}
		end = at[1]
	}
	expr.WriteString(regexp.QuoteMeta(rest[end:]) + `$`)
	return regexp.MustCompile(expr.String()).MatchString(number)
}

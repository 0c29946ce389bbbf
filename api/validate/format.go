package validate

import (
	"errors"

	"github.com/getkin/kin-openapi/openapi3"
)

// formats are the string formats of the contract. They are handed to kin-openapi with every call and not registered
// in its package-level table: nothing here changes what another user of kin-openapi in the same process sees, and
// nothing another user registers under these names changes what holds here.
//
// date and date-time are stricter than kin-openapi's own regular expressions, which take 30 February; email, uuid
// and uri are not checked by kin-openapi unless registered. None takes a value that Go's own decoding of that
// format (time.Parse and the like) would then refuse.
var formats = map[string]func([]byte) bool{
	"date":              isDate,
	"date-time":         isDateTime,
	"date-or-date-time": isDateOrDateTime, // ours: fields that hold a moment, but take a plain day too
	"email":             isEmail,
	"uuid":              isUUID,
	"uri":               isURI,
}

// kinFormats is formats as kin-openapi wants them.
var kinFormats = func() map[string]openapi3.StringFormatValidator {
	all := make(map[string]openapi3.StringFormatValidator, len(formats))
	for name, ok := range formats {
		all[name] = openapi3.NewCallbackValidator(func(s string) error {
			if !ok([]byte(s)) {
				return errFormat
			}
			return nil
		})
	}
	return all
}()

var errFormat = errors.New("wrong format")

// isDate takes a day of the calendar as YYYY-MM-DD.
func isDate(b []byte) bool {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return false
	}
	century, ok1 := twoDigits(b[0:])
	year, ok2 := twoDigits(b[2:])
	month, ok3 := twoDigits(b[5:])
	day, ok4 := twoDigits(b[8:])
	if !ok1 || !ok2 || !ok3 || !ok4 || month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= daysIn(100*century+year, month)
}

// isDateTime takes a date-time of RFC 3339, with capital T and Z and without leap seconds, which Go's time has not.
func isDateTime(b []byte) bool {
	if len(b) < 20 || b[10] != 'T' || !isDate(b[:10]) || b[13] != ':' || b[16] != ':' {
		return false
	}
	hour, ok1 := twoDigits(b[11:])
	minute, ok2 := twoDigits(b[14:])
	second, ok3 := twoDigits(b[17:])
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 59 {
		return false
	}
	rest := b[19:]
	if rest[0] == '.' {
		n := 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		if n == 1 {
			return false
		}
		rest = rest[n:]
	}
	return isZone(rest)
}

// isZone takes Z or ±HH:MM.
func isZone(b []byte) bool {
	if len(b) == 1 {
		return b[0] == 'Z'
	}
	if len(b) != 6 || b[0] != '+' && b[0] != '-' || b[3] != ':' {
		return false
	}
	hour, ok1 := twoDigits(b[1:])
	minute, ok2 := twoDigits(b[4:])
	return ok1 && ok2 && hour <= 23 && minute <= 59
}

// The year is one that vouchers have: neither a zone nor a term of payment then leads out of the years that are
// written with four digits.
func isDateOrDateTime(b []byte) bool {
	if len(b) < 4 || b[0] < '1' || b[0] == '9' {
		return false
	}
	if len(b) == 10 {
		return isDate(b)
	}
	return isDateTime(b)
}

// isUUID takes the usual form of 8-4-4-4-12 hexadecimal digits, of any version.
func isUUID(b []byte) bool {
	if len(b) != 36 {
		return false
	}
	for i, c := range b {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !isHex(c) {
				return false
			}
		}
	}
	return true
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func twoDigits(b []byte) (n int, ok bool) {
	return int(b[0]-'0')*10 + int(b[1]-'0'), isDigit(b[0]) && isDigit(b[1])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

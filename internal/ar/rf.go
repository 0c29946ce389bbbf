package ar

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"unicode"
)

// maxRF is how many characters a creditor reference has after RF and its two check digits (ISO 11649).
const maxRF = 21

// RFReference is the structured creditor reference (ISO 11649) under which an invoice is paid: RF, two check digits, and
// the printed number in capitals without anything but letters and digits. RE-2026/0001 becomes RF40RE20260001, so that a
// customer recognises the number in it.
//
// A number that does not go in (too long, empty, or with letters outside A–Z, which would get lost) is represented by 21
// characters of its SHA-256 instead. Either way the reference follows from the number alone. Whoever looks for the
// invoice of a reference in a bank statement compares it with the references of the open invoices' numbers; it cannot
// be turned back. Two numbers that differ in punctuation only (1-11 and 11-1) have the same one: then the amount or the
// payer has to tell the invoices apart, or a person.
func RFReference(number string) string {
	key := PaymentKey(number)
	check := 98 - mod97(key+"RF00")
	return "RF" + string([]byte{'0' + byte(check/10), '0' + byte(check%10)}) + key
}

// PaymentKey is what RFReference has behind its check digits: what is left of a printed number when whoever pays, and the
// banks between, have done with its punctuation.
func PaymentKey(number string) string {
	key, whole := alphanumeric(number)
	if !whole || key == "" || len(key) > maxRF {
		sum := sha256.Sum256([]byte(number))
		key = base32.StdEncoding.EncodeToString(sum[:])[:maxRF]
	}
	return key
}

// alphanumeric is a text in capitals without punctuation and spaces. It is not whole if letters or digits were lost too.
func alphanumeric(s string) (kept string, whole bool) {
	whole = true
	kept = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case capitalOrDigit(r):
			return r
		}
		whole = whole && !unicode.IsLetter(r) && !unicode.IsNumber(r)
		return -1
	}, s)
	return kept, whole
}

// ValidRF tells whether a text is a creditor reference in its electronic form: capitals, without the spaces it is printed
// with. Every change of a single digit is noticed, and nearly every transposition.
func ValidRF(s string) bool {
	return len(s) >= 5 && len(s) <= 4+maxRF && s[:2] == "RF" && checked(s)
}

// ValidIBAN tells whether a text is an international bank account number (ISO 13616) in its electronic form: capitals,
// without spaces. The length is that of its country; of countries whose length is not known here, from 15 to 34.
func ValidIBAN(s string) bool {
	if len(s) < 15 || len(s) > 34 || !letter(s[0]) || !letter(s[1]) {
		return false
	}
	if want := ibanLength[s[:2]]; want != 0 && len(s) != want {
		return false
	}
	return checked(s)
}

// checked tells whether characters 3 and 4 are the check digits of the rest. They are 98 minus a remainder, so 00, 01 and
// 99 never are, although they would leave the right remainder for some texts.
func checked(s string) bool {
	for _, r := range s {
		if !capitalOrDigit(r) {
			return false
		}
	}
	digits := s[2:4]
	if letter(digits[0]) || letter(digits[1]) || digits < "02" || digits > "98" {
		return false
	}
	return mod97(s[4:]+s[:4]) == 1
}

// mod97 is the remainder of ISO 7064 MOD 97-10: letters count as 10 to 35. The text has capitals and digits only.
func mod97(s string) int {
	rest := 0
	for i := range len(s) {
		if letter(s[i]) {
			rest = (rest*100 + int(s[i]-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(s[i]-'0')) % 97
		}
	}
	return rest
}

func letter(c byte) bool { return 'A' <= c && c <= 'Z' }

func capitalOrDigit(r rune) bool { return 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' }

// ibanLength is from the IBAN registry: the countries of SEPA, and others with many transfers.
var ibanLength = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21,
	"CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22,
	"GE": 22, "GI": 23, "GL": 18, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "JO": 30,
	"KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
	"MT": 31, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24,
	"SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "XK": 20,
}

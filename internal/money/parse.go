package money

import (
	"errors"
	"math"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"
)

// Limit bounds the digits of a number. Zeros at either end do not count: 1.50000 has one decimal.
type Limit struct {
	Integer  int // digits before the point
	Decimals int // digits after it
}

// The limits of the contract.
var (
	Price    = Limit{Integer: 12, Decimals: 4}
	Quantity = Limit{Integer: 12, Decimals: 4}
	// Largest is what a column holds: below 10^14, so that it fits 64 bits in ten-thousandths.
	Largest = Limit{Integer: 14, Decimals: 4}
)

// What can be wrong with a number.
var (
	ErrSyntax   = errors.New("money: not a number")
	ErrInteger  = errors.New("money: too many digits before the point")
	ErrDecimals = errors.New("money: too many digits after the point")
)

// Parse reads a number as JSON writes it, such as -12.50 or 1e2, exactly. The errors are ErrSyntax, ErrInteger and
// ErrDecimals. The work is linear in the length of the text whatever the exponent says: 1e999999999 costs nothing.
func Parse(text string, limit Limit) (decimal.Decimal, error) {
	n, ok := scan(text)
	if !ok {
		return decimal.Zero, ErrSyntax
	}
	digits := strings.TrimLeft(n.integer+n.fraction, "0")
	significant := strings.TrimRight(digits, "0")
	if significant == "" {
		return decimal.Zero, nil
	}
	// The value is significant × 10^exponent.
	exponent := n.exponent - int64(len(n.fraction)) + int64(len(digits)-len(significant))
	if err := limit.check(int64(len(significant)), exponent); err != nil {
		return decimal.Zero, err
	}
	coefficient, _ := new(big.Int).SetString(significant, 10)
	if n.negative {
		coefficient.Neg(coefficient)
	}
	return decimal.NewFromBigInt(coefficient, int32(exponent)), nil
}

// Check says whether a number that was already read keeps to the limit. The errors are ErrInteger and ErrDecimals.
func Check(d decimal.Decimal, limit Limit) error {
	if d.IsZero() {
		return nil
	}
	n := d.Normalize()
	return limit.check(int64(n.NumDigits()), int64(n.Exponent()))
}

// check looks at significant digits (no zeros at their end) times ten to the exponent.
func (l Limit) check(significant, exponent int64) error {
	switch {
	case significant+exponent > int64(l.Integer):
		return ErrInteger
	case -exponent > int64(l.Decimals):
		return ErrDecimals
	}
	return nil
}

// number is the parts of a JSON number.
type number struct {
	negative          bool
	integer, fraction string
	exponent          int64
}

// scan takes a number apart by the grammar of JSON (RFC 8259, section 6).
func scan(text string) (n number, ok bool) {
	text, n.negative = strings.CutPrefix(text, "-")
	n.integer, text = leadingDigits(text)
	if n.integer == "" || len(n.integer) > 1 && n.integer[0] == '0' {
		return n, false
	}
	if rest, found := strings.CutPrefix(text, "."); found {
		n.fraction, text = leadingDigits(rest)
		if n.fraction == "" {
			return n, false
		}
	}
	if text == "" {
		return n, true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return n, false
	}
	n.exponent, ok = scanExponent(text[1:])
	return n, ok
}

// scanExponent reads the exponent. It stops counting where nothing can fit any more, so it cannot overflow.
func scanExponent(text string) (exponent int64, ok bool) {
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	digits, rest := leadingDigits(text)
	if digits == "" || rest != "" {
		return 0, false
	}
	for _, c := range []byte(digits) {
		exponent = min(exponent*10+int64(c-'0'), math.MaxInt32)
	}
	if negative {
		exponent = -exponent
	}
	return exponent, true
}

func leadingDigits(text string) (digits, rest string) {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return text[:n], text[n:]
}

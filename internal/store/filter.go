package store

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// statement is a list's SQL while it is put together.
type statement struct {
	args  []any
	where string
}

func (s *statement) clone() *statement { return &statement{args: slices.Clone(s.args), where: s.where} }

// arg adds a value and gives its placeholder; $1 is the merchant.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args)+1)
}

func (s *statement) and(condition string) {
	s.where += " AND " + condition
}

// filter begins a statement with what is fixed and what was asked for.
func (l *listing) filter(fix fixed, where []ar.Condition) (*statement, error) {
	s := &statement{where: "merchant = $1"}
	for _, f := range fix {
		s.and(f.column + " = " + s.arg(f.value))
	}
	for _, c := range where {
		col, ok := l.fields[c.Field]
		if !ok || len(c.Values) == 0 {
			return nil, ar.InvalidField("query."+string(c.Field), fmt.Sprintf("Field '%s' cannot be queried.", c.Field), "")
		}
		condition, err := s.compare(col, c)
		if err != nil {
			return nil, err
		}
		s.and(condition)
	}
	return s, nil
}

var sqlOps = map[ar.Op]string{ar.Eq: "=", ar.Ne: "<>", ar.Gt: ">", ar.Gte: ">=", ar.Lt: "<", ar.Lte: "<="}

// compare is one condition. An absent value equals nothing and is neither before nor after anything; so $ne finds it.
func (s *statement) compare(col column, c ar.Condition) (string, error) {
	if c.Op == ar.In {
		return s.oneOf(col, c)
	}
	op, ok := sqlOps[c.Op]
	if !ok {
		return "", ar.InvalidField("query."+string(c.Field), fmt.Sprintf("Operator '%s' is not known.", c.Op), "")
	}
	value, err := col.value(c.Values[0])
	if err != nil {
		return "", err
	}
	if a, fine := value.(between); fine { // no stored amount is equal to it
		switch c.Op {
		case ar.Eq:
			return "FALSE", nil
		case ar.Ne:
			return "TRUE", nil
		case ar.Gt, ar.Gte:
			op = ">"
		default:
			op = "<="
		}
		value = a.floor
	}
	if c.Op == ar.Ne && col.nullable {
		return "(" + col.name + " <> " + s.arg(value) + " OR " + col.name + " IS NULL)", nil
	}
	return col.name + " " + op + " " + s.arg(value), nil
}

func (s *statement) oneOf(col column, c ar.Condition) (string, error) {
	var places []string
	for _, v := range c.Values {
		value, err := col.value(v)
		if err != nil {
			return "", err
		}
		if _, fine := value.(between); !fine {
			places = append(places, s.arg(value))
		}
	}
	if len(places) == 0 {
		return "FALSE", nil
	}
	return col.name + " IN (" + strings.Join(places, ", ") + ")", nil
}

// between is an amount that no column can hold: it is above floor and below the next ten-thousandth.
type between struct{ floor int64 }

// value is a condition's value as the column holds it.
func (c column) value(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if c.kind == ar.TypeText || c.kind == ar.TypeChoice {
			return v, checkText("query."+c.name, v)
		}
	case int:
		if c.kind == ar.TypeNumber {
			return int64(v), nil
		}
	case decimal.Decimal:
		if c.kind == ar.TypeAmount {
			return amountBound(v), nil
		}
	case time.Time:
		if c.kind == ar.TypeTime {
			return millis(v), nil
		}
	}
	return nil, fmt.Errorf("store: a condition on %s has a value of type %T", c.name, v)
}

func amountBound(d decimal.Decimal) any {
	if n, err := units(d); err == nil {
		return n
	}
	floor := d.Shift(scale).Floor()
	switch {
	case floor.LessThan(decimal.NewFromInt(math.MinInt64)):
		return between{math.MinInt64}
	case floor.GreaterThan(decimal.NewFromInt(math.MaxInt64)):
		return between{math.MaxInt64}
	}
	return between{floor.IntPart()}
}

func checkText(path, s string) error {
	if storableText(s) {
		return nil
	}
	return ar.InvalidField(path, "Value cannot be read.", "Value must be UTF-8 without NUL.")
}

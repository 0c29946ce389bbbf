package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dunwell/dunwell/client"
)

// filter is FIELD OPERATOR VALUE. What an operator begins with stands behind it: <= is not < and a value.
var filter = regexp.MustCompile(`^\s*([A-Za-z.]+)\s*(!=|<=|>=|==|=|<|>|\bin\b)\s*(.*?)\s*$`)

// parseWhere reads a filter such as due<2026-01-01 on one of the fields. Whether the field has the operator, and can have the
// value, is said by the contract before anything is sent.
func parseWhere(text string, fields []string) (client.Condition, error) {
	parts := filter.FindStringSubmatch(text)
	switch {
	case parts == nil:
		return client.Condition{}, errors.New("write a field, one of = != < <= > >= in, and a value, in quotes: 'due<2026-01-01', 'state in none,paid'")
	case !slices.Contains(fields, parts[1]):
		return client.Condition{}, fmt.Errorf("%q is no field to filter by; those are: %s", parts[1], strings.Join(fields, ", "))
	}
	field, value := client.Where(parts[1]), parts[3]
	switch parts[2] {
	case "!=":
		return field.IsNot(value), nil
	case "<":
		return field.LessThan(value), nil
	case "<=":
		return field.AtMost(value), nil
	case ">":
		return field.MoreThan(value), nil
	case ">=":
		return field.AtLeast(value), nil
	case "in":
		var values []any
		for one := range strings.SplitSeq(value, ",") {
			values = append(values, strings.TrimSpace(one))
		}
		return field.In(values...), nil
	}
	return field.Is(value), nil
}

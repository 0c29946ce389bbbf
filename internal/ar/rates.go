package ar

import (
	_ "embed" // of the tables
	"encoding/csv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

//go:embed rates.csv
var ratesTable string

// rate is a reference rate during half a year.
type rate struct {
	from      time.Time // 1 January or 1 July
	percent   decimal.Decimal
	confirmed bool
}

// rates are the reference rates by the name of their series, the oldest first, one for every half-year.
var rates = readRates(ratesTable)

// rateOn is the rate of a series on a day. After the last half-year of the table the last rate goes on, unconfirmed:
// whoever asks for a day that far wants an estimate. Before the first there was another law, so ok is false.
func rateOn(series string, day time.Time) (r rate, ok bool) {
	table := rates[series]
	n := halfYear(day) - halfYear(table[0].from)
	if n < 0 {
		return rate{}, false
	}
	if n >= len(table) {
		r = table[len(table)-1]
		r.confirmed = false
		return r, true
	}
	return table[n], true
}

// lastConfirmed is the last day whose rate of a series is confirmed.
func lastConfirmed(series string) time.Time {
	table := rates[series]
	n := len(table)
	for n > 1 && !table[n-1].confirmed {
		n--
	}
	return table[n-1].from.AddDate(0, 6, -1)
}

// halfYear counts half-years: rates change on 1 January and on 1 July, and these days have the new rate.
func halfYear(day time.Time) int {
	if day.Month() < time.July {
		return 2 * day.Year()
	}
	return 2*day.Year() + 1
}

func readRates(text string) map[string][]rate {
	series := map[string][]rate{}
	for row := range tableRows(text) {
		series[row["series"]] = append(series[row["series"]], rate{mustDay(row["from"]), decimal.RequireFromString(row["percent"]), row["confirmed"] == "yes"})
	}
	return series
}

// tableRows reads a table that is part of the program: what is wrong with it is a fault of the program.
func tableRows(text string) func(yield func(map[string]string) bool) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		panic("ar: " + err.Error())
	}
	return func(yield func(map[string]string) bool) {
		for _, cells := range rows[1:] {
			row := make(map[string]string, len(cells))
			for i, name := range rows[0] {
				row[name] = cells[i]
			}
			if !yield(row) {
				return
			}
		}
	}
}

func mustDay(text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic("ar: " + err.Error())
	}
	return day
}

package ar

import "time"

// DayCount is how days of interest are counted, and of how many a year is taken to have.
type DayCount string

const (
	Act365    DayCount = "act/365" // the days there are, of 365 in every year
	ActAct    DayCount = "act/act" // the days there are, of 366 in a leap year
	Thirty360 DayCount = "30/360"  // every month has 30 days; its 31st bears no interest (30E/360)
)

// Known tells whether there is such a day count.
func (d DayCount) Known() bool { return d == Act365 || d == ActAct || d == Thirty360 }

// days is the number of days of interest from a day to another, both inclusive. Whatever the convention, those of two
// spans that follow each other add up to those of both.
func (d DayCount) days(from, to time.Time) int {
	before := from.AddDate(0, 0, -1)
	if d == Thirty360 {
		return thirties(to) - thirties(before)
	}
	return int(to.Sub(before) / (24 * time.Hour))
}

func thirties(day time.Time) int {
	return 360*day.Year() + 30*int(day.Month()) + min(day.Day(), 30)
}

// year is the number of days of the year that a day belongs to.
func (d DayCount) year(day time.Time) int64 {
	switch {
	case d == Thirty360:
		return 360
	case d == ActAct && leap(day.Year()):
		return 366
	}
	return 365
}

// common is a multiple of the days of every year.
func (d DayCount) common() int64 {
	switch d {
	case Thirty360:
		return 360
	case ActAct:
		return 365 * 366
	}
	return 365
}

func leap(year int) bool {
	return time.Date(year, time.December, 31, 0, 0, 0, 0, time.UTC).YearDay() == 366
}

// dayOf is the day of an instant, midnight UTC: dates are kept as instants, and are what they are in UTC.
func dayOf(t time.Time) time.Time {
	year, month, day := t.UTC().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func nextDay(day time.Time) time.Time { return day.AddDate(0, 0, 1) }

package ar

import (
	_ "embed" // of the table
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

//go:embed policies.csv
var policiesTable string

// policy is what the law gives a creditor whose debtor is late.
type policy struct {
	country string
	debtor  IdentityKind
	from    time.Time // debts that arose on this day or later
	series  string    // the reference rate; empty: points are the whole rate
	points  decimal.Decimal
	lumpsum decimal.Decimal // for the costs of recovery, in EUR
	days    DayCount        // where a merchant chooses none
	basis   string
}

// policies are those of policies.csv: of a country and debtor the oldest first.
var policies = readPolicies(policiesTable)

// policyFor is the policy for a debt that arose on a day. Which law a debt is under is settled when it arises: Art. 229 § 34
// EGBGB for the nine points of 2014.
func policyFor(country string, debtor IdentityKind, arose time.Time) (policy, bool) {
	for _, p := range slices.Backward(policies) {
		if p.country == country && p.debtor == debtor && !p.from.After(arose) {
			return p, true
		}
	}
	return policy{}, false
}

// policyCountries are the countries there are policies for.
func policyCountries() (countries []string) {
	for _, p := range policies {
		if !slices.Contains(countries, p.country) {
			countries = append(countries, p.country)
		}
	}
	return countries
}

func readPolicies(text string) (all []policy) {
	for row := range tableRows(text) {
		all = append(all, policy{
			country: row["country"], debtor: IdentityKind(row["debtor"]), from: mustDay(row["from"]), series: row["series"],
			points: decimal.RequireFromString(row["points"]), lumpsum: decimal.RequireFromString(row["lumpsum"]), days: DayCount(row["daycount"]), basis: row["basis"],
		})
	}
	return all
}

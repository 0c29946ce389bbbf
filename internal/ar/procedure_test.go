package ar

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// The default passes its own check, and says about the steps what it is documented to say.
func TestDefaultProcedure(t *testing.T) {
	if wrong := (Settings{Dunning: &DefaultProcedure}).CheckDunning(); len(wrong) > 0 {
		t.Errorf("%+v", wrong)
	}
	var got []string
	for _, l := range DefaultProcedure.Levels {
		text, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(text))
	}
	const late = `{"grace":3,"payBy":7,"fee":{"incorporate":"2.5","individual":"2.5"},"interest":true}`
	want := []string{`{"grace":3,"payBy":7}`, `{"grace":3,"payBy":7,"lumpsum":true,"interest":true}`, late, late, strings.Replace(late, `"payBy":7`, `"payBy":5`, 1)}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

// A version names what a procedure says, however its amounts were written.
func TestProcedureVersion(t *testing.T) {
	version := func(text string) string {
		var p Procedure
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		v, err := p.Version()
		if err != nil || len(v) != 64 {
			t.Errorf("%s, %v", v, err)
		}
		return v
	}
	const text = `{"currency": "EUR", "creditPercent": "10", "levels": [{"grace": 3, "payBy": 7, "minAmount": "5.00"}]}`
	if version(text) != version(strings.Replace(text, `"5.00"`, `5`, 1)) {
		t.Error("another spelling is another version")
	}
	if version(text) == version(strings.Replace(text, `7`, `8`, 1)) {
		t.Error("another period is the same version")
	}
}

func TestCheckDunning(t *testing.T) {
	level := func(text string) string {
		return `{"currency": "EUR", "levels": [{"payBy": 7}, {"payBy": 7` + text + `}]}`
	}
	for settings, want := range map[string]string{
		level(``): "",
		level(`, "fee": {"incorporate": "5"}, "minAmount": "3.50", "deliveryKind": "letter", "interval": 365`):          "",
		`{"currency": "EUR", "costBasis": "Postage", "levels": [{"payBy": 7}, {"payBy": 7, "fee": {"individual": 1}}]}`: "",

		level(`, "fee": {"individual": "2.50"}`):                                   "dunning.levels[1].fee.individual",
		level(`, "fee": {"incorporate": "-1"}`):                                    "dunning.levels[1].fee.incorporate",
		level(`, "fee": {"incorporate": "0.001"}`):                                 "dunning.levels[1].fee.incorporate",
		level(`, "fee": {"company": "1"}`):                                         "dunning.levels[1].fee.company",
		level(`, "minAmount": "-1"`):                                               "dunning.levels[1].minAmount",
		level(`, "deliveryKind": "fax"`):                                           "dunning.levels[1].deliveryKind",
		level(`, "grace": -1, "interval": 366`):                                    "dunning.levels[1].grace dunning.levels[1].interval",
		`{"currency": "EUR", "creditPercent": 101, "levels": [{"payBy": 0}]}`:      "dunning.creditPercent dunning.levels[0].payBy",
		`{"currency": "EUR", "levels": [{"payBy": 7, "fee": {"incorporate": 1}}]}`: "dunning.levels[0].fee.incorporate",
		`{"currency": "XXX", "levels": []}`:                                        "dunning.currency dunning.levels",
		`{"currency": "EUR", "levels": [{"payBy": 1},{"payBy": 1},{"payBy": 1},{"payBy": 1},{"payBy": 1},{"payBy": 1}]}`: "dunning.levels",
	} {
		var p Procedure
		if err := json.Unmarshal([]byte(settings), &p); err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, d := range (Settings{Dunning: &p}).CheckDunning() {
			paths = append(paths, d.Fields...)
			if d.Error == "" || d.Hint == "" {
				t.Errorf("%s: %+v", settings, d)
			}
		}
		slices.Sort(paths)
		if got := strings.Join(paths, " "); got != want {
			t.Errorf("%s: %s, want %s", settings, got, want)
		}
	}
	if wrong := (Settings{}).CheckDunning(); wrong != nil {
		t.Errorf("%+v", wrong)
	}
}

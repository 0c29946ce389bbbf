package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/client"
)

func TestParseWhere(t *testing.T) {
	fields := filterNames(client.InvoiceFields)
	for text, want := range map[string]client.Condition{
		"due<2026-01-01":       client.Where("due").LessThan("2026-01-01"),
		"due <= 2026-01-01 ":   client.Where("due").AtMost("2026-01-01"),
		"total>=100":           client.Where("total").AtLeast("100"),
		"total > 100":          client.Where("total").MoreThan("100"),
		"state=paid":           client.Where("state").Is("paid"),
		"state == paid":        client.Where("state").Is("paid"),
		"state != paid":        client.Where("state").IsNot("paid"),
		"reference=a<b":        client.Where("reference").Is("a<b"),
		"reference=":           client.Where("reference").Is(""),
		"state in paid, none":  client.Where("state").In("paid", "none"),
		"number in a":          client.Where("number").In("a"),
		"ordernumber = in one": client.Where("ordernumber").Is("in one"),
	} {
		if got, err := parseWhere(text, fields); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "write a field", "due": "write a field", "due ~ 1": "write a field", "< 1": "write a field", "due2026": "write a field", "total inmany": "write a field",
		"Due<1": `"Due" is no field`, "identity.reference=1": "those are: reference, number, state",
	} {
		if _, err := parseWhere(text, fields); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// The fields completion offers for filters and their values are those of the contract.
func TestFilterNames(t *testing.T) {
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	for schema, fields := range map[string]any{"InvoiceQuery": client.InvoiceFields, "IdentityQuery": client.IdentityFields, "TransactionQuery": client.TransactionFields} {
		names := filterNames(fields)
		properties := doc.Components.Schemas[schema].Value.Properties
		if len(names) != len(properties) {
			t.Errorf("%s has %d fields, and %d are offered", schema, len(properties), len(names))
		}
		for _, name := range names {
			if properties[name] == nil {
				t.Errorf("%s has no %s", schema, name)
			}
		}
	}
	for name, schema := range map[string]string{"state": "InvoiceState", "paymentkind": "Paymentkind"} {
		var values []string
		for _, v := range doc.Components.Schemas[schema].Value.Enum {
			values = append(values, v.(string))
		}
		if !reflect.DeepEqual(slices.Sorted(slices.Values(values)), slices.Sorted(slices.Values(choices[name]))) {
			t.Errorf("%s is one of %v, and %v are offered", name, values, choices[name])
		}
	}
}

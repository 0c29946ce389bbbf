package main

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

// completionPatience is how long somebody who pressed Tab is kept waiting for a server.
const completionPatience = 2 * time.Second

// completeValues completes a flag by fixed values.
func completeValues(c *cobra.Command, flag string, values ...string) {
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
}

// completeProfiles names the profiles of the configuration file.
func completeProfiles(env environment) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		path, err := profilesPath(env)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		stored, err := readProfiles(path)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return slices.Sorted(maps.Keys(stored.Profiles)), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeListed completes one of several values with commas between them: what was written already stays.
func completeListed(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, start string) ([]string, cobra.ShellCompDirective) {
		before := start[:strings.LastIndexByte(start, ',')+1]
		var all []string
		for _, v := range values {
			if !slices.Contains(strings.Split(before, ","), v) {
				all = append(all, before+v)
			}
		}
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// choices are the values of the fields that have few.
var choices = map[string][]string{
	"state":       {string(client.InvoiceStateNone), string(client.InvoiceStatePaid), string(client.InvoiceStateCanceled)},
	"kind":        {string(client.IdentityKindIndividual), string(client.IdentityKindIncorporate), string(client.VoucherDocumentsKindInvoice), string(client.VoucherDocumentsKindCreditnote)},
	"paymentkind": {"PP", "CC", "DD", "CT", "CD", "IN", "OT"},
}

// completeWhere completes the field of a filter, and the value where there are few.
func completeWhere(filters []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, start string) ([]string, cobra.ShellCompDirective) {
		name, _, compared := strings.Cut(start, "=")
		if !compared {
			return filters, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
		var all []string
		for _, v := range choices[strings.TrimRight(name, "!")] {
			all = append(all, name+"="+v)
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

// filterNames are the fields by which a list can be filtered, as the client knows them.
func filterNames(fields any) []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(fields)) {
		if len(f.Index) == 1 {
			names = append(names, strings.ToLower(f.Name))
		}
	}
	return names
}

// completing completes what stands in the path of an operation.
func completing(env environment) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, start string) ([]string, cobra.ShellCompDirective) {
		names := argumentNames(c)
		if len(args) >= len(names) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return completeReference(env, c, names[len(args)], start)
	}
}

// completeReference asks the server for references that begin like start. Whatever goes wrong, there is nothing to complete.
func completeReference(env environment, c *cobra.Command, name, start string) ([]string, cobra.ShellCompDirective) {
	lists := map[string]portion{
		"INVOICE": paged((*client.Client).ListInvoices), "IDENTITY": paged((*client.Client).ListIdentities), "CREDITNOTE": paged((*client.Client).ListCreditnotes),
	}
	list := lists[name]
	if list == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var n connection
	if profile := c.Flags().Lookup("profile"); profile != nil {
		n.profile = profile.Value.String()
	}
	api, err := n.open(env)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(c.Context(), completionPatience)
	defer cancel()
	options := []listOption{client.SortBy("reference"), client.MaxAttempts(1)}
	if start != "" {
		options = append(options, client.Where("reference").AtLeast(start))
	}
	rows, _, err := list(ctx, api, nil, place{}, 30, options)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return referencesOf(rows, start), cobra.ShellCompDirectiveNoFileComp
}

func referencesOf(rows []json.RawMessage, start string) (references []string) {
	for _, row := range rows {
		var voucher struct{ Reference, Label string }
		if json.Unmarshal(row, &voucher) == nil && strings.HasPrefix(voucher.Reference, start) {
			references = append(references, cobra.CompletionWithDesc(voucher.Reference, printable(voucher.Label)))
		}
	}
	return references
}

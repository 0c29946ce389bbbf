package conformance

import (
	"net/http"
	"strings"
	"testing"
)

// A law that can make no sense of an answer fails. It does not end the run, of whose other laws nobody would hear then.
func TestAnswersWithoutSense(t *testing.T) {
	if raceEnabled {
		t.Skip("make check runs it by itself, see TestMutants")
	}
	link := func(to any) fault { return communications(func(c object) { c["publicUrl"] = to }) }
	pages := func(filtered bool, change func(page object)) fault {
		return answers("GET", "/invoices", func(_ http.Handler, r *http.Request, a *reply) {
			if page := a.object(); a.status == http.StatusOK && (!filtered || !strings.Contains(r.URL.RawQuery, "$")) {
				change(page)
				a.set(page)
			}
		})
	}
	empty := func(page object) { page["rows"] = []any{} }
	for name, c := range map[string]struct {
		fault fault
		laws  string
	}{
		"documents without a link":          {communications(func(c object) { delete(c, "publicUrl") }), "documents.link documents.link-altered"},
		"links that are no text":            {link(7), "documents.link documents.link-altered"},
		"links that lead nowhere":           {link("nowhere"), "documents.link documents.link-altered"},
		"links with an empty signature":     {link("http://127.0.0.1/?signature="), "documents.link-altered"},
		"an invoice without documents":      {objects("GET", "/invoices/*/documents", func(voucher object) { voucher["communications"] = []any{} }), "isolation.hidden"},
		"a list of nothing":                 {pages(false, empty), "pages.* cursor.* sort.order filters.*"},
		"a list of nothing, but for filter": {pages(true, empty), "filters.agree"},
		"rows without fields":               {objects("GET", "/invoices", func(row object) { clear(row) }), "pages.* cursor.* sort.order filters.*"},
		"pages without a cursor":            {pages(false, func(page object) { page["hasMore"] = true; delete(page, "next") }), "cursor.whole"},
		"customers without fields":          {objects("*", "/identities*", func(customer object) { clear(customer) }), "identity.*"},
	} {
		t.Run(name, func(t *testing.T) {
			config := ours(t, c.fault)
			config.Only, config.Document = strings.Fields(c.laws), theContract()
			if report, err := Run(t.Context(), config); err != nil || report.OK() {
				t.Errorf("nothing is wrong, %v", err)
			}
		})
	}
}

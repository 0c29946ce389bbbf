package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

var listMutants = []mutant{
	{name: "pages that overlap", breaks: "pages.whole",
		fault: rows("/invoices", func(honest http.Handler, r *http.Request, page object) {
			if n, _ := strconv.Atoi(r.URL.Query().Get("page")); n > 1 && len(page["rows"].([]any)) > 0 {
				before := r.Clone(r.Context())
				before.URL.RawQuery = strings.Replace(r.URL.RawQuery, "page="+strconv.Itoa(n), "page="+strconv.Itoa(n-1), 1)
				last := ask(honest, before).object()["rows"].([]any)
				page["rows"].([]any)[0] = last[len(last)-1]
			}
		})},
	{name: "cursors that lose a row", breaks: "cursor.whole cursor.inserts cursor.changes",
		fault: rows("/*", func(_ http.Handler, r *http.Request, page object) {
			if list := page["rows"].([]any); r.URL.Query().Has("after") && len(list) > 1 {
				page["rows"] = list[1:]
			}
		})},
	{name: "cursors that are page numbers", breaks: "cursor.inserts cursor.changes", fault: pageCursors},
	{name: "a size of pages that is not heeded behind a cursor", breaks: "filters.together",
		fault: rows("/invoices", func(_ http.Handler, r *http.Request, page object) {
			if r.URL.Query().Get("query[created][$lt]") != "" && r.URL.Query().Has("after") {
				page["hasMore"] = false
				delete(page, "next")
			}
		})},
	{name: "hasMore on a full last page", breaks: "pages.numbers",
		fault: rows("/*", func(_ http.Handler, _ *http.Request, page object) {
			if size, _ := strconv.Atoi(fmt.Sprint(page["pageSize"])); len(page["rows"].([]any)) == size {
				page["hasMore"] = true
			}
		})},
	{name: "a total of the page", breaks: "pages.numbers",
		fault: rows("/*", func(_ http.Handler, _ *http.Request, page object) {
			if _, asked := page["total"]; asked {
				page["total"] = len(page["rows"].([]any))
			}
		})},
	{name: "the last page shown for those behind it", breaks: "pages.beyond",
		fault: queries("/*", func(query []string) []string { return replace(query, "page=1000", "page=1") })},
	{name: "sizes of pages cut to what is allowed", breaks: "pages.bounds",
		fault: queries("/*", func(query []string) []string { return replace(query, "pageSize=1001", "pageSize=1000") })},
	{name: "any cursor taken for the start", breaks: "pages.cursor-unknown",
		fault: answers("GET", "/*", func(honest http.Handler, r *http.Request, a *reply) {
			if query := r.URL.Query(); a.status == http.StatusBadRequest && query.Has("after") {
				query.Del("after")
				r.URL.RawQuery = query.Encode()
				*a = *ask(honest, r)
			}
		})},
	{name: "always ascending", breaks: "sort.order",
		fault: queries("/*", func(query []string) []string {
			return mapped(query, func(p string) string {
				return strings.ReplaceAll(strings.Replace(p, "sort=-", "sort=", 1), "%2C-", "%2C")
			})
		})},
	{name: "only the first key sorted by", breaks: "sort.order",
		fault: queries("/*", func(query []string) []string {
			return mapped(query, func(p string) string {
				if key, _, several := strings.Cut(p, "%2C"); several && strings.HasPrefix(p, "sort=") {
					return key
				}
				return p
			})
		})},
	{name: "rows of equal keys in any order", breaks: "sort.stable", fault: shuffles()},
	{name: "unknown keys of a sort ignored", breaks: "sort.unknown",
		fault: queries("/*", func(query []string) []string {
			return slices.DeleteFunc(query, func(p string) bool { return strings.HasPrefix(p, "sort=") && strings.Contains(p, "unknownfield") })
		})},
	{name: "a filter ignored", breaks: "filters.agree",
		fault: queries("/invoices", func(query []string) []string {
			return slices.DeleteFunc(query, func(p string) bool { return strings.HasPrefix(p, "query[state]") })
		})},
	{name: "$gte read as $gt", breaks: "filters.agree",
		fault: queries("/*", func(query []string) []string { return replace(query, "[due][$gte]", "[due][$gt]") })},
	{name: "the first of $in only", breaks: "filters.agree",
		fault: queries("/invoices", func(query []string) []string {
			return mapped(query, func(p string) string {
				if first, _, several := strings.Cut(p, "%2C"); several && strings.Contains(p, "[number][$in]") {
					return first
				}
				return p
			})
		})},
	{name: "amounts compared as texts", breaks: "filters.agree",
		fault: rows("/invoices", func(_ http.Handler, r *http.Request, page object) {
			if bound := r.URL.Query().Get("query[total][$gt]"); bound != "" {
				page["rows"] = slices.DeleteFunc(page["rows"].([]any), func(row any) bool { return row.(object)["total"].(string) <= bound })
			}
		})},
	{name: "unknown filters ignored", breaks: "filters.unknown",
		fault: queries("/*", func(query []string) []string {
			return slices.DeleteFunc(query, func(p string) bool { return strings.HasPrefix(p, "query[unknownfield]") })
		})},
	{name: "filters not told", breaks: "filters.echo",
		fault: rows("/*", func(_ http.Handler, _ *http.Request, page object) { page["query"] = object{} })},
	{name: "limit 0 taken for none", breaks: "sublist.parts",
		fault: answers("GET", "/identities/*/invoices", func(_ http.Handler, r *http.Request, a *reply) {
			if r.URL.Query().Get("limit") == "0" {
				a.body = []byte("[]")
			}
		})},
	{name: "a search ignored", breaks: "sublist.search",
		fault: queries("/identities/*/invoices", func(query []string) []string {
			return slices.DeleteFunc(query, func(p string) bool { return strings.HasPrefix(p, "search[due]") })
		})},
	{name: "no invoices of nobody", breaks: "sublist.missing",
		fault: answers("GET", "/identities/*/invoices", func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusNotFound {
				a.status, a.body = http.StatusOK, []byte("[]")
			}
		})},
}

// rows changes pages of lists.
func rows(pattern string, change func(honest http.Handler, r *http.Request, page object)) fault {
	return answers("GET", pattern, func(honest http.Handler, r *http.Request, a *reply) {
		page := a.object()
		if _, isPage := page["rows"].([]any); isPage {
			change(honest, r, page)
			a.set(page)
		}
	})
}

// pageCursors counts pages instead of remembering where one ended.
func pageCursors(honest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if n, isNumber := strings.CutPrefix(query.Get("after"), "page-"); isNumber {
			query.Del("after")
			query.Set("page", n)
			r.URL.RawQuery = query.Encode()
		}
		rows("/*", func(_ http.Handler, _ *http.Request, page object) {
			if page["hasMore"] == true {
				n, _ := strconv.Atoi(fmt.Sprint(page["page"]))
				page["next"] = "page-" + strconv.Itoa(n+1)
			}
		})(honest).ServeHTTP(w, r)
	})
}

// shuffles turns the rows of every second list around, where they are equal in what they are sorted by.
func shuffles() fault {
	turn := make(chan bool, 1)
	turn <- false
	return rows("/*", func(_ http.Handler, r *http.Request, page object) {
		around := <-turn
		turn <- !around
		if sort := r.URL.Query().Get("sort"); around && sort != "" {
			list := page["rows"].([]any)
			slices.Reverse(list)
			slices.SortStableFunc(list, func(a, b any) int {
				field, descending := strings.CutPrefix(sort, "-")
				x, _ := value(a, field)
				y, _ := value(b, field)
				if descending {
					x, y = y, x
				}
				return compareValues(field, x, y)
			})
		}
	})
}

func replace(query []string, old, with string) []string {
	return mapped(query, func(p string) string {
		unescaped, err := url.PathUnescape(p)
		if err != nil || !strings.Contains(unescaped, old) {
			return p
		}
		return strings.Replace(unescaped, old, with, 1)
	})
}

func mapped(query []string, change func(string) string) []string {
	all := make([]string, len(query))
	for i, p := range query {
		all[i] = change(p)
	}
	return all
}

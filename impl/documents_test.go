package impl_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/document/documenttest"
)

// communications are those of the invoice itself.
func (w *world) communications(reference string) []any {
	w.Helper()
	return w.do(get("/invoices/" + reference + "/documents")).is(http.StatusOK).array()[0]["communications"].([]any)
}

// follow gets a link without credentials.
func (w *world) follow(link string) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, link, nil)
	w.no(err)
	return w.send(r)
}

func TestImportExternalDocument(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		w.draft("RE2")
		paper := documenttest.PDF("RE1")
		first := w.do(upload("RE1", imported("RE1.pdf", "invoice", paper)...)).is(http.StatusOK).object()
		for _, name := range []string{"communicationReference", "fileReference"} {
			if reference, _ := first[name].(string); !strings.HasPrefix(reference, "_") {
				w.Errorf("%s is %v", name, first[name])
			}
		}
		if first["voucherReference"] != "RE1" || len(first) != 3 {
			w.Errorf("imported %v", first)
		}
		w.Day.Advance(time.Second)
		again := w.do(upload("RE2", imported("copy.pdf", "reminder", paper)...)).is(http.StatusOK).object()
		if again["fileReference"] != first["fileReference"] || again["communicationReference"] == first["communicationReference"] || again["voucherReference"] != "RE2" {
			w.Errorf("the same bytes again: %v", again)
		}
		mail := eml("about RE1")
		other := w.do(upload("RE1", append(imported("mail.eml", "email", mail), part{name: "label", value: "A mail"}, part{name: "description", value: "from the shop"})...)).is(http.StatusOK).object()
		if other["fileReference"] == first["fileReference"] {
			w.Errorf("other bytes: %v", other)
		}

		sum := sha256.Sum256([]byte(paper))
		hash := hex.EncodeToString(sum[:])
		if want := fmt.Sprintf("%s %d", filepath.Join("/", acme, hash[:2], hash), len(paper)); !slices.Contains(w.onDisk(), want) || len(w.onDisk()) != 2 {
			w.Errorf("on disk is %v, want %s", w.onDisk(), want)
		}
		if got := w.events("RE1"); !slices.Equal(got, []string{"created", "documentImported", "documentImported"}) {
			w.Errorf("events %v", got)
		}
		if log := w.Log.String(); strings.Contains(log, "level=WARN") || strings.Contains(log, "level=ERROR") {
			w.Error("there is something in the log") // which is shown when a test fails
		}

		list := w.communications("RE1")
		if len(list) != 2 {
			w.Fatalf("listed %v", list)
		}
		one, two := list[0].(object), list[1].(object)
		if one["kind"] != "invoice" || one["label"] != "RE1.pdf" || one["comment"] != nil || one["file"] != first["fileReference"] {
			w.Errorf("first %v", one)
		}
		if two["kind"] != "email" || two["label"] != "A mail" || two["comment"] != "from the shop" || two["created"] != "2026-03-02T09:30:01.000Z" {
			w.Errorf("second %v", two)
		}
		for i, want := range []struct{ content, mediaType, name string }{{paper, "application/pdf", "RE1.pdf"}, {mail, "message/rfc822", "mail.eml"}} {
			id := list[i].(object)["id"].(string)
			for _, a := range []answer{w.do(get("/v1/communication/" + id + "/file")), w.follow(list[i].(object)["publicUrl"].(string))} {
				a.is(http.StatusOK)
				if string(a.body) != want.content || a.header.Get("Content-Type") != want.mediaType || a.header.Get("Content-Length") != fmt.Sprint(len(want.content)) {
					w.Errorf("downloaded %d bytes, %v", len(a.body), a.header)
				}
				if a.header.Get("Content-Disposition") != "attachment; filename="+want.name {
					w.Errorf("Content-Disposition %s", a.header.Get("Content-Disposition"))
				}
			}
		}
	})
}

// The parts of a form come in any order.
func TestImportPartsInAnyOrder(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		p := append(imported("a.eml", "letter", eml("a")), part{name: "label", value: "L"})
		p[2].value = "email"
		count := 0
		permute(p, func(parts []part) {
			count++
			w.do(upload("RE1", parts...)).is(http.StatusOK)
			latest := w.communications("RE1")[count-1].(object)
			if latest["label"] != "L" || latest["kind"] != "email" {
				w.Errorf("%v: %v", parts, latest)
			}
		})
		if count != 24 || len(w.onDisk()) != 1 {
			w.Errorf("%d orders, on disk %v", count, w.onDisk())
		}
	})
}

// permute calls f with every order of the parts.
func permute(parts []part, f func([]part)) {
	var from func(int)
	from = func(i int) {
		if i == len(parts) {
			f(parts)
			return
		}
		for j := i; j < len(parts); j++ {
			parts[i], parts[j] = parts[j], parts[i]
			from(i + 1)
			parts[i], parts[j] = parts[j], parts[i]
		}
	}
	from(0)
}

func TestSignedLink(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		for _, name := range []string{"a", "b"} {
			w.do(upload("RE1", imported(name+".eml", "email", eml(name))...)).is(http.StatusOK)
		}
		links := w.communications("RE1")
		link, err := url.Parse(links[0].(object)["publicUrl"].(string))
		w.no(err)
		if !strings.HasPrefix(link.String(), w.URL+"/v1/communication/") {
			w.Errorf("the link is %s", link)
		}
		changed := func(name, value string) string {
			other := *link
			query := other.Query()
			query.Set(name, value)
			other.RawQuery = query.Encode()
			return other.String()
		}
		signature := link.Query().Get("signature")
		merchant, mac, _ := strings.Cut(signature, ".")
		last := "A"
		if strings.HasSuffix(mac, last) {
			last = "Q"
		}
		other := links[1].(object)["id"].(string)
		for name, wrong := range map[string]string{
			"signature":        changed("signature", merchant+"."+mac[:len(mac)-1]+last),
			"no mac":           changed("signature", merchant+"."),
			"no merchant":      changed("signature", mac),
			"another merchant": changed("signature", rival+"."+mac),
			"nobody":           changed("signature", "nobody."+mac),
			"expires later":    changed("expires", "9999999999"),
			"expires signed":   changed("expires", "0"+link.Query().Get("expires")),
			"another file":     strings.Replace(link.String(), links[0].(object)["id"].(string), other, 1),
			"no file":          strings.Replace(link.String(), links[0].(object)["id"].(string), "nothing", 1),
		} {
			if e := w.follow(wrong).refused(http.StatusForbidden, "ERR_FORBIDDEN"); len(e.hints()) != 1 {
				w.Errorf("%s: %+v", name, e)
			}
		}
		w.follow(w.URL+"/v1/communication/"+other+"/file?expires=9999999999").refused(http.StatusUnauthorized, "ERR_UNAUTHORIZED")
		w.follow(strings.Replace(link.String(), "expires=", "x=", 1)).refused(http.StatusForbidden, "ERR_FORBIDDEN")
		w.do(get("/v1/communication/nothing/file")).refused(http.StatusNotFound, "ERR_NOT_FOUND")

		w.Day.Advance(app.DefaultLinkLife - time.Millisecond)
		w.follow(link.String()).is(http.StatusOK)
		w.Day.Advance(time.Millisecond)
		w.follow(link.String()).refused(http.StatusForbidden, "ERR_FORBIDDEN")
		w.follow(w.communications("RE1")[0].(object)["publicUrl"].(string)).is(http.StatusOK)
	})
}

// A merchant's link works with its own secret only: a rival cannot sign for another.
func TestSignedLinkOfAnother(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		w.do(post("/identities", `{"reference": "K1"}`).as(rival)).is(201)
		w.do(post("/identities/K1/invoices", `{"reference": "RE1"}`).as(rival)).is(201)
		w.do(upload("RE1", imported("a.eml", "email", eml("a"))...)).is(200)
		w.do(upload("RE1", imported("a.eml", "email", eml("a"))...).as(rival)).is(200)
		own := w.communications("RE1")[0].(object)
		others := w.do(get("/invoices/RE1/documents").as(rival)).array()[0]["communications"].([]any)[0].(object)
		crossed := strings.Replace(others["publicUrl"].(string), others["id"].(string), own["id"].(string), 1)
		w.follow(crossed).refused(http.StatusForbidden, "ERR_FORBIDDEN")
		w.follow(strings.Replace(crossed, "signature="+rival, "signature="+acme, 1)).refused(http.StatusForbidden, "ERR_FORBIDDEN")
		if len(w.onDisk()) != 2 {
			w.Errorf("two merchants share a file: %v", w.onDisk())
		}
	})
}

// credited is RE1 of 119.00 with a payment of 20, a fee of none, and a credit note GS1 of 59.50.
func (w *world) credited() {
	w.Helper()
	w.customer()
	w.committed("RE1")
	w.Day.Advance(time.Second)
	w.do(post("/transactions", `{"amount": "20", "currency": "EUR", "valuedate": "2026-03-01", "assignments": [{"invoice": "RE1", "amount": "20.00"}]}`)).is(http.StatusCreated)
	w.Day.Advance(time.Second)
	w.do(credit("GS1", "50")).is(http.StatusCreated)
}

// credit is a credit note for RE1 at its tax rate.
func credit(reference, net string) call {
	return post("/identities/K1/creditnotes", fmt.Sprintf(`{"reference": %q, "invoice": "RE1", "items": [{"label": "Back", "quantity": 1, "unit": "piece", "unitprice": %q, "taxrate": "19", "detail": {}}]}`, reference, net))
}

func TestCreditnotes(t *testing.T) {
	each(t, func(w *world) {
		w.credited()
		note := w.do(get("/creditnotes/GS1")).is(http.StatusOK)
		if got := note.object(); got["kind"] != "creditnote" || got["corrects"] != "RE1" || got["total"] != "59.50" || got["number"] != "GS-2026-0001" || got["committed"] != true {
			w.Errorf("note %s", note.body)
		}
		if inv := w.do(get("/invoices/RE1")).object(); inv["unpaid"] != "39.50" || inv["state"] != "none" {
			w.Errorf("invoice %v", inv)
		}
		if got := w.do(get("/creditnotes?query[total][$gt]=50&sort=-total&withTotal=true")).references(); !slices.Equal(got, []string{"GS1"}) {
			w.Errorf("listed %v", got)
		}
		if got := w.do(get("/invoices")).references(); !slices.Equal(got, []string{"RE1"}) {
			w.Errorf("a note is among the invoices: %v", got)
		}
		w.do(get("/invoices/GS1")).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		w.do(get("/creditnotes/RE1")).refused(http.StatusNotFound, "ERR_NOT_FOUND")

		for query, want := range map[string]string{"": "RE1 GS1", "?sort=-created": "GS1 RE1", "?search[kind]=creditnote": "GS1", "?limit=1": "RE1",
			"?limit=1&offset=1": "GS1", "?offset=5": "", "?limit=0&sort=-issued": "RE1 GS1"} {
			if got := strings.Join(w.do(get("/invoices/RE1/documents"+query)).references(), " "); got != want {
				w.Errorf("documents%s gives %s, want %s", query, got, want)
			}
		}
	})
}

// The day of issue is not the day of creation: this invoice was dated three days ahead.
func TestDocumentsByDayOfIssue(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.do(post("/identities/K1/invoices", `{"reference": "RE1", "issued": "2026-03-05", "netbased": true, "items": [`+item+`]}`)).is(http.StatusCreated)
		w.do(post("/invoices/RE1/commitInvoice", `{}`)).is(http.StatusOK)
		w.do(credit("GS1", "50")).is(http.StatusCreated)
		for sort, want := range map[string]string{"issued": "GS1 RE1", "-issued": "RE1 GS1"} {
			if got := strings.Join(w.do(get("/invoices/RE1/documents?sort="+sort)).references(), " "); got != want {
				w.Errorf("by %s: %s, want %s", sort, got, want)
			}
		}
	})
}

func TestPayments(t *testing.T) {
	each(t, func(w *world) {
		w.credited()
		booked := func(query string) (texts []string) {
			got := w.do(get("/invoices/RE1/payments" + query)).is(http.StatusOK).object()
			for _, list := range []string{"payments", "charges"} {
				for _, entry := range got[list].([]any) {
					b := entry.(object)["booking"].(object)
					texts = append(texts, fmt.Sprint(list[:3], " ", b["kind"], " ", b["amount"], " ", b["transaction"], " ", b["voucher"]))
				}
			}
			return texts
		}
		const payment, credit = "pay payment 20.00 1 <nil>", "pay credit 59.50 <nil> GS1"
		for query, want := range map[string][]string{"": {payment, credit}, "?sort=-created": {credit, payment}, "?search[kind]=credit": {credit},
			"?search[kind]=fee": nil, "?limit=1": {payment}, "?limit=1&offset=1": {credit}, "?offset=9": nil, "?limit=0": {payment, credit}} {
			if got := booked(query); !slices.Equal(got, want) {
				w.Errorf("%s gives %v, want %v", query, got, want)
			}
		}
		w.do(get("/invoices/RE9/payments")).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		w.do(get("/invoices/RE1/payments?search[kind]=gift")).refused(http.StatusBadRequest, "ERR_INVALID_VALUE")
	})
}

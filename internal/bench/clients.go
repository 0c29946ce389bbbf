package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/bench/inprocess"
	"github.com/dunwell/dunwell/internal/bench/variant"
	"github.com/dunwell/dunwell/internal/bench/way"
	"github.com/dunwell/dunwell/internal/bench/workload"
)

// clients is what was measured of the ways of calling the API from Go.
type clients struct {
	Calls   []inprocess.Result
	Walks   []carried // rows
	Uploads []carried // bytes
}

// carried is what a process of its own moved.
type carried struct {
	Way  string
	Size int64 // rows or bytes
	way.Cost
}

func (c carried) perSecond() float64 { return float64(c.Size) / c.Took.Seconds() }

// callers measures all of it. Calls go to the real server, walks to one whose list is endless and costs nothing, uploads
// to one that reads and forgets.
func callers(ctx context.Context, h house, contender, dunwell string, e effort) (c clients, err error) {
	caller, err := h.build(ctx, "caller", h.bench, "./caller")
	if err != nil {
		return c, err
	}
	if c.Calls, err = compareCalls(ctx, h, caller, dunwell, e); err != nil {
		return c, err
	}
	if c.Walks, err = walks(ctx, caller, e); err != nil {
		return c, err
	}
	c.Uploads, err = sendFiles(ctx, h, caller, contender, e)
	return c, err
}

func compareCalls(ctx context.Context, h house, caller, dunwell string, e effort) (results []inprocess.Result, err error) {
	s, err := newSQLiteServer(ctx, h, dunwell)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	r, err := request(http.MethodPut, "http://"+s.address+"/api/invoices/"+draft(0), marked())
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r.WithContext(ctx)) // so that the GET has 20 items to give
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close() // if it failed, so do the calls
	out, err := output(exec.CommandContext(ctx, caller, "-url", baseURL(s.address), "-invoice", draft(0), "-rounds", strconv.Itoa(e.rounds), "-slice", e.slice.String()))
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, s.tail())
	}
	return results, json.Unmarshal(out, &results)
}

// walks goes over a short list and one a hundred times as long, each in a process of its own.
func walks(ctx context.Context, caller string, e effort) (all []carried, err error) {
	for _, rows := range []int{e.rows / 100, e.rows} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		server := &http.Server{Handler: newShelf(rows)}
		go server.Serve(listener) //nolint:errcheck // it ends when it is closed
		for _, name := range way.Names {
			c, err := carry(ctx, caller, name, "-url", baseURL(listener.Addr().String()), "-rows", strconv.Itoa(rows))
			if err != nil {
				return nil, err
			}
			c.Size = int64(rows)
			all = append(all, c)
		}
		if err := server.Close(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// sendFiles uploads a file once and many times, each in a process of its own.
func sendFiles(ctx context.Context, h house, caller, contender string, e effort) (all []carried, err error) {
	p, err := start(ctx, h.temp, nil, contender, "-serve", variant.Ours)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	file := filepath.Join(h.temp, "RE12345.pdf")
	if err := os.WriteFile(file, pdf(1, workload.FileSize), 0o600); err != nil {
		return nil, err
	}
	for _, times := range []int{1, e.uploads} {
		for _, name := range way.Names {
			c, err := carry(ctx, caller, name, "-url", baseURL(p.address), "-file", file, "-times", strconv.Itoa(times))
			if err != nil {
				return nil, fmt.Errorf("%w\n%s", err, p.tail())
			}
			c.Size = int64(times) * workload.FileSize
			all = append(all, c)
		}
	}
	return all, nil
}

// carry runs a caller.
func carry(ctx context.Context, caller, name string, arguments ...string) (carried, error) {
	out, err := output(exec.CommandContext(ctx, caller, append([]string{"-way", name}, arguments...)...))
	if err != nil {
		return carried{}, err
	}
	c := carried{Way: name}
	return c, json.Unmarshal(out, &c.Cost)
}

func baseURL(address string) string { return "http://" + address + "/api" }

// shelf answers listInvoices with as many rows as there are to be, each of three items, and costs next to nothing.
type shelf struct {
	rows int
	row  string
}

func newShelf(rows int) *shelf {
	day := scalar.NewTime(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC))
	item := model.InvoiceItem{Label: "Support", Quantity: scalar.MustDecimal("2.5"), Unit: "h", Unitprice: scalar.MustDecimal("80.00"),
		Net: scalar.MustDecimal("200.00"), Tax: scalar.MustDecimal("38.00"), Gross: scalar.MustDecimal("238.00"), Taxrate: scalar.MustDecimal("19")}
	row, err := json.Marshal(model.Invoice{
		ID: "01890a5d-ac96-774b-bcce-b302099a8058", Reference: rowMark, Kind: "invoice", State: "none", Currency: "EUR",
		Identity: model.InvoiceIdentity{Reference: "K10001"}, Addresses: []model.Address{}, Items: []model.InvoiceItem{item, item, item},
		Taxes: []model.InvoiceTax{}, Netbased: true, Total: scalar.MustDecimal("714.00"), Unpaid: scalar.MustDecimal("714.00"),
		Issued: &day, Created: day, Modified: day,
	})
	if err != nil {
		panic(err) // nothing of it varies
	}
	return &shelf{rows, string(row)}
}

// rowMark is where a row says which one it is.
const rowMark = "#row#"

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	begin, _ := strconv.Atoi(strings.TrimPrefix(query.Get("after"), "row-"))
	size, _ := strconv.Atoi(query.Get("pageSize"))
	end := min(begin+size, s.rows)
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"page":1,"pageSize":%d,"query":{},"hasMore":%t`, size, end < s.rows)
	if end < s.rows {
		fmt.Fprintf(&b, `,"next":"row-%d"`, end)
	}
	b.WriteString(`,"rows":[`)
	for i := begin; i < end; i++ {
		if i > begin {
			b.WriteByte(',')
		}
		b.WriteString(strings.Replace(s.row, rowMark, strconv.Itoa(i), 1))
	}
	b.WriteString("]}")
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", "shelf")
	_, _ = w.Write(b.Bytes()) // the client notices
}

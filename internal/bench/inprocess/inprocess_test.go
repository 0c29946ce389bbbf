package inprocess_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/bench/inprocess"
)

var sink []byte

func request() *http.Request {
	r, _ := http.NewRequest(http.MethodGet, "/", http.NoBody)
	return r
}

func TestCompare(t *testing.T) {
	cheap := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	dear := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		for range 10 {
			sink = make([]byte, 1<<16)
		}
	})
	got, err := inprocess.Compare("w", inprocess.Processor, []inprocess.Contender{{"cheap", inprocess.Serving(cheap, request)}, {"dear", inprocess.Serving(dear, request)}}, 3, 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	a, b := got[0], got[1]
	if a.Contender != "cheap" || b.Contender != "dear" || a.Least() <= 0 || a.Least() >= b.Least() || a.Median() < a.Least() || len(a.Ns) != 3 {
		t.Errorf("%+v %+v", a, b)
	}
	if d := b.Allocs - a.Allocs; d < 9.5 || d > 10.5 {
		t.Errorf("%.2f allocations more instead of 10", d)
	}
	if d := b.Bytes - a.Bytes; d < 10<<16-1<<10 || d > 11<<16 {
		t.Errorf("%.0f bytes more instead of %d", d, 10<<16)
	}
}

func TestRatio(t *testing.T) {
	a, b := inprocess.Result{Ns: []float64{10, 90, 20}}, inprocess.Result{Ns: []float64{5, 30, 40}}
	if got := a.Ratio(b); got != 2 {
		t.Errorf("%v; the ratios are 2, 3 and 0.5", got)
	}
}

func TestRefusalEndsIt(t *testing.T) {
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such thing", http.StatusNotFound) })
	_, err := inprocess.Compare("w", inprocess.Wall, []inprocess.Contender{{"refuse", inprocess.Serving(refuse, request)}}, 1, time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "w/refuse: status 404: no such thing") {
		t.Errorf("%v", err)
	}
}

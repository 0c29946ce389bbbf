package impl_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/servertest"
)

// recomputed is a case as scripts/interest.py takes it.
type recomputed struct {
	Total    string      `json:"total"`
	Due      string      `json:"due"`
	AsOf     string      `json:"asOf"`
	Debtor   string      `json:"debtor"`
	DayCount ar.DayCount `json:"dayCount"`
	Paid     [][2]string `json:"paid"`
}

// The API and a program that shares no code with it agree on the claims of random invoices: scripts/interest.py, which goes
// day by day.
func TestClaimRecomputed(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t, servertest.Config{})
	w.do(post("/identities", `{"reference": "individual", "kind": "individual", "currency": "EUR", "addresses": [{"company": "A", "city": "B"}]}`)).is(http.StatusCreated)
	w.do(post("/identities", `{"reference": "incorporate", "kind": "incorporate", "currency": "EUR", "addresses": [{"company": "A", "city": "B"}]}`)).is(http.StatusCreated)
	var cases []recomputed
	for n := range 24 {
		cases = append(cases, w.randomDebt(random, fmt.Sprint("RE", n)))
	}
	var asked bytes.Buffer
	var claims []object
	for _, count := range []ar.DayCount{ar.Act365, ar.ActAct, ar.Thirty360} {
		w.settings(ar.Settings{Interest: ar.InterestSettings{DayCount: count}})
		for n, c := range cases {
			for range 4 {
				c.DayCount, c.AsOf = count, dayAfter(c.Due, random.IntN(1200)-20)
				asked.WriteString(mustJSON(c) + "\n")
				claims = append(claims, w.do(get(fmt.Sprintf("/invoices/RE%d/claim?asOf=%s", n, c.AsOf))).is(http.StatusOK).object())
			}
		}
	}
	command := exec.CommandContext(t.Context(), python, "../scripts/interest.py", "--cases")
	questions := strings.Split(asked.String(), "\n")
	command.Stdin = &asked
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr) //nolint:errorlint // of Output itself
	}
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(answers) != len(claims) {
		t.Fatalf("%d answers for %d claims", len(answers), len(claims))
	}
	for i, answer := range answers {
		if got := mustJSON(shared(claims[i])); got != mustJSON(parse[object](w, []byte(answer))) {
			t.Fatalf("the API says %s\nthe script %s\nof %s", got, answer, questions[i])
		}
	}
}

// randomDebt is a committed invoice with money that came in and went back.
func (w *world) randomDebt(random *rand.Rand, reference string) recomputed {
	w.Helper()
	c := recomputed{
		Total: decimal.New(random.Int64N(5_000_000)+1, -2).StringFixed(2), Due: dayAfter("2016-02-01", random.IntN(3900)),
		Debtor: []string{"individual", "incorporate"}[random.IntN(2)], Paid: [][2]string{},
	}
	w.do(post("/identities/"+c.Debtor+"/invoices", fmt.Sprintf(`{"reference": %q, "issued": %q, "due": %q, "items": [{"label": "A", "quantity": "1", "unit": "pc", "unitprice": %q, "detail": {}}]}`,
		reference, dayAfter(c.Due, -14), c.Due, c.Total))).is(http.StatusCreated)
	w.do(post("/invoices/"+reference+"/commitInvoice", `{}`)).is(http.StatusOK)
	for range random.IntN(4) {
		paid, on := decimal.New(random.Int64N(1_000_000)-200_000, -2), dayAfter(c.Due, random.IntN(900)-30)
		c.Paid = append(c.Paid, [2]string{on, paid.StringFixed(2)})
		w.booked(reference, booking(ar.BookPayment, ar.PartPrincipal, paid.Neg().String(), on))
	}
	return c
}

func dayAfter(day string, days int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}

// shared is what of a claim the script computes too.
func shared(claim object) object {
	periods := []object{}
	for _, p := range claim["periods"].([]any) {
		p := p.(object)
		delete(p, "baseRate")
		delete(p, "points")
		periods = append(periods, p)
	}
	return object{"principal": claim["principal"], "interest": claim["interest"], "periods": periods}
}

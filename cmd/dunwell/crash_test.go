package main

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Servers that are killed at every step of commit and resend, at any time, and beside another one. What was acknowledged
// is carried out, once: only a mail that a server was handing over when it died may come again, under its Message-ID.
func TestKilled(t *testing.T) {
	w := newWorkshop(t)
	results := new(results)
	t.Run("all", func(t *testing.T) { // ends when its parallel tests have
		for _, s := range steps(t) {
			t.Run(s.String(), func(t *testing.T) {
				t.Parallel()
				results.add(t, w, s.run(t, w))
			})
		}
		t.Run("at random", func(t *testing.T) { t.Parallel(); killedAtRandom(t, w) })
		t.Run("one of two", func(t *testing.T) { t.Parallel(); killedBesideAnother(t, w) })
	})
	t.Log(results)
	if w.receiver.url == "" {
		t.Log("SKIPPED: callbacks and attachments go to port 443, where this user may not listen")
	}
}

// step is a process that is killed at a point of an operation.
type step struct {
	engine    storetest.Engine
	operation string
	user      string // whose policy for what is unknown is tried
	point     string
}

func (s step) String() string {
	policy := map[string]string{retries: "retry", holds: "hold"}[s.user]
	return strings.Join([]string{string(s.engine), s.operation, s.point, policy}, " ")
}

// operationsOf are the operations that come to the points whose names begin so.
var operationsOf = map[string][]string{
	"commit":     {"commit"},
	"resend":     {"resend"},
	"attachment": {"commit"},
	"dispatch":   {"commit", "resend"},
	"deliver":    {"commit", "resend"},
	"callback":   {"commit", "resend"},
	"run":        {}, // see TestKilledInARun
	"notice":     {}, // as well
	"handover":   {}, // see TestKilledInAHandover
	"collection": {}, // as well
	"statement":  {}, // see TestKilledInAStatement
}

// handing are the points at which it cannot be known whether the mail has left, and how many times it had.
var handing = map[string]int{"deliver.handed": 0, "deliver.sent": 1}

// onPostgres are the points of a commit at which the engine may matter: within a transaction, and between two.
var onPostgres = []string{"commit.numbered", "commit.locked", "commit.committed", "deliver.claimed", "deliver.sent", "callback.posted"}

// pointsOf are the crash points of which the word before the dot is one of these. Fewer than five are a mistake.
func pointsOf(t *testing.T, words ...string) (points []string) {
	t.Helper()
	for _, point := range crashPoints(t) {
		if word, _, _ := strings.Cut(point, "."); slices.Contains(words, word) {
			points = append(points, point)
		}
	}
	if len(points) < 5 {
		t.Errorf("there are no crash points of %v any more: %v", words, points)
	}
	return points
}

// steps are all points that there are, by all operations that come to them.
func steps(t *testing.T) (all []step) {
	t.Helper()
	points := crashPoints(t)
	for _, point := range points {
		prefix, _, _ := strings.Cut(point, ".")
		operations := operationsOf[prefix]
		if operations == nil {
			t.Errorf("no test comes to the crash point %s", point)
		}
		for _, operation := range operations {
			all = append(all, step{storetest.SQLite, operation, retries, point})
			if _, ok := handing[point]; ok {
				all = append(all, step{storetest.SQLite, operation, holds, point})
			}
		}
		if slices.Contains(onPostgres, point) {
			all = append(all, step{storetest.Postgres, "commit", retries, point})
		}
	}
	for point := range handing {
		if !slices.Contains(points, point) {
			t.Errorf("there is no crash point %s any more", point)
		}
	}
	return all
}

// crashPoints reads from the source where a process can be made to die.
func crashPoints(t *testing.T) (points []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(home, "..", "..", "internal"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if argument := crashesAt(node); argument != nil {
				name, err := strconv.Unquote(argument.Value)
				if err != nil {
					t.Errorf("%s: %v", path, err)
				}
				points = append(points, name)
			}
			return true
		})
		return nil
	})
	if err != nil || len(points) == 0 {
		t.Fatalf("points %q: %v", points, err)
	}
	slices.Sort(points)
	return slices.Compact(points)
}

// crashesAt is the argument of crash.At, if that is what is called.
func crashesAt(node ast.Node) *ast.BasicLit {
	call, ok := node.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return nil
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "At" {
		return nil
	}
	if of, ok := f.X.(*ast.Ident); !ok || of.Name != "crash" {
		return nil
	}
	name, _ := call.Args[0].(*ast.BasicLit)
	return name
}

// result is what became of one order.
type result struct {
	step                                                step
	acknowledged, lost                                  bool
	jobs, numbers, gaps, letters, emails, mails, copies int
	callbacks, posts                                    int
	code                                                string // of the job
}

func (s step) order(w *workshop) order {
	if s.operation == "resend" {
		return order{method: "POST", path: "/invoices/RE2/resendInvoice", body: `{}`, key: "again"}
	}
	body := `{}`
	if w.receiver.url != "" {
		body = fmt.Sprintf(`{"attachments": [{"url": "%s/terms.txt"}, {"url": "%[1]s/more.txt"}], "notifyUrl": "%[1]s/notify"}`, w.receiver.url)
	}
	return order{method: "POST", path: "/invoices/RE1/commitInvoice", body: body, key: "once"}
}

// needsReceiver tells whether the point is not reached without somebody to call.
func (s step) needsReceiver() bool {
	return strings.HasPrefix(s.point, "callback.") || strings.HasPrefix(s.point, "attachment.")
}

// run gives an order to a server that dies of it, and again to the one after it.
func (s step) run(t *testing.T, w *workshop) result {
	if s.needsReceiver() && w.receiver.url == "" {
		t.Skip("SKIPPED, NOT KILLED HERE: callbacks and attachments go to port 443, where this user may not listen")
	}
	r := w.rig(t, s.engine)
	workers := "1" // so that it is known what else is under way
	if prefix, _, _ := strings.Cut(s.point, "."); prefix == "commit" || prefix == "resend" || prefix == "dispatch" {
		workers = "0" // nothing is
	}
	p := r.start("DUNWELL_TEST_CRASH_AT="+s.point, "DUNWELL_WORKERS="+workers)
	o, res := s.order(w), result{step: s}
	first, err := o.send(p.base, s.user)
	if res.acknowledged = err == nil; !res.acknowledged && !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	p.killed()

	p = r.restart("DUNWELL_WORKERS=1")
	if res.acknowledged {
		_, err := order{method: "GET", path: "/jobs/" + jobOf(first)}.send(p.base, s.user)
		res.lost = err != nil
	}
	second, err := o.send(p.base, s.user)
	if err != nil || res.acknowledged && first != second {
		t.Fatalf("it was answered %q, now %q, %v", first, second, err)
	}
	job := jobOf(second)
	res.code = r.settle(p, s.user, []string{job})[job].Resultcode
	r.verify()
	res.count(r, w)
	return res
}

func (res *result) count(r *rig, w *workshop) {
	is := r.news()
	res.jobs, res.numbers, res.gaps, res.letters, res.emails, res.mails, res.callbacks = is.jobs, is.numbers, is.gaps, is.letters, is.emails, len(is.mails), len(is.callbacks)
	for id, copies := range r.copies() {
		if _, ok := is.mails[id]; !ok {
			r.Errorf("the mail %s is nobody's", id)
		}
		res.copies += copies
	}
	res.posts, _ = w.receiver.received(is.callbacks)
}

// want is what must become of an order wherever the process died.
func (res result) want(w *workshop) result {
	want := result{step: res.step, acknowledged: res.acknowledged, jobs: 1, emails: 1, mails: 1, copies: 1, code: "0"}
	if res.step.operation == "commit" {
		want.numbers, want.letters = 1, 1
	}
	if left, ok := handing[res.step.point]; ok {
		want.copies = left
		if res.step.user == retries {
			want.copies++
		} else {
			want.code = "3"
		}
	}
	if w.receiver.url == "" {
		return want
	}
	want.callbacks = map[string]int{"commit": 2, "resend": 1}[res.step.operation]
	want.posts = want.callbacks
	if res.step.point == "callback.posted" {
		want.posts++ // a receiver knows it by its webhook-id
	}
	return want
}

// results are all there are.
type results struct {
	mu  sync.Mutex
	all []result
}

func (rs *results) add(t *testing.T, w *workshop, res result) {
	t.Helper()
	if want := res.want(w); res != want {
		t.Errorf("got  %+v\nwant %+v", res, want)
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.all = append(rs.all, res)
}

// String is a table, and the sums.
func (rs *results) String() string {
	slices.SortFunc(rs.all, func(a, b result) int { return cmp.Compare(a.step.String(), b.step.String()) })
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nkilled at\tanswered\tjobs\tnumbers\tgaps\tletters\te-mails\tmails sent\tcopies\tcallbacks\tposts\tresultcode")
	acknowledged, lost, twice, unknown := 0, 0, 0, 0
	for _, res := range rs.all {
		fmt.Fprintf(table, "%s\t%t\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", res.step, res.acknowledged,
			res.jobs, res.numbers, res.gaps, res.letters, res.emails, res.mails, res.copies, res.callbacks, res.posts, res.code)
		if res.acknowledged {
			acknowledged++
		}
		if res.lost {
			lost++
		}
		if res.copies > res.mails {
			twice++
			if _, ok := handing[res.step.point]; ok && res.step.user == retries {
				unknown++
			}
		}
	}
	_ = table.Flush() // to memory
	fmt.Fprintf(&b, "%d processes killed; %d orders acknowledged before, of them lost: %d; mails sent twice: %d, of them unknown and by policy retry: %d",
		len(rs.all), acknowledged, lost, twice, unknown)
	return b.String()
}

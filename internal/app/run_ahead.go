package app

import (
	"context"
	"sync"
)

const (
	// lettersAhead is how many letters are printed at once, before the notices they are of are issued: most of a notice is its letter,
	// and takes another processor while the database is at work. What is printed too early is printed again.
	lettersAhead = 4

	// entriesAhead bounds how far a plan is read for them, over what it skips.
	entriesAhead = 1000
)

// ahead reads the plan of a run some entries ahead of the one that is acted on, and has their letters printed. One goroutine
// asks for the next, and closes it in the end.
type ahead struct {
	shift   *shift
	reader  *planReader
	entries []*upcoming // in the order of the plan
	letters int         // of the entries
	err     error       // why there are no more

	ctx      context.Context // of the letters
	cancel   context.CancelFunc
	printing sync.WaitGroup
}

// upcoming is an entry of a plan, and what becomes of its letter if there is to be one.
type upcoming struct {
	proposal
	from, to int64         // where it stands in the plan
	ready    chan struct{} // closed when there is the letter, or why there is none; nil if none is wanted
	printed  *printedNotice
	err      error
}

// openAhead opens the plan of the run at the entry that is next.
func (s *shift) openAhead(ctx context.Context, at int64) (*ahead, error) {
	reader, err := s.openPlan(ctx, s.by, s.run.Plan, at)
	if err != nil {
		return nil, err
	}
	a := &ahead{shift: s, reader: reader}
	a.ctx, a.cancel = context.WithCancel(ctx)
	return a, nil
}

// close breaks off the letters that nobody has asked for, and returns when none is printed any more.
func (a *ahead) close() {
	a.cancel()
	a.printing.Wait()
	a.reader.close()
}

// next is the next entry, with its letter. It is io.EOF after the last.
func (a *ahead) next() (*upcoming, error) {
	for a.err == nil && a.letters < lettersAhead && len(a.entries) < entriesAhead {
		a.read()
	}
	if len(a.entries) == 0 {
		return nil, a.err
	}
	e := a.entries[0]
	a.entries = a.entries[1:]
	if e.ready != nil {
		<-e.ready
		a.letters--
	}
	return e, nil
}

// read reads an entry of the plan, and begins its letter.
func (a *ahead) read() {
	run := a.shift.run
	e := &upcoming{proposal: proposal{run: run.Number, day: run.Day}, from: a.reader.at}
	if e.PlanEntry, a.err = a.reader.next(); a.err != nil {
		return
	}
	e.to = a.reader.at
	a.entries = append(a.entries, e)
	if e.Level == 0 {
		return
	}
	e.ready = make(chan struct{})
	a.letters++
	a.printing.Go(func() {
		defer close(e.ready)
		e.printed, e.err = a.shift.printNotice(a.ctx, a.shift.by, e.proposal)
	})
}

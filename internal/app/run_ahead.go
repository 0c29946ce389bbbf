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

// ahead reads a plan some entries ahead of the one that is acted on, and has their letters printed.
type ahead struct {
	*shift
	plan     *planReader
	entries  []*upcoming // in the order of the plan
	letters  int         // of the entries
	end      error       // why there are no more
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

// next is the next entry, with its letter. It is io.EOF after the last.
func (a *ahead) next(ctx context.Context) (*upcoming, error) {
	for a.end == nil && a.letters < lettersAhead && len(a.entries) < entriesAhead {
		a.read(ctx)
	}
	if len(a.entries) == 0 {
		return nil, a.end
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
func (a *ahead) read(ctx context.Context) {
	e := &upcoming{proposal: proposal{run: a.run.Number, day: a.run.Day}, from: a.plan.at}
	if e.PlanEntry, a.end = a.plan.next(); a.end != nil {
		return
	}
	e.to = a.plan.at
	a.entries = append(a.entries, e)
	if e.Level == 0 {
		return
	}
	e.ready = make(chan struct{})
	a.letters++
	a.printing.Go(func() {
		defer close(e.ready)
		e.printed, e.err = a.printNotice(ctx, a.by, e.proposal)
	})
}

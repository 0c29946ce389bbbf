package client

import (
	"context"
	"iter"

	"github.com/dunwell/dunwell/api/validate"
)

// walkSize is how many rows a walk asks for at a time, unless [PageSize] says otherwise. BenchmarkWalk shows that larger
// pages are hardly faster; they only need more memory.
const walkSize = 200

// walk gives the rows of all pages, with one page in memory at a time.
func walk[T any](ctx context.Context, c *Client, l *listCall) iter.Seq2[T, error] {
	if l.pageSize == 0 {
		l.pageSize = walkSize
	}
	return func(yield func(T, error) bool) {
		var trail trail
		for after := ""; ; {
			page, err := read[Page[T]](ctx, c, l, l.page(after))
			if err == nil && page.HasMore {
				err = trail.check(l.operation, page.Next)
			}
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, row := range page.Rows {
				if !yield(row, nil) {
					return
				}
			}
			if !page.HasMore {
				return
			}
			after = page.Next
		}
	}
}

// trail finds a server whose cursors lead in a circle, of whatever length, and remembers one cursor for it: the latest whose place
// is a power of two (Brent's algorithm).
type trail struct {
	mark        string
	steps, next int
}

func (t *trail) check(operation, cursor string) error {
	switch {
	case cursor == "":
		return lostTrail(operation, "Field 'next' is missing, though rows follow.", "Where hasMore is true, next must tell where to go on.")
	case cursor == t.mark:
		return lostTrail(operation, "Field 'next' leads back to rows that were given already.", "Each page must have a cursor of its own.")
	}
	if t.steps++; t.steps >= t.next {
		t.mark, t.next = cursor, 2*t.steps
	}
	return nil
}

// lostTrail is an answer that no walk can go on from.
func lostTrail(operation, problem, hint string) error {
	return &ContractError{Operation: operation, Direction: DirectionResponse, Violations: validate.Violations{
		{In: validate.InBody, Path: "next", Rule: "cursor", Error: problem, Hint: hint},
	}}
}

// step gives the rows of a list below an object, which has no cursors, part by part. A part that is shorter than what
// was asked for is the last one.
func step[T any](l *listCall, read func(*listCall) ([]T, error)) iter.Seq2[T, error] {
	size := l.pageSize
	if size == 0 {
		size = walkSize
	}
	return func(yield func(T, error) bool) {
		for taken := 0; ; {
			limit := size
			if l.limit != nil && *l.limit > 0 {
				limit = min(size, *l.limit-taken)
			}
			if limit <= 0 {
				return
			}
			rows, err := read(l.part(limit, l.offset+taken))
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			if taken += len(rows); len(rows) < limit {
				return
			}
		}
	}
}

package client

import (
	"context"
	"iter"
	"reflect"

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
	l.values.Del("withTotal") // nobody would see it, and each page would cost a count
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
		return astray(operation, "next", "Field 'next' is missing, though rows follow.", "Where hasMore is true, next must tell where to go on.")
	case cursor == t.mark:
		return astray(operation, "next", "Field 'next' leads back to rows that were given already.", "Each page must have a cursor of its own.")
	}
	if t.steps++; t.steps >= t.next {
		t.mark, t.next = cursor, 2*t.steps
	}
	return nil
}

// astray is an answer that no walk can go on from: it does not fit the parameter or the field that the walk goes by.
func astray(operation, path, problem, hint string) error {
	return &ContractError{Operation: operation, Direction: DirectionResponse, Violations: validate.Violations{
		{In: validate.InBody, Path: path, Rule: "walk", Error: problem, Hint: hint},
	}}
}

// step gives the rows of a list below an object, which has no cursors, part by part. A part that is shorter than what
// was asked for is the last one.
func step[T any](l *listCall, read func(*listCall) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var before []T
		for taken := 0; ; {
			limit := l.partLimit(taken)
			rows, err := read(l.part(limit, l.offset+taken))
			if err == nil {
				rows, err = fit(l.operation, rows, before, limit)
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			if err != nil {
				yield(*new(T), err)
				return
			}
			if taken += len(rows); len(rows) < limit || l.partLimit(taken) <= 0 {
				return
			}
			before = rows
		}
	}
}

// fit gives those rows of a part that belong to the walk, and an error if the server has taken no notice of what was asked for.
func fit[T any](operation string, rows, before []T, limit int) ([]T, error) {
	switch limit = max(limit, 0); {
	case len(rows) > limit:
		return rows[:limit], astray(operation, "limit", "There are more rows than the limit allows.", "A part must have at most as many rows as were asked for.")
	case len(rows) > 0 && len(before) > 0 && reflect.DeepEqual(rows[0], before[0]): // they have ids
		return nil, astray(operation, "offset", "The rows are those of the part before.", "A part must begin at its offset. If rows came in meanwhile, begin the walk anew.")
	}
	return rows, nil
}

// partLimit is how many rows the next part of a walk is to have, when so many were taken; 0 when that is all. What is negative
// stays so, for validation to refuse it.
func (l *listCall) partLimit(taken int) int {
	size := l.pageSize
	if size == 0 {
		size = walkSize
	}
	if l.limit == nil || *l.limit == 0 || size < 0 {
		return size
	}
	return min(size, *l.limit-taken)
}

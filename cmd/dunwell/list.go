package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

// listOption is an option that every list takes.
type listOption interface {
	client.InvoiceListOption
	client.IdentityListOption
	client.TransactionListOption
	client.IdentityInvoiceListOption
	client.DocumentListOption
}

// place is where in a list a portion begins.
type place struct {
	after  string // a cursor
	offset int    // a number of rows, where a list has no cursors
}

// portion reads rows of a list from a place on, at most size of them, and says where the next ones are; nil if there are none.
type portion func(ctx context.Context, api *client.Client, args []string, from place, size int, options []listOption) ([]json.RawMessage, *place, error)

// paged reads a list that comes in pages.
func paged[O, T any](list func(*client.Client, context.Context, ...O) (*client.Page[T], error)) portion {
	return func(ctx context.Context, api *client.Client, _ []string, from place, size int, given []listOption) ([]json.RawMessage, *place, error) {
		var response client.Response
		options := accepted[O](given, client.PageSize(size), client.Into(&response))
		if from.after != "" {
			options = append(options, any(client.After(from.after)).(O)) // of the lists that have pages
		}
		page, err := list(api, ctx, options...)
		if err != nil {
			return nil, nil, err
		}
		var sent struct {
			Rows []json.RawMessage `json:"rows"`
		}
		if err := decodeJSON(response.Body, &sent); err != nil || !page.HasMore {
			return sent.Rows, nil, err
		}
		if page.Next == "" || page.Next == from.after {
			return nil, nil, errors.New("the server says that rows follow, and not where")
		}
		return sent.Rows, &place{after: page.Next}, nil
	}
}

// below reads a list that stands below one object: an array, a part of which is read at a time.
func below[O, T any](list func(*client.Client, context.Context, string, ...O) ([]T, error)) portion {
	return func(ctx context.Context, api *client.Client, args []string, from place, size int, given []listOption) ([]json.RawMessage, *place, error) {
		var response client.Response
		options := accepted[O](given, client.Into(&response))
		options = append(options, any(client.Limit(size)).(O), any(client.Offset(from.offset)).(O)) // of the lists below an object
		if _, err := list(api, ctx, args[0], options...); err != nil {
			return nil, nil, err
		}
		return partOf(response.Body, from, size)
	}
}

// accepted are the options as a list's own type of them.
func accepted[O any](given []listOption, more ...listOption) []O {
	var options []O
	for _, o := range append(more, given...) {
		options = append(options, any(o).(O)) // listOption has the methods of all O
	}
	return options
}

// list is a command that shows rows of one kind.
type list struct {
	connection
	columns  []string
	json     bool
	jsonl    bool // JSON, a row a line
	limit    int
	sort     string
	where    []listOption
	fields   []field
	standard []string // columns when none are named
	filters  []string // fields that can be filtered by; nil: none, and it cannot be sorted either
	portion  portion
	lines    func(object) []object // of a row in a table; nil: the row itself is one
}

// newList is a list whose rows are T, and which can be filtered by the fields the client has for it.
func newList[T any](standard string, filters any, fetch portion) *list {
	l := newRows[T](standard, fetch)
	l.filters = filterNames(filters)
	return l
}

// byOffset reads a list that is an array, of which a call reads a part.
func byOffset(read func(ctx context.Context, api *client.Client, limit, offset int, into client.CallOption) error) portion {
	return func(ctx context.Context, api *client.Client, _ []string, from place, size int, _ []listOption) ([]json.RawMessage, *place, error) {
		var response client.Response
		if err := read(ctx, api, size, from.offset, client.Into(&response)); err != nil {
			return nil, nil, err
		}
		return partOf(response.Body, from, size)
	}
}

// partOf is a part of an array, and where the next one begins if there may be more.
func partOf(array []byte, from place, size int) (rows []json.RawMessage, next *place, err error) {
	if err := decodeJSON(array, &rows); err != nil || len(rows) < size {
		return rows, nil, err
	}
	return rows, &place{offset: from.offset + len(rows)}, nil
}

// newRows is a list whose rows are T, and whose order is the server's.
func newRows[T any](standard string, fetch portion) *list {
	flat := slices.DeleteFunc(fieldsOf(reflect.TypeFor[T]()), func(f field) bool { return f.kind == tableKind })
	return &list{fields: flat, standard: strings.Split(standard, ","), portion: fetch}
}

// listing makes a command that shows the rows of a list.
func listing(env environment, c *cobra.Command, operation string, l *list) *cobra.Command {
	c.Annotations = map[string]string{operationAnnotation: operation}
	c.Args = argumentsOf(c)
	l.connection.flags(env, c)
	l.flags(c)
	c.ValidArgsFunction = completing(env)
	c.RunE = func(c *cobra.Command, args []string) error { return l.run(c.Context(), env, args) }
	return c
}

func (l *list) flags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&l.json, "json", false, "print one JSON array of the rows, as the server sent them")
	f.BoolVar(&l.jsonl, "jsonl", false, "print each row as JSON on a line of its own")
	f.StringSliceVar(&l.columns, "columns", nil, "comma-separated `fields` to show (default "+strings.Join(l.standard, ",")+")")
	f.IntVar(&l.limit, "limit", 0, "at most this `number` of rows; 0 for all")
	_ = c.RegisterFlagCompletionFunc("columns", completeListed(pathsOf(l.fields))) // the flags are there
	if l.filters == nil {
		return
	}
	f.StringVar(&l.sort, "sort", "", "comma-separated `fields` to sort by, - before one for descending")
	f.FuncP("where", "w", "`filter` such as 'due<2026-01-01', with = != < <= > >= in; may be repeated", func(text string) error {
		condition, err := parseWhere(text, l.filters)
		l.where = append(l.where, condition)
		return err
	})
	_ = c.RegisterFlagCompletionFunc("sort", completeListed(l.filters))
	_ = c.RegisterFlagCompletionFunc("where", completeWhere(l.filters))
}

// run shows the list a portion at a time, so that it may be as long as it is.
func (l *list) run(ctx context.Context, env environment, args []string) error {
	show, err := l.shower(env.out)
	if err != nil {
		return err
	}
	api, err := l.open(env)
	if err != nil {
		return err
	}
	options := l.where
	if l.sort != "" {
		options = append(options, client.SortBy(l.sort))
	}
	shown := 0
	for from := (&place{}); from != nil && (l.limit == 0 || shown < l.limit); {
		size := portionSize
		if l.limit > 0 {
			size = min(size, l.limit-shown)
		}
		rows, next, err := l.portion(ctx, api, args, *from, size, options)
		if err != nil {
			return err
		}
		if err := show.rows(rows); err != nil {
			return err
		}
		shown, from = shown+len(rows), next
	}
	return show.end()
}

// portionSize is how many rows are read at once, and at least make the widths of a table.
const portionSize = 200

// shower shows rows as they come.
type shower interface {
	rows([]json.RawMessage) error
	end() error
}

func (l *list) shower(w io.Writer) (shower, error) {
	switch {
	case l.limit < 0:
		return nil, usagef("--limit: write a number of rows, or 0 for all")
	case l.json && l.jsonl:
		return nil, usagef("--json and --jsonl are two ways to print the same; leave one out")
	case l.json:
		return &arrayShower{w: w}, nil
	case l.jsonl:
		return lineShower{w}, nil
	}
	paths := l.columns
	if len(paths) == 0 {
		paths = l.standard
	}
	columns, err := columnsOf(l.fields, paths)
	if err != nil {
		return nil, err
	}
	return &tableShower{w, table{columns: columns, max: terminalWide(w)}, l.lines}, nil
}

type tableShower struct {
	w     io.Writer
	table table
	lines func(object) []object
}

func (s *tableShower) rows(rows []json.RawMessage) error {
	var all []object
	for _, row := range rows {
		one, err := decodeObject(row)
		if err != nil {
			return err
		}
		if s.lines == nil {
			all = append(all, one)
		} else {
			all = append(all, s.lines(one)...)
		}
	}
	return s.table.write(s.w, all)
}

func (s *tableShower) end() error { return nil }

// arrayShower writes one array, of which it never holds more than a portion.
type arrayShower struct {
	w     io.Writer
	begun bool
}

func (s *arrayShower) rows(rows []json.RawMessage) error {
	var b bytes.Buffer
	for _, row := range rows {
		b.WriteString(s.separator())
		b.Write(row)
	}
	_, err := s.w.Write(b.Bytes())
	return err
}

func (s *arrayShower) separator() string {
	if s.begun {
		return ",\n"
	}
	s.begun = true
	return "[\n"
}

func (s *arrayShower) end() error {
	if !s.begun {
		_, err := fmt.Fprintln(s.w, "[]")
		return err
	}
	_, err := fmt.Fprint(s.w, "\n]\n")
	return err
}

type lineShower struct{ w io.Writer }

func (s lineShower) rows(rows []json.RawMessage) error {
	var b bytes.Buffer
	for _, row := range rows {
		if err := json.Compact(&b, row); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	_, err := s.w.Write(b.Bytes())
	return err
}

func (s lineShower) end() error { return nil }

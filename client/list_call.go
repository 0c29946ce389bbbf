package client

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
)

// listCall is a list with the options it is to be read with. Once made it does not change, so that a walk can be begun
// again, or twice at once.
type listCall struct {
	operation string
	filter    string // the parameter that conditions go into
	request   func(server string) (*http.Request, error)
	values    url.Values // parameters that are as they will be sent
	sort      []string
	pageSize  int  // 0: as the server likes
	limit     *int // nil: as the server likes
	offset    int
	calls     []CallOption
	wrong     validate.Violations // conditions that cannot be written
}

func newListCall(operation, filter string, request func(server string) (*http.Request, error)) *listCall {
	return &listCall{operation: operation, filter: filter, request: request, values: url.Values{}}
}

// where adds a condition. The same one twice goes out twice, for validation to say so.
func (l *listCall) where(c condition) {
	if c.wrong != nil {
		wrong := *c.wrong
		wrong.Path = l.filter + "." + wrong.Path
		l.wrong = append(l.wrong, wrong)
		return
	}
	name := l.filter + "[" + c.field + "]"
	if c.op != opEqual {
		name += "[" + c.op + "]"
	}
	l.values.Add(name, c.value)
}

// sortBy adds keys behind those that are there.
func (l *listCall) sortBy(keys string) {
	if keys != "" {
		l.sort = append(l.sort, keys)
		l.values.Set("sort", strings.Join(l.sort, ","))
	}
}

// page is the parameters of one page, the first as the options say for "", else the one behind a cursor.
func (l *listCall) page(after string) url.Values {
	values := maps.Clone(l.values)
	if l.pageSize != 0 {
		values.Set("pageSize", strconv.Itoa(l.pageSize))
	}
	if after != "" {
		values.Set("after", after)
		values.Del("page")
	}
	return values
}

// span is the parameters of a part of a list below an object.
func (l *listCall) span() url.Values {
	values := maps.Clone(l.values)
	limit := l.limit
	if l.pageSize != 0 && (limit == nil || *limit == 0 || *limit > l.pageSize) {
		limit = &l.pageSize
	}
	if limit != nil {
		values.Set("limit", strconv.Itoa(*limit))
	}
	if l.offset != 0 {
		values.Set("offset", strconv.Itoa(l.offset))
	}
	return values
}

// part is the same list, limited to some of its rows.
func (l *listCall) part(limit, offset int) *listCall {
	other := *l
	other.limit, other.offset, other.pageSize = &limit, offset, 0
	return &other
}

// read makes one request of a list.
func read[T any](ctx context.Context, c *Client, l *listCall, values url.Values) (*T, error) {
	if len(l.wrong) > 0 {
		return nil, &ContractError{Operation: l.operation, Direction: DirectionRequest, Violations: l.wrong}
	}
	build := func(server string, _ io.Reader) (*http.Request, error) {
		r, err := l.request(server)
		if err == nil {
			r.URL.RawQuery = values.Encode()
		}
		return r, err
	}
	return receive[T](ctx, c, call{operation: l.operation, build: build}, l.calls)
}

// readPage reads a page as the options say.
func readPage[T any](ctx context.Context, c *Client, l *listCall) (*Page[T], error) {
	return read[Page[T]](ctx, c, l, l.page(""))
}

// readList reads a part of a list below an object.
func readList[T any](ctx context.Context, c *Client, l *listCall) (*T, error) {
	return read[T](ctx, c, l, l.span())
}

// readRows reads a part of a list that is a bare array.
func readRows[T any](ctx context.Context, c *Client, l *listCall) ([]T, error) {
	rows, err := readList[[]T](ctx, c, l)
	if err != nil {
		return nil, err
	}
	return *rows, nil
}

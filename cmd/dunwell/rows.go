package main

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api/scalar"
)

// rowOutput is how a command shows rows of the database: as the client commands show those of a server.
type rowOutput struct {
	json  bool
	limit int
}

func (o *rowOutput) flags(c *cobra.Command) {
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON array of the rows")
	c.Flags().IntVar(&o.limit, "limit", 100, "at most this `number` of rows, the newest")
}

func (o *rowOutput) check() error {
	if o.limit < 1 || o.limit > maxRows {
		return usagef("--limit: write a number from 1 to %d", maxRows)
	}
	return nil
}

// maxRows bounds what is held at once.
const maxRows = 10000

// writeList shows rows in a table with those columns of T, or all of T as JSON.
func writeList[T any](w io.Writer, asJSON bool, columns string, rows []T) error {
	texts := make([]json.RawMessage, len(rows))
	for i, row := range rows {
		text, err := json.Marshal(row)
		if err != nil {
			return err
		}
		texts[i] = text
	}
	var show shower = &arrayShower{w: w}
	if !asJSON {
		chosen, err := columnsOf(fieldsOf(reflect.TypeFor[T]()), strings.Split(columns, ","))
		if err != nil {
			return err
		}
		show = &tableShower{w: w, table: table{columns: chosen, max: terminalWide(w)}}
	}
	if err := show.rows(texts); err != nil {
		return err
	}
	return show.end()
}

// objectOf is a value as its JSON is read.
func objectOf(v any) (object, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return decodeObject(text)
}

// maybeTime is a time of an answer that may be absent.
func maybeTime(t *time.Time) *scalar.Time {
	if t == nil {
		return nil
	}
	shown := scalar.NewTime(*t)
	return &shown
}

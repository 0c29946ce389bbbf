package main

import (
	"fmt"
	"io"
	"strings"
)

// writeSheet shows one object: its fields below each other, then a table for each list in it. What has no value is left out.
func writeSheet(w io.Writer, all []field, o object) error {
	var lines, lists []field
	wide := 0
	for _, f := range all {
		switch {
		case f.kind == tableKind && len(objects(at(o, f.path))) > 0:
			lists = append(lists, f)
		case f.kind != tableKind && f.text(o) != "":
			lines = append(lines, f)
			wide = max(wide, len(f.path))
		}
	}
	for _, f := range lines {
		if _, err := fmt.Fprintf(w, "%-*s  %s\n", wide, f.path, f.text(o)); err != nil {
			return err
		}
	}
	for i, f := range lists {
		if i > 0 || len(lines) > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, f.path)
		if err := writeRows(w, f.of, objects(at(o, f.path)), "  "); err != nil {
			return err
		}
	}
	if len(lines)+len(lists) == 0 {
		fmt.Fprintln(w, "nothing")
	}
	return nil
}

// writeRows shows rows as a table of the columns that have values. A row with lists of its own is shown alone, the lists below it.
func writeRows(w io.Writer, columns []field, rows []object, indent string) error {
	var flat, nested []field
	for _, c := range columns {
		if c.kind == tableKind {
			nested = append(nested, c)
		} else {
			flat = append(flat, c)
		}
	}
	flat = filled(flat, rows)
	t := &table{columns: flat, max: terminalWide(w), indent: indent}
	if len(nested) == 0 {
		return t.write(w, rows)
	}
	for i, row := range rows {
		if i > 0 {
			fmt.Fprintln(w)
		}
		t.titled = false
		if err := t.write(w, []object{row}); err != nil {
			return err
		}
		for _, n := range nested {
			inside := objects(at(row, n.path))
			if len(inside) == 0 {
				continue
			}
			fmt.Fprintf(w, "\n%s%s\n", indent+"  ", strings.ToLower(n.path))
			if err := writeRows(w, n.of, inside, indent+"    "); err != nil {
				return err
			}
		}
	}
	return nil
}

// objects are those of a list.
func objects(value any) []object {
	list, _ := value.([]any)
	var all []object
	for _, one := range list {
		if o, ok := one.(object); ok {
			all = append(all, o)
		}
	}
	return all
}

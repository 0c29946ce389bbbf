package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

// output is how an answer is shown.
type output struct {
	json bool // as the server sent it
}

func (o *output) flags(c *cobra.Command) {
	c.Flags().BoolVar(&o.json, "json", false, "print the answer as JSON, as the server sent it")
}

// answer shows one object, or a table of some.
func (o *output) answer(w io.Writer, all []field, response *client.Response) error {
	if o.json {
		return writeJSON(w, response.Body)
	}
	if bytes.HasPrefix(bytes.TrimSpace(response.Body), []byte("[")) {
		var rows []object
		if err := decodeJSON(response.Body, &rows); err != nil {
			return err
		}
		return writeRows(w, all, rows, "")
	}
	answer, err := decodeObject(response.Body)
	if err != nil {
		return err
	}
	if err := writeSheet(w, all, answer); err != nil {
		return err
	}
	if response.ETag != "" {
		fmt.Fprintf(w, "\nETag %s\n", printable(response.ETag))
	}
	return nil
}

// writeJSON writes an answer as it was sent, laid out on a terminal, where somebody reads it.
func writeJSON(w io.Writer, text []byte) error {
	text = bytes.TrimSpace(text)
	if terminalWide(w) > 0 {
		var pretty bytes.Buffer
		if json.Indent(&pretty, text, "", "  ") == nil {
			text = pretty.Bytes()
		}
	}
	_, err := fmt.Fprintf(w, "%s\n", text)
	return err
}

// decodeObject reads an object without losing a digit.
func decodeObject(text []byte) (o object, err error) {
	return o, decodeJSON(text, &o)
}

func decodeJSON(text []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(to); err != nil {
		return fmt.Errorf("the answer cannot be shown: %w; try --json", err)
	}
	return nil
}

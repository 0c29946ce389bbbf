package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/internal/verify/bundle"
)

// language is what a document is written in.
type language string

const (
	asYAML language = "yaml"
	asJSON language = "json"
)

func bundleCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "bundle [FILE]", Short: "write a contract as one file", Args: atMostOne}
	c.Long = `Writes a contract with all it refers to in other files as one, the same to the byte each time. What is one file of YAML
already stays as it is, comments and all.`
	c.Example = "  dunwell spec bundle --output openapi.yaml\n  dunwell spec bundle --format json api/openapi.yaml"
	reader, format := contractReader{env: env}, asYAML
	reader.offer(c)
	choiceFlag(c, &format, "format", "`language` to write: %s", []language{asYAML, asJSON})
	output := c.Flags().String("output", "", "`file` to write to instead of the standard output")
	c.RunE = func(_ *cobra.Command, args []string) error {
		b, err := bundle.Load(reader.file(args))
		if err != nil {
			return err
		}
		write := b.YAML
		if format == asJSON {
			write = b.JSON
		}
		data, err := write()
		if err != nil {
			return err
		}
		if *output == "" {
			_, err = env.out.Write(data)
			return err
		}
		return writeWhole(*output, data)
	}
	return c
}

// writeWhole writes a file beside its place and then moves it there: who reads it meanwhile sees the old one or the new one.
func writeWhole(name string, data []byte) error {
	made := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".new")
	if err := os.WriteFile(made, data, 0o644); err != nil { //nolint:gosec // a contract is for everybody to read
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return os.Rename(made, name)
}

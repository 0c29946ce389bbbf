package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

// operationAnnotation of a command names the operation of the contract that it calls. A test holds them against it.
const operationAnnotation = "operation"

// request calls one operation. args are what stands in its path.
type request func(ctx context.Context, api *client.Client, args []string, options ...client.CallOption) error

// asking makes a command that calls one operation and shows its answer, which is a T. The parts of the operation's path are its
// arguments, named in c.Use.
func asking[T any](env environment, c *cobra.Command, operation string, do request) *cobra.Command {
	c.Annotations = map[string]string{operationAnnotation: operation}
	c.Args = argumentsOf(c)
	var n connection
	var o output
	n.flags(env, c)
	o.flags(c)
	c.ValidArgsFunction = completing(env)
	c.RunE = func(c *cobra.Command, args []string) error {
		options, err := callOptions(env, c)
		if err != nil {
			return err
		}
		api, err := n.open(env)
		if err != nil {
			return err
		}
		var response client.Response
		err = do(c.Context(), api, args, append(options, client.Into(&response))...)
		if err != nil {
			return err
		}
		return o.answer(env.out, fieldsOf(reflect.TypeFor[T]()), &response)
	}
	return c
}

// reading calls an operation that takes a reference and no body.
func reading[T any](operation func(*client.Client, context.Context, string, ...client.CallOption) (*T, error)) request {
	return func(ctx context.Context, api *client.Client, args []string, options ...client.CallOption) error {
		_, err := operation(api, ctx, args[0], options...)
		return err
	}
}

// writing calls an operation that takes a reference and a body, which is among the options as it was read.
func writing[B, T any](operation func(*client.Client, context.Context, string, B, ...client.CallOption) (*T, error)) request {
	return func(ctx context.Context, api *client.Client, args []string, options ...client.CallOption) error {
		var body B
		_, err := operation(api, ctx, args[0], body, options...)
		return err
	}
}

// posting calls an operation that takes a body only.
func posting[B, T any](operation func(*client.Client, context.Context, B, ...client.CallOption) (*T, error)) request {
	return func(ctx context.Context, api *client.Client, _ []string, options ...client.CallOption) error {
		var body B
		_, err := operation(api, ctx, body, options...)
		return err
	}
}

// Flags that become options of the call.
const (
	fileFlag    = "file"
	keyFlag     = "idempotency-key"
	ifMatchFlag = "if-match"
)

// takesBody gives a command a flag for the body it needs.
func takesBody(c *cobra.Command, what string) *cobra.Command {
	mayTakeBody(c, what)
	_ = c.Flags().SetAnnotation(fileFlag, neededAnnotation, []string{"yes"}) // the flag is there
	return c
}

// mayTakeBody gives a command a flag for a body that may be left out.
func mayTakeBody(c *cobra.Command, what string) *cobra.Command {
	c.Flags().StringP(fileFlag, "f", "", "`file` with the "+what+" as JSON; - for standard input")
	return c
}

const neededAnnotation = "needed" // of a flag that must be there

func takesKey(c *cobra.Command) *cobra.Command {
	c.Flags().String(keyFlag, "", "`key` that makes repeating the command harmless; a new one by default")
	return c
}

func takesIfMatch(c *cobra.Command) *cobra.Command {
	c.Flags().String(ifMatchFlag, "", "`ETag` of the version that is to be changed; another one is left alone")
	return c
}

// callOptions are those of the flags a command has.
func callOptions(env environment, c *cobra.Command) (options []client.CallOption, err error) {
	flags := c.Flags()
	if key := flags.Lookup(keyFlag); key != nil && key.Changed {
		options = append(options, client.IdempotencyKey(key.Value.String()))
	}
	if etag := flags.Lookup(ifMatchFlag); etag != nil && etag.Changed {
		options = append(options, client.IfMatch(etag.Value.String()))
	}
	switch file := flags.Lookup(fileFlag); {
	case file == nil:
	case file.Changed:
		body, err := readBody(env, file.Value.String())
		if err != nil {
			return nil, err
		}
		options = append(options, client.RawBody(body))
	case annotation(file, neededAnnotation) != "":
		return nil, usagef("--%s is needed; write - to send standard input", fileFlag)
	}
	return options, nil
}

// readBody reads a file, or standard input for -. What is too much for the contract is not read to its end.
func readBody(env environment, name string) ([]byte, error) {
	const maxBytes = 1<<20 + 1 // of the contract, and one that makes it too much
	in := env.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("the body cannot be read: %w", err)
		}
		defer file.Close() //nolint:errcheck // it was only read
		in = file
	}
	body, err := io.ReadAll(io.LimitReader(in, maxBytes))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the body cannot be read: %w", err)
	case len(body) == maxBytes:
		return nil, usagef("--%s: the body has more than 1 MiB", fileFlag)
	}
	return body, nil
}

// argumentsOf wants as many arguments as stand in capitals in c.Use.
func argumentsOf(c *cobra.Command) cobra.PositionalArgs {
	names := argumentNames(c)
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(names) == 0:
			return flagsOnly(c, args)
		case len(args) < len(names):
			return usagef("%s is needed: %s", names[len(args)], usageLine(c))
		case len(args) > len(names):
			return usagef("%s is too much: %s", shown(args[len(names)]), usageLine(c))
		}
		return nil
	}
}

// argumentNames are the words in capitals of c.Use.
func argumentNames(c *cobra.Command) []string { return strings.Fields(c.Use)[1:] }

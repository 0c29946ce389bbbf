// Package api holds the contract: openapi.yaml, written by hand, is the source of truth that gen/ is generated from and
// requests are validated against.
package api

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

// YAML is the contract as it is written.
//
//go:embed openapi.yaml
var YAML []byte

// BasePath is where the contract's paths begin.
const BasePath = "/api"

// Document loads and validates the contract. Every call gives an own copy.
func Document() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(YAML)
	if err != nil {
		return nil, fmt.Errorf("load openapi.yaml: %w", err)
	}
	if err := doc.Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("validate openapi.yaml: %w", err)
	}
	return doc, nil
}

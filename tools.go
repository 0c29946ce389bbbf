//go:build tools

// Package dunwell pins the code generator: generate.go runs it, and go.mod keeps its version.
package dunwell

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"

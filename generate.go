// Package dunwell is the root of the module. What is generated from the contract is generated here, by go generate; the
// server is cmd/dunwell, what others build on is in api and gen.
package dunwell

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config api/model.yaml api/openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config api/client.yaml api/openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config api/server.yaml api/openapi.yaml

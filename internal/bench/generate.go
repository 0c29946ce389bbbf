package main

// ogen's server, from the contract as it stands. It is not kept: a comparison is with what ogen makes of it today.
//go:generate go tool ogen --target ogenapi --package ogenapi --clean --config ogen.yml --loglevel error ../../api/openapi.yaml

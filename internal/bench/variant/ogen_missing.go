//go:build !generated

package variant

import (
	"errors"
	"net/http"
)

func newOgen() (http.Handler, error) {
	return nil, errors.New("built without ogen's server: run go generate, and build with -tags generated")
}

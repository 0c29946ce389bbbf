package api_test

import (
	"testing"

	"github.com/dunwell/dunwell/api"
)

func TestDocumentIsValid(t *testing.T) {
	if _, err := api.Document(); err != nil {
		t.Fatal(err)
	}
}

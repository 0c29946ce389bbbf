package document

import (
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
)

// refuse makes the error for a file or a name that cannot be imported. fields are separated by spaces.
func refuse(fields, text, hint string, cause error) error {
	return &ar.Error{
		Kind:    ar.Invalid,
		Code:    ar.CodeInvalidValue,
		Message: "InvalidValue, see error details",
		Details: []ar.Detail{{Error: text, Fields: strings.Fields(fields), Hint: hint}},
		Cause:   cause,
	}
}

// mismatch refuses content that is not what the extension says. found is a noun with its article.
func mismatch(found, want string) error {
	return refuse("file filename",
		"The content of 'file' is "+found+", but 'filename' ends in ."+extension[want]+".",
		"Import a PDF under a name that ends in .pdf, or an e-mail, saved with all its headers, under one that ends in .eml.", nil)
}

// extension of a media type.
var extension = map[string]string{PDF: "pdf", EML: "eml"}

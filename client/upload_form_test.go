package client

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Validation gives a form out as it went in, whatever is in it: its length, which is announced before, stays.
func TestUploadFormIsValidatedAsItStands(t *testing.T) {
	all, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	op, _ := all.Operation("importExternalDocument")
	rapid.Check(t, func(t *rapid.T) {
		d := DocumentImport{
			Kind:     CommunicationKindInvoice,
			Filename: rapid.StringMatching(`[^\x00-\x1f\x7f]{1,50}\.(pdf|PDF|eml)`).Draw(t, "filename"),
			Label:    rapid.StringMatching(`[^\x00-\x1f\x7f]{0,50}`).Draw(t, "label"),
		}
		file := slices.Concat(rapid.SliceOf(rapid.Byte()).Draw(t, "file"), []byte(rapid.SampledFrom([]string{"", "\r\n", "\r\n--", "--\r\n"}).Draw(t, "end")))
		form := d.form()
		sent, err := io.ReadAll(form.around(bytes.NewReader(file)))
		if err != nil || int64(len(sent)) != form.length(int64(len(file))) {
			t.Fatalf("%d bytes, announced %d, %v", len(sent), form.length(int64(len(file))), err)
		}
		reader, err := op.Upload(bytes.NewReader(sent), form.contentType)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, sent) {
			t.Fatalf("%q became %q, %v", sent, got, err)
		}
	})
}

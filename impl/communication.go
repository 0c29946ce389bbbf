package impl

import (
	"context"
	"mime"

	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/document"
)

// communication are the operations of the tag Communication.
type communication struct{ app *app.App }

// GetCommunicationFile answers GET /v1/communication/{id}/file. The generated code closes what it has read.
func (h communication) GetCommunicationFile(ctx context.Context, r server.GetCommunicationFileRequestObject) (server.GetCommunicationFileResponseObject, error) {
	file, err := h.app.File(ctx, caller(ctx), r.ID)
	if err != nil {
		return nil, err
	}
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": file.Name})
	hash := `"` + file.SHA256 + `"`
	headers := server.GetCommunicationFile200ResponseHeaders{ContentDisposition: &disposition, ETag: &hash}
	switch file.MediaType {
	case document.EML:
		return server.GetCommunicationFile200MessageRfc822Response{Body: file.Content, ContentLength: file.Size, Headers: headers}, nil
	case app.MediaZIP:
		return server.GetCommunicationFile200ApplicationZipResponse{Body: file.Content, ContentLength: file.Size, Headers: headers}, nil
	}
	return server.GetCommunicationFile200ApplicationPdfResponse{Body: file.Content, ContentLength: file.Size, Headers: headers}, nil
}

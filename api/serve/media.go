package serve

import (
	"mime"
	"net/http"
	"strings"
)

const mediaJSON = "application/json"

// media checks that the operation takes a body of this media type, and gives the type without its parameters. It is ""
// for a request without a body.
func (o *operation) media(r *http.Request) (string, error) {
	given := r.Header.Get("Content-Type")
	if o.Request == nil || given == "" && r.ContentLength == 0 {
		return "", nil
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return "", unsupportedMedia("The body is compressed.", "Content-Encoding", "Send it as it is, without Content-Encoding.")
	}
	if given == mediaJSON && o.Accepts(mediaJSON) {
		return mediaJSON, nil
	}
	media, params, err := mime.ParseMediaType(given)
	if err != nil || !o.Accepts(media) {
		return "", unsupportedMedia("The body has an unsupported media type.", "Content-Type",
			"Send "+strings.Join(o.Request.MediaTypes, " or ")+".")
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return "", unsupportedMedia("The body has an unsupported character set.", "Content-Type", "Encode text as UTF-8.")
	}
	return media, nil
}

package outbound

import (
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/dunwell/dunwell/internal/filename"
)

// fileName is the name under which a customer gets a file: the one of the header Content-Disposition, else the last element of
// the path, else "attachment", and with an extension of the media type, so that it is opened as what it was checked to be.
func fileName(disposition string, u *url.URL, mediaType string) string {
	known := extensions[mediaType]
	_, params, _ := mime.ParseMediaType(disposition)
	for _, raw := range []string{params["filename"], path.Base(u.Path)} {
		name := clean(raw)
		ext := path.Ext(name)
		if !slices.Contains(known, strings.ToLower(ext)) {
			ext = known[0]
		}
		stem := strings.Trim(filename.Fit(strings.TrimSuffix(name, ext), ext), ". ")
		if stem != "" {
			return stem + ext
		}
	}
	return "attachment" + known[0]
}

// clean keeps of a name what is seen, in NFC, without folders, drives, and dots or spaces at either end.
func clean(raw string) string {
	name := filename.Visible(strings.ToValidUTF8(raw, ""))
	name = name[strings.LastIndexAny(name, `/\:`)+1:]
	return strings.Trim(name, ". ")
}

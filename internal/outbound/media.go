package outbound

import (
	"bytes"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// sniffBytes is how much of a file is looked at; http.DetectContentType wants as much.
const sniffBytes = 512

// extensions are those of the media types that are fetched, the usual one first.
var extensions = map[string][]string{
	"application/pdf": {".pdf"},
	"image/png":       {".png"},
	"image/jpeg":      {".jpg", ".jpeg"},
	"text/plain":      {".txt", ".log", ".md"},
	"text/csv":        {".csv"},
	"application/xml": {".xml"},
	"text/xml":        {".xml"},
}

// knownTypes are the keys of extensions, in the order in which they are asked for.
var knownTypes = []string{"application/pdf", "image/png", "image/jpeg", "text/plain", "text/csv", "application/xml", "text/xml"}

func (l Limits) mediaTypes() []string {
	if l.MediaTypes == nil {
		return knownTypes
	}
	return l.MediaTypes
}

// mediaTypeOf is the media type of a file that the header and the first bytes agree on, if it is allowed.
func mediaTypeOf(header string, head []byte, allowed []string) (string, error) {
	hint := "Allowed: " + strings.Join(allowed, ", ") + "."
	found, _, _ := mime.ParseMediaType(http.DetectContentType(head))
	said, _, err := mime.ParseMediaType(header)
	if said == "" && err != nil {
		said = header // of no form: it is no media type that we know
	}
	switch said {
	case "", "application/octet-stream", "binary/octet-stream": // storage that does not know: only what cannot be mistaken
		if strings.HasPrefix(found, "text/") {
			return "", refuse("The answer has no media type.", hint)
		}
		said = found
	}
	if !slices.Contains(allowed, said) || extensions[said] == nil {
		return "", refuse("The media type of the answer is not allowed.", hint)
	}
	if !agree(said, found, head) {
		return "", refuse("The file is not what its media type says.", "Send the Content-Type that fits the file.")
	}
	return said, nil
}

// agree tells whether a file that is said to be of a media type looks like it.
func agree(said, found string, head []byte) bool {
	switch said {
	case "text/plain", "text/csv":
		return found == "text/plain"
	case "application/xml", "text/xml": // the declaration may be missing, then it looks like text
		return found == "text/xml" || found == "text/plain" && startsWithTag(head)
	}
	return said == found
}

// startsWithTag tells whether the first character that is seen is <, in any encoding of Unicode.
func startsWithTag(head []byte) bool {
	seen := bytes.TrimLeft(head, "\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
	return len(seen) > 0 && seen[0] == '<'
}

package document

import (
	"path"
	"strings"
	"unicode/utf8"

	"github.com/dunwell/dunwell/internal/filename"
)

// Filename makes of a name that somebody sent the name that a customer will see and save under: the last element of a
// path, without invisible characters or ones that turn the direction of text (with which "fdp.exe" looks like
// "exe.pdf"), without leading dots, in NFC, of at most 255 bytes, and with the extension pdf or eml. What is left of a good
// name is unchanged: Filename of its own result gives the same again.
func Filename(raw string) (string, error) {
	if !utf8.ValidString(raw) {
		return "", refuse("filename", "Value for field 'filename' is not valid UTF-8.", "Send the name in UTF-8.", nil)
	}
	name := filename.Visible(raw)
	name = lastElement(name)
	stem, ext := strings.TrimSuffix(name, path.Ext(name)), path.Ext(name)
	if _, err := mediaType(name); err != nil {
		return "", err
	}
	stem = trim(filename.Fit(stem, ext))
	if stem == "" {
		return "", noName()
	}
	return stem + ext, nil
}

// lastElement is what follows the last separator of any system, without a drive letter and without the dots and spaces
// at either end that hide a file or that Windows drops.
func lastElement(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = trim(name)
	for len(name) > 1 && name[1] == ':' && isLetter(name[0]) {
		name = trim(name[2:])
	}
	return name
}

func trim(s string) string { return strings.Trim(s, ". ") }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// mediaType is what the extension of a name says.
func mediaType(name string) (string, error) {
	ext := path.Ext(name)
	for mediaType, known := range extension {
		if strings.EqualFold(ext, "."+known) {
			return mediaType, nil
		}
	}
	if name == "" {
		return "", noName()
	}
	return "", refuse("filename", "Value for field 'filename' does not end in .pdf or .eml.", "Only PDFs and e-mails can be imported; end the name in .pdf or .eml.", nil)
}

func noName() error {
	return refuse("filename", "Value for field 'filename' is no name of a file.", "Give a name such as RE12345.pdf; the customer sees it.", nil)
}

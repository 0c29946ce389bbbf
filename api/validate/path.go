package validate

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxNameBytes is how much of a name someone sent is repeated in an answer.
const maxNameBytes = 64

// appendMember extends a path by the member of an object: items, items[3].unitprice, meta["a b"].
func appendMember(path, name string) string {
	name = shorten(name)
	if !isPlainName(name) {
		return path + "[" + strconv.Quote(name) + "]"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// appendIndex extends a path by the element of an array.
func appendIndex(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// appendPointer extends a path by the tokens kin-openapi names a place with. They do not tell an index from a member
// called 3; the value does.
func appendPointer(path string, tokens []string, value any) string {
	for _, token := range tokens {
		if list, ok := value.([]any); ok {
			i, _ := strconv.Atoi(token)
			path = appendIndex(path, i)
			if value = nil; i < len(list) {
				value = list[i]
			}
			continue
		}
		path = appendMember(path, token)
		object, _ := value.(map[string]any)
		value = object[token]
	}
	return path
}

func isPlainName(name string) bool {
	for _, r := range name {
		if r < utf8.RuneSelf && !isDigit(byte(r)) && !isLetter(byte(r)) && !strings.ContainsRune("_-$", r) || r == utf8.RuneError {
			return false
		}
	}
	return name != ""
}

// legible is a name someone sent, fit to be shown as it is.
func legible(name string) string {
	quoted := strconv.Quote(shorten(name))
	return quoted[1 : len(quoted)-1]
}

func shorten(name string) string {
	if len(name) <= maxNameBytes {
		return name
	}
	cut := maxNameBytes
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + "…"
}

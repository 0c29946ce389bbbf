package impl

import (
	"strconv"

	"github.com/dunwell/dunwell/internal/app"
)

// etag names a version of an object.
func etag(version int64) *string {
	tag := strconv.Quote(strconv.FormatInt(version, 10))
	return &tag
}

// unseen is a version that no object ever has.
const unseen = -2

// seen reads If-Match. A tag that is not one of ours, or a weak one, names no version (RFC 9110, 13.1.1).
func seen(ifMatch *string) app.Seen {
	switch {
	case ifMatch == nil:
		return app.Seen{}
	case *ifMatch == "*":
		return app.Seen{Required: true, Version: app.AnyVersion}
	}
	text, err := strconv.Unquote(*ifMatch)
	if err != nil {
		return app.Seen{Required: true, Version: unseen}
	}
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil || version < 1 {
		version = unseen
	}
	return app.Seen{Required: true, Version: version}
}

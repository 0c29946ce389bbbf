package client

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

const module = "github.com/dunwell/dunwell"

// userAgent names this package, its version, and what it runs on: dunwell-go/v1.2.3 (go1.26; linux/amd64).
var userAgent = sync.OnceValue(func() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append(info.Deps, &info.Main) {
			if m.Path == module && m.Version != "" {
				version = strings.Trim(m.Version, "()")
			}
		}
	}
	return fmt.Sprintf("dunwell-go/%s (%s; %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
})

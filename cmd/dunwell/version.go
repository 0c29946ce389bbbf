package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
)

// release is set when a release is built: -ldflags "-X main.release=v1.2.3".
var release string

// version is the release, else what the build says of itself.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func versionCommand(_ context.Context, env environment, args []string) error {
	if len(args) > 0 && !slices.Contains([]string{"--help", "-h"}, args[0]) {
		return usagef("%s is not understood; dunwell version takes nothing", shown(args[0]))
	}
	_, err := fmt.Fprintf(env.out, "dunwell %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

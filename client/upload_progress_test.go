package client

import (
	"io"
	"slices"
	"strings"
	"testing"
)

// What an attempt that was given up still does is not told.
func TestProgressOfTheLastAttempt(t *testing.T) {
	var told []int64
	p := &progress{tell: func(done, _ int64) { told = append(told, done) }}
	first := &watched{strings.NewReader("first"), p.begin(5)}
	_, _ = first.Read(make([]byte, 2))
	second := &watched{strings.NewReader("second"), p.begin(6)}
	_, _ = first.Read(make([]byte, 2))
	_, _ = second.Read(make([]byte, 1))
	_, _ = io.Copy(io.Discard, first)
	if !slices.Equal(told, []int64{0, 2, 0, 1}) {
		t.Errorf("told %v", told)
	}
}

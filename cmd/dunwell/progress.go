package main

import (
	"fmt"
	"io"
	"strings"
)

// progressBar is a line on a terminal that says how much of a file has been sent.
type progressBar struct {
	w     io.Writer // nil: nobody looks
	name  string
	shown string
}

// newProgressBar draws on w if it is a terminal.
func newProgressBar(w io.Writer, name string) *progressBar {
	if terminalWide(w) == 0 {
		w = nil
	}
	return &progressBar{w: w, name: printable(name)}
}

// show draws the line anew where it has changed. A new attempt begins at 0 again.
func (p *progressBar) show(done, total int64) {
	if p.w == nil || total <= 0 {
		return
	}
	const cells = 24
	full := int(done * cells / total)
	bar := strings.Repeat("█", full) + strings.Repeat("░", cells-full)
	p.draw(fmt.Sprintf("%s  %s %3d %%  %s", shortened(p.name, 30), bar, done*100/total, size(total)))
}

// count draws how much of something that nobody knows the end of has been dealt with.
func (p *progressBar) count(done int64, what string) {
	if p.w != nil {
		p.draw(fmt.Sprintf("%s  %d %s", shortened(p.name, 30), done, what))
	}
}

func (p *progressBar) draw(line string) {
	if line != p.shown {
		p.shown = line
		fmt.Fprint(p.w, "\r\x1b[K", line)
	}
}

// done takes the line away.
func (p *progressBar) done() {
	if p.w != nil && p.shown != "" {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = ""
	}
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d.%d MiB", n>>20, n>>10&1023*10>>10)
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

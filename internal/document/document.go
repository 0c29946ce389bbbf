// Package document looks into an imported file without trusting it. What it lets pass is a PDF that opens without a
// password or an e-mail as it was sent, under a name that says so and that harms nobody's file system. It reports what
// it saw and changes nothing: the original bytes are kept for the archive.
//
// Every refusal is an *ar.Error of kind Invalid that says what disagrees with what, and what would be right; a file that
// was not read in time is one of kind Unavailable. Any other error is a fault of ours, or the end of the caller's context.
//
// A PDF is parsed by a child process, because nothing can bound the memory or the time of a goroutine. The child is
// this program again, started with the hidden Command, so the program's main must begin with
//
//	if len(os.Args) > 1 && os.Args[1] == document.Command {
//		os.Exit(document.InspectMain(os.Args[2:]))
//	}
//
// and so must TestMain of every test that inspects PDFs.
package document

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"
)

// The two types of files that can be imported.
const (
	PDF = "application/pdf"
	EML = "message/rfc822"
)

// Info is what a look into a file has shown.
type Info struct {
	MediaType string // PDF or EML
	Pages     int    // of a PDF, at least 1
	Parts     int    // of an e-mail: the message itself and everything in it, at least 1
	Flags     []Flag // sorted, each once
}

// Flag is something about a file that its receiver may want to know. A flagged file is not refused.
type Flag string

const (
	JavaScript    Flag = "javaScript"    // a PDF has scripts
	Launch        Flag = "launch"        // a PDF asks its viewer to start a program
	EmbeddedFiles Flag = "embeddedFiles" // files are attached; in a PDF often the XML of an e-invoice
	Damaged       Flag = "damaged"       // an e-mail's attachment or forwarded message cannot be decoded
)

// Options are the limits of an Inspector. A zero means the default.
type Options struct {
	Timeout  time.Duration // for one file, without waiting for a free child; 10 s
	Memory   int64         // bytes that a child may take; 256 MiB, and less than 64 MiB refuses good files
	Parallel int           // children at once; one per processor
	Decoded  int64         // bytes of an e-mail's decoded parts together; 256 MiB, none of it held

	// Program and its first arguments, to be followed by ours: this program and Command.
	Program []string
}

// Inspector looks into files. It is safe for concurrent use.
type Inspector struct {
	opts  Options
	slots chan struct{} // one for each child that runs
}

// New makes an Inspector. It starts nothing.
func New(opts Options) *Inspector {
	if opts.Timeout == 0 {
		opts.Timeout = 10 * time.Second
	}
	if opts.Memory == 0 {
		opts.Memory = 256 << 20
	}
	if opts.Parallel == 0 {
		opts.Parallel = runtime.NumCPU()
	}
	if opts.Decoded == 0 {
		opts.Decoded = 256 << 20
	}
	return &Inspector{opts: opts, slots: make(chan struct{}, opts.Parallel)}
}

// Inspect says what a complete file is, and refuses it unless its content is what the extension of its name says. The
// file's position does not matter and is not moved; the file needs no name in the file system.
func (i *Inspector) Inspect(ctx context.Context, file *os.File, name string) (Info, error) {
	want, err := mediaType(name)
	if err != nil {
		return Info{}, err
	}
	stat, err := file.Stat()
	if err != nil {
		return Info{}, fmt.Errorf("document: %w", err)
	}
	if stat.Size() == 0 {
		return Info{}, refuse("file", "The file is empty.", "Send the bytes of a PDF or of an e-mail.", nil)
	}
	head := make([]byte, headSize)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return Info{}, fmt.Errorf("document: %w", err)
	}
	content := io.NewSectionReader(file, 0, stat.Size())
	if want == PDF {
		return i.pdf(ctx, file, content, head[:n])
	}
	return i.eml(ctx, content, head[:n])
}

// pdf looks at the head first: what is evidently something else needs no child.
func (i *Inspector) pdf(ctx context.Context, file *os.File, content *io.SectionReader, head []byte) (Info, error) {
	if other := recognise(head); other != "" {
		return Info{}, mismatch(other, PDF)
	}
	if hasPDFHeader(head) {
		switch whole, err := hasPDFTrailer(content, content.Size()); {
		case err != nil:
			return Info{}, err
		case !whole:
			return Info{}, broken(errors.New("no end mark"))
		}
		return i.inspectPDF(ctx, file)
	}
	if _, err := i.inspectEML(ctx, content); err == nil {
		return Info{}, mismatch("an e-mail", PDF)
	} else if ctx.Err() != nil {
		return Info{}, ctx.Err()
	}
	return Info{}, mismatch("no PDF", PDF)
}

// eml tries first: an e-mail has no signature, and its first line could be nearly anything.
func (i *Inspector) eml(ctx context.Context, content io.Reader, head []byte) (Info, error) {
	info, err := i.inspectEML(ctx, content)
	if err == nil || ctx.Err() != nil {
		return info, err
	}
	if other := recognise(head); other != "" {
		return Info{}, mismatch(other, EML)
	}
	if hasPDFHeader(head) {
		return Info{}, mismatch("a PDF", EML)
	}
	return Info{}, err
}

// flagSet gathers flags.
type flagSet map[Flag]bool

func (s flagSet) list() []Flag {
	var flags []Flag
	for flag := range s {
		flags = append(flags, flag)
	}
	slices.Sort(flags)
	return flags
}

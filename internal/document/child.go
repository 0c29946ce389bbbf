package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/validate"
)

// exitUnready is the exit code of a child that could not begin, for example because the system does not let it limit
// itself: no fault of the file's. The Go runtime's own is 2.
const exitUnready = 3

// InspectMain is the child's whole life: it takes the limits as its two arguments (bytes of memory, seconds of
// processor time), imposes them on itself, reads the PDF from standard input, which must be a file, and prints one line
// of JSON. The exit code is 0 when it has an answer, whatever the answer is.
func InspectMain(args []string) int {
	memory, seconds, err := parseLimits(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitUnready
	}
	// Every thread's stack counts as memory, 8 MiB where C libraries are linked; and one parser needs no more than this.
	runtime.GOMAXPROCS(2)
	out := os.Stdout
	os.Stdout = os.Stderr // should the library ever print
	stat, err := os.Stdin.Stat()
	if err == nil && !stat.Mode().IsRegular() {
		err = errors.New("standard input is not a file")
	}
	if err == nil {
		err = imposeLimits(memory, seconds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitUnready
	}
	// The parent shares the position of this file, so it is not moved.
	r := examine(io.NewSectionReader(os.Stdin, 0, stat.Size()), memory)
	if err := json.NewEncoder(out).Encode(r); err != nil {
		return 1
	}
	return 0
}

func parseLimits(args []string) (memory, seconds int64, err error) {
	if len(args) == 2 {
		memory, err = strconv.ParseInt(args[0], 10, 64)
		if err == nil {
			seconds, err = strconv.ParseInt(args[1], 10, 64)
		}
	}
	if len(args) != 2 || err != nil || memory <= 0 || seconds <= 0 {
		return 0, 0, fmt.Errorf("usage: %s MEMORY-BYTES CPU-SECONDS <file.pdf", Command)
	}
	return memory, seconds, nil
}

// examine parses and validates a PDF, as viewers do: the usual small faults are no reason to refuse it.
//
// The library's package api would do the same in one call, but also links code whose initialization takes longer than
// all the rest of the child (go-runewidth fills tables of 2 MiB: 25 to 75 ms).
func examine(file io.ReadSeeker, memory int64) (r report) {
	defer func() {
		if v := recover(); v != nil {
			r = report{Fault: faultBroken, Cause: fmt.Sprintf("panic: %v\n%s", v, debug.Stack())}
		}
	}()
	ctx, err := pdfcpu.Read(file, configuration(memory))
	if errors.Is(err, pdfcpu.ErrEncrypted) {
		return report{Fault: faultEncrypted}
	}
	if err != nil {
		return report{Fault: faultBroken, Cause: err.Error()}
	}
	flags := scan(ctx) // before validation, which repairs and drops objects
	if err := validate.XRefTable(ctx); err != nil {
		return report{Fault: faultBroken, Cause: err.Error()}
	}
	if ctx.PageCount == 0 {
		return report{Fault: faultNoPages}
	}
	return report{Pages: ctx.PageCount, Flags: flags.list()}
}

// configuration is the library's own, with nothing that reaches out, and with limits below ours where it has any, so
// that it can still say what is wrong.
func configuration(memory int64) *model.Configuration {
	model.ConfigPath = "disable" // or it makes a directory in the user's home
	c := model.NewDefaultConfiguration()
	c.Cmd = model.BOOKLET // one of the commands for which any encryption is an error, even one without a password
	c.ValidationMode = model.ValidationRelaxed
	c.Offline = true
	c.ValidateLinks = false
	c.Limits.MaxStreamBytes = memory / 2
	c.Limits.MaxDecodeBytes = memory / 4
	c.Limits.MaxObjectCount = 1_000_000
	c.Limits.MaxXRefEntries = 1_000_000
	return c
}

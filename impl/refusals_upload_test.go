package impl_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/document/documenttest"
)

// badUpload is an import of a file that is refused.
func badUpload(filename, kind, content string, fields ...string) refusal {
	return bad(upload("RE1", imported(filename, kind, content)...), fields...)
}

// without leaves out a part.
func without(name string) []part {
	return slices.DeleteFunc(imported("a.eml", "email", eml("a")), func(p part) bool { return p.name == name })
}

// uploadRefusals are of files, and refused before anything is stored.
var uploadRefusals = map[string]refusal{
	"exe renamed to pdf":       badUpload("RE1.pdf", "invoice", "MZ\x90\x00\x03"+strings.Repeat("\x00", 1000), "file", "filename"),
	"eml named pdf":            badUpload("RE1.pdf", "invoice", eml("a"), "file", "filename"),
	"pdf named eml":            badUpload("RE1.eml", "email", documenttest.PDF("a"), "file", "filename"),
	"kind that cannot be":      badUpload("RE1.pdf", "email", documenttest.PDF("a"), "file", "kind"),
	"broken pdf":               badUpload("RE1.pdf", "invoice", documenttest.PDF("a")[:400], "file"),
	"empty file":               badUpload("RE1.pdf", "invoice", "", "file"),
	"no extension":             badUpload("RE1", "invoice", documenttest.PDF("a"), "filename"),
	"another extension":        badUpload("RE1.exe", "invoice", documenttest.PDF("a"), "filename"),
	"only a path":              badUpload("../", "invoice", documenttest.PDF("a"), "filename"),
	"NUL in the filename":      bad(upload("RE1", part{"file", "a.eml", eml("a")}, part{name: "filename", value: "a\x00.eml"}, part{name: "kind", value: "email"}), "filename"),
	"filename not UTF-8":       bad(upload("RE1", part{"file", "a.eml", eml("a")}, part{name: "filename", value: "a\xff.eml"}, part{name: "kind", value: "email"}), "filename"),
	"unknown kind":             badUpload("a.eml", "postcard", eml("a"), "kind"),
	"no kind":                  bad(upload("RE1", without("kind")...), "kind"),
	"no filename":              bad(upload("RE1", without("filename")...), "filename"),
	"no file":                  bad(upload("RE1", without("file")...), "file"),
	"unknown part":             bad(upload("RE1", append(imported("a.eml", "email", eml("a")), part{name: "colour", value: "red"})...), "colour"),
	"duplicate field":          bad(upload("RE1", append(imported("a.eml", "email", eml("a")), part{name: "kind", value: "letter"})...), "kind"),
	"duplicate field in front": bad(upload("RE1", append([]part{{name: "kind", value: "letter"}}, imported("a.eml", "email", eml("a"))...)...), "kind"),
	"two files":                bad(upload("RE1", append(imported("a.eml", "email", eml("a")), part{"file", "b.eml", eml("b")})...), "file"),
	"label too long":           bad(upload("RE1", append(imported("a.eml", "email", eml("a")), part{name: "label", value: strings.Repeat("x", 201)})...), "label"),
	"truncated form":           bad(truncated()),
	"form without boundary":    bad(upload("RE1", imported("a.eml", "email", eml("a"))...).with("Content-Type", "multipart/form-data"), "Content-Type"),
	"file over 25 MiB":         {upload("RE1", imported("a.eml", "email", strings.Repeat("x", 25<<20+1))...), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE", []string{"file"}},
	"file of 26 MiB":           {upload("RE1", imported("a.eml", "email", strings.Repeat("x", 26<<20))...), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE", []string{"Content-Length"}},
	"chunks without end":       {upload("RE1", imported("a.eml", "email", strings.Repeat("x", 40<<20))...).with("Transfer-Encoding", "chunked"), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE", []string{"file"}},
	"import for nobody":        {upload("RE9", imported("a.eml", "email", eml("a"))...), http.StatusNotFound, "ERR_NOT_FOUND", []string{"invoiceReference"}},
	"import for a rival":       {upload("RE1", imported("a.eml", "email", eml("a"))...).as(rival), http.StatusNotFound, "ERR_NOT_FOUND", []string{"invoiceReference"}},
}

func truncated() call {
	c := upload("RE1", imported("a.eml", "email", eml("a"))...)
	c.body = c.body[:len(c.body)-60]
	return c
}

// A filename is stripped of its path, and names nothing on disk.
func TestFilenameWithPath(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		for _, name := range []string{"../../etc/passwd.eml", `C:\Windows\passwd.eml`, "/etc/passwd.eml"} {
			w.do(upload("RE1", part{"file", "x", eml("a")}, part{name: "filename", value: name}, part{name: "kind", value: "email"})).is(http.StatusOK)
			list := w.communications("RE1")
			id := list[len(list)-1].(object)["id"].(string)
			a := w.do(get("/v1/communication/" + id + "/file")).is(http.StatusOK)
			if a.header.Get("Content-Disposition") != "attachment; filename=passwd.eml" {
				w.Errorf("%s became %s", name, a.header.Get("Content-Disposition"))
			}
		}
		if disk := w.onDisk(); len(disk) != 1 || strings.Contains(disk[0], "passwd") {
			w.Errorf("on disk %v", disk)
		}
	})
}

// A caller that hangs up in the middle of a file leaves nothing.
func TestHangUp(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		before := w.everything()
		c := upload("RE1", imported("a.eml", "email", eml("a"))...)
		u, err := url.Parse(w.URL)
		w.no(err)
		conn, err := net.Dial("tcp", u.Host)
		w.no(err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "POST /api%s HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
			c.path, "YWNtZTpwQDU1dzByZA==", c.header["Content-Type"], len(c.body), c.body[:len(c.body)-100])
		w.no(err)
		w.no(conn.(*net.TCPConn).CloseWrite())
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		w.no(err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		w.no(err)
		answer{w, response.StatusCode, response.Header, body}.refused(http.StatusBadRequest, invalid)
		w.unchanged(before)
	})
}

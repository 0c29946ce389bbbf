package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"

	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/internal/bench/load"
	"github.com/dunwell/dunwell/internal/bench/variant"
	"github.com/dunwell/dunwell/internal/bench/workload"
)

// parallel is how many uploads there are at a time.
const parallel = 8

// uploaded is what uploads did to a fresh process.
type uploaded struct {
	Name     string
	Rate     load.Result
	Peak     int64 // bytes resident, of the process
	Program  int64 // of them, pages of the program file
	Idle     int64 // bytes resident before the first upload
	Children int64 // bytes resident, of processes it started, sampled
}

// uploads sends files to a fresh process of each variant, and to the real server.
func uploads(ctx context.Context, h house, contender, dunwell string, e effort) ([]uploaded, error) {
	var all []uploaded
	for _, name := range variant.Names {
		p, err := start(ctx, h.temp, nil, contender, "-serve", name)
		if err != nil {
			return nil, err
		}
		result, err := upload(ctx, p, name, e, func(int) ([]byte, string) { return benchload.Form(workload.FileSize) })
		p.stop()
		if err != nil {
			return nil, err
		}
		all = append(all, result)
	}
	s, err := newSQLiteServer(ctx, h, dunwell)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	result, err := upload(ctx, s.process, realServer, e, pdfForm)
	return append(all, result), err
}

// upload sends files to a process that has only answered one small request: that has verified the credentials, which
// takes a real server 19 MiB on purpose.
func upload(ctx context.Context, p *process, name string, e effort, form func(int) (body []byte, contentType string)) (uploaded, error) {
	u := uploaded{Name: name}
	first := send(p.address, workload.ListInvoices, 0)
	first.Connections, first.Requests = 1, 1
	_, err := first.Do(ctx)
	if err != nil {
		return u, err
	}
	if u.Idle, _, err = p.peak(); err != nil {
		return u, err
	}
	u.Rate, err = load.Run{
		Address: p.address, Connections: parallel, Requests: e.uploads, Status: http.StatusOK,
		Request: func(connection int) (*http.Request, error) {
			body, contentType := form(connection)
			return benchload.Upload(bytes.NewReader(body), contentType), nil
		},
	}.Do(ctx)
	if err != nil {
		return u, fmt.Errorf("uploads to %s: %w\n%s", name, err, p.tail())
	}
	u.Children = p.children.Load()
	u.Peak, u.Program, err = p.peak()
	return u, err
}

// pdfForm is a form with a PDF that is another one each time it is sent, since a file that is known is not stored again.
func pdfForm(connection int) (body []byte, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range [][2]string{{"filename", "RE12345.pdf"}, {"kind", "invoice"}, {"label", "Original invoice"}} {
		_ = w.WriteField(field[0], field[1]) // into memory
	}
	file, _ := w.CreateFormFile("file", "RE12345.pdf")
	_, _ = file.Write(pdf(connection, workload.FileSize))
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// pdf is a document of one page and about that many bytes, most of which are a picture nobody can compress.
func pdf(seed, size int) []byte {
	noise := make([]byte, size-2000)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), 1}).Read(noise)
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</Scan 5 0 R>>>>/Contents 4 0 R>>",
		"<</Length 36>>\nstream\nq 595 0 0 842 0 0 cm /Scan Do Q     \nendstream",
		fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length %d>>\nstream\n%s\nendstream",
			len(noise), len(noise), noise),
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n% " + load.Mark + "\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}

package mail

import (
	"io"
	"sync/atomic"
	"testing"
)

// zeros is a file without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// counted counts what passes.
type counted struct {
	io.Reader
	n atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// A big file is written while it is read.
func TestAttachmentsStream(t *testing.T) {
	source := &counted{Reader: io.LimitReader(zeros{}, 25<<20)}
	m := invoice()
	m.Attachments = []Attachment{{Name: "big.pdf", Open: func() (io.ReadCloser, error) { return io.NopCloser(source), nil }}}
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(Templates{}.Render(w, m)) }()
	var written int64
	for buffer := make([]byte, 32<<10); ; {
		n, err := r.Read(buffer)
		written += int64(n)
		if ahead := source.n.Load() - written*3/4; ahead > 256<<10 {
			t.Fatalf("%d bytes are held", ahead)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if written < 25<<20*4/3 {
		t.Errorf("%d bytes written", written)
	}
}

func BenchmarkRender(b *testing.B) {
	for _, size := range []int{60 << 10, 25 << 20} {
		b.Run(map[bool]string{true: "60KiB", false: "25MiB"}[size == 60<<10], func(b *testing.B) {
			m := invoice()
			m.Attachments = []Attachment{{Name: "RE-1.pdf", MediaType: "application/pdf", Open: func() (io.ReadCloser, error) {
				return io.NopCloser(io.LimitReader(zeros{}, int64(size))), nil
			}}}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := (Templates{}).Render(io.Discard, m); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}

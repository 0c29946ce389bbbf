package letter

import (
	"bytes"
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden compares what poppler reads and what it shows. Another version of poppler may set text a shade differently,
// so images are compared with tolerance.
func TestGolden(t *testing.T) {
	for name, letter := range composed(t) {
		t.Run(name, func(t *testing.T) {
			file := write(t, letter)
			compareText(t, name+".txt", poppler(t, "pdftotext", "-layout", file, "-"))
			prefix := filepath.Join(t.TempDir(), name)
			poppler(t, "pdftoppm", "-r", "50", "-gray", "-png", file, prefix)
			images, _ := filepath.Glob(prefix + "*.png")
			if want := len(letter.pages); len(images) != want {
				t.Fatalf("%d pages, want %d", len(images), want)
			}
			for _, image := range images {
				compareImage(t, filepath.Base(image), image)
			}
		})
	}
}

// composed are all samples, of vouchers and of notices.
func composed(t *testing.T) map[string]*composer {
	all := map[string]*composer{}
	for name, letter := range letters(t) {
		all[name] = compose(letter)
	}
	for name, notice := range noticeSamples(t) {
		all["notice-"+name] = composeNotice(notice)
	}
	return all
}

// write renders a letter to a file.
func write(t *testing.T, c *composer) string {
	t.Helper()
	pdf, err := c.paint()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "letter.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// poppler runs one of its programs and gives what it prints.
func poppler(t *testing.T, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("DUNWELL_REQUIRE_POPPLER") == "1" {
			t.Fatalf("%s is required and not installed: install poppler-utils", program)
		}
		t.Skipf("%s is not installed (poppler-utils): what letters look like is NOT TESTED", program)
	}
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	return string(out)
}

func compareText(t *testing.T, name, got string) {
	t.Helper()
	golden := filepath.Join("testdata", name)
	if *update {
		writeGolden(t, golden, []byte(got))
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	// How many spaces stand for a distance is poppler's business.
	if g, w := strings.Fields(got), strings.Fields(string(want)); strings.Join(g, " ") != strings.Join(w, " ") {
		t.Errorf("%s differs; -update writes it anew. Got:\n%s", name, got)
	}
}

// compareImage allows a mean difference of one shade in 255, and no place of 8 × 8 points that differs by a quarter.
func compareImage(t *testing.T, name, file string) {
	t.Helper()
	golden := filepath.Join("testdata", name)
	if *update {
		var content bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&content, readImage(t, file)); err != nil {
			t.Fatal(err)
		}
		writeGolden(t, golden, content.Bytes())
		return
	}
	got, want := readImage(t, file), readImage(t, golden)
	if got.Rect != want.Rect {
		t.Fatalf("%s is %v, want %v", name, got.Rect, want.Rect)
	}
	const side = 8
	for y := 0; y < got.Rect.Dy(); y += side {
		for x := 0; x < got.Rect.Dx(); x += side {
			place := image.Rect(x, y, x+side, y+side).Intersect(got.Rect)
			if off := difference(got, want, place); off > 48 {
				t.Fatalf("%s differs at %v by %d; -update writes it anew", name, place, off)
			}
		}
	}
	if off := difference(got, want, got.Rect); off > 1 {
		t.Errorf("%s differs by %d; -update writes it anew", name, off)
	}
}

// difference is the mean difference of two images in a place.
func difference(a, b *image.Gray, place image.Rectangle) int {
	sum := 0
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for x := place.Min.X; x < place.Max.X; x++ {
			p, q := int(a.GrayAt(x, y).Y), int(b.GrayAt(x, y).Y)
			sum += max(p-q, q-p)
		}
	}
	return sum / (place.Dx() * place.Dy())
}

func readImage(t *testing.T, file string) *image.Gray {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	gray := image.NewGray(decoded.Bounds())
	draw.Draw(gray, gray.Rect, decoded, gray.Rect.Min, draw.Src)
	return gray
}

func writeGolden(t *testing.T, golden string, content []byte) {
	t.Helper()
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(golden, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

package camt

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/shopspring/decimal"
)

var update = flag.Bool("update", false, "write the golden files")

// told is everything a file says, one movement a line.
func told(r io.Reader) (string, Summary, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	summary, err := Read(r, func(e Entry) error { return encoder.Encode(e) })
	fmt.Fprintf(&text, "%+v\n", summary)
	return text.String(), summary, err
}

// Each version of each message, as banks write them.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(files) != len(messages) {
		t.Fatalf("%d files for %d messages: %v", len(files), len(messages), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, summary, err := told(bytes.NewReader(raw))
		if name := strings.TrimSuffix(filepath.Base(file), ".xml"); err != nil || summary.Message != name {
			t.Errorf("%s: %+v, %v", file, summary, err)
		}
		golden := strings.TrimSuffix(file, ".xml") + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s:\n%s\nwant\n%s", file, got, want)
		}
		if slow, _, err := told(iotest.OneByteReader(bytes.NewReader(raw))); err != nil || slow != got {
			t.Errorf("%s, byte by byte: %v\n%s", file, err, slow)
		}
		if err := Inspect(bytes.NewReader(raw)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

const (
	head = `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>S</Id>` + "\n"
	tail = `</Stmt></BkToCstmrStmt></Document>`
	good = `<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-02</Dt></BookgDt></Ntry>` + "\n"
)

// What is wrong is said with its line and what would be right; what stands before it was handed out.
func TestWrong(t *testing.T) {
	for _, c := range []struct {
		name, file string
		entries    int
		line       int
		text       string
	}{
		{"empty", "", 0, 1, "is empty"},
		{"text", "Buchungstag;Betrag", 0, 1, "no XML"},
		{"an archive", "PK\x03\x04...", 0, 1, "ZIP"},
		{"UTF-16", "\xff\xfe<\x00", 0, 1, "UTF-16"},
		{"HTML", "<html></html>", 0, 1, "<html>"},
		{"another namespace", `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>`, 0, 1, "another kind (pain.001.001.09)"},
		{"a report", `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"/>`, 0, 1, "before they are final"},
		{"another version", `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.13"/>`, 0, 1, "camt.053.001.13 is not read"},
		{"another body", `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrStmt/></Document>`, 0, 1, "instead of <BkToCstmrDbtCdtNtfctn>"},
		{"an encoding", `<?xml version="1.0" encoding="EBCDIC-DE"?><Document/>`, 0, 1, `"EBCDIC-DE" is not taken`},
		{"a document type", "<!DOCTYPE Document [<!ENTITY a 'b'>]>\n" + head[strings.Index(head, "<D"):] + tail, 0, 1, "document type"},
		{"an entity", head + "<Acct>&a;</Acct>" + tail, 0, 2, "invalid character entity"},
		{"cut off", head + good + good[:50], 1, 3, "unexpected EOF"},
		{"cut off between entries", head + good, 1, 3, "unexpected EOF"},
		{"wrong nesting", head + good + good + "</Ntry>" + tail, 2, 4, "closed by </Ntry>"},
		{"two messages", head + tail + "\n" + head, 0, 3, "Something comes after"},
		{"no amount", head + good + strings.ReplaceAll(good, "Amt", "Sum") + tail, 1, 3, "no <Amt>"},
		{"no direction", head + strings.ReplaceAll(good, "CdtDbtInd", "X") + tail, 0, 2, "no <CdtDbtInd>"},
		{"no state", head + strings.ReplaceAll(good, "Sts", "X") + tail, 0, 2, "no <Sts>"},
		{"no date", head + strings.ReplaceAll(good, "BookgDt", "X") + tail, 0, 2, "no <BookgDt>"},
		{"an amount", head + strings.Replace(good, "1.00", "1e3", 1) + tail, 0, 2, "'1e3' is no amount"},
		{"a comma", head + strings.Replace(good, "1.00", "1,00", 1) + tail, 0, 2, "'1,00' is no amount"},
		{"no currency", head + strings.Replace(good, ` Ccy="EUR"`, "", 1) + tail, 0, 2, "no currency"},
		{"a direction", head + strings.Replace(good, "CRDT", "PLUS", 1) + tail, 0, 2, "'PLUS' is no direction"},
		{"a date", head + strings.Replace(good, "2026-01-02", "02.01.2026", 1) + tail, 0, 2, "'02.01.2026' is no date"},
		{"a number", head + strings.Replace(good, "</BookgDt>", "</BookgDt><NtryDtls><Btch><NbOfTxs>two</NbOfTxs></Btch></NtryDtls>", 1) + tail, 0, 2, "'two' is no number"},
		{"a part without amount", head + strings.Replace(good, "</BookgDt>", "</BookgDt><NtryDtls><TxDtls/><TxDtls/></NtryDtls>", 1) + tail, 0, 2, "no amount in EUR"},
		{"deep", head + strings.Repeat("<a>", maxDepth), 0, 2, "nested more"},
		{"a long text", head + "<a>" + strings.Repeat("x", 2*maxToken), 0, 2, "bytes between two tags"},
		{"a long text in pieces", head + "<a>" + strings.Repeat(strings.Repeat("x", maxToken/4)+"<!-- -->", 5), 0, 2, "longer than"},
		{"a long attribute", head + `<a b="` + strings.Repeat("x", 2*maxToken), 0, 2, "bytes between two tags"},
		{"a long comment", head + `<!-- ` + strings.Repeat("x", 2*maxToken), 0, 2, "bytes between two tags"},
	} {
		entries := 0
		_, err := Read(strings.NewReader(c.file), func(Entry) error { entries++; return nil })
		var wrong *Error
		if !errors.As(err, &wrong) || entries != c.entries || wrong.Line != c.line || !strings.Contains(wrong.Error(), c.text) || wrong.Hint == "" {
			t.Errorf("%s: %d entries, %v (%+v)", c.name, entries, err, wrong)
		}
	}
}

// An error that is not the file's comes back as it is.
func TestOtherErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, r := range map[string]io.Reader{
		"at once": iotest.ErrReader(broken), "later": io.MultiReader(strings.NewReader(head+good), iotest.ErrReader(broken)),
	} {
		if _, err := Read(r, func(Entry) error { return nil }); err != broken {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(strings.NewReader(head+good+tail), func(Entry) error { return broken }); err != broken {
		t.Error(err)
	}
}

// A byte order mark is no error, and the encodings of old files are read.
func TestEncodings(t *testing.T) {
	const name = `<AddtlNtryInf>%s</AddtlNtryInf></Ntry>`
	for _, c := range []struct{ encoding, before, text, want string }{
		{"UTF-8", "\xef\xbb\xbf", "Köln €", "Köln €"},
		{"ISO-8859-1", "", "K\xf6ln", "Köln"},
		{"iso-8859-15", "", "K\xf6ln \xa4", "Köln €"},
		{"windows-1252", "", "K\xf6ln \x80", "Köln €"},
		{"US-ASCII", "", "Koeln", "Koeln"},
	} {
		file := c.before + strings.Replace(head, `"1.0"`, `"1.0" encoding="`+c.encoding+`"`, 1) + strings.Replace(good, "</Ntry>", fmt.Sprintf(name, c.text), 1) + tail
		var got string
		_, err := Read(strings.NewReader(file), func(e Entry) error { got = e.Text; return nil })
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v", c.encoding, got, err)
		}
	}
}

// However large a file is, what is held of it stays the same; a batch is no exception.
func TestConstantMemory(t *testing.T) {
	const part = `<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">0.01</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>Danke</Ustrd></RmtInf></TxDtls>`
	held := map[int]uint64{}
	for _, n := range []int{1000, 20000} {
		batch := strings.Replace(strings.TrimSuffix(good, "</Ntry>\n"), "1.00", decimal.New(int64(n), -2).String(), 1)
		file := io.MultiReader(strings.NewReader(head+batch+"<NtryDtls>"), &repeated{text: part, times: n}, strings.NewReader("</NtryDtls></Ntry>"),
			&repeated{text: good, times: n}, strings.NewReader(tail))
		count := 0
		_, err := Read(file, func(e Entry) error {
			if count++; e.Skip != "" {
				t.Errorf("%d: %s", count, e.Skip)
			}
			if count == n || count == 2*n {
				var stats runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&stats)
				held[n] = max(held[n], stats.HeapAlloc)
			}
			return nil
		})
		if err != nil || count != 2*n {
			t.Errorf("%d of %d: %v", count, 2*n, err)
		}
	}
	if held[20000] > held[1000]+256<<10 {
		t.Errorf("%d bytes are held of a small file, %d of a large one", held[1000], held[20000])
	}
}

// repeated is a text many times.
type repeated struct {
	text  string
	times int
	rest  string
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.times == 0 {
			return 0, io.EOF
		}
		r.times--
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Whatever comes, reading ends, and what it hands out can be booked.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.xml")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(head + good + tail))
	f.Fuzz(func(t *testing.T, raw []byte) {
		handed := 0
		summary, err := Read(bytes.NewReader(raw), func(e Entry) error {
			handed++
			if e.Amount.IsNegative() || e.Charges.IsNegative() || len(e.Currency) != 3 || e.Line < 1 || e.Number < 1 || e.Skip == "" && (e.Bookingdate.IsZero() || e.Valuedate.IsZero()) {
				t.Errorf("%+v", e)
			}
			return nil
		})
		var wrong *Error
		if err != nil && (!errors.As(err, &wrong) || wrong.Line < 1 || wrong.Hint == "" || len(wrong.Text) > 1000 || !strings.HasSuffix(wrong.Text, ".")) {
			t.Errorf("%v (%+v)", err, wrong)
		}
		if handed > 0 && (summary.Message == "" || summary.Statements == 0) {
			t.Errorf("%+v", summary)
		}
		if err == nil && Inspect(bytes.NewReader(raw)) != nil {
			t.Error("it can be read, and is refused at first sight")
		}
	})
}

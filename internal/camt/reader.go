package camt

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDepth of elements; the messages have about fifteen.
const maxDepth = 40

// messages are those that are read, by their namespace, and what they call a statement.
var messages = map[string]struct{ name, body, statement string }{
	"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02": {"camt.053.001.02", "BkToCstmrStmt", "Stmt"},
	"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08": {"camt.053.001.08", "BkToCstmrStmt", "Stmt"},
	"urn:iso:std:iso:20022:tech:xsd:camt.054.001.02": {"camt.054.001.02", "BkToCstmrDbtCdtNtfctn", "Ntfctn"},
	"urn:iso:std:iso:20022:tech:xsd:camt.054.001.04": {"camt.054.001.04", "BkToCstmrDbtCdtNtfctn", "Ntfctn"},
	"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08": {"camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn"},
}

// reader walks over a message.
type reader struct {
	source  *source
	decoder *xml.Decoder
	each    func(Entry) error
	summary Summary

	space string // namespace of the message
	path  []byte // of the element, from the statement on: Ntry/NtryDtls/TxDtls
	ends  []int  // length of the path outside of each open element
	text  []byte // of the element, if it has no elements in it
	leaf  bool
	money string // currency of the element, if it is an amount
	ended bool

	glance bool // to the first statement only

	statement, account string
	entry              entry
}

func newReader(r io.Reader, each func(Entry) error) *reader {
	m := &reader{source: newSource(r), each: each}
	m.decoder = xml.NewDecoder(m.source)
	m.decoder.CharsetReader = charset
	return m
}

func (m *reader) read() error {
	if err := m.source.begin(); err != nil {
		return err
	}
	for {
		m.source.left = maxToken
		token, err := m.decoder.Token()
		switch {
		case err == io.EOF && m.ended:
			return nil
		case err != nil:
			return m.broken(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = m.start(t)
		case xml.EndElement:
			err = m.end()
		case xml.CharData:
			err = m.chars(t)
		case xml.Directive:
			err = m.wrong("The file has a document type.", "Messages of banks have none. Remove the line that begins with <!DOCTYPE.")
		}
		if err != nil {
			return err
		}
	}
}

// line is where the reader is.
func (m *reader) line() int {
	line, _ := m.decoder.InputPos()
	return line
}

func (m *reader) wrong(text, hint string) error {
	return &Error{Line: m.line(), Text: text, Hint: hint}
}

const hintExport = "Export the statement again; what is before this line was read."

// broken says what is wrong with the XML, unless it is not the file that is to blame.
func (m *reader) broken(err error) error {
	var syntax *xml.SyntaxError
	var known *Error
	switch {
	case m.source.failed != nil:
		return m.source.failed
	case errors.As(err, &known):
		return known
	case errors.Is(err, errLong):
		return m.wrong(fmt.Sprintf("There are more than %d bytes between two tags.", maxToken), hintExport)
	case m.space == "":
		return m.wrong("The file is no XML.", "Import a camt.053 or camt.054 file, as XML.")
	case err == io.EOF:
		return m.wrong("The file ends too early.", hintExport)
	case errors.As(err, &syntax):
		return &Error{Line: syntax.Line, Text: "The XML is broken: " + syntax.Msg + ".", Hint: hintExport}
	}
	return m.wrong("The XML cannot be read: "+err.Error()+".", hintExport) // an encoding, say
}

// start opens an element. Those of other namespaces are extensions of a bank's, and are passed over.
func (m *reader) start(t xml.StartElement) error {
	m.text, m.leaf, m.money = m.text[:0], true, ""
	name := t.Name.Local
	if len(m.ends) == 0 {
		if m.ended {
			return m.wrong("Something comes after the message.", "Import the messages one by one, each as a file.")
		}
		if err := m.open(t.Name); err != nil {
			return err
		}
	}
	if t.Name.Space != m.space {
		name = "?"
	}
	if len(m.ends) == maxDepth {
		return m.wrong(fmt.Sprintf("Elements are nested more than %d deep.", maxDepth), hintExport)
	}
	for _, a := range t.Attr {
		if a.Name.Local == "Ccy" {
			m.money = a.Value
		}
	}
	m.ends = append(m.ends, len(m.path))
	switch depth := len(m.ends); {
	case depth <= 2:
		return m.outside(depth, name)
	case depth == 3: // the statement: paths begin here
		if name == messages[m.space].statement {
			if m.glance {
				return errSeen
			}
			m.summary.Statements++
			m.statement, m.account = "", ""
		} else {
			m.path = append(m.path, '?')
		}
	case name != "Pty": // around the name of a party, since version 04
		if len(m.path) > 0 {
			m.path = append(m.path, '/')
		}
		m.path = append(m.path, name...)
	}
	return m.began()
}

// open looks whether the message is one that is read.
func (m *reader) open(name xml.Name) error {
	if known, ok := messages[name.Space]; ok && name.Local == "Document" {
		m.space, m.summary.Message = name.Space, known.name
		return nil
	}
	const all = "camt.053.001.02, camt.053.001.08, camt.054.001.02, camt.054.001.04 and camt.054.001.08 are read."
	m.space = "?"
	switch _, version, ok := strings.Cut(name.Space, "iso:20022:tech:xsd:"); {
	case ok && strings.HasPrefix(version, "camt.052."):
		return m.wrong("The file is an account report ("+short(version)+"), which tells of movements before they are final.", "Import the statement (camt.053) or the notification (camt.054).")
	case ok && strings.HasPrefix(version, "camt.05"):
		return m.wrong("The version "+short(version)+" is not read.", "Let the bank send another version: "+all)
	case ok:
		return m.wrong("The file is a message of another kind ("+short(version)+").", "Import a bank statement: "+all)
	}
	return m.wrong("The file is no bank statement; its first element is <"+short(name.Local)+">.", "Import a camt file: "+all)
}

// short is the beginning of a text of the file, to show it.
func short(text string) string {
	const most = 60
	runes := []rune(text)
	return string(runes[:min(len(runes), most)])
}

// outside looks at what is around the statements.
func (m *reader) outside(depth int, name string) error {
	if want := messages[m.space].body; depth == 2 && name != want {
		return m.wrong("The message has <"+short(name)+"> in it instead of <"+want+">.", "Import a file as the bank made it.")
	}
	return nil
}

func (m *reader) chars(text []byte) error {
	if m.leaf {
		m.text = append(m.text, text...)
		if len(m.text) > maxToken {
			return m.wrong(fmt.Sprintf("A text is longer than %d bytes.", maxToken), hintExport)
		}
	}
	return nil
}

// end closes an element.
func (m *reader) end() error {
	if len(m.ends) > 3 {
		if m.leaf {
			if set, ok := fields[string(m.path)]; ok {
				if err := set(m, strings.TrimSpace(string(m.text))); err != nil {
					return err
				}
			}
		}
		if err := m.closes(); err != nil {
			return err
		}
	}
	m.leaf = false
	last := len(m.ends) - 1
	m.path, m.ends = m.path[:m.ends[last]], m.ends[:last]
	m.ended = last == 0
	return nil
}

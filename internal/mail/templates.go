package mail

import (
	"embed"
	"errors"
	"fmt"
	html "html/template"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	text "text/template"

	"github.com/dunwell/dunwell/internal/ar"
)

// Templates are the words of the mails: ours, and in Dir those of merchants who want others. A file
//
//	<Dir>/<merchant>/<de or en>/<kind>.<subject, txt or html>
//
// takes the place of ours of the same name; what is not there stays as it is. Files are read for each mail, so that a
// change needs no restart. Subject and txt are text/template, html is html/template; both are given what Data has, and
// .Greeting, .Account and .Demand (lines with .Label and .Value), .Imprint (lines), .Locale and .Subject. An HTML file can
// begin with {{template "head" .}} and end with {{template "foot" .}}, as ours do; {{template "account" .}} and
// {{template "demand" .}} are tables.
//
// The zero value knows only ours.
type Templates struct{ Dir string }

//go:embed templates
var embedded embed.FS

// formats are the extensions of the files a mail is made of.
const (
	formatSubject = "subject"
	formatPlain   = "txt"
	formatHTML    = "html"
)

var (
	locales = []string{"de", "en"}
	kinds   = []ar.MailKind{
		ar.MailInvoice, ar.MailCreditnote, ar.MailReminder, ar.MailDunning1, ar.MailDunning2, ar.MailDunning3, ar.MailDunning4,
		ar.MailCollection, ar.MailCollectionReport,
	}
	formats = []string{formatSubject, formatPlain, formatHTML}
)

// texts is what the templates made.
type texts struct{ subject, plain, html string }

// template is what both packages of templates have.
type template interface {
	Execute(w io.Writer, data any) error
}

func (t Templates) execute(m Message) (out texts, err error) {
	v := view{Data: m.Data, Locale: language(m.Locale)}
	for _, format := range formats {
		made, err := t.executeOne(m.Merchant, v.Locale+"/"+string(m.Kind)+"."+format, v)
		if err != nil {
			return texts{}, fmt.Errorf("mail: %w", err)
		}
		switch format {
		case formatSubject:
			out.subject = cut(oneLine(made), 200)
			v.Subject = out.subject
		case formatPlain:
			out.plain = strings.TrimSpace(made) + "\n"
		case formatHTML:
			out.html = strings.TrimSpace(made) + "\n"
		}
	}
	return out, nil
}

func (t Templates) executeOne(merchant, name string, v view) (string, error) {
	tmpl, err := t.find(merchant, name)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := tmpl.Execute(&b, v); err != nil {
		return "", err
	}
	return b.String(), nil
}

// find is the merchant's template of that name, else ours.
func (t Templates) find(merchant, name string) (template, error) {
	if t.Dir != "" && folder(merchant) {
		content, err := t.read(merchant, name)
		if err == nil {
			return parseTemplate(path.Join(t.Dir, merchant, name), content)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("template of %s: %w", merchant, err)
		}
	}
	ours, err := builtin()
	if err != nil {
		return nil, err
	}
	tmpl, ok := ours[name]
	if !ok {
		return nil, fmt.Errorf("there is no template %s", name)
	}
	return tmpl, nil
}

// read reads a file below Dir, and never one outside of it, wherever symbolic links lead.
func (t Templates) read(merchant, name string) (string, error) {
	root, err := os.OpenRoot(t.Dir)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }() // it was only read
	content, err := fs.ReadFile(root.FS(), path.Join(merchant, name))
	return string(content), err
}

// folder tells whether a merchant's id can be the name of a folder. One that cannot has no templates of its own.
func folder(merchant string) bool {
	return merchant != "" && merchant[0] != '.' && !strings.ContainsAny(merchant, `/\:`) && fs.ValidPath(merchant)
}

// builtin are ours by their name, such as de/invoice.txt.
var builtin = sync.OnceValues(func() (map[string]template, error) {
	ours := make(map[string]template)
	for _, locale := range locales {
		for _, kind := range kinds {
			for _, format := range formats {
				name := locale + "/" + string(kind) + "." + format
				content, err := embedded.ReadFile("templates/" + name)
				if err != nil {
					return nil, err
				}
				if ours[name], err = parseTemplate(name, string(content)); err != nil {
					return nil, err
				}
			}
		}
	}
	return ours, nil
})

// parseTemplate makes a template; errors of it, now or later, begin with its name.
func parseTemplate(name, content string) (template, error) {
	if path.Ext(name) != "."+formatHTML {
		return text.New(name).Parse(content)
	}
	layout, err := embedded.ReadFile("templates/layout.html")
	if err != nil {
		return nil, err
	}
	tmpl, err := html.New("layout.html").Parse(string(layout))
	if err != nil {
		return nil, err
	}
	return tmpl.New(name).Parse(content)
}

package mailtest

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/emersion/go-smtp"
)

// gate stands between a client and the real server. It encrypts, passes lines on, and knows at which stage the client is.
type gate struct {
	server    *Server
	raw       net.Conn
	client    *bufio.ReadWriter
	backend   *bufio.ReadWriter
	encrypted bool
	refusal   *smtp.SMTPError // of the message that is being sent
}

// errCut ends a connection that has nothing to say any more.
var errCut = errors.New("mailtest: cut")

func newGate(s *Server, conn net.Conn) *gate { return &gate{server: s, raw: conn} }

func buffered(rw io.ReadWriter) *bufio.ReadWriter {
	return bufio.NewReadWriter(bufio.NewReader(rw), bufio.NewWriter(rw))
}

func (g *gate) run() {
	defer func() { _ = g.raw.Close() }() // whatever has become of it
	var conn io.ReadWriter = g.raw
	if g.server.config.TLS == Implicit {
		encrypted := tls.Server(g.raw, g.server.tls)
		if encrypted.Handshake() != nil {
			return
		}
		conn, g.encrypted = encrypted, true
	}
	inside, err := g.server.inside.dial(g)
	if err != nil {
		return
	}
	defer func() { _ = inside.Close() }() // whatever has become of it
	g.client, g.backend = buffered(conn), buffered(inside)
	greeting, err := g.answer()
	if err == nil {
		err = g.pass(Greeting, func() (string, error) { return greeting, nil })
	}
	for err == nil {
		var line string
		if line, err = g.client.ReadString('\n'); err == nil {
			err = g.command(line)
		}
	}
}

func (g *gate) command(line string) error {
	verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
	ask := func() (string, error) { return g.ask(line) }
	switch verb {
	case "EHLO", "HELO":
		return g.pass(Hello, func() (string, error) {
			answer, err := ask()
			return g.capabilities(answer), err
		})
	case "STARTTLS":
		return g.startTLS()
	case "AUTH":
		return g.pass(Auth, func() (string, error) { return g.auth(line) })
	case "MAIL":
		return g.pass(Mail, ask)
	case "RCPT":
		return g.pass(Rcpt, ask)
	case "DATA":
		return g.data()
	}
	answer, err := ask()
	if err != nil {
		return err
	}
	return g.say(answer)
}

// pass lets a stage happen: as a fault wants it, which the server behind does not notice, or as the server answers.
func (g *gate) pass(stage Stage, answer func() (string, error)) error {
	f := g.server.come(stage)
	g.server.hold(f)
	if f.answers() {
		return g.fail(f)
	}
	text, err := answer()
	if err != nil {
		return err
	}
	return g.say(text)
}

// fail says what a fault says, and cuts.
func (g *gate) fail(f *Fault) error {
	if f.Reply != "" {
		if err := g.say(f.Reply + "\r\n"); err != nil {
			return err
		}
	}
	if f.Drop || f.At == Greeting {
		return errCut
	}
	return nil
}

func (g *gate) startTLS() error {
	if g.server.config.TLS != STARTTLS || g.encrypted {
		return g.say("502 5.5.1 There is no STARTTLS\r\n")
	}
	f := g.server.come(StartTLS)
	g.server.hold(f)
	if f.answers() {
		return g.fail(f)
	}
	if err := g.say("220 2.0.0 Go ahead\r\n"); err != nil {
		return err
	}
	encrypted := tls.Server(g.raw, g.server.tls)
	if err := encrypted.Handshake(); err != nil {
		return err
	}
	g.client, g.encrypted = buffered(encrypted), true
	return nil
}

// capabilities are those of the server, and what the gate does to them.
func (g *gate) capabilities(answer string) string {
	starttls := g.server.config.TLS == STARTTLS && !g.encrypted
	lines := strings.SplitAfter(strings.TrimSuffix(answer, "\r\n"), "\r\n")
	kept := lines[:1]
	for _, line := range lines[1:] {
		if starttls && strings.HasPrefix(line[4:], "AUTH") {
			continue // nobody should log in yet
		}
		kept = append(kept, line)
	}
	if starttls {
		kept = append(kept[:1:1], append([]string{"250-STARTTLS\r\n"}, kept[1:]...)...)
	}
	last := len(kept) - 1
	kept[last] = "250 " + strings.TrimSuffix(kept[last][4:], "\r\n")
	return strings.Join(kept, "") + "\r\n"
}

// auth passes on a line and what the two then say to each other until the login is decided.
func (g *gate) auth(line string) (string, error) {
	for {
		answer, err := g.ask(line)
		if err != nil || !strings.HasPrefix(answer, "334") {
			return answer, err
		}
		if err := g.say(answer); err != nil {
			return "", err
		}
		if line, err = g.client.ReadString('\n'); err != nil {
			return "", err
		}
	}
}

// data passes a message on, line by line.
func (g *gate) data() error {
	f := g.server.come(Data)
	g.server.hold(f)
	if f.answers() {
		return g.fail(f)
	}
	answer, err := g.ask("DATA\r\n")
	if err != nil {
		return err
	}
	if err := g.say(answer); err != nil || !strings.HasPrefix(answer, "354") {
		return err
	}
	for first := true; ; first = false {
		line, err := g.client.ReadString('\n')
		if err != nil {
			return err
		}
		if line == ".\r\n" {
			return g.end(line)
		}
		if _, err := g.backend.WriteString(line); err != nil {
			return err
		}
		if !first {
			continue
		}
		f := g.server.come(Content)
		g.server.hold(f)
		if f.answers() {
			return g.fail(f)
		}
	}
}

// end passes on the last line of a message. A fault may keep the message or not, and say so or not.
func (g *gate) end(line string) error {
	f := g.server.come(End)
	g.refusal = nil
	if f.answers() && !f.Keep {
		g.refusal = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Refused by a test"}
	}
	answer, err := g.ask(line)
	if err != nil {
		return err
	}
	g.server.hold(f)
	if f.answers() {
		return g.fail(f)
	}
	return g.say(answer)
}

// ask passes a line on and is the answer to it, whole.
func (g *gate) ask(line string) (string, error) {
	if _, err := g.backend.WriteString(line); err != nil {
		return "", err
	}
	if err := g.backend.Flush(); err != nil {
		return "", err
	}
	return g.answer()
}

func (g *gate) answer() (string, error) {
	var b strings.Builder
	for {
		line, err := g.backend.ReadString('\n')
		if err != nil {
			return "", err
		}
		b.WriteString(line)
		if len(line) < 4 || line[3] != '-' {
			return b.String(), nil
		}
	}
}

func (g *gate) say(text string) error {
	if _, err := g.client.WriteString(text); err != nil {
		return err
	}
	return g.client.Flush()
}

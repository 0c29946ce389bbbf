package peer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/bench/peer"
)

const recipient = "customer@example.com"

func TestDeliver(t *testing.T) {
	p, err := peer.Start(recipient, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	messages := [][]byte{
		[]byte("Message-ID: <a@example.com>\r\n\r\n.first\r\n"), []byte("Message-ID: <b@example.com>\r\n\r\nsecond\r\n"), []byte("Message-ID: <c@example.com>\r\n\r\nthird\r\n"),
	}
	began := time.Now()
	if err := peer.Deliver(t.Context(), p.Address(), recipient, messages, 10, 3); err != nil {
		t.Fatal(err)
	}
	at, err := p.Await(t.Context(), 10)
	if err != nil || at.Before(began) || at.After(time.Now()) {
		t.Errorf("%v, %v", at, err)
	}
	if err := peer.Deliver(t.Context(), p.Address(), "other@example.com", messages, 1, 1); err != nil {
		t.Fatal(err)
	}
	if p.Taken() != 10 || p.Different() != 3 || len(p.Sample()) != 2 {
		t.Errorf("%d mails, %d different, %d kept", p.Taken(), p.Different(), len(p.Sample()))
	}
	for _, kept := range p.Sample() {
		if !strings.Contains(string(messages[0])+string(messages[1])+string(messages[2]), string(kept)) {
			t.Errorf("%q is no message that was sent", kept)
		}
	}
}

func TestDeliverFails(t *testing.T) {
	p, err := peer.Start(recipient, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := peer.Deliver(t.Context(), p.Address(), recipient, [][]byte{[]byte("no header\r\n")}, 1, 1); err == nil {
		t.Error("a mail that is refused is no error")
	}
}

func TestAwaitEnds(t *testing.T) {
	p, err := peer.Start(recipient, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Await(ctx, 1); err == nil || !strings.Contains(err.Error(), "0 mails of 1") {
		t.Errorf("%v", err)
	}
}

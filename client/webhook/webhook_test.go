package webhook

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The vector that the reference libraries of Standard Webhooks are tested with.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorBody      = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var vectorTime = time.Unix(1614265330, 0)

func secret(t *testing.T, s string) Secret {
	t.Helper()
	parsed, err := ParseSecret(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestVector(t *testing.T) {
	s := secret(t, vectorSecret)
	header := Sign([]Secret{s}, vectorID, vectorTime, []byte(vectorBody))
	want := http.Header{"Webhook-Id": {vectorID}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {vectorSignature}}
	if fmt.Sprint(header) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", header, want)
	}
	if err := Verify([]Secret{s}, want, []byte(vectorBody), vectorTime, time.Minute); err != nil {
		t.Error(err)
	}
}

func TestRotation(t *testing.T) {
	oldSecret, newSecret, other := secret(t, NewSecret()), secret(t, NewSecret()), secret(t, NewSecret())
	header := Sign([]Secret{newSecret, oldSecret}, "m", vectorTime, []byte("x"))
	if n := len(strings.Split(header.Get("webhook-signature"), " v1,")); n != 2 {
		t.Errorf("%d signatures: %s", n, header.Get("webhook-signature"))
	}
	for _, receiver := range [][]Secret{{oldSecret}, {newSecret}, {other, oldSecret}} {
		if err := Verify(receiver, header, []byte("x"), vectorTime, time.Minute); err != nil {
			t.Error(err)
		}
	}
	if err := Verify([]Secret{other}, header, []byte("x"), vectorTime, time.Minute); err == nil {
		t.Error("a secret that nobody signed with was taken")
	}
}

func TestVerify(t *testing.T) {
	const tolerance = 5 * time.Minute
	tests := []struct {
		what   string
		change func(http.Header)
		body   string
		now    time.Duration
		want   string
	}{
		{what: "as it was sent"},
		{what: "at the edge of the tolerance", now: tolerance},
		{what: "a receiver whose clock is slow", now: -tolerance},
		{what: "too old", now: tolerance + time.Second, want: "5m1s old"},
		{what: "from the future", now: -tolerance - time.Second, want: "-5m1s old"},
		{what: "another body", body: vectorBody + " ", want: "no signature fits"},
		{what: "another id", change: set("webhook-id", "msg_other"), want: "no signature fits"},
		{what: "another time", change: set("webhook-timestamp", "1614265331"), want: "no signature fits"},
		{what: "no id", change: set("webhook-id", ""), want: "missing"},
		{what: "no time", change: set("webhook-timestamp", ""), want: "missing"},
		{what: "no signature", change: set("webhook-signature", ""), want: "missing"},
		{what: "a time that is none", change: set("webhook-timestamp", "1614265330.5"), want: "not a number"},
		{what: "a time far away", change: set("webhook-timestamp", "-9223372036854775808"), want: "old"},
		{what: "a signature of no form", change: set("webhook-signature", "v1,g0hM9SsE"), want: "no signature fits"},
		{what: "no base64", change: set("webhook-signature", "v1,%%%"), want: "no signature fits"},
		{what: "nothing signed", change: set("webhook-signature", "v1,"), want: "no signature fits"},
		{what: "another version only", change: set("webhook-signature", "v2"+vectorSignature[2:]), want: "no signature fits"},
		{what: "without a version", change: set("webhook-signature", vectorSignature[3:]), want: "no signature fits"},
		{what: "among others", change: set("webhook-signature", "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== v1,%%% "+vectorSignature)},
	}
	for _, test := range tests {
		s := secret(t, vectorSecret)
		header := Sign([]Secret{s}, vectorID, vectorTime, []byte(vectorBody))
		if test.change != nil {
			test.change(header)
		}
		body := test.body
		if body == "" {
			body = vectorBody
		}
		err := Verify([]Secret{s}, header, []byte(body), vectorTime.Add(test.now), tolerance)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.what, err, test.want)
		}
	}
}

func set(name, value string) func(http.Header) {
	return func(h http.Header) { h.Set(name, value) }
}

func TestParseSecret(t *testing.T) {
	of := func(bytes int) string {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", bytes)))
	}
	tests := []struct{ raw, want string }{
		{of(24), ""},
		{of(64), ""},
		{of(23), "23 bytes"},
		{of(65), "65 bytes"},
		{"", "begins with whsec_"},
		{strings.TrimPrefix(of(32), "whsec_"), "begins with whsec_"},
		{"whsk_" + strings.TrimPrefix(of(32), "whsec_"), "begins with whsec_"}, // of the scheme with public keys
		{"whsec_", "0 bytes"},
		{"whsec_not base64!", "not base64"},
		{strings.TrimRight(of(32), "="), "not base64"},
	}
	for _, test := range tests {
		_, err := ParseSecret(test.raw)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.raw, err, test.want)
		}
		if secret := strings.TrimPrefix(test.raw, "whsec_"); err != nil && secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

// A secret in a log does not show.
func TestSecretIsNotPrinted(t *testing.T) {
	s := secret(t, vectorSecret)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		if got := fmt.Sprintf(format, s); got != "whsec_…" {
			t.Errorf("%s prints %s", format, got)
		}
	}
	if got := fmt.Sprintf("%+v", struct{ Secrets []Secret }{[]Secret{s}}); got != "{Secrets:[whsec_…]}" {
		t.Error(got)
	}
}

// Whatever is signed is verified, and not after any byte of it was changed.
func TestSignedIsVerified(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := ParseSecret(NewSecret())
		if err != nil {
			t.Fatal(err)
		}
		id := rapid.StringMatching(`[a-z0-9_]{1,40}`).Draw(t, "id")
		at := time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "at"), 0)
		body := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "body")
		header := Sign([]Secret{s}, id, at, body)
		if err := Verify([]Secret{s}, header, body, at, 0); err != nil {
			t.Fatal(err)
		}
		body[rapid.IntRange(0, len(body)-1).Draw(t, "place")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if Verify([]Secret{s}, header, body, at, 0) == nil {
			t.Fatal("a changed body was verified")
		}
	})
}

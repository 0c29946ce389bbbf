package ar

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRFReference(t *testing.T) {
	tests := map[string]struct{ number, want string }{
		"as published":               {"539007547034", "RF18539007547034"}, // ISO 11649's own example
		"as published with letters":  {"2348 231", "RF712348231"},          // the Finnish banks' example
		"punctuation":                {"re-2026/0001", "RF40RE20260001"},
		"21 characters":              {"ABCDEFGHIJKLMNOPQRSTU", "RF95ABCDEFGHIJKLMNOPQRSTU"},
		"one digit":                  {"1", "RF741"},
		"too long":                   {"ABCDEFGHIJKLMNOPQRSTUV", "?"},
		"empty":                      {"", "?"},
		"nothing but punctuation":    {"-/-", "?"},
		"letters that would be lost": {"RÉ-1", "?"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := RFReference(test.number)
			if !ValidRF(got) {
				t.Errorf("%s is not valid", got)
			}
			if test.want == "?" {
				if len(got) != 25 {
					t.Errorf("%s, want 21 characters of a hash", got)
				}
				return
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestRFReferenceIsStable(t *testing.T) {
	const want = "RF12BHWLN26IXTX4OM7W6LWEJ" // what is printed once must be found for ever
	if got := RFReference(strings.Repeat("x", 100)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestValidRF(t *testing.T) {
	for _, s := range []string{"RF18539007547034", "RF712348231", "RF45G72UUR"} {
		if !ValidRF(s) {
			t.Errorf("%s is refused", s)
		}
	}
	for _, s := range []string{"", "RF18", "RF18 5390 0754 7034", "rf18539007547034", "RF19539007547034", "RF1853900754703Ä",
		"RFAA539007547034", "DE18539007547034", "RF40ABCDEFGHIJKLMNOPQRSTUVW"} {
		if ValidRF(s) {
			t.Errorf("%s is accepted", s)
		}
	}
}

func TestValidIBAN(t *testing.T) {
	for _, s := range []string{ // of the IBAN registry
		"DE89370400440532013000", "AT611904300234573201", "CH9300762011623852957", "GB29NWBK60161331926819",
		"NL91ABNA0417164300", "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "FR1420041010050500013M02606",
		"PL61109010140000071219812874", "LI21088100002324013AA",
	} {
		if !ValidIBAN(s) {
			t.Errorf("%s is refused", s)
		}
	}
	for _, s := range []string{"", "DE", "DE89 3704 0044 0532 0130 00", "de89370400440532013000", "DE88370400440532013000",
		"DE8937040044053201300", "1289370400440532013000", "DE8937040044053201300Ü", "NO93860111179470"} {
		if ValidIBAN(s) {
			t.Errorf("%s is accepted", s)
		}
	}
}

// The remainder of 97, a prime above the difference of any two digits or letters, moves with every one of them.
func TestCheckDigitsNoticeEveryChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[A-Z0-9]{1,21}`).Draw(t, "number")
		reference := []byte(RFReference(number))
		at := rapid.IntRange(2, len(reference)-1).Draw(t, "at")
		from, to := reference[at], byte(0)
		if letter(from) {
			to = rapid.ByteRange('A', 'Z').Draw(t, "to")
		} else {
			to = rapid.ByteRange('0', '9').Draw(t, "to")
		}
		reference[at] = to
		if valid := ValidRF(string(reference)); valid != (from == to) {
			t.Fatalf("%s with %c for %c is valid: %v", reference, to, from, valid)
		}
	})
}

func TestRFReferenceOfAnyNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.String().Draw(t, "number")
		reference := RFReference(number)
		if !ValidRF(reference) || reference != RFReference(number) {
			t.Fatalf("%q has the reference %s", number, reference)
		}
	})
}

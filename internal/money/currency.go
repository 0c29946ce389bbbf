package money

import "strings"

// digits is ISO 4217 list one (of 2026-01-01): the digits of the minor unit by alphabetic code. Codes without a minor
// unit (precious metals, XDR, XTS, XXX, …) are left out on purpose, because nobody can pay an invoice in them.
var digits = func() map[string]int32 {
	list := map[int32]string{
		0: `BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF`,
		2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
		    CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
		    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
		    MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP
		    SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG
		    YER ZAR ZMW ZWG`,
		3: `BHD IQD JOD KWD LYD OMR TND`,
		4: `CLF UYW`,
	}
	byCode := make(map[string]int32)
	for n, codes := range list {
		for code := range strings.FieldsSeq(codes) {
			byCode[code] = n
		}
	}
	return byCode
}()

// Known says whether a code is a current currency of ISO 4217 with a minor unit. Codes are upper case.
func Known(currency string) bool {
	_, known := digits[currency]
	return known
}

// Digits is the number of digits of a currency's minor unit: 2 for EUR, 0 for JPY, 3 for KWD. A code that is not
// Known has 2: what is stored was checked, and a page that shows it should not fail over a code withdrawn since.
func Digits(currency string) int32 {
	if n, known := digits[currency]; known {
		return n
	}
	return 2
}

package validate

// Rules of our own, beyond JSON Schema and kin-openapi. A Violation carries them in Rule.
const (
	RuleJSON      = "json"      // not JSON at all
	RuleEmpty     = "empty"     // no value where one is needed
	RuleMultipart = "multipart" // not a multipart body at all
	RuleUnknown   = "unknown"
	RuleRepeated  = "repeated"
	RuleTrailing  = "trailing"
	RuleDepth     = "depth"
	RuleDuplicate = "duplicate"
	RuleTwin      = "twin"
	RuleUTF8      = "utf8"
	RuleSurrogate = "surrogate"
	RuleNUL       = "nul"
	RuleNumber    = "number"
	RuleInteger   = "integer"
	RuleBrackets  = "brackets"
	RuleConflict  = "conflict"
	RuleEscape    = "escape"
	RuleBody      = "body"
	RuleTextPart  = "textPart"
	RuleEncoding  = "transferEncoding"
	RuleStatus    = "status"
	RuleMediaType = "mediaType"
)

// addition is one thing this package refuses although kin-openapi 0.152 takes it.
type addition struct {
	rule   string
	reason string // why, for whoever maintains this
	error  string // {subject} is the field, parameter or header, {value} its value
	hint   string
}

// additions is every deliberate difference from kin-openapi, and the only place for one. The compiled validator and
// the path through kin-openapi both obey it.
//
// Formats are the one other place where more is checked; they are schema keywords and stand in format.go.
var additions = []addition{
	{RuleTwin,
		"encoding/json matches member names without regard to case and the last one wins, so {\"role\":\"user\",\"ROLE\":\"admin\"} passes a schema that knows only role and a handler sees admin",
		"The name of {subject} differs only in case from another one beside it.",
		"Send each field once, spelled as documented; names are case-sensitive."},
	{RuleDuplicate,
		"which of two equal names wins differs between parsers, so what was checked may not be what is used",
		"The name of {subject} occurs twice.",
		"Send each field once."},
	{RuleTrailing,
		"kin-openapi decodes the first value and ignores the rest; a proxy or a log may have read the rest",
		"The body goes on after its JSON value.",
		"Send exactly one JSON value."},
	{RuleDepth,
		"millions of opening brackets cost stack and time before any schema is looked at",
		"The body is nested too deeply.",
		"Arrays and objects may be nested at most 64 levels deep."},
	{RuleUTF8,
		"encoding/json puts U+FFFD for bytes that are not UTF-8, so what is stored is not what was sent",
		"The text of {subject} is not valid UTF-8.",
		"Encode text as UTF-8."},
	{RuleSurrogate,
		"half a surrogate pair is no character; encoding/json puts U+FFFD for it",
		"The text of {subject} has half a surrogate pair.",
		"Write characters beyond U+FFFF as UTF-8 or as a pair of \\u escapes."},
	{RuleNUL,
		"PostgreSQL cannot store U+0000 in text, and C strings end at it",
		"The text of {subject} has a NUL character.",
		"Leave out NUL characters."},
	{RuleNumber,
		"1e400 overflows a float and 1e-400 vanishes to zero, and a decimal with a huge exponent takes gigabytes to write out; in parameters kin-openapi also takes hexadecimal floats",
		"{value} is not a number that can be kept exactly.",
		"Write numbers as in JSON, with at most 64 characters and an exponent of at most 64."},
	{RuleInteger,
		"kin-openapi takes 1.0, 1e2 and 9223372036854775808 for integers, which are not decoded into an int64",
		"{value} is not written as an integer.",
		"Write integers with digits only, within 64 bits."},
	{RuleUnknown,
		"kin-openapi ignores query parameters it does not know, and drops unknown members of a deepObject before it looks at additionalProperties; a misspelt filter would silently return everything",
		"{subject} is not known.",
		"Remove it, or check its spelling."},
	{RuleRepeated,
		"kin-openapi checks one occurrence of a parameter or header that takes one value, the handler may use another",
		"{subject} is given more than once.",
		"Give it once."},
	{RuleBrackets,
		"kin-openapi reads the bracketed parts of a deepObject name wherever they stand, so query[due]x[$lt] means query[due][$lt]",
		"{subject} is not written as name[member].",
		"Write it as name[member]=value or name[member][operator]=value."},
	{RuleConflict,
		"kin-openapi panics, or not, by the order of a map, when a member of a deepObject is both a value and an object",
		"{subject} is given both as a value and with members.",
		"Send either name[member]=value or name[member][operator]=value, not both."},
	{RuleEscape,
		"net/url drops what it cannot decode, and with it a filter",
		"The query string cannot be decoded.",
		"Percent-encode the query string; separate parameters with & only."},
	{RuleBody,
		"kin-openapi ignores the body of an operation that documents none, and so the caller's mistake",
		"This operation takes no body.",
		"Send the request without a body."},
	{RuleTextPart,
		"kin-openapi reads parts of any size into memory",
		"{value} is too long.",
		"A text part may have at most 65536 bytes."},
	{RuleEncoding,
		"a handler that decodes Content-Transfer-Encoding sees other bytes than were checked; RFC 7578 deprecates it",
		"{subject} has a Content-Transfer-Encoding.",
		"Send the part as it is, without Content-Transfer-Encoding."},
	{RuleStatus,
		"kin-openapi takes undocumented statuses by default",
		"The status is not documented for this operation.",
		"Document it, or answer with a documented one."},
	{RuleMediaType,
		"kin-openapi takes a body where the response documents none",
		"The media type is not documented for this response.",
		"Document it, or answer with a documented one."},
}

var additionByRule = func() map[string]addition {
	byRule := make(map[string]addition, len(additions))
	for _, a := range additions {
		byRule[a.rule] = a
	}
	return byRule
}()

// faultRules names the rule a scanner's fault breaks. Faults that are missing here are faults of syntax.
var faultRules = map[fault]string{
	faultTrailing:  RuleTrailing,
	faultDepth:     RuleDepth,
	faultUTF8:      RuleUTF8,
	faultSurrogate: RuleSurrogate,
	faultNUL:       RuleNUL,
	faultNumber:    RuleNumber,
	faultDuplicate: RuleDuplicate,
	faultTwin:      RuleTwin,
}

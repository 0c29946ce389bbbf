package ar

// Settings is how a merchant wants to appear and to work. It is kept as one JSON text with the merchant; every field may
// be absent.
type Settings struct {
	Issuer     Issuer              `json:"issuer,omitzero"`
	Mail       MailSettings        `json:"mail,omitzero"`
	Numbers    map[string]string   `json:"numbers,omitempty"` // pattern of drawn numbers by kind of voucher, see NumberPattern
	Tolerance  Tolerance           `json:"tolerance,omitzero"`
	Interest   InterestSettings    `json:"interest,omitzero"`
	Dunning    *Procedure          `json:"dunning,omitempty"`    // DefaultProcedure when nil
	DunningAt  string              `json:"dunningAt,omitempty"`  // time of day, such as 06:30, of the daily run; without one runs are only asked for
	Collection *CollectionSettings `json:"collection,omitempty"` // who takes over after the last notice; nobody when nil
	Timezone   string              `json:"timezone,omitempty"`   // IANA name such as Europe/Berlin; decides which day it is; when empty that of the issuer's country, or UTC
}

// Issuer is who a letter is from: what German letters must or usually do show (§ 14 (4) UStG, § 35a GmbHG, DIN 5008).
type Issuer struct {
	Name        string   `json:"name,omitempty"` // company, with its legal form; the merchant's name when empty
	Street      string   `json:"street,omitempty"`
	Housenumber string   `json:"housenumber,omitempty"`
	Zipcode     string   `json:"zipcode,omitempty"`
	City        string   `json:"city,omitempty"`
	Country     string   `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Email       string   `json:"email,omitempty"`
	Phone       string   `json:"phone,omitempty"`
	Web         string   `json:"web,omitempty"`
	VatID       string   `json:"vatId,omitempty"`
	Taxnumber   string   `json:"taxnumber,omitempty"`
	Register    string   `json:"register,omitempty"`   // court and number: Amtsgericht Berlin HRB 12345
	Management  string   `json:"management,omitempty"` // who represents it
	IBAN        string   `json:"iban,omitempty"`       // without spaces; empty: no payment code is printed
	BIC         string   `json:"bic,omitempty"`
	Bank        string   `json:"bank,omitempty"`
	Holder      string   `json:"holder,omitempty"` // of the account; Name when empty
	Notes       []string `json:"notes,omitempty"`  // further lines of the footer
}

// MailSettings is how a merchant's mail is sent.
type MailSettings struct {
	From     string                   `json:"from,omitempty"`     // shown sender: Acme GmbH <billing@acme.example>
	ReplyTo  string                   `json:"replyTo,omitempty"`  //
	Envelope string                   `json:"envelope,omitempty"` // where bounces go; the address of From when empty
	Unknown  map[MailKind]MailUnknown `json:"unknown,omitempty"`  // what to do when it is not known whether a mail arrived
}

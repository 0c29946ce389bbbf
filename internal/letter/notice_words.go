package letter

import "github.com/dunwell/dunwell/internal/ar"

// noticeWords is the wording of a notice in a language. Those with verbs are formats.
type noticeWords struct {
	titles                   [ar.MaxLevel + 1]string // by level
	last                     string                  // title of a dunning after which the case is handed over
	invoiceDate              string
	mr, ms, person, nobody   string // salutations
	remind, overdue          string // number, date of issue, due date
	despite                  string // date of the notice before
	unpaid                   string
	defaults, inDefault      string
	interestAndCosts         string
	interestOnly, costsOnly  string
	counted                  string // date
	untaxed, disputedPart    string
	computed                 string
	transfer, firmly         string // amount, day to pay by
	transferTo               string // amount, day to pay by, IBAN, reference
	pay                      string // amount, day to pay by, reference
	handOver                 string // day to pay by
	questions, objections    string
	regards                  string
	invoiced                 string // lines of the figures
	settled, principal       string
	costsBefore, fee         string
	lumpsum, disputed        string
	interestBefore, interest string
	interestUntil            string // date
	interestBack             string
	asked                    string // day to pay by

	computation           string // heading of the interest
	period, days          [2]string
	onPrincipal, baseRate [2]string
	points, rate          [2]string
	accrued               [2]string
	until                 string // date
	before, now, back     string // lines below the periods
	rateOver              string // reference rate, points, rule
	rateFixed             string // rule
	agreed                string
	dayCounts             map[ar.DayCount]string
	formula, unconfirmed  string
}

var germanNotice = &noticeWords{
	titles:      [...]string{1: "Zahlungserinnerung", "Mahnung", "2. Mahnung", "3. Mahnung", "Letzte Mahnung"},
	last:        "Letzte Mahnung",
	invoiceDate: "Rechnungsdatum",
	mr:          "Sehr geehrter Herr ", ms: "Sehr geehrte Frau ", person: "Guten Tag ", nobody: "Sehr geehrte Damen und Herren",
	remind:  "sicher haben Sie es nur übersehen: Unsere Rechnung %s vom %s war am %s fällig und ist noch nicht ausgeglichen.",
	overdue: "unsere Rechnung %s vom %s war am %s fällig.",
	despite: "Trotz unseres Schreibens vom %s ist sie noch nicht ausgeglichen.", unpaid: "Sie ist noch nicht ausgeglichen.",
	defaults:         "Wir mahnen die Zahlung hiermit an. Soweit Sie nicht schon in Verzug sind, kommen Sie durch diese Mahnung in Verzug",
	inDefault:        "Sie befinden sich mit der Zahlung in Verzug.",
	interestAndCosts: "Neben der Hauptforderung verlangen wir die unten aufgeführten Verzugszinsen und, als Verzugsschaden, die unten aufgeführten Kosten.",
	interestOnly:     "Neben der Hauptforderung verlangen wir die unten aufgeführten Verzugszinsen.",
	costsOnly:        "Neben der Hauptforderung verlangen wir, als Verzugsschaden, die unten aufgeführten Kosten.",
	counted:          "Zahlungen sind bis zum %s berücksichtigt; was Sie seither gezahlt haben, ziehen Sie bitte ab.",
	untaxed:          "Kosten und Zinsen enthalten keine Umsatzsteuer.",
	computed:         "Wie die Verzugszinsen berechnet sind, steht am Ende dieses Schreibens.",
	disputedPart:     "Den bestrittenen Teil der Hauptforderung verlangen wir mit diesem Schreiben nicht; verzichtet haben wir darauf nicht.",
	transfer:         "Bitte überweisen Sie %s bis zum %s.",
	firmly:           "Wir fordern Sie auf, %s bis spätestens zum %s zu überweisen.",
	transferTo:       "Bitte überweisen Sie %s bis zum %s auf unser Konto %s, Verwendungszweck %s.",
	pay:              "Bitte zahlen Sie %s bis zum %s unter Angabe von %s.",
	handOver: "Ist der Betrag bis zum %s nicht bei uns eingegangen, geben wir die Forderung ohne weitere Mahnung zur Einziehung ab. " +
		"Weitere Kosten, die dadurch entstehen, können zu Ihren Lasten gehen.",
	questions:  "Wenn Sie Fragen haben oder Ihnen die Rechnung nicht vorliegt, melden Sie sich bitte bei uns.",
	objections: "Wenn Sie Einwände gegen die Forderung haben, teilen Sie uns diese bitte innerhalb der Frist mit.",
	regards:    "Mit freundlichen Grüßen",
	invoiced:   "Rechnungsbetrag",
	settled:    "Zahlungen und Gutschriften", principal: "Offene Hauptforderung",
	costsBefore: "Früher berechnete Kosten, noch offen", fee: "Kosten dieser Mahnung",
	lumpsum: "Pauschale für Beitreibungskosten", disputed: "Bestrittener Teil der Hauptforderung",
	interestBefore: "Früher berechnete Verzugszinsen, noch offen", interest: "Verzugszinsen", interestUntil: "Verzugszinsen bis zum %s",
	interestBack: "Korrektur bereits berechneter Zinsen", asked: "Zu zahlen bis zum %s",

	computation: "Berechnung der Verzugszinsen",
	period:      [2]string{"Zeitraum"}, days: [2]string{"Zins-", "tage"}, onPrincipal: [2]string{"Haupt-", "forderung"},
	baseRate: [2]string{"Basis-", "zinssatz"}, points: [2]string{"Prozent-", "punkte"}, rate: [2]string{"Zinssatz"}, accrued: [2]string{"Zinsen"},
	until: "Verzugszinsen bis zum %s", before: "Früher berechnet", now: "Mit diesem Schreiben berechnet", back: "Korrektur bereits berechneter Zinsen",
	rateOver: "Zinssatz: %s plus %s Prozentpunkte, %s.", rateFixed: "Zinssatz: %s.", agreed: "vereinbart",
	dayCounts: map[ar.DayCount]string{
		ar.Act365:    "Zinstage: taggenau, jedes Jahr zu 365 Tagen (act/365).",
		ar.ActAct:    "Zinstage: taggenau, ein Schaltjahr zu 366 und jedes andere Jahr zu 365 Tagen (act/act).",
		ar.Thirty360: "Zinstage: jeder Monat zu 30 und das Jahr zu 360 Tagen (30/360).",
	},
	formula:     "Zinsen: Hauptforderung × Zinssatz × Zinstage ÷ Tage des Jahres, gerundet wird die Summe. Zinsen auf Zinsen und Kosten sind nicht berechnet.",
	unconfirmed: "Ein hier verwendeter Basiszinssatz ist noch nicht bestätigt; die Zinsen sind insoweit vorläufig.",
}

var englishNotice = &noticeWords{
	titles:      [...]string{1: "Payment reminder", "Demand for payment", "Second demand for payment", "Third demand for payment", "Final demand for payment"},
	last:        "Final demand for payment",
	invoiceDate: "Invoice date",
	mr:          "Dear Mr ", ms: "Dear Ms ", person: "Dear ", nobody: "Dear Sir or Madam",
	remind:  "This may simply have escaped your attention: our invoice %s of %s was due on %s and has not been settled yet.",
	overdue: "Our invoice %s of %s was due on %s.",
	despite: "Despite our letter of %s, it has not been settled yet.", unpaid: "It has not been settled yet.",
	defaults:         "We hereby demand payment. If you are not in default already, this demand puts you in default",
	inDefault:        "You are in default of payment.",
	interestAndCosts: "In addition to the principal we claim the default interest and, as damages for default, the costs that are listed below.",
	interestOnly:     "In addition to the principal we claim the default interest that is listed below.",
	costsOnly:        "In addition to the principal we claim, as damages for default, the costs that are listed below.",
	counted:          "Payments are taken into account up to %s; please deduct what you have paid since.",
	untaxed:          "Costs and interest do not include any VAT.",
	computed:         "How the default interest is computed is shown at the end of this letter.",
	disputedPart:     "The disputed part of the principal is not claimed with this letter; we have not waived it.",
	transfer:         "Please transfer %s by %s.",
	firmly:           "We call upon you to transfer %s by %s at the latest.",
	transferTo:       "Please transfer %s by %s to our account %s, reference %s.",
	pay:              "Please pay %s by %s, quoting %s.",
	handOver: "If we have not received the amount by %s, we will pass the claim on for collection without a further demand. " +
		"You may have to bear further costs that this causes.",
	questions:  "If you have any questions or do not have the invoice at hand, please get in touch with us.",
	objections: "If you have any objections to the claim, please let us know within this period.",
	regards:    "Kind regards",
	invoiced:   "Invoice amount",
	settled:    "Payments and credit notes", principal: "Open principal",
	costsBefore: "Costs charged before, still open", fee: "Costs of this demand",
	lumpsum: "Lump sum for recovery costs", disputed: "Disputed part of the principal",
	interestBefore: "Default interest charged before, still open", interest: "Default interest", interestUntil: "Default interest up to %s",
	interestBack: "Correction of interest charged before", asked: "To be paid by %s",

	computation: "Computation of the default interest",
	period:      [2]string{"Period"}, days: [2]string{"Days"}, onPrincipal: [2]string{"Principal"},
	baseRate: [2]string{"Base", "rate"}, points: [2]string{"Percentage", "points"}, rate: [2]string{"Rate"}, accrued: [2]string{"Interest"},
	until: "Default interest up to %s", before: "Charged before", now: "Charged with this letter", back: "Correction of interest charged before",
	rateOver: "Rate: %s plus %s percentage points, %s.", rateFixed: "Rate: %s.", agreed: "as agreed",
	dayCounts: map[ar.DayCount]string{
		ar.Act365:    "Days: as they are, every year of 365 days (act/365).",
		ar.ActAct:    "Days: as they are, a leap year of 366 and any other year of 365 days (act/act).",
		ar.Thirty360: "Days: every month of 30 and the year of 360 days (30/360).",
	},
	formula:     "Interest: principal × rate × days ÷ days of the year; the sum is rounded. No interest is charged on interest and costs.",
	unconfirmed: "A base rate that is used here has not been confirmed yet; to that extent the interest is provisional.",
}

// noticeTitle is what a notice calls itself: in the merchant's words, else in ours.
func (w *words) noticeTitle(n *ar.Notice) string {
	if own := oneLine(ownText(n, w.lang).Title); own != "" {
		return own
	}
	if n.Final && n.Level > 1 {
		return w.notice.last
	}
	return w.notice.titles[n.Level]
}

package impl

import (
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/ar"
)

func fromTransaction(m model.TransactionCreate) (ar.Transaction, []ar.Assignment) {
	t := ar.Transaction{
		Method:      string(or(m.Method, "")),
		Amount:      m.Amount.Decimal,
		Currency:    m.Currency,
		Bookingdate: or(m.Bookingdate, m.Valuedate).Time,
		Valuedate:   m.Valuedate.Time,
		Reference:   or(m.Reference, ""),
		Label:       or(m.Label, ""),
		Peer:        or(m.Peer, ""),
		IBAN:        or(m.Iban, ""),
		Meta:        m.Meta,
	}
	return t, fromAssignments(m.Assignments)
}

func toTransaction(t ar.Transaction) model.Transaction {
	kind := "PA"
	if t.Returns() {
		kind = "RE"
	}
	unallocated := toAmount(t.Unallocated, t.Currency)
	return model.Transaction{
		ID:          t.ID,
		Kind:        &kind,
		Method:      some(model.Paymentkind(t.Method)),
		Amount:      toAmount(t.Amount, t.Currency),
		Currency:    t.Currency,
		Bookingdate: openapi_types.Date{Time: t.Bookingdate},
		Valuedate:   openapi_types.Date{Time: t.Valuedate},
		Reference:   some(t.Reference),
		Label:       some(t.Label),
		Peer:        some(t.Peer),
		Iban:        some(t.IBAN),
		Matching:    toMatching(t.Matching),
		Identity:    some(t.IdentityReference),
		Unallocated: &unallocated,
		Meta:        t.Meta,
		Created:     scalar.NewTime(t.Created),
	}
}

func toMatching(m *ar.Matching) *model.Matching {
	if m == nil {
		return nil
	}
	return &model.Matching{Rule: model.MatchingRule(m.Rule), Reason: m.Reason, Candidates: convertAll(m.Candidates, func(c ar.Candidate) model.MatchingCandidate {
		return model.MatchingCandidate{Invoice: c.Invoice, Reason: c.Reason}
	})}
}

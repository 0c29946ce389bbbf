package impl

import (
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

func fromDocumentsParams(p model.ListDocumentsParams) app.DocumentsPart {
	part := app.DocumentsPart{Limit: ceiling(p.Limit), Offset: or(p.Offset, 0)}
	sort := or(p.Sort, model.ListDocumentsParamsSortCreated)
	part.ByIssued = sort == model.ListDocumentsParamsSortIssued || sort == model.ListDocumentsParamsSortMinusIssued
	part.Desc = sort == model.ListDocumentsParamsSortMinusCreated || sort == model.ListDocumentsParamsSortMinusIssued
	kind, _ := or(p.Search, nil)["kind"].(string)
	part.Kind = ar.VoucherKind(kind)
	return part
}

func toDocuments(d app.Documents) model.VoucherDocuments {
	return model.VoucherDocuments{
		ID:             d.Voucher.ID,
		Reference:      d.Voucher.Reference,
		Kind:           model.VoucherDocumentsKind(d.Voucher.Kind),
		Issued:         toTime(d.Voucher.Issued),
		Communications: convertAll(d.Communications, toCommunication),
	}
}

func toCommunication(c app.Linked) model.Communication {
	return model.Communication{
		ID:        c.ID,
		Kind:      model.DocumentKind(c.Kind),
		Label:     c.Label,
		Comment:   some(c.Comment),
		State:     some(model.DeliveryState(c.State)),
		Recipient: some(openapi_types.Email(c.Recipient)),
		Created:   scalar.NewTime(c.Created),
		Data:      c.Data,
		File:      c.File.Reference,
		PublicURL: c.PublicURL,
	}
}

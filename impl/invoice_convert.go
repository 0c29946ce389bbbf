package impl

import (
	"time"

	"github.com/oapi-codegen/nullable"
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/money"
)

func fromInvoiceCreate(m model.InvoiceCreate) ar.InvoiceChange {
	c := ar.InvoiceChange{
		Number:         change(m.Number),
		Label:          change(m.Label),
		Addresses:      changeList(m.Addresses, fromAddress),
		Accountingdate: changeTime(m.Accountingdate),
		Issued:         changeTime(m.Issued),
		Due:            changeTime(m.Due),
		Orderdate:      changeTime(m.Orderdate),
		Ordernumber:    change(m.Ordernumber),
		Currency:       change(m.Currency),
		Netbased:       changeNull(m.Netbased, false, same),
		Paymentkind:    changeAs[string](m.Paymentkind),
		Items:          changeList(m.Items, fromItem),
		Detail:         fromInvoiceDetail(m.Detail),
	}
	if m.Meta != nil {
		c.Meta = ar.Set(m.Meta)
	}
	return c
}

func fromInvoiceUpdate(m model.InvoiceUpdate) ar.InvoiceChange {
	c := ar.InvoiceChange{
		Number:          change(m.Number),
		Label:           change(m.Label),
		Addresses:       changeList(m.Addresses, fromAddress),
		Accountingdate:  clearTime(m.Accountingdate),
		Issued:          clearTime(m.Issued),
		Due:             clearTime(m.Due),
		Orderdate:       clearTime(m.Orderdate),
		Ordernumber:     change(m.Ordernumber),
		Cancelationdate: changeTime(m.Cancelationdate),
		State:           changeAs[ar.State](m.State),
		Currency:        change(m.Currency),
		Netbased:        changeNull(m.Netbased, false, same),
		Paymentkind:     changeAs[string](m.Paymentkind),
		Items:           changeList(m.Items, fromItem),
		Detail:          fromInvoiceDetail(m.Detail),
	}
	if m.Meta != nil {
		c.Meta = ar.Set(m.Meta)
	}
	return c
}

func fromInvoiceDetail(m *model.InvoiceDetail) ar.InvoiceDetailChange {
	if m == nil {
		return ar.InvoiceDetailChange{}
	}
	return ar.InvoiceDetailChange{
		IntroText:            change(m.IntroText),
		FooterText:           change(m.FooterText),
		IntroTextID:          change(m.IntroTextID),
		FooterTextID:         change(m.FooterTextID),
		Paymentterm:          change(m.Paymentterm),
		PaymenttermID:        change(m.PaymenttermID),
		Locale:               change(m.Locale),
		PlaceOfSupplyCountry: change(m.PlaceOfSupplyCountry),
		ReverseCharge:        change(m.ReverseCharge),
		VatID:                change(m.VatID),
		Dunning:              fromDunning(m.Dunning),
	}
}

func fromItem(m model.InvoiceItemInput) ar.Item {
	item := ar.Item{
		Label:      m.Label,
		Quantity:   m.Quantity.Decimal,
		Unit:       m.Unit,
		Unitprice:  m.Unitprice.Decimal,
		Account:    or(m.Account, ""),
		Costcenter: or(m.Costcenter, ""),
		Detail:     ar.ItemDetail{Description: or(m.Detail.Description, ""), Taxprofile: or(m.Detail.Taxprofile, "")},
	}
	if m.Taxrate != nil {
		item.Taxrate = m.Taxrate.Decimal
	}
	if m.Discount != nil {
		item.Discount = &m.Discount.Decimal
	}
	return item
}

func toInvoice(inv ar.Invoice) model.Invoice {
	return model.Invoice{
		ID:              inv.ID,
		Reference:       inv.Reference,
		Number:          some(inv.Number),
		Kind:            model.InvoiceKind(inv.Kind),
		Label:           some(inv.Label),
		Corrects:        some(inv.CorrectsReference),
		State:           model.InvoiceState(inv.State()),
		Committed:       inv.Committed != nil,
		Identity:        model.InvoiceIdentity{Reference: inv.Identity.Reference, Debtor: some(inv.Identity.Debtor)},
		Addresses:       convertAll(inv.Addresses, toAddress),
		Accountingdate:  toTime(inv.Accountingdate),
		Issued:          toTime(inv.Issued),
		Due:             toTime(inv.Due),
		Orderdate:       toTime(inv.Orderdate),
		Ordernumber:     some(inv.Ordernumber),
		Cancelationdate: toTime(inv.Cancelationdate),
		Currency:        inv.Currency,
		Netbased:        inv.Netbased,
		Paymentkind:     some(model.Paymentkind(inv.Paymentkind)),
		Items:           toItems(inv),
		Detail:          toInvoiceDetail(inv.Detail),
		Meta:            inv.Meta,
		Dunninglevel:    inv.Dunninglevel,
		Dunningstate:    some(inv.DunningState()),
		Total:           toAmount(inv.Totals.Gross, inv.Currency),
		Unpaid:          toAmount(inv.Unpaid, inv.Currency),
		Taxes:           toTaxes(inv),
		Created:         scalar.NewTime(inv.Created),
		Modified:        scalar.NewTime(inv.Modified),
	}
}

func toInvoiceDetail(d ar.InvoiceDetail) model.InvoiceDetail {
	return model.InvoiceDetail{
		IntroText:            someList(d.IntroText),
		FooterText:           someList(d.FooterText),
		IntroTextID:          some(d.IntroTextID),
		FooterTextID:         some(d.FooterTextID),
		Paymentterm:          some(d.Paymentterm),
		PaymenttermID:        some(d.PaymenttermID),
		Locale:               some(d.Locale),
		PlaceOfSupplyCountry: some(d.PlaceOfSupplyCountry),
		ReverseCharge:        some(d.ReverseCharge),
		VatID:                some(d.VatID),
		Dunning:              toDunning(d.Dunning),
	}
}

// toItems shows each item with what it comes to. Net has four decimals on gross-based invoices, as the original API has it.
func toItems(inv ar.Invoice) []model.InvoiceItem {
	items := make([]model.InvoiceItem, 0, len(inv.Items))
	for i, it := range inv.Items {
		line := inv.Totals.Lines[i]
		item := model.InvoiceItem{
			Label:      it.Label,
			Quantity:   toNumber(it.Quantity),
			Unit:       it.Unit,
			Unitprice:  toPrice(it.Unitprice, inv.Currency),
			Taxrate:    toNumber(it.Taxrate),
			Account:    some(it.Account),
			Costcenter: some(it.Costcenter),
			Detail:     model.ItemDetail{Description: some(it.Detail.Description), Taxprofile: some(it.Detail.Taxprofile)},
			Net:        toAmount(line.Net, inv.Currency),
			Tax:        toAmount(line.Tax, inv.Currency),
			Gross:      toAmount(line.Gross, inv.Currency),
		}
		if !inv.Netbased {
			item.Net = scalar.MustDecimal(line.Net4.StringFixed(4))
		}
		if it.Discount != nil {
			discount := toPrice(*it.Discount, inv.Currency)
			item.Discount = &discount
		}
		items = append(items, item)
	}
	return items
}

func toTaxes(inv ar.Invoice) []model.InvoiceTax {
	return convertAll(inv.Totals.Taxes, func(t ar.TaxTotal) model.InvoiceTax {
		return model.InvoiceTax{Rate: toNumber(t.Rate), Base: toAmount(t.Base, inv.Currency), Tax: toAmount(t.Tax, inv.Currency)}
	})
}

// toAmount writes an amount with the digits of its currency.
func toAmount(amount decimal.Decimal, currency string) scalar.Decimal {
	return scalar.MustDecimal(money.Format(amount, currency))
}

// toNumber writes a number in the shortest way, so that it reads the same however it was sent.
func toNumber(d decimal.Decimal) scalar.Decimal { return scalar.MustDecimal(d.String()) }

// toPrice writes a price with at least the digits of its currency, and with more where it has more.
func toPrice(price decimal.Decimal, currency string) scalar.Decimal {
	price = toNumber(price).Decimal
	if least := money.Digits(currency); -price.Exponent() < least {
		return scalar.MustDecimal(price.StringFixed(least))
	}
	return scalar.NewDecimal(price)
}

func toTime(t *time.Time) *scalar.Time {
	if t == nil {
		return nil
	}
	at := scalar.NewTime(*t)
	return &at
}

func changeTime(t *scalar.Time) ar.Change[*time.Time] {
	if t == nil {
		return ar.Change[*time.Time]{}
	}
	return ar.Set(&t.Time)
}

// clearTime is changeTime for a date that null clears.
func clearTime(t nullable.Nullable[scalar.Time]) ar.Change[*time.Time] {
	return changeNull(t, nil, func(t scalar.Time) *time.Time { return &t.Time })
}

func someList(list []string) *[]string {
	if len(list) == 0 {
		return nil
	}
	return &list
}

func same[T any](value T) T { return value }

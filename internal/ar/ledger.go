package ar

import "github.com/shopspring/decimal"

// Account is an account of the merchant's ledger. There are few: enough to say what every amount is, and for a bookkeeper
// to map them on a chart of accounts.
type Account string

const (
	AccountPrincipal Account = "receivable:principal" // owed for what was delivered
	AccountCosts     Account = "receivable:costs"     // owed for dunning: fees, the lump sum
	AccountInterest  Account = "receivable:interest"  // owed for paying late

	AccountBank    Account = "bank"    // money
	AccountCredit  Account = "credit"  // owed to customers: money and credit notes that are not set off
	AccountRevenue Account = "revenue" // what vouchers come to, tax included; credit notes lower it
	AccountFees    Account = "fees"    // income from fees and lump sums, less what of them was waived
	AccountLate    Account = "late"    // income from interest, less what of it was waived
	AccountBadDebt Account = "baddebt" // principal given up
)

// Leg is one side of an entry of the ledger: positive is a debit, negative a credit.
type Leg struct {
	Account Account
	Amount  decimal.Decimal
}

// transfer is the two legs of an amount that is moved to an account from another. They sum to zero whatever the amount.
func transfer(to, from Account, amount decimal.Decimal) [2]Leg {
	return [2]Leg{{to, amount}, {from, amount.Neg()}}
}

// receivables are the accounts of the parts.
var receivables = map[Part]Account{PartPrincipal: AccountPrincipal, PartCosts: AccountCosts, PartInterest: AccountInterest}

// Legs are the two sides of a booking, in the currency of its invoice. What a payment or a credit note lowers the
// receivable by was credit of the customer's before; what is charged or given up is income, or the loss of it. A reversal
// has the accounts of what it reverses.
func (b Booking) Legs() [2]Leg {
	part := b.part()
	from := map[Part]Account{PartPrincipal: AccountBadDebt, PartCosts: AccountFees, PartInterest: AccountLate}[part]
	if b.Transaction != nil || b.Voucher != nil {
		from = AccountCredit
	}
	return transfer(receivables[part], from, b.Amount)
}

// Legs are the two sides of a movement of money: whatever comes in is the customer's credit until it is booked on an
// invoice.
func (t *Transaction) Legs() [2]Leg { return transfer(AccountBank, AccountCredit, t.Amount) }

// Legs are the two sides of a committed voucher. A credit note is the customer's credit until it is applied.
func (inv *Invoice) Legs() [2]Leg {
	if inv.Kind == KindCreditnote {
		return transfer(AccountRevenue, AccountCredit, inv.Totals.Gross)
	}
	return transfer(AccountPrincipal, AccountRevenue, inv.Totals.Gross)
}

// Sum is the balance of an account after some entries.
func Sum(account Account, entries ...[2]Leg) decimal.Decimal {
	sum := decimal.Zero
	for _, entry := range entries {
		for _, leg := range entry {
			if leg.Account == account {
				sum = sum.Add(leg.Amount)
			}
		}
	}
	return sum
}

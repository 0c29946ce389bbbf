-- Movements of money. Keep migrations/postgres/003_money.sql in step.

-- amount and unallocated are in ten-thousandths of the currency unit, positive for what came in. A booking names its
-- transaction by id, as text.
CREATE TABLE transactions (
    merchant    TEXT   NOT NULL REFERENCES merchants,
    id          BIGINT NOT NULL, -- from the counter "transaction"
    identity_id TEXT,
    method      TEXT   NOT NULL,
    amount      BIGINT NOT NULL,
    unallocated BIGINT NOT NULL CHECK (unallocated BETWEEN min(0, amount) AND max(0, amount)),
    currency    TEXT   NOT NULL,
    bookingdate BIGINT NOT NULL,
    valuedate   BIGINT NOT NULL,
    reference   TEXT   NOT NULL,
    label       TEXT   NOT NULL,
    peer        TEXT   NOT NULL,
    iban        TEXT   NOT NULL, -- of who paid
    matching    TEXT, -- JSON; NULL where somebody said what it is for
    meta        TEXT, -- JSON
    created     BIGINT NOT NULL,
    PRIMARY KEY (merchant, id),
    FOREIGN KEY (merchant, identity_id) REFERENCES identities (merchant, id)
);

CREATE INDEX transactions_reference ON transactions (merchant, reference, amount, id);
CREATE INDEX transactions_currency ON transactions (merchant, currency, id);
CREATE INDEX transactions_amount ON transactions (merchant, amount, id);
CREATE INDEX transactions_bookingdate ON transactions (merchant, bookingdate, id);
CREATE INDEX transactions_valuedate ON transactions (merchant, valuedate, id);
CREATE INDEX transactions_created ON transactions (merchant, created, id);
CREATE INDEX transactions_iban ON transactions (merchant, iban, identity_id) WHERE iban <> '' AND identity_id IS NOT NULL;

CREATE TRIGGER transactions_no_update BEFORE UPDATE ON transactions BEGIN
    SELECT RAISE(ABORT, 'transactions are append-only');
END;

CREATE TRIGGER transactions_no_delete BEFORE DELETE ON transactions BEGIN
    SELECT RAISE(ABORT, 'transactions are append-only');
END;

-- Payments that were booked before there was anything to say about them.
INSERT INTO transactions (merchant, id, method, amount, unallocated, currency, bookingdate, valuedate, reference, label, peer, iban, created)
SELECT b.merchant, CAST(b.transaction_id AS BIGINT), '', -sum(b.amount), 0, min(i.currency), min(b.valuedate), min(b.valuedate), '', '', '', '', min(b.created)
FROM bookings AS b JOIN invoices AS i ON i.merchant = b.merchant AND i.id = b.invoice_id
WHERE b.transaction_id IS NOT NULL GROUP BY b.merchant, b.transaction_id;

INSERT INTO counters (merchant, name, value) SELECT merchant, 'transaction', max(id) FROM transactions GROUP BY merchant;

-- What rounds off a payment names it. What one transaction takes back of a booking is one reversal; another may take more.
ALTER TABLE bookings ADD COLUMN follows TEXT;
DROP INDEX bookings_reverses;
CREATE UNIQUE INDEX bookings_reverses ON bookings (merchant, reverses, coalesce(transaction_id, '')) WHERE reverses IS NOT NULL;
CREATE INDEX bookings_transaction_id ON bookings (merchant, transaction_id, created, id) WHERE transaction_id IS NOT NULL;

-- What the text of a transfer may call a committed invoice, see ar.PaymentKey. Migrate fills in those of invoices that are
-- committed already.
CREATE TABLE payment_keys (
    merchant   TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    invoice_id TEXT   NOT NULL,
    PRIMARY KEY (merchant, key, invoice_id),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id)
) WITHOUT ROWID;

CREATE TRIGGER payment_keys_no_update BEFORE UPDATE ON payment_keys BEGIN
    SELECT RAISE(ABORT, 'payment_keys are append-only');
END;

CREATE TRIGGER payment_keys_no_delete BEFORE DELETE ON payment_keys BEGIN
    SELECT RAISE(ABORT, 'payment_keys are append-only');
END;

-- What is open, the longest due first.
CREATE INDEX invoices_open ON invoices (merchant, identity_id, due, id) WHERE kind = 'invoice' AND state = 'none' AND committed IS NOT NULL;

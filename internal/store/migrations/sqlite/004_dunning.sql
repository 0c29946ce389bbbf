-- Where the dunning of invoices stands. Keep migrations/postgres/004_dunning.sql in step.

-- The trigger of committed vouchers lets both change: they are no content of the document.
ALTER TABLE invoices ADD COLUMN startdunningdate BIGINT; -- NULL: the due date
ALTER TABLE invoices ADD COLUMN dunningcycle BIGINT NOT NULL DEFAULT 0; -- 0: before the first

-- Procedures that a case has begun with, by the hash of their text.
CREATE TABLE procedures (
    merchant  TEXT   NOT NULL REFERENCES merchants,
    version   TEXT   NOT NULL,
    procedure TEXT   NOT NULL, -- JSON, see ar.Procedure
    created   BIGINT NOT NULL,
    PRIMARY KEY (merchant, version)
);

CREATE TABLE dunning_cycles (
    merchant         TEXT   NOT NULL,
    invoice_id       TEXT   NOT NULL,
    number           BIGINT NOT NULL, -- from 1, per invoice
    level            BIGINT NOT NULL CHECK (level BETWEEN 0 AND 5),
    since            BIGINT NOT NULL,
    startdunningdate BIGINT,
    version          TEXT,            -- of the procedure; NULL while no level is reached
    event            BIGINT NOT NULL, -- it began with
    PRIMARY KEY (merchant, invoice_id, number),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id),
    FOREIGN KEY (merchant, version) REFERENCES procedures (merchant, version),
    FOREIGN KEY (merchant, event) REFERENCES events (merchant, seq)
);

CREATE INDEX transactions_unallocated ON transactions (merchant, identity_id, currency) WHERE unallocated <> 0;
CREATE INDEX invoices_credit ON invoices (merchant, identity_id, currency) WHERE kind = 'creditnote' AND unpaid <> 0;

CREATE TRIGGER procedures_no_update BEFORE UPDATE ON procedures BEGIN
    SELECT RAISE(ABORT, 'procedures are append-only');
END;

CREATE TRIGGER procedures_no_delete BEFORE DELETE ON procedures BEGIN
    SELECT RAISE(ABORT, 'procedures are append-only');
END;

CREATE TRIGGER dunning_cycles_no_update BEFORE UPDATE ON dunning_cycles BEGIN
    SELECT RAISE(ABORT, 'dunning_cycles are append-only');
END;

CREATE TRIGGER dunning_cycles_no_delete BEFORE DELETE ON dunning_cycles BEGIN
    SELECT RAISE(ABORT, 'dunning_cycles are append-only');
END;

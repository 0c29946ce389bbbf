-- Where the dunning of invoices stands. Keep migrations/sqlite/004_dunning.sql in step.

-- The trigger of committed vouchers lets both change: they are no content of the document.
ALTER TABLE invoices ADD COLUMN startdunningdate BIGINT; -- NULL: the due date
ALTER TABLE invoices ADD COLUMN dunningcycle BIGINT NOT NULL DEFAULT 0; -- 0: before the first

-- Procedures that a case has begun with, by the hash of their text.
CREATE TABLE procedures (
    merchant  TEXT COLLATE "C" NOT NULL REFERENCES merchants,
    version   TEXT COLLATE "C" NOT NULL,
    procedure TEXT   NOT NULL, -- JSON, see ar.Procedure
    created   BIGINT NOT NULL,
    PRIMARY KEY (merchant, version)
);

CREATE TABLE dunning_cycles (
    merchant         TEXT COLLATE "C" NOT NULL,
    invoice_id       TEXT COLLATE "C" NOT NULL,
    number           BIGINT NOT NULL, -- from 1, per invoice
    level            BIGINT NOT NULL CHECK (level BETWEEN 0 AND 5),
    since            BIGINT NOT NULL,
    startdunningdate BIGINT,
    version          TEXT COLLATE "C", -- of the procedure; NULL while no level is reached
    event            BIGINT NOT NULL, -- it began with
    PRIMARY KEY (merchant, invoice_id, number),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id),
    FOREIGN KEY (merchant, version) REFERENCES procedures (merchant, version),
    FOREIGN KEY (merchant, event) REFERENCES events (merchant, seq)
);

CREATE INDEX transactions_unallocated ON transactions (merchant, identity_id, currency) WHERE unallocated <> 0;
CREATE INDEX invoices_credit ON invoices (merchant, identity_id, currency) WHERE kind = 'creditnote' AND unpaid <> 0;

CREATE TRIGGER procedures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON procedures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dunning_cycles_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_cycles FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

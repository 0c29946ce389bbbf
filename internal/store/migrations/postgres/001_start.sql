-- Text is compared byte by byte (COLLATE "C"), NULL sorts first, times are milliseconds since 1970: as SQLite has it.
-- Keep migrations/sqlite/001_start.sql in step.

CREATE TABLE merchants (
    merchant              TEXT COLLATE "C" NOT NULL,
    name                  TEXT COLLATE "C" NOT NULL,
    idempotency_retention BIGINT NOT NULL CHECK (idempotency_retention >= 86400000), -- milliseconds
    currency              TEXT COLLATE "C" NOT NULL, -- of what names none, ISO 4217
    secret                TEXT COLLATE "C" NOT NULL, -- 32 random bytes in hex; signs the merchant's links
    created               BIGINT NOT NULL,
    PRIMARY KEY (merchant)
);

-- The user name is all that a request brings, so it is unique over all merchants.
CREATE TABLE api_keys (
    merchant    TEXT COLLATE "C" NOT NULL REFERENCES merchants,
    id          TEXT COLLATE "C" NOT NULL,
    username    TEXT COLLATE "C" NOT NULL UNIQUE,
    label       TEXT COLLATE "C" NOT NULL,
    hash        TEXT   NOT NULL, -- PHC string
    permissions TEXT   NOT NULL, -- JSON
    networks    TEXT   NOT NULL, -- JSON; null: from anywhere
    created     BIGINT NOT NULL,
    revoked     BIGINT,
    PRIMARY KEY (merchant, id)
);

CREATE TABLE identities (
    merchant  TEXT COLLATE "C" NOT NULL REFERENCES merchants,
    id        TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    number    TEXT COLLATE "C" NOT NULL,
    debtor    TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    currency  TEXT COLLATE "C" NOT NULL,
    created   BIGINT NOT NULL,
    modified  BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    document  TEXT   NOT NULL,
    meta      TEXT,
    PRIMARY KEY (merchant, id)
);

-- The last column of every index a list is sorted by is the id: it breaks ties, and a page of ids comes from the index alone.
CREATE UNIQUE INDEX identities_reference ON identities (merchant, reference);
CREATE INDEX identities_number ON identities (merchant, number, id);
CREATE INDEX identities_debtor ON identities (merchant, debtor, id);
CREATE INDEX identities_kind ON identities (merchant, kind, id);
CREATE INDEX identities_currency ON identities (merchant, currency, id);
CREATE INDEX identities_created ON identities (merchant, created, id);
CREATE INDEX identities_modified ON identities (merchant, modified, id);

-- Invoices and credit notes. total and unpaid are in ten-thousandths of the currency unit.
CREATE TABLE invoices (
    merchant        TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    reference       TEXT COLLATE "C" NOT NULL,
    number          TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    corrects        TEXT COLLATE "C",
    identity_id     TEXT COLLATE "C" NOT NULL,
    identity        TEXT COLLATE "C" NOT NULL, -- its reference
    debtor          TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    currency        TEXT COLLATE "C" NOT NULL,
    paymentkind     TEXT COLLATE "C" NOT NULL,
    ordernumber     TEXT COLLATE "C" NOT NULL,
    accountingdate  BIGINT,
    issued          BIGINT,
    due             BIGINT,
    orderdate       BIGINT,
    cancelationdate BIGINT,
    committed       BIGINT,
    dunninglevel    BIGINT  NOT NULL,
    total           BIGINT  NOT NULL,
    unpaid          BIGINT  NOT NULL,
    created         BIGINT  NOT NULL,
    modified        BIGINT  NOT NULL,
    version         BIGINT  NOT NULL,
    document        TEXT    NOT NULL,
    meta            TEXT,
    PRIMARY KEY (merchant, id),
    FOREIGN KEY (merchant, identity_id) REFERENCES identities (merchant, id),
    FOREIGN KEY (merchant, corrects) REFERENCES invoices (merchant, id)
);

CREATE UNIQUE INDEX invoices_merchant_reference ON invoices (merchant, reference);
CREATE UNIQUE INDEX invoices_merchant_number ON invoices (merchant, kind, number) WHERE committed IS NOT NULL;
CREATE INDEX invoices_corrects ON invoices (merchant, corrects, created, id) WHERE corrects IS NOT NULL;
CREATE INDEX invoices_identity_id ON invoices (merchant, identity_id, kind, created, id);
CREATE INDEX invoices_reference ON invoices (merchant, kind, reference, id);
CREATE INDEX invoices_number ON invoices (merchant, kind, number, id);
CREATE INDEX invoices_state ON invoices (merchant, kind, state, id);
CREATE INDEX invoices_identity ON invoices (merchant, kind, identity, id);
CREATE INDEX invoices_debtor ON invoices (merchant, kind, debtor, id);
CREATE INDEX invoices_currency ON invoices (merchant, kind, currency, id);
CREATE INDEX invoices_paymentkind ON invoices (merchant, kind, paymentkind, id);
CREATE INDEX invoices_ordernumber ON invoices (merchant, kind, ordernumber, id);
CREATE INDEX invoices_accountingdate ON invoices (merchant, kind, accountingdate NULLS FIRST, id);
CREATE INDEX invoices_issued ON invoices (merchant, kind, issued NULLS FIRST, id);
CREATE INDEX invoices_due ON invoices (merchant, kind, due NULLS FIRST, id);
CREATE INDEX invoices_orderdate ON invoices (merchant, kind, orderdate NULLS FIRST, id);
CREATE INDEX invoices_cancelationdate ON invoices (merchant, kind, cancelationdate NULLS FIRST, id);
CREATE INDEX invoices_dunninglevel ON invoices (merchant, kind, dunninglevel, id);
CREATE INDEX invoices_total ON invoices (merchant, kind, total, id);
CREATE INDEX invoices_unpaid ON invoices (merchant, kind, unpaid, id);
CREATE INDEX invoices_created ON invoices (merchant, kind, created, id);
CREATE INDEX invoices_modified ON invoices (merchant, kind, modified, id);

CREATE TABLE files (
    merchant  TEXT COLLATE "C" NOT NULL REFERENCES merchants,
    id        TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    sha256    TEXT COLLATE "C" NOT NULL,
    size      BIGINT NOT NULL, -- bytes
    mediatype TEXT COLLATE "C" NOT NULL,
    created   BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);

CREATE UNIQUE INDEX files_reference ON files (merchant, reference);
CREATE UNIQUE INDEX files_sha256 ON files (merchant, sha256);

CREATE TABLE communications (
    merchant   TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    reference  TEXT COLLATE "C" NOT NULL,
    invoice_id TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    label      TEXT COLLATE "C" NOT NULL,
    comment    TEXT   NOT NULL,
    data       TEXT, -- JSON
    file_id    TEXT COLLATE "C" NOT NULL,
    filename   TEXT COLLATE "C" NOT NULL, -- as the customer sees it
    created    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id),
    FOREIGN KEY (merchant, file_id) REFERENCES files (merchant, id)
);

CREATE UNIQUE INDEX communications_reference ON communications (merchant, reference);
CREATE INDEX communications_invoice_id ON communications (merchant, invoice_id, created, id);

CREATE TABLE bookings (
    merchant       TEXT COLLATE "C" NOT NULL,
    id             TEXT COLLATE "C" NOT NULL,
    invoice_id     TEXT COLLATE "C" NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL,
    transaction_id TEXT COLLATE "C",
    voucher        TEXT COLLATE "C",
    reverses       TEXT COLLATE "C",
    part           TEXT COLLATE "C" NOT NULL,
    amount         BIGINT NOT NULL, -- ten-thousandths
    comment        TEXT   NOT NULL,
    valuedate      BIGINT NOT NULL,
    created        BIGINT NOT NULL,
    PRIMARY KEY (merchant, id),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id),
    FOREIGN KEY (merchant, reverses) REFERENCES bookings (merchant, id)
);

CREATE INDEX bookings_invoice_id ON bookings (merchant, invoice_id, created, id);
CREATE UNIQUE INDEX bookings_reverses ON bookings (merchant, reverses) WHERE reverses IS NOT NULL; -- once only

CREATE TABLE counters (
    merchant TEXT COLLATE "C" NOT NULL REFERENCES merchants,
    name     TEXT COLLATE "C" NOT NULL,
    value    BIGINT NOT NULL,
    PRIMARY KEY (merchant, name)
);

-- status 0: the request is being executed, which nobody but its own transaction can see.
CREATE TABLE idempotency (
    merchant    TEXT COLLATE "C" NOT NULL REFERENCES merchants,
    key         TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    expires     BIGINT NOT NULL,
    status      BIGINT NOT NULL,
    headers     TEXT   NOT NULL, -- JSON
    body        BYTEA ,
    PRIMARY KEY (merchant, key)
);

CREATE INDEX idempotency_expires ON idempotency (merchant, expires);

CREATE TABLE events (
    merchant   TEXT COLLATE "C" NOT NULL,
    seq        BIGINT NOT NULL,
    invoice_id TEXT COLLATE "C" NOT NULL,
    actor      TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    fields     TEXT   NOT NULL, -- JSON: the paths that changed
    happened   BIGINT NOT NULL,
    PRIMARY KEY (merchant, seq),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id)
);

CREATE INDEX events_invoice_id ON events (merchant, invoice_id, seq);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are append-only', TG_TABLE_NAME USING ERRCODE = 'DW001';
END $$;

CREATE TRIGGER bookings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bookings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Documents compress twice as fast with lz4 as with the default, where the server has it.
DO $$
BEGIN
    ALTER TABLE invoices ALTER COLUMN document SET COMPRESSION lz4;
    ALTER TABLE identities ALTER COLUMN document SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

-- What was dunned. Keep migrations/sqlite/006_notices.sql in step.

-- A level of a cycle of an invoice is dunned once, whoever else duns at the same time.
CREATE TABLE dunning_notices (
    merchant         TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    invoice_id       TEXT COLLATE "C" NOT NULL,
    cycle            BIGINT NOT NULL, -- number; 0 before the first
    level            BIGINT NOT NULL CHECK (level BETWEEN 1 AND 5),
    run              BIGINT NOT NULL,
    issued           BIGINT NOT NULL,
    payby            BIGINT NOT NULL,
    deliverykind     TEXT   NOT NULL CHECK (deliverykind IN ('email', 'letter')),
    version          TEXT COLLATE "C" NOT NULL, -- of the procedure
    fee              BIGINT NOT NULL, -- amounts in ten-thousandths
    lumpsum          BIGINT NOT NULL,
    interest         BIGINT NOT NULL, -- negative: taken back
    principal        BIGINT NOT NULL, -- what is open with it
    costs            BIGINT NOT NULL,
    openinterest     BIGINT NOT NULL,
    disputed         BIGINT NOT NULL, -- of the principal, and not asked for
    claim            TEXT,            -- JSON, see ar.Claim; NULL at a level without interest
    final            BIGINT NOT NULL CHECK (final IN (0, 1)),
    charges          TEXT   NOT NULL, -- JSON: ids of its bookings, and
    bookings         TEXT   NOT NULL, -- of those before: what is open comes of both
    job              BIGINT NOT NULL,
    communication_id TEXT COLLATE "C" NOT NULL, -- its letter
    created          BIGINT NOT NULL,
    PRIMARY KEY (merchant, invoice_id, cycle, level),
    UNIQUE (merchant, id),
    UNIQUE (merchant, job),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id),
    FOREIGN KEY (merchant, run) REFERENCES dunning_runs (merchant, number),
    FOREIGN KEY (merchant, version) REFERENCES procedures (merchant, version),
    FOREIGN KEY (merchant, job) REFERENCES jobs (merchant, number),
    FOREIGN KEY (merchant, communication_id) REFERENCES communications (merchant, id)
);

CREATE INDEX dunning_notices_run ON dunning_notices (merchant, run, invoice_id);

CREATE TRIGGER dunning_notices_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_notices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Documents on their way: what a commit and a resend bring about. Keep migrations/postgres/002_deliver.sql in step.

ALTER TABLE merchants ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'; -- JSON, see ar.Settings
ALTER TABLE merchants ADD COLUMN webhook_url TEXT NOT NULL DEFAULT '';
ALTER TABLE merchants ADD COLUMN webhook_disabled BIGINT;
ALTER TABLE merchants ADD COLUMN callback_secrets TEXT NOT NULL DEFAULT '[]'; -- JSON, newest first; Migrate fills the empty ones
ALTER TABLE merchants ADD COLUMN sealed BIGINT NOT NULL DEFAULT 1; -- 0: what was committed before there was a journal is not all in it
UPDATE merchants SET sealed = 0;

-- detail.dunning changes after the commit and the rest of the document never does, so it has a column of its own.
ALTER TABLE invoices ADD COLUMN dunning TEXT; -- JSON

UPDATE invoices SET dunning = json_extract(document, '$.detail.dunning'), document = json_remove(document, '$.detail.dunning')
WHERE json_type(document, '$.detail.dunning') IS NOT NULL;

-- Numbers that were drawn, some for vouchers that are about to be created. One that no committed voucher has is a gap, or
-- will be used in a moment.
CREATE TABLE numbers (
    merchant   TEXT NOT NULL REFERENCES merchants,
    kind       TEXT NOT NULL,
    number     TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    drawn      BIGINT NOT NULL,
    PRIMARY KEY (merchant, kind, number)
);

CREATE INDEX numbers_invoice_id ON numbers (merchant, invoice_id);

CREATE TABLE jobs (
    merchant   TEXT NOT NULL,
    number     BIGINT NOT NULL, -- of the event it began with
    kind       TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    data       TEXT   NOT NULL, -- what the caller passed through
    state      TEXT NOT NULL,
    result     TEXT NOT NULL,
    code       TEXT NOT NULL,
    created    BIGINT NOT NULL,
    finished   BIGINT,
    PRIMARY KEY (merchant, number),
    FOREIGN KEY (merchant, number) REFERENCES events (merchant, seq),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id)
);

-- lease and next are by a clock that nobody moves, created and finished by the business's. Only one of lease and next is
-- there at a time: it is when somebody has to look at the row.
CREATE TABLE deliveries (
    merchant         TEXT NOT NULL,
    id               TEXT NOT NULL,
    job              BIGINT NOT NULL,
    invoice_id       TEXT NOT NULL,
    kind             TEXT NOT NULL,
    recipient        TEXT NOT NULL,
    locale           TEXT NOT NULL,
    attachments      TEXT   NOT NULL, -- JSON
    message_id       TEXT NOT NULL,
    communication_id TEXT,
    state            TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'deferred', 'accepted', 'rejected', 'unknown', 'suppressed')),
    attempts         BIGINT NOT NULL,
    generation       BIGINT NOT NULL,
    lease            BIGINT CHECK ((lease IS NOT NULL) = (state = 'sending')),
    handed           BIGINT NOT NULL CHECK (handed = 0 OR handed = 1 AND state = 'sending'),
    next             BIGINT CHECK (next IS NULL OR state IN ('queued', 'deferred', 'unknown')),
    reply            TEXT NOT NULL,
    reason           TEXT NOT NULL,
    created          BIGINT NOT NULL,
    finished         BIGINT CHECK ((finished IS NOT NULL) = (state IN ('accepted', 'rejected', 'suppressed'))),
    PRIMARY KEY (merchant, id),
    FOREIGN KEY (merchant, job) REFERENCES jobs (merchant, number),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id),
    FOREIGN KEY (merchant, communication_id) REFERENCES communications (merchant, id)
);

-- The one index that begins with no merchant, because a sweep is for all of them. It holds what is under way only.
CREATE INDEX deliveries_due ON deliveries (coalesce(lease, next), merchant, id) WHERE coalesce(lease, next) IS NOT NULL;
CREATE INDEX deliveries_job ON deliveries (merchant, job, id);
CREATE INDEX deliveries_invoice_id ON deliveries (merchant, invoice_id, created, id);
CREATE INDEX deliveries_state ON deliveries (merchant, state, created, id);
CREATE UNIQUE INDEX deliveries_message_id ON deliveries (merchant, message_id);
CREATE UNIQUE INDEX deliveries_communication_id ON deliveries (merchant, communication_id) WHERE communication_id IS NOT NULL;

CREATE TABLE callbacks (
    merchant   TEXT NOT NULL,
    id         TEXT NOT NULL,
    kind       TEXT NOT NULL,
    job        BIGINT NOT NULL,
    invoice_id TEXT NOT NULL,
    url        TEXT NOT NULL,
    body       TEXT   NOT NULL, -- byte for byte what is sent
    state      TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'delivered', 'failed', 'gone')),
    attempts   BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    lease      BIGINT CHECK ((lease IS NOT NULL) = (state = 'sending')),
    next       BIGINT CHECK (next IS NULL OR state = 'queued'),
    reason     TEXT NOT NULL,
    created    BIGINT NOT NULL,
    finished   BIGINT CHECK ((finished IS NOT NULL) = (state IN ('delivered', 'failed', 'gone'))),
    PRIMARY KEY (merchant, id),
    FOREIGN KEY (merchant, job) REFERENCES jobs (merchant, number),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id)
);

CREATE INDEX callbacks_due ON callbacks (coalesce(lease, next), merchant, id) WHERE coalesce(lease, next) IS NOT NULL;
CREATE INDEX callbacks_created ON callbacks (merchant, created, id);
CREATE INDEX callbacks_job ON callbacks (merchant, job, id);
CREATE INDEX callbacks_invoice_id ON callbacks (merchant, invoice_id, created, id);
CREATE INDEX callbacks_state ON callbacks (merchant, state, created, id);

CREATE TABLE callback_attempts (
    merchant    TEXT NOT NULL,
    callback_id TEXT NOT NULL,
    seq         BIGINT NOT NULL, -- from 1; a replay begins with attempt 1 again
    attempt     BIGINT NOT NULL,
    happened    BIGINT NOT NULL,
    status      BIGINT NOT NULL, -- of the answer; 0: there was none
    error       TEXT NOT NULL,
    response    TEXT NOT NULL,
    millis      BIGINT NOT NULL,
    PRIMARY KEY (merchant, callback_id, seq),
    FOREIGN KEY (merchant, callback_id) REFERENCES callbacks (merchant, id)
);

-- An entry is a leaf of a Merkle tree (RFC 6962), whose hashes are the rows of journal_hashes: those of the leaves, and of
-- every subtree that is complete, in the order of golang.org/x/mod/sumdb/tlog.
CREATE TABLE journal (
    merchant TEXT NOT NULL REFERENCES merchants,
    seq      BIGINT NOT NULL, -- from 1, without gaps
    kind     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    payload  TEXT   NOT NULL, -- canonical JSON
    happened BIGINT NOT NULL,
    PRIMARY KEY (merchant, seq)
);

CREATE INDEX journal_subject ON journal (merchant, subject, kind);

CREATE TABLE journal_hashes (
    merchant TEXT NOT NULL REFERENCES merchants,
    idx      BIGINT NOT NULL,
    hash     BLOB  NOT NULL,
    PRIMARY KEY (merchant, idx)
) WITHOUT ROWID;

-- A committed voucher is there for good. What may still change: state, unpaid, dunninglevel, modified, version, meta,
-- dunning; and cancelationdate, once.
CREATE TRIGGER invoices_committed BEFORE UPDATE ON invoices WHEN OLD.committed IS NOT NULL AND (
    OLD.cancelationdate IS NOT NULL AND NEW.cancelationdate IS NOT OLD.cancelationdate
    OR (NEW.merchant, NEW.id, NEW.reference, NEW.number, NEW.kind, NEW.corrects, NEW.identity_id, NEW.identity,
        NEW.debtor, NEW.currency, NEW.paymentkind, NEW.ordernumber, NEW.accountingdate, NEW.issued, NEW.due,
        NEW.orderdate, NEW.committed, NEW.total, NEW.created, NEW.document)
    IS NOT (OLD.merchant, OLD.id, OLD.reference, OLD.number, OLD.kind, OLD.corrects, OLD.identity_id, OLD.identity,
        OLD.debtor, OLD.currency, OLD.paymentkind, OLD.ordernumber, OLD.accountingdate, OLD.issued, OLD.due,
        OLD.orderdate, OLD.committed, OLD.total, OLD.created, OLD.document))
BEGIN
    SELECT RAISE(ABORT, 'a committed voucher is not changed');
END;

CREATE TRIGGER invoices_no_delete BEFORE DELETE ON invoices WHEN OLD.committed IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'a committed voucher is not deleted');
END;

-- A delivery that has ended stays as it is, and what was asked for stays as it was.
CREATE TRIGGER deliveries_ended BEFORE UPDATE ON deliveries WHEN OLD.finished IS NOT NULL
    OR OLD.communication_id IS NOT NULL AND NEW.communication_id IS NOT OLD.communication_id
    OR NEW.generation < OLD.generation
    OR (NEW.merchant, NEW.id, NEW.job, NEW.invoice_id, NEW.kind, NEW.recipient, NEW.locale, NEW.message_id,
        NEW.created)
    IS NOT (OLD.merchant, OLD.id, OLD.job, OLD.invoice_id, OLD.kind, OLD.recipient, OLD.locale, OLD.message_id,
        OLD.created)
BEGIN
    SELECT RAISE(ABORT, 'what was asked of a delivery is not changed, nor how it ended');
END;

CREATE TRIGGER deliveries_no_delete BEFORE DELETE ON deliveries BEGIN
    SELECT RAISE(ABORT, 'deliveries are not deleted');
END;

CREATE TRIGGER communications_no_update BEFORE UPDATE ON communications BEGIN
    SELECT RAISE(ABORT, 'communications are append-only');
END;

CREATE TRIGGER communications_no_delete BEFORE DELETE ON communications BEGIN
    SELECT RAISE(ABORT, 'communications are append-only');
END;

CREATE TRIGGER files_no_update BEFORE UPDATE ON files BEGIN
    SELECT RAISE(ABORT, 'files are append-only');
END;

CREATE TRIGGER files_no_delete BEFORE DELETE ON files BEGIN
    SELECT RAISE(ABORT, 'files are append-only');
END;

CREATE TRIGGER numbers_no_update BEFORE UPDATE ON numbers BEGIN
    SELECT RAISE(ABORT, 'numbers are append-only');
END;

CREATE TRIGGER numbers_no_delete BEFORE DELETE ON numbers BEGIN
    SELECT RAISE(ABORT, 'numbers are append-only');
END;

CREATE TRIGGER callback_attempts_no_update BEFORE UPDATE ON callback_attempts BEGIN
    SELECT RAISE(ABORT, 'callback_attempts are append-only');
END;

CREATE TRIGGER callback_attempts_no_delete BEFORE DELETE ON callback_attempts BEGIN
    SELECT RAISE(ABORT, 'callback_attempts are append-only');
END;

CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER journal_hashes_no_update BEFORE UPDATE ON journal_hashes BEGIN
    SELECT RAISE(ABORT, 'journal_hashes are append-only');
END;

CREATE TRIGGER journal_hashes_no_delete BEFORE DELETE ON journal_hashes BEGIN
    SELECT RAISE(ABORT, 'journal_hashes are append-only');
END;

-- Cases that were handed over to collection, and what is told about them. Keep migrations/postgres/010_handovers.sql in step.

-- The trigger of committed vouchers lets it change: it is no content of the document.
ALTER TABLE invoices ADD COLUMN handedover BIGINT; -- NULL: it was not, or was recalled

CREATE TABLE handovers (
    merchant         TEXT   NOT NULL,
    invoice_id       TEXT   NOT NULL,
    cycle            BIGINT NOT NULL,
    run              BIGINT NOT NULL,
    day              BIGINT NOT NULL,
    collector        TEXT   NOT NULL, -- JSON, see ar.Collector
    claim            TEXT   NOT NULL, -- JSON, see ar.ClaimStatement
    communication_id TEXT   NOT NULL, -- the file that was handed over
    job              BIGINT NOT NULL,
    created          BIGINT NOT NULL,
    PRIMARY KEY (merchant, invoice_id, cycle),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id),
    FOREIGN KEY (merchant, communication_id) REFERENCES communications (merchant, id),
    FOREIGN KEY (merchant, job) REFERENCES jobs (merchant, number)
);

-- Only one of lease and next is there at a time, by a clock that nobody moves: as in deliveries.
CREATE TABLE collection_messages (
    merchant   TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    job        BIGINT NOT NULL,
    invoice_id TEXT   NOT NULL,
    cycle      BIGINT NOT NULL,
    body       TEXT   NOT NULL, -- JSON, what is told
    state      TEXT   NOT NULL CHECK (state IN ('queued', 'passing', 'passed', 'failed')),
    attempts   BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    lease      BIGINT CHECK ((lease IS NOT NULL) = (state = 'passing')),
    next       BIGINT CHECK (next IS NULL OR state = 'queued'),
    reason     TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    finished   BIGINT CHECK ((finished IS NOT NULL) = (state IN ('passed', 'failed'))),
    PRIMARY KEY (merchant, id),
    FOREIGN KEY (merchant, job) REFERENCES jobs (merchant, number),
    FOREIGN KEY (merchant, invoice_id, cycle) REFERENCES handovers (merchant, invoice_id, cycle)
);

CREATE INDEX collection_messages_due ON collection_messages (coalesce(lease, next), merchant, id) WHERE coalesce(lease, next) IS NOT NULL;
CREATE UNIQUE INDEX collection_messages_job ON collection_messages (merchant, job);
CREATE INDEX collection_messages_invoice_id ON collection_messages (merchant, invoice_id, created, id);

CREATE TRIGGER handovers_no_update BEFORE UPDATE ON handovers BEGIN
    SELECT RAISE(ABORT, 'handovers are append-only');
END;

CREATE TRIGGER handovers_no_delete BEFORE DELETE ON handovers BEGIN
    SELECT RAISE(ABORT, 'handovers are append-only');
END;

-- A message that has ended stays as it is, and what is told stays as it was.
CREATE TRIGGER collection_messages_ended BEFORE UPDATE ON collection_messages WHEN OLD.finished IS NOT NULL
    OR NEW.generation < OLD.generation
    OR (NEW.merchant, NEW.id, NEW.kind, NEW.job, NEW.invoice_id, NEW.cycle, NEW.body, NEW.created)
    IS NOT (OLD.merchant, OLD.id, OLD.kind, OLD.job, OLD.invoice_id, OLD.cycle, OLD.body, OLD.created)
BEGIN
    SELECT RAISE(ABORT, 'what is told of a case is not changed, nor how that ended');
END;

CREATE TRIGGER collection_messages_no_delete BEFORE DELETE ON collection_messages BEGIN
    SELECT RAISE(ABORT, 'collection_messages are not deleted');
END;

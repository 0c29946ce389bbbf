-- Bank statements. Keep migrations/postgres/009_statements.sql in step.

-- lease and next are by a clock that nobody moves, as those of a delivery. Only one of them is there at a time.
CREATE TABLE statement_imports (
    merchant    TEXT NOT NULL REFERENCES merchants,
    id          TEXT NOT NULL,
    filename    TEXT   NOT NULL, -- as it was sent
    file_id     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    statements  BIGINT NOT NULL,
    entries     BIGINT NOT NULL,
    booked      BIGINT NOT NULL,
    unallocated BIGINT NOT NULL,
    duplicates  BIGINT NOT NULL,
    skipped     BIGINT NOT NULL,
    errors      TEXT   NOT NULL, -- JSON, see ar.StatementError
    returns     BIGINT NOT NULL CHECK (returns IN (0, 1)), -- the second reading
    position    BIGINT NOT NULL, -- movements of the reading that have been dealt with
    faults      BIGINT NOT NULL,
    generation  BIGINT NOT NULL,
    lease       BIGINT,
    next        BIGINT CHECK (next IS NULL OR lease IS NULL),
    created     BIGINT NOT NULL,
    finished    BIGINT CHECK ((finished IS NOT NULL) = (state IN ('done', 'failed')) AND (finished IS NULL OR coalesce(lease, next) IS NULL)),
    PRIMARY KEY (merchant, id),
    FOREIGN KEY (merchant, file_id) REFERENCES files (merchant, id)
);

CREATE INDEX statement_imports_due ON statement_imports (coalesce(lease, next), merchant, id) WHERE coalesce(lease, next) IS NOT NULL;
CREATE INDEX statement_imports_under_way ON statement_imports (merchant) WHERE state IN ('queued', 'running');

-- Money that was to be matched and found no invoice, which a dunning run matches again.
CREATE INDEX transactions_unmatched ON transactions (merchant, created, id) WHERE unallocated >= amount AND unallocated > 0 AND matching IS NOT NULL;

-- Which movement of which account became which transaction: none does twice.
CREATE TABLE bank_entries (
    merchant       TEXT NOT NULL,
    account        TEXT NOT NULL, -- IBAN, else its number
    entry          TEXT NOT NULL, -- hash of what tells it from others
    transaction_id BIGINT NOT NULL,
    import_id      TEXT NOT NULL,
    statement      TEXT   NOT NULL, -- id of the statement it was read from
    reference      TEXT   NOT NULL, -- the bank's, or empty
    line           BIGINT NOT NULL, -- of the file
    PRIMARY KEY (merchant, account, entry),
    FOREIGN KEY (merchant, transaction_id) REFERENCES transactions (merchant, id),
    FOREIGN KEY (merchant, import_id) REFERENCES statement_imports (merchant, id)
) WITHOUT ROWID;

-- An import that has ended stays as it is, and what was asked for stays as it was.
CREATE TRIGGER statement_imports_ended BEFORE UPDATE ON statement_imports WHEN OLD.finished IS NOT NULL
    OR NEW.generation < OLD.generation OR (NEW.returns, NEW.position) < (OLD.returns, OLD.position)
    OR (NEW.merchant, NEW.id, NEW.filename, NEW.file_id, NEW.created) IS NOT (OLD.merchant, OLD.id, OLD.filename, OLD.file_id, OLD.created)
BEGIN
    SELECT RAISE(ABORT, 'what was asked of an import is not changed, nor how it ended');
END;

CREATE TRIGGER statement_imports_no_delete BEFORE DELETE ON statement_imports BEGIN
    SELECT RAISE(ABORT, 'statement_imports are not deleted');
END;

CREATE TRIGGER bank_entries_no_update BEFORE UPDATE ON bank_entries BEGIN
    SELECT RAISE(ABORT, 'bank_entries are append-only');
END;

CREATE TRIGGER bank_entries_no_delete BEFORE DELETE ON bank_entries BEGIN
    SELECT RAISE(ABORT, 'bank_entries are append-only');
END;

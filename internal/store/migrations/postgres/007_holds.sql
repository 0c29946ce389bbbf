-- What keeps dunning back. Keep migrations/sqlite/007_holds.sql in step.

CREATE TABLE dunning_holds (
    merchant    TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    invoice_id  TEXT COLLATE "C", -- of one of both
    identity_id TEXT COLLATE "C",
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('block', 'promise', 'dispute')),
    reason      TEXT   NOT NULL,
    amount      BIGINT,          -- of a dispute that is of a part
    since       BIGINT NOT NULL, -- the first day
    until       BIGINT,          -- the last day; NULL: until it is lifted
    actor       TEXT   NOT NULL, -- who asked for it
    created     BIGINT NOT NULL,
    lifted      BIGINT,
    lifter      TEXT,            -- who lifted it
    PRIMARY KEY (merchant, id),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id),
    FOREIGN KEY (merchant, identity_id) REFERENCES identities (merchant, id),
    CHECK ((invoice_id IS NULL) <> (identity_id IS NULL)),
    CHECK (amount IS NULL OR amount > 0 AND kind = 'dispute' AND invoice_id IS NOT NULL),
    CHECK (kind <> 'promise' OR until IS NOT NULL),
    CHECK (until IS NULL OR until >= since),
    CHECK ((lifted IS NULL) = (lifter IS NULL))
);

-- The holds of a case, and the lists of all, the newest first.
CREATE INDEX dunning_holds_invoice_id ON dunning_holds (merchant, invoice_id, created, id) WHERE invoice_id IS NOT NULL;
CREATE INDEX dunning_holds_identity_id ON dunning_holds (merchant, identity_id, created, id) WHERE identity_id IS NOT NULL;
CREATE INDEX dunning_holds_created ON dunning_holds (merchant, created, id);

-- A hold is lifted once. Nothing else about it changes.
CREATE FUNCTION refuse_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a hold is lifted once, and neither changed nor deleted' USING ERRCODE = 'DW001';
END $$;

CREATE TRIGGER dunning_holds_lifted BEFORE UPDATE ON dunning_holds FOR EACH ROW WHEN (OLD.lifted IS NOT NULL
    OR (NEW.merchant, NEW.id, NEW.invoice_id, NEW.identity_id, NEW.kind, NEW.reason, NEW.amount, NEW.since, NEW.until,
        NEW.actor, NEW.created)
    IS DISTINCT FROM (OLD.merchant, OLD.id, OLD.invoice_id, OLD.identity_id, OLD.kind, OLD.reason, OLD.amount, OLD.since, OLD.until,
        OLD.actor, OLD.created))
EXECUTE FUNCTION refuse_hold();

CREATE TRIGGER dunning_holds_no_delete BEFORE DELETE OR TRUNCATE ON dunning_holds FOR EACH STATEMENT EXECUTE FUNCTION refuse_hold();

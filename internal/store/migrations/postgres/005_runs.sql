-- Dunning runs. Keep migrations/sqlite/005_runs.sql in step.

-- lease and next are by a clock that nobody moves, as those of a delivery. Only one of them is there at a time.
CREATE TABLE dunning_runs (
    merchant   TEXT COLLATE "C" NOT NULL REFERENCES merchants,
    number     BIGINT NOT NULL, -- from the counter "dunningrun"
    day        BIGINT NOT NULL,
    dryrun     BIGINT NOT NULL CHECK (dryrun IN (0, 1)),
    scheduled  BIGINT NOT NULL CHECK (scheduled = 0 OR scheduled = 1 AND dryrun = 0),
    invoices   TEXT   NOT NULL, -- JSON: references it is limited to
    expected   TEXT COLLATE "C" NOT NULL, -- hash of a plan, or empty
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    plan       TEXT COLLATE "C" NOT NULL, -- hash; empty until it is planned
    notices    BIGINT NOT NULL,
    skipped    BIGINT NOT NULL,
    issued     BIGINT NOT NULL,
    dropped    BIGINT NOT NULL,
    position   BIGINT NOT NULL, -- in the plan, in bytes
    faults     BIGINT NOT NULL, -- how often the entry there has failed
    reason     TEXT   NOT NULL,
    generation BIGINT NOT NULL,
    lease      BIGINT,
    next       BIGINT CHECK (next IS NULL OR lease IS NULL),
    created    BIGINT NOT NULL,
    finished   BIGINT CHECK ((finished IS NOT NULL) = (state IN ('done', 'failed')) AND (finished IS NULL OR coalesce(lease, next) IS NULL)),
    PRIMARY KEY (merchant, number)
);

-- One at a time, and one a day by the schedule: two who start one at once come to one. A dry run is never under way.
CREATE UNIQUE INDEX dunning_runs_underway ON dunning_runs (merchant) WHERE finished IS NULL;
CREATE UNIQUE INDEX dunning_runs_scheduled ON dunning_runs (merchant, day) WHERE scheduled = 1;
CREATE INDEX dunning_runs_due ON dunning_runs (coalesce(lease, next), merchant, number) WHERE coalesce(lease, next) IS NOT NULL;
CREATE INDEX dunning_runs_plan ON dunning_runs (merchant, plan) WHERE plan <> '';

-- What was planned and could not be done any more.
CREATE TABLE dunning_drops (
    merchant   TEXT COLLATE "C" NOT NULL,
    run        BIGINT NOT NULL,
    invoice_id TEXT COLLATE "C" NOT NULL,
    reason     TEXT   NOT NULL,
    PRIMARY KEY (merchant, run, invoice_id),
    FOREIGN KEY (merchant, run) REFERENCES dunning_runs (merchant, number),
    FOREIGN KEY (merchant, invoice_id) REFERENCES invoices (merchant, id)
);

CREATE FUNCTION refuse_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was asked of a run is not changed, nor how it ended, nor is one deleted' USING ERRCODE = 'DW001';
END $$;

-- A run that has ended stays as it is, and what was asked for stays as it was.
CREATE TRIGGER dunning_runs_ended BEFORE UPDATE ON dunning_runs FOR EACH ROW WHEN (OLD.finished IS NOT NULL
    OR OLD.plan <> '' AND (NEW.plan, NEW.notices, NEW.skipped) IS DISTINCT FROM (OLD.plan, OLD.notices, OLD.skipped)
    OR NEW.generation < OLD.generation OR NEW.position < OLD.position
    OR (NEW.merchant, NEW.number, NEW.day, NEW.dryrun, NEW.scheduled, NEW.invoices, NEW.expected, NEW.created)
    IS DISTINCT FROM (OLD.merchant, OLD.number, OLD.day, OLD.dryrun, OLD.scheduled, OLD.invoices, OLD.expected, OLD.created))
EXECUTE FUNCTION refuse_run();

CREATE TRIGGER dunning_runs_no_delete BEFORE DELETE OR TRUNCATE ON dunning_runs FOR EACH STATEMENT EXECUTE FUNCTION refuse_run();
CREATE TRIGGER dunning_drops_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_drops FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

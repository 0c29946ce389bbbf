-- What was left of a movement of money is set off later. Keep migrations/sqlite/008_money.sql in step.

-- What is unallocated only ever shrinks, and with it changes how its invoices were found; whose money it is may come to be
-- known. Nothing else of a transaction changes.
DROP TRIGGER transactions_append_only ON transactions;

CREATE FUNCTION refuse_set_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'of a transaction, only what is unallocated shrinks' USING ERRCODE = 'DW001';
END $$;

CREATE TRIGGER transactions_set_off BEFORE UPDATE ON transactions FOR EACH ROW WHEN (
    (NEW.merchant, NEW.id, NEW.method, NEW.amount, NEW.currency, NEW.bookingdate, NEW.valuedate, NEW.reference, NEW.label,
        NEW.peer, NEW.iban, NEW.meta, NEW.created)
    IS DISTINCT FROM (OLD.merchant, OLD.id, OLD.method, OLD.amount, OLD.currency, OLD.bookingdate, OLD.valuedate, OLD.reference, OLD.label,
        OLD.peer, OLD.iban, OLD.meta, OLD.created)
    OR OLD.identity_id IS NOT NULL AND NEW.identity_id IS DISTINCT FROM OLD.identity_id
    OR (NEW.unallocated, NEW.matching) IS DISTINCT FROM (OLD.unallocated, OLD.matching)
        AND NOT (NEW.unallocated IS NOT NULL AND abs(NEW.unallocated) < abs(OLD.unallocated)))
EXECUTE FUNCTION refuse_set_off();

CREATE TRIGGER transactions_append_only BEFORE DELETE OR TRUNCATE ON transactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

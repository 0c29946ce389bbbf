-- What was left of a movement of money is set off later. Keep migrations/postgres/008_money.sql in step.

-- What is unallocated only ever shrinks, and with it changes how its invoices were found; whose money it is may come to be
-- known. Nothing else of a transaction changes.
DROP TRIGGER transactions_no_update;

CREATE TRIGGER transactions_set_off BEFORE UPDATE ON transactions WHEN
    (NEW.merchant, NEW.id, NEW.method, NEW.amount, NEW.currency, NEW.bookingdate, NEW.valuedate, NEW.reference, NEW.label,
        NEW.peer, NEW.iban, NEW.meta, NEW.created)
    IS NOT (OLD.merchant, OLD.id, OLD.method, OLD.amount, OLD.currency, OLD.bookingdate, OLD.valuedate, OLD.reference, OLD.label,
        OLD.peer, OLD.iban, OLD.meta, OLD.created)
    OR OLD.identity_id IS NOT NULL AND NEW.identity_id IS NOT OLD.identity_id
    OR (NEW.unallocated, NEW.matching) IS NOT (OLD.unallocated, OLD.matching)
        AND NOT (NEW.unallocated IS NOT NULL AND abs(NEW.unallocated) < abs(OLD.unallocated))
BEGIN
    SELECT RAISE(ABORT, 'of a transaction, only what is unallocated shrinks');
END;

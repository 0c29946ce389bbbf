-- What of money is not booked on any invoice is looked for. Keep migrations/postgres/011_unallocated.sql in step.

CREATE INDEX transactions_unallocated_amount ON transactions (merchant, unallocated, id);

-- As before, in words that the index above does not answer to.
DROP INDEX transactions_unmatched;
CREATE INDEX transactions_unmatched ON transactions (merchant, created, id) WHERE unallocated >= amount AND unallocated + amount > 0 AND matching IS NOT NULL;

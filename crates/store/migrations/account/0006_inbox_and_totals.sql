-- What a person must see, and what they have put off for a while. A notice is in the inbox, put off or archived;
-- each index holds one of these, so that a page reads no others.
ALTER TABLE notices ADD COLUMN must_see INTEGER NOT NULL DEFAULT 0 CHECK (must_see IN (0, 1));
ALTER TABLE notices ADD COLUMN snoozed_until INTEGER; -- ms; NULL unless it is put off

DROP INDEX notices_by_time;
DROP INDEX notices_unread;
CREATE INDEX notices_by_time ON notices (occurred_at, id) WHERE archived_at IS NULL AND snoozed_until IS NULL;
CREATE INDEX notices_unread ON notices (occurred_at, id)
    WHERE read_at IS NULL AND archived_at IS NULL AND snoozed_until IS NULL;
CREATE INDEX notices_must_see ON notices (occurred_at, id)
    WHERE must_see = 1 AND archived_at IS NULL AND snoozed_until IS NULL;
-- Which come back next.
CREATE INDEX notices_snoozed ON notices (snoozed_until, id) WHERE snoozed_until IS NOT NULL;

-- How many there are of what is in the inbox. Without a rule that refuses a count below zero: it would refuse the
-- events that came with it as well, and for ever.
DROP TABLE unread;
CREATE TABLE unread (
    category TEXT    PRIMARY KEY,
    count    INTEGER NOT NULL, -- in the inbox and not read
    must_see INTEGER NOT NULL  -- in the inbox and to be seen, read or not
) STRICT, WITHOUT ROWID;
INSERT INTO unread (category, count, must_see)
SELECT category, sum(read_at IS NULL), 0 FROM notices WHERE archived_at IS NULL GROUP BY category;

-- What counting rows would have to read them all for. How many events there are is how many were stored
-- (counters.stored) less those that went: so that storing one costs nothing more.
CREATE TABLE totals (
    name  TEXT    PRIMARY KEY, -- notices; gone (events); copies (of the events that are kept)
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO totals (name, value) VALUES
    ('notices', (SELECT count(*) FROM notices)),
    ('gone', (SELECT coalesce(max(value), 0) FROM counters WHERE name = 'stored') - (SELECT count(*) FROM events)),
    ('copies', (SELECT coalesce(sum(copies - 1), 0) FROM events));

-- Counted here and nowhere else, so that no statement can forget to.
CREATE TRIGGER notices_added AFTER INSERT ON notices BEGIN
    UPDATE totals SET value = value + 1 WHERE name = 'notices';
    INSERT INTO unread (category, count, must_see)
    SELECT new.category, new.read_at IS NULL, new.must_see WHERE new.archived_at IS NULL AND new.snoozed_until IS NULL
    ON CONFLICT (category) DO UPDATE SET count = count + excluded.count, must_see = must_see + excluded.must_see;
END;

CREATE TRIGGER notices_changed AFTER UPDATE OF category, read_at, archived_at, snoozed_until, must_see ON notices BEGIN
    UPDATE unread SET count = count - (old.read_at IS NULL), must_see = must_see - old.must_see
    WHERE category = old.category AND old.archived_at IS NULL AND old.snoozed_until IS NULL;
    INSERT INTO unread (category, count, must_see)
    SELECT new.category, new.read_at IS NULL, new.must_see WHERE new.archived_at IS NULL AND new.snoozed_until IS NULL
    ON CONFLICT (category) DO UPDATE SET count = count + excluded.count, must_see = must_see + excluded.must_see;
END;

CREATE TRIGGER notices_gone AFTER DELETE ON notices BEGIN
    UPDATE totals SET value = value - 1 WHERE name = 'notices';
    UPDATE unread SET count = count - (old.read_at IS NULL), must_see = must_see - old.must_see
    WHERE category = old.category AND old.archived_at IS NULL AND old.snoozed_until IS NULL;
END;

CREATE TRIGGER events_repeated AFTER UPDATE OF copies ON events BEGIN
    UPDATE totals SET value = value + new.copies - old.copies WHERE name = 'copies';
END;

CREATE TRIGGER events_gone AFTER DELETE ON events BEGIN
    UPDATE totals SET value = value + 1 WHERE name = 'gone';
    UPDATE totals SET value = value - old.copies + 1 WHERE name = 'copies' AND old.copies > 1;
END;

-- Finding what waits, what is on its way, and what is too late.
CREATE INDEX outbox_by_state ON outbox (state, seq);
CREATE INDEX outbox_expiring ON outbox (expires_at) WHERE state = 'queued' AND expires_at IS NOT NULL;

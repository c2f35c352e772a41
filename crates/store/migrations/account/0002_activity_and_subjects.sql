-- What a notice is about, so that a person gets from it to the thing, and from the thing to its notices.
ALTER TABLE notices ADD COLUMN about_kind TEXT;
ALTER TABLE notices ADD COLUMN about_id TEXT;
CREATE INDEX notices_about ON notices (about_kind, about_id, occurred_at, id) WHERE about_kind IS NOT NULL;

-- The archive is read by time as well.
CREATE INDEX notices_archived ON notices (occurred_at, id) WHERE archived_at IS NOT NULL;

-- What happened to a thing, line by line (a market's trades). It goes with its event.
CREATE TABLE activity (
    entity_kind TEXT    NOT NULL,
    entity_id   TEXT    NOT NULL,
    seq         INTEGER NOT NULL, -- events.seq
    what        TEXT    NOT NULL, -- as events.kind
    at          INTEGER NOT NULL, -- ms, the server's clock; received_at where it does not say
    fields      TEXT    NOT NULL, -- a JSON object; amounts are exact decimal texts
    PRIMARY KEY (entity_kind, entity_id, at, seq)
) STRICT, WITHOUT ROWID;

-- Pruning goes by event.
CREATE INDEX activity_by_event ON activity (seq);

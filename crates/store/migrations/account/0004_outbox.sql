-- What waits to be sent, in the order in which the person sent it. A row goes when the server has taken it or
-- the person discards it.
CREATE TABLE outbox (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT, -- the order: a clock that is set back does not change it
    id         TEXT    NOT NULL UNIQUE, -- UUIDv7; by it a server recognises a second delivery
    kind       TEXT    NOT NULL,
    payload    TEXT    NOT NULL, -- JSON
    lane       TEXT    NOT NULL, -- a conversation or document: inside it the order is kept
    state      TEXT    NOT NULL DEFAULT 'queued'
               CHECK (state IN ('queued', 'sending', 'unknown', 'rejected', 'expired')),
    tries      INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL, -- ms
    expires_at INTEGER,          -- ms; from then on it must not be sent
    error      TEXT
) STRICT;

-- Finding what may be sent next looks at what goes before it in its lane.
CREATE INDEX outbox_by_lane ON outbox (lane, seq) WHERE state IN ('queued', 'sending', 'unknown');

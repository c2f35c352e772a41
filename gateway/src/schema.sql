-- Version 1 of an instance's data file.

-- Facts about the file itself: `log_id` (a UUID; clients see by it that a cursor belongs to another log),
-- `pruned_through` (the highest number that retention has dropped).
CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT, because the number of a pruned event must never be given to another one.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    -- The payload as JSON text, kept byte for byte so that a replay equals the live event.
    data TEXT NOT NULL
) STRICT;

-- Which rooms an event went to. Clustered by room, because a page is read as one range per room.
CREATE TABLE event_rooms (
    room TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

-- For retention, which drops by number.
CREATE INDEX event_rooms_seq ON event_rooms (seq);

-- One sign-in. Revoking it ends every token that descends from it.
CREATE TABLE refresh_families (
    family TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    revoked_ms INTEGER
) STRICT, WITHOUT ROWID;

-- Only hashes: whoever reads this file cannot sign in with it.
CREATE TABLE refresh_tokens (
    token_hash BLOB PRIMARY KEY NOT NULL,
    family TEXT NOT NULL REFERENCES refresh_families (family) ON DELETE CASCADE,
    expires_ms INTEGER NOT NULL,
    -- When it was first exchanged; NULL while it is the newest of its family.
    rotated_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_ms);

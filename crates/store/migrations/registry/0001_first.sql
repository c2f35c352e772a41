-- The installation's list of accounts. It is not encrypted, so it holds nothing personal: no name, no
-- address, no server. Those are in the account's own file.

CREATE TABLE accounts (
    id         TEXT    PRIMARY KEY, -- UUIDv7
    platform   TEXT    NOT NULL,
    sameness   BLOB    NOT NULL UNIQUE, -- keyed hash of platform, server and user: the same person is one account
    state      TEXT    NOT NULL CHECK (state IN ('adding', 'ready', 'removing')),
    position   INTEGER NOT NULL,
    created_at INTEGER NOT NULL -- ms
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The encrypted file of one account. Everything that says who the account is, or what it received, is here.

-- Who and where. One row. It is here and not in the registry because the registry is not encrypted.
CREATE TABLE profile (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    account      TEXT    NOT NULL,
    platform     TEXT    NOT NULL,
    server       TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    wallet       TEXT,
    name         TEXT,
    created_at   INTEGER NOT NULL -- ms
) STRICT;

-- Every event as the server sent it, in order of arrival: 7 days or 50,000, whichever is less.
CREATE TABLE events (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL, -- ms, this computer's clock
    occurred_at INTEGER NOT NULL, -- ms, the server's clock; received_at where it does not say
    dedupe_at   INTEGER NOT NULL, -- ms; 0 where dedupe_key alone names one event
    dedupe_key  TEXT    NOT NULL,
    name        TEXT    NOT NULL, -- on the wire
    kind        TEXT    NOT NULL, -- in Carillon's words
    number      INTEGER,          -- the server's own number of the event
    copies      INTEGER NOT NULL DEFAULT 1, -- how often an event without ids came within the window
    payload     TEXT    NOT NULL  -- the first argument, untouched
) STRICT;

-- What makes a second delivery recognisable. The time comes first so that new rows go to the end of the
-- index: pages touched are what encryption charges for.
CREATE UNIQUE INDEX events_once ON events (dedupe_at, dedupe_key);

-- The inbox. Kept longer than the raw events.
CREATE TABLE notices (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- in order of arrival
    notice_at   INTEGER NOT NULL, -- as events.dedupe_at
    notice_key  TEXT    NOT NULL,
    category    TEXT    NOT NULL,
    level       TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    body        TEXT    NOT NULL DEFAULT '',
    action_url  TEXT,
    occurred_at INTEGER NOT NULL, -- ms
    received_at INTEGER NOT NULL, -- ms
    read_at     INTEGER, -- ms; NULL is unread
    archived_at INTEGER  -- ms
) STRICT;

CREATE UNIQUE INDEX notices_once ON notices (notice_at, notice_key);
-- The inbox is ordered by the time of the event; the id breaks ties and is the page's key.
CREATE INDEX notices_by_time ON notices (occurred_at, id) WHERE archived_at IS NULL;
-- The unread ones are few; without this index finding them reads the whole table.
CREATE INDEX notices_unread ON notices (occurred_at, id) WHERE read_at IS NULL AND archived_at IS NULL;

-- How many are unread, per category. Counting rows at every change would read them all.
CREATE TABLE unread (
    category TEXT    PRIMARY KEY,
    count    INTEGER NOT NULL CHECK (count >= 0)
) STRICT, WITHOUT ROWID;

-- Full text of notices. Filled when there is time, not in the transaction that stores them; search looks
-- through the rest (id > search_state.indexed) by itself.
CREATE VIRTUAL TABLE notices_text USING fts5 (
    title, body, content = 'notices', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 2"
);

CREATE TABLE search_state (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    indexed INTEGER NOT NULL -- the highest notice that is in notices_text
) STRICT;
INSERT INTO search_state (id, indexed) VALUES (1, 0);

-- Things on the platform (a market, a dividend): the newest known state of each.
CREATE TABLE entities (
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    state      TEXT    NOT NULL, -- a JSON object; amounts are texts
    updated_at INTEGER NOT NULL, -- ms, the server's clock
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- Values over time (prices). After 7 days one value for each 5 minutes is kept.
CREATE TABLE points (
    entity_kind TEXT    NOT NULL,
    entity_id   TEXT    NOT NULL,
    series      TEXT    NOT NULL,
    at          INTEGER NOT NULL, -- ms, the server's clock
    value       TEXT    NOT NULL, -- exact decimal text
    PRIMARY KEY (entity_kind, entity_id, series, at)
) STRICT, WITHOUT ROWID;

-- What the person follows. Joined on every connect.
CREATE TABLE topics (
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    wanted_at  INTEGER NOT NULL, -- ms
    session    TEXT,   -- the socket on which the server confirmed it
    refusal    TEXT,   -- the server's words where it refused
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- How far the server's numbered log is stored. One row, or none where the server has no log.
CREATE TABLE cursor (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    log    TEXT    NOT NULL, -- the server's name of its log
    number INTEGER NOT NULL
) STRICT;

-- Spans in which events may be missing. Told to the person, never hidden.
CREATE TABLE gaps (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    from_at INTEGER NOT NULL, -- ms
    to_at   INTEGER NOT NULL, -- ms
    why     TEXT    NOT NULL
) STRICT;

-- The connection as it was last seen, for readers in other processes and for the next start.
CREATE TABLE connection (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    state          TEXT    NOT NULL,
    since          INTEGER NOT NULL, -- ms
    cause          TEXT,
    socket_id      TEXT,
    tries          INTEGER NOT NULL DEFAULT 0,
    complete_until INTEGER -- ms; up to then nothing is missing, but for the gaps
) STRICT;

-- What was counted since the account was added: received, stored, repeated, malformed, unknown.
CREATE TABLE counters (
    name  TEXT    PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

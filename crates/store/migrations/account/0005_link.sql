-- What the connection did, the newest lines: for the person, and for whoever looks for a fault.
CREATE TABLE history (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    at    INTEGER NOT NULL, -- ms; of several that were alike, the newest
    times INTEGER NOT NULL DEFAULT 1, -- how many that were alike came one after the other
    act   TEXT    NOT NULL  -- a JSON object
) STRICT;

-- How this account's connection is to be made where the person wants it otherwise than the platform's guide. One row.
CREATE TABLE tuning (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    tuned TEXT NOT NULL -- a JSON object; what is not in it is as the guide says
) STRICT;

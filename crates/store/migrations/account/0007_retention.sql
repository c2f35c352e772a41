-- For how long notices are kept, where the person wants it otherwise than 180 days.
CREATE TABLE retention (
    category TEXT    PRIMARY KEY, -- '' stands for all that have no row of their own
    days     INTEGER CHECK (days > 0) -- NULL: for ever
) STRICT, WITHOUT ROWID;

-- How far old points are thinned out, so that no round reads again what another has thinned.
CREATE TABLE thinned (
    bucket_ms INTEGER PRIMARY KEY, -- of each span of this length the last value is left
    until     INTEGER NOT NULL     -- ms; nothing is left to be done before
) STRICT;
INSERT INTO thinned (bucket_ms, until) VALUES (300000, 0), (3600000, 0);

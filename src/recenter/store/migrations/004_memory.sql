-- Memory for applications: what is kept beside an attribute, what became of it, what the person
-- allows, receipts, and traces by which what was forgotten is known again. Times are seconds since
-- 1970. Everything here hangs on a person and goes with them.

-- When an attribute was learned and last changed, when it lapses, and what the application noted.
CREATE TABLE memories (
    attribute TEXT PRIMARY KEY REFERENCES attributes (id) ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people (id),
    created DOUBLE PRECISION NOT NULL,
    updated DOUBLE PRECISION NOT NULL,
    expires DOUBLE PRECISION,
    record TEXT NOT NULL
);
CREATE INDEX memories_person ON memories (person);
CREATE INDEX memories_expires ON memories (expires);

-- Only ever added to, and removed with the attribute. `place` orders what happened to one.
CREATE TABLE memory_events (
    attribute TEXT NOT NULL,
    place BIGINT NOT NULL,
    person TEXT NOT NULL REFERENCES people (id),
    at DOUBLE PRECISION NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (attribute, place)
);
CREATE INDEX memory_events_person ON memory_events (person);

-- Whether a person is paused, which sensitive topics may be used, for how long things are kept.
CREATE TABLE memory_choices (
    person TEXT PRIMARY KEY REFERENCES people (id),
    record TEXT NOT NULL
);

-- What an answer used, what it withheld, and why.
CREATE TABLE memory_receipts (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    at DOUBLE PRECISION NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX memory_receipts_person ON memory_receipts (person, at, id);
CREATE INDEX memory_receipts_at ON memory_receipts (at);

-- Keyed hashes: of words and places that must not be learned again, and of what they were about.
CREATE TABLE memory_traces (
    person TEXT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (person, kind, hash)
);

-- Applications and the keys they come with. A key with a person opens only what is theirs.
CREATE TABLE memory_applications (
    name TEXT PRIMARY KEY,
    record TEXT NOT NULL
);
CREATE TABLE memory_keys (
    id TEXT PRIMARY KEY,
    application TEXT NOT NULL REFERENCES memory_applications (name),
    person TEXT REFERENCES people (id),
    hash TEXT NOT NULL UNIQUE,
    created DOUBLE PRECISION NOT NULL,
    revoked DOUBLE PRECISION,
    label TEXT NOT NULL
);
CREATE INDEX memory_keys_person ON memory_keys (person);

-- The first schema. One file for both databases: ids and JSON are text, times stand in the JSON
-- only, and a record is kept whole in `record` beside the columns it is looked up by.

-- Everyone about whom anything is stored. A forgotten person keeps this row as a tombstone.
CREATE TABLE people (
    id TEXT PRIMARY KEY,
    forgotten BIGINT NOT NULL DEFAULT 0
);

-- Ids of records that were deleted one by one, so that the next import does not bring them back.
CREATE TABLE deleted (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id)
);
CREATE INDEX deleted_person ON deleted (person);

-- `content` tells whether a record has changed; it does not depend on the signature.
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    language TEXT,
    content TEXT NOT NULL,
    signature TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX conversations_person ON conversations (person, at, id);

-- `signature` names the set that an attribute belongs to; `current` is 0 when a later run of the
-- same extractor no longer found it but judgments about it are kept.
CREATE TABLE attributes (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    current BIGINT NOT NULL DEFAULT 1,
    content TEXT NOT NULL,
    signature TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX attributes_person ON attributes (person, id);

CREATE TABLE judgments (
    id TEXT PRIMARY KEY,
    person TEXT REFERENCES people (id),
    question TEXT NOT NULL,
    judge_kind TEXT NOT NULL,
    judge TEXT NOT NULL,
    answer TEXT NOT NULL,
    attribute TEXT,
    query TEXT,
    reply TEXT,
    content TEXT NOT NULL,
    signature TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX judgments_person ON judgments (person, id);
CREATE INDEX judgments_judge ON judgments (judge);
CREATE INDEX judgments_attribute ON judgments (attribute);

CREATE TABLE queries (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    content TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX queries_person ON queries (person, id);

CREATE TABLE selections (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    query TEXT NOT NULL,
    content TEXT NOT NULL,
    signature TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX selections_person ON selections (person, id);

CREATE TABLE replies (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    query TEXT NOT NULL,
    arm TEXT NOT NULL,
    content TEXT NOT NULL,
    signature TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX replies_person ON replies (person, id);

-- What was run, when and at what cost: the only table with times of the clock.
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    person TEXT REFERENCES people (id),
    command TEXT NOT NULL,
    started TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX runs_started ON runs (started, id);

-- Answers of models and vectors, filed under everyone whose words the request held.
CREATE TABLE cache (
    key TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);
CREATE TABLE cache_people (
    key TEXT NOT NULL REFERENCES cache (key) ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (key, person)
);
CREATE INDEX cache_people_person ON cache_people (person);

-- What is to be done and what has been: queue and ledger in one. `leased_until` (seconds since
-- 1970) says when a claimed task may be given to another process.
CREATE TABLE work (
    id TEXT PRIMARY KEY,
    stage TEXT NOT NULL,
    person TEXT REFERENCES people (id),
    item TEXT NOT NULL,
    content TEXT NOT NULL,
    signature TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    owner TEXT,
    leased_until DOUBLE PRECISION,
    error TEXT
);
CREATE INDEX work_next ON work (stage, signature, state, id);
CREATE INDEX work_person ON work (person);

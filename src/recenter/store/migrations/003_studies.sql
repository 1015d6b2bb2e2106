-- Human studies. Times are seconds since 1970. What an annotator did is in `study_events`, which is
-- only ever added to; `study_answers` holds what stands now. Whatever shows a person's words hangs
-- on `study_items` or `study_parts` and goes with them.

-- `key` is the study's secret: pseudonyms of annotators, orders and codes are made with it.
CREATE TABLE studies (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL,
    record TEXT NOT NULL
);

-- Every text that annotators were shown as guidelines or consent, by its hash.
CREATE TABLE study_texts (
    study TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    task TEXT NOT NULL,
    hash TEXT NOT NULL,
    number BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (study, task, hash)
);

-- `kind`: work, training, check, gold. `person` is NULL for a page of several people.
CREATE TABLE study_items (
    study TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    task TEXT NOT NULL,
    kind TEXT NOT NULL,
    place BIGINT NOT NULL,
    person TEXT REFERENCES people (id),
    apart TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (study, id)
);
CREATE INDEX study_items_person ON study_items (person);

CREATE TABLE study_parts (
    study TEXT NOT NULL,
    item TEXT NOT NULL,
    name TEXT NOT NULL,
    place BIGINT NOT NULL,
    person TEXT REFERENCES people (id),
    record TEXT NOT NULL,
    PRIMARY KEY (study, item, name),
    FOREIGN KEY (study, item) REFERENCES study_items (study, id) ON DELETE CASCADE
);
CREATE INDEX study_parts_person ON study_parts (person);

-- An annotator is a keyed hash. `state`: joined, working, paused, or an outcome.
CREATE TABLE study_annotators (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    band TEXT NOT NULL,
    state TEXT NOT NULL,
    consented DOUBLE PRECISION,
    joined DOUBLE PRECISION NOT NULL,
    seen DOUBLE PRECISION NOT NULL,
    UNIQUE (study, number)
);

-- The only table with ids as platforms know them. No export reads it.
CREATE TABLE study_identities (
    annotator TEXT PRIMARY KEY REFERENCES study_annotators (id) ON DELETE CASCADE,
    study TEXT NOT NULL,
    record TEXT NOT NULL
);

-- `purpose`: work or training. `state`: open, held, done, reclaimed, replaced, passed, failed. Once held by somebody, a slot
-- stays theirs: what they leave undone moves to a new one.
CREATE TABLE study_slots (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    task TEXT NOT NULL,
    purpose TEXT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    annotator TEXT REFERENCES study_annotators (id),
    leased_until DOUBLE PRECISION,
    UNIQUE (study, task, purpose, number)
);
CREATE INDEX study_slots_next ON study_slots (study, task, state, number);
CREATE INDEX study_slots_annotator ON study_slots (annotator);

-- `kind`: work, repeat, check, gold, training. `side` is where the rated reply is shown. `subset` names
-- the parts that are asked for, as JSON, where somebody answered the others; NULL means all.
CREATE TABLE study_places (
    slot TEXT NOT NULL REFERENCES study_slots (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    study TEXT NOT NULL,
    item TEXT NOT NULL,
    kind TEXT NOT NULL,
    side TEXT,
    subset TEXT,
    shown DOUBLE PRECISION,
    done DOUBLE PRECISION,
    active_ms BIGINT NOT NULL DEFAULT 0,
    idle_ms BIGINT NOT NULL DEFAULT 0,
    opened BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (slot, position),
    FOREIGN KEY (study, item) REFERENCES study_items (study, id) ON DELETE CASCADE
);
CREATE INDEX study_places_item ON study_places (study, item);

CREATE TABLE study_events (
    annotator TEXT NOT NULL REFERENCES study_annotators (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    study TEXT NOT NULL,
    slot TEXT,
    position BIGINT,
    item TEXT,
    part TEXT,
    kind TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (annotator, id),
    FOREIGN KEY (study, item) REFERENCES study_items (study, id) ON DELETE CASCADE,
    FOREIGN KEY (study, item, part) REFERENCES study_parts (study, item, name) ON DELETE CASCADE
);
CREATE INDEX study_events_item ON study_events (study, item, part);

CREATE TABLE study_answers (
    slot TEXT NOT NULL,
    position BIGINT NOT NULL,
    part TEXT NOT NULL,
    study TEXT NOT NULL,
    item TEXT NOT NULL,
    annotator TEXT NOT NULL REFERENCES study_annotators (id) ON DELETE CASCADE,
    answer TEXT NOT NULL,
    failure TEXT,
    note TEXT,
    guide TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (slot, position, part),
    FOREIGN KEY (slot, position) REFERENCES study_places (slot, position) ON DELETE CASCADE,
    FOREIGN KEY (study, item, part) REFERENCES study_parts (study, item, name) ON DELETE CASCADE
);
CREATE INDEX study_answers_item ON study_answers (study, item, part);
CREATE INDEX study_answers_annotator ON study_answers (annotator);

-- Who was left out of the figures and why; taken back by filling `undone`.
CREATE TABLE study_exclusions (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    annotator TEXT NOT NULL REFERENCES study_annotators (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    account TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    undone DOUBLE PRECISION
);
CREATE INDEX study_exclusions_annotator ON study_exclusions (annotator);

-- What somebody decided where annotators differ. The last one stands; none is overwritten.
CREATE TABLE study_adjudications (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL,
    item TEXT NOT NULL,
    part TEXT NOT NULL,
    answer TEXT NOT NULL,
    failure TEXT,
    reason TEXT NOT NULL,
    account TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    FOREIGN KEY (study, item, part) REFERENCES study_parts (study, item, name) ON DELETE CASCADE
);
CREATE INDEX study_adjudications_part ON study_adjudications (study, item, part);

-- Researchers and adjudicators: the hash of a password, never the password.
CREATE TABLE study_accounts (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    hash TEXT NOT NULL
);

-- Sessions that somebody logged out of, by keyed hash, until their cookies are too old.
CREATE TABLE study_logouts (
    id TEXT PRIMARY KEY,
    at DOUBLE PRECISION NOT NULL
);

-- What was refused, how often and when last; without texts of anybody.
CREATE TABLE study_refusals (
    study TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    count BIGINT NOT NULL,
    last DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (study, reason)
);

-- Messages of platforms that were taken in, so that a second delivery changes nothing.
CREATE TABLE study_deliveries (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    at DOUBLE PRECISION NOT NULL
);

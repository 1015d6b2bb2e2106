-- Every query of the store, by name. `:name` is a parameter, `= ANY(:names)` a list of texts.
-- Pages are cut by key, not by offset: the next page begins after the last row of this one.

-- name: migrations_create
CREATE TABLE IF NOT EXISTS migrations (
    number BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL
);

-- name: migrations_applied
SELECT number, name, checksum FROM migrations ORDER BY number;

-- name: migrations_record
INSERT INTO migrations (number, name, checksum) VALUES (:number, :title, :checksum);


-- People ---------------------------------------------------------------------------------------

-- name: people_add
INSERT INTO people (id) VALUES (:id) ON CONFLICT (id) DO NOTHING;

-- name: people_hold
-- Whoever stores something about a person holds their row until it is committed, so that a
-- concurrent forget waits, and whoever waits for a forget sees the tombstone.
SELECT id, forgotten FROM people WHERE id = ANY(:ids) ORDER BY id FOR SHARE;

-- name: people_page
SELECT id FROM people WHERE forgotten = 0 AND id > :after ORDER BY id LIMIT :size;

-- name: people_known
SELECT id FROM people WHERE forgotten = 0 AND id = :person;

-- name: people_forgotten
SELECT id FROM people WHERE forgotten = 1 AND id = ANY(:ids);

-- name: people_bury
INSERT INTO people (id, forgotten) VALUES (:person, 1)
ON CONFLICT (id) DO UPDATE SET forgotten = 1;

-- name: people_lift
UPDATE people SET forgotten = 0 WHERE id = :person AND forgotten = 1;

-- name: people_leave
-- Of whom nothing is left but the tombstone that was lifted.
DELETE FROM people WHERE id = :person
AND NOT EXISTS (SELECT 1 FROM memory_links WHERE person = :person);

-- name: deleted_add
INSERT INTO deleted (id, person) VALUES (:id, :person) ON CONFLICT (id) DO NOTHING;

-- name: deleted_among
SELECT id FROM deleted WHERE id = ANY(:ids);

-- name: deleted_lift
DELETE FROM deleted WHERE id = :id;


-- Conversations --------------------------------------------------------------------------------

-- name: conversations_contents
SELECT id, content FROM conversations WHERE id = ANY(:ids);

-- name: conversations_put
INSERT INTO conversations (id, person, at, source, language, content, signature, record)
VALUES (:id, :person, :at, :source, :language, :content, :signature, :record)
ON CONFLICT (id) DO UPDATE SET
    person = excluded.person, at = excluded.at, source = excluded.source,
    language = excluded.language, content = excluded.content, signature = excluded.signature,
    record = excluded.record;

-- name: conversations_get
SELECT record FROM conversations WHERE id = :id;

-- name: conversations_page
SELECT at, id, record FROM conversations
WHERE person = :person AND (at, id) > (:at, :after) ORDER BY at, id LIMIT :size;

-- name: conversations_delete
DELETE FROM conversations WHERE id = :id;


-- References: what benchmarks say of their people ----------------------------------------------

-- name: person_references_contents
SELECT id, content FROM person_references WHERE id = ANY(:ids);

-- name: person_references_put
INSERT INTO person_references (id, person, kind, conversation, content, record)
VALUES (:id, :person, :kind, :conversation, :content, :record)
ON CONFLICT (id) DO UPDATE SET
    person = excluded.person, kind = excluded.kind, conversation = excluded.conversation,
    content = excluded.content, record = excluded.record;

-- name: person_references_page
SELECT id, kind, record FROM person_references
WHERE person = :person AND id > :after ORDER BY id LIMIT :size;

-- name: person_references_delete
DELETE FROM person_references WHERE id = :id;

-- name: person_references_delete_planted
DELETE FROM person_references WHERE conversation = :conversation;


-- Attributes -----------------------------------------------------------------------------------

-- name: attributes_contents
-- One that is retired counts as new when it is found again.
SELECT id, content FROM attributes WHERE id = ANY(:ids) AND current = 1;

-- name: attributes_put
INSERT INTO attributes (id, person, current, content, signature, record)
VALUES (:id, :person, 1, :content, :signature, :record)
ON CONFLICT (id) DO UPDATE SET
    person = excluded.person, current = 1, content = excluded.content,
    signature = excluded.signature, record = excluded.record;

-- name: attributes_of_set
SELECT id, signature, current FROM attributes WHERE person = :person;

-- name: attributes_extracted
-- What memory keeps for an application is no part of a set: an extraction leaves it alone.
SELECT id, signature, current FROM attributes
WHERE person = :person AND id NOT IN (SELECT attribute FROM memories WHERE person = :person);

-- name: attributes_of_people
-- As above, of many people and one signature.
SELECT id, person FROM attributes
WHERE person = ANY(:people) AND signature = :signature AND current = 1
AND id NOT IN (SELECT attribute FROM memories WHERE person = ANY(:people));

-- name: attributes_holders
SELECT DISTINCT person FROM attributes WHERE person = ANY(:people);

-- name: attributes_retire
UPDATE attributes SET current = 0 WHERE id = :id;

-- name: attributes_judged
SELECT DISTINCT attribute FROM judgments WHERE attribute = ANY(:ids);

-- name: attributes_get
SELECT record FROM attributes WHERE id = :id;

-- name: attributes_page
SELECT id, current, signature, record FROM attributes
WHERE person = :person AND id > :after ORDER BY id LIMIT :size;

-- name: attributes_rewrite
UPDATE attributes SET content = :content, record = :record WHERE id = :id;

-- name: attributes_delete
DELETE FROM attributes WHERE id = :id;


-- Judgments ------------------------------------------------------------------------------------

-- name: judgments_person
-- Whom a judgment concerns that does not say so itself.
SELECT person FROM attributes WHERE id = :attribute
UNION SELECT person FROM queries WHERE id = :query
UNION SELECT person FROM replies WHERE id = :reply;

-- name: judgments_contents
SELECT id, content FROM judgments WHERE id = ANY(:ids);

-- name: judgments_put
INSERT INTO judgments (id, person, question, judge_kind, judge, answer, attribute, query, reply,
                       content, signature, record)
VALUES (:id, :person, :question, :judge_kind, :judge, :answer, :attribute, :query, :reply,
        :content, :signature, :record)
ON CONFLICT (id) DO UPDATE SET
    person = excluded.person, answer = excluded.answer, content = excluded.content,
    signature = excluded.signature, record = excluded.record;

-- name: judgments_get
SELECT record FROM judgments WHERE id = :id;

-- name: judgments_page
SELECT id, question, record FROM judgments
WHERE person = :person AND id > :after ORDER BY id LIMIT :size;

-- name: judgments_all
SELECT id, question, record FROM judgments WHERE id > :after ORDER BY id LIMIT :size;

-- name: judgments_delete_of_attribute
DELETE FROM judgments WHERE attribute = :attribute;


-- Queries, selections, replies -----------------------------------------------------------------

-- name: queries_contents
SELECT id, content FROM queries WHERE id = ANY(:ids);

-- name: queries_put
INSERT INTO queries (id, person, content, record) VALUES (:id, :person, :content, :record)
ON CONFLICT (id) DO UPDATE SET
    person = excluded.person, content = excluded.content, record = excluded.record;

-- name: queries_get
SELECT record FROM queries WHERE id = :id;

-- name: queries_page
SELECT id, record FROM queries WHERE person = :person AND id > :after ORDER BY id LIMIT :size;

-- name: selections_contents
SELECT id, content FROM selections WHERE id = ANY(:ids);

-- name: selections_put
INSERT INTO selections (id, person, query, content, signature, record)
VALUES (:id, :person, :query, :content, :signature, :record)
ON CONFLICT (id) DO UPDATE SET
    person = excluded.person, query = excluded.query, content = excluded.content,
    signature = excluded.signature, record = excluded.record;

-- name: selections_get
SELECT record FROM selections WHERE id = :id;

-- name: selections_page
SELECT id, query, record FROM selections
WHERE person = :person AND id > :after ORDER BY id LIMIT :size;

-- name: selections_rewrite
UPDATE selections SET content = :content, record = :record WHERE id = :id;

-- name: replies_contents
SELECT id, content FROM replies WHERE id = ANY(:ids);

-- name: replies_put
INSERT INTO replies (id, person, query, arm, content, signature, record)
VALUES (:id, :person, :query, :arm, :content, :signature, :record)
ON CONFLICT (id) DO UPDATE SET
    person = excluded.person, query = excluded.query, arm = excluded.arm,
    content = excluded.content, signature = excluded.signature, record = excluded.record;

-- name: replies_get
SELECT record FROM replies WHERE id = :id;

-- name: replies_page
SELECT id, query, record FROM replies
WHERE person = :person AND id > :after ORDER BY id LIMIT :size;

-- name: replies_rewrite
UPDATE replies SET content = :content, record = :record WHERE id = :id;

-- name: replies_delete
DELETE FROM replies WHERE id = :id;

-- name: judgments_delete_of_reply
DELETE FROM judgments WHERE reply = :reply;


-- Runs -----------------------------------------------------------------------------------------

-- name: runs_put
INSERT INTO runs (id, person, command, started, record)
VALUES (:id, :person, :command, :started, :record)
ON CONFLICT (id) DO UPDATE SET
    person = excluded.person, command = excluded.command, started = excluded.started,
    record = excluded.record;

-- name: runs_get
SELECT record FROM runs WHERE id = :id;

-- name: runs_page
SELECT started, id, record FROM runs
WHERE (started, id) > (:started, :after) ORDER BY started, id LIMIT :size;


-- Cache ----------------------------------------------------------------------------------------

-- name: cache_get
SELECT value FROM cache WHERE key = :key;

-- name: cache_get_many
SELECT key, value FROM cache WHERE key = ANY(:keys);

-- name: cache_sizes
SELECT key, length(value) FROM cache WHERE key = ANY(:keys);

-- name: cache_put
INSERT INTO cache (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: cache_file
INSERT INTO cache_people (key, person) VALUES (:key, :person)
ON CONFLICT (key, person) DO NOTHING;

-- name: forget_cache
DELETE FROM cache WHERE key IN (SELECT key FROM cache_people WHERE person = :person);


-- Work -----------------------------------------------------------------------------------------

-- name: work_contents
SELECT id, content FROM work WHERE id = ANY(:ids);

-- name: work_put
-- An item whose content has changed has to be done again, whatever had become of it.
INSERT INTO work (id, stage, person, item, content, signature, state)
VALUES (:id, :stage, :person, :item, :content, :signature, 'open')
ON CONFLICT (id) DO UPDATE SET
    content = excluded.content, state = 'open', attempts = 0, owner = NULL, leased_until = NULL,
    error = NULL
WHERE work.content <> excluded.content;

-- name: work_expire
UPDATE work SET state = 'open', owner = NULL, leased_until = NULL
WHERE stage = :stage AND signature = :signature AND state = 'claimed' AND leased_until < :now;

-- name: work_give_up
-- A task that was tried often enough, or that ended its process each time, is not given away.
UPDATE work SET state = 'failed',
    error = COALESCE(error, 'the process that worked on it ended each time')
WHERE stage = :stage AND signature = :signature AND state = 'open' AND attempts >= :attempts;

-- name: work_claim
UPDATE work SET state = 'claimed', attempts = attempts + 1, owner = :owner, leased_until = :until
WHERE id IN (
    SELECT id FROM work WHERE stage = :stage AND signature = :signature AND state = 'open'
    ORDER BY attempts, id LIMIT :size FOR UPDATE SKIP LOCKED
)
RETURNING id, person, item, content, attempts;

-- name: work_claim_among
UPDATE work SET state = 'claimed', attempts = attempts + 1, owner = :owner, leased_until = :until
WHERE id IN (
    SELECT id FROM work WHERE stage = :stage AND signature = :signature AND state = 'open'
    AND item = ANY(:items) ORDER BY attempts, id LIMIT :size FOR UPDATE SKIP LOCKED
)
RETURNING id, person, item, content, attempts;

-- name: work_done
-- Not where the content changed meanwhile: then what was done is of the past.
UPDATE work SET state = 'done', owner = NULL, leased_until = NULL, error = NULL
WHERE id = :id AND content = :content;

-- name: work_failed
UPDATE work SET state = :state, owner = NULL, leased_until = NULL, error = :error
WHERE id = :id AND content = :content AND owner = :owner AND state = 'claimed';

-- name: work_renew
UPDATE work SET leased_until = :until WHERE id = :id AND owner = :owner AND state = 'claimed';

-- name: work_owners
SELECT DISTINCT owner FROM work
WHERE stage = :stage AND signature = :signature AND state = 'claimed';

-- name: work_release
UPDATE work SET state = 'open', owner = NULL, leased_until = NULL
WHERE stage = :stage AND signature = :signature AND state = 'claimed' AND owner = :owner;

-- name: work_displace
DELETE FROM work WHERE stage = :stage AND signature <> :signature AND item = :item;

-- name: work_reopen
-- Not as if it had never been tried: those that never were still come first.
UPDATE work SET state = 'open', attempts = 1, error = NULL
WHERE stage = :stage AND signature = :signature AND state IN ('failed', 'open') AND attempts > 0;

-- name: work_states
SELECT state, COUNT(*) FROM work WHERE stage = :stage AND signature = :signature GROUP BY state;

-- name: work_errors
SELECT person, item, attempts, error FROM work
WHERE stage = :stage AND signature = :signature AND state = 'failed' ORDER BY id LIMIT :size;

-- name: work_delete_of_item
DELETE FROM work WHERE item = :item AND person = :person;

-- name: work_clear_errors
UPDATE work SET error = NULL WHERE person = :person;


-- Counts ---------------------------------------------------------------------------------------

-- name: counts
SELECT 'people', COUNT(*) FROM people WHERE forgotten = 0
UNION ALL SELECT 'forgotten', COUNT(*) FROM people WHERE forgotten = 1
UNION ALL SELECT 'conversations', COUNT(*) FROM conversations
UNION ALL SELECT 'attributes', COUNT(*) FROM attributes WHERE current = 1
UNION ALL SELECT 'attributes_retired', COUNT(*) FROM attributes WHERE current = 0
UNION ALL SELECT 'judgments', COUNT(*) FROM judgments
UNION ALL SELECT 'queries', COUNT(*) FROM queries
UNION ALL SELECT 'selections', COUNT(*) FROM selections
UNION ALL SELECT 'replies', COUNT(*) FROM replies
UNION ALL SELECT 'references', COUNT(*) FROM person_references
UNION ALL SELECT 'runs', COUNT(*) FROM runs
UNION ALL SELECT 'cache', COUNT(*) FROM cache
UNION ALL SELECT 'work', COUNT(*) FROM work;


-- Forgetting -----------------------------------------------------------------------------------
-- One statement for each table that has a `person`; a test compares them with the catalog.

-- name: forget_conversations
DELETE FROM conversations WHERE person = :person;

-- name: forget_judgments
-- What was judged about the person, and what they judged themselves as an annotator.
DELETE FROM judgments WHERE person = :person OR (judge_kind = 'person' AND judge = :person);

-- name: forget_attributes
DELETE FROM attributes WHERE person = :person;

-- name: forget_selections
DELETE FROM selections WHERE person = :person;

-- name: forget_replies
DELETE FROM replies WHERE person = :person;

-- name: forget_queries
DELETE FROM queries WHERE person = :person;

-- name: forget_person_references
DELETE FROM person_references WHERE person = :person;

-- name: forget_work
DELETE FROM work WHERE person = :person;

-- name: forget_deleted
DELETE FROM deleted WHERE person = :person;

-- name: unerased_ids
SELECT id FROM unerased;

-- name: unerased_put
INSERT INTO unerased (id) VALUES (:id);

-- name: unerased_delete
DELETE FROM unerased WHERE id = :id;

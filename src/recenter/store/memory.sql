-- Queries of memory for applications.

-- name: memories_put
INSERT INTO memories (attribute, person, created, updated, expires, record)
VALUES (:attribute, :person, :created, :updated, :expires, :record)
ON CONFLICT (attribute) DO UPDATE SET
    updated = excluded.updated, expires = excluded.expires, record = excluded.record;

-- name: memories_one
SELECT attribute, created, updated, expires, record FROM memories WHERE attribute = :attribute;

-- name: memories_profile
-- All that is current of a person, with what is noted of it, in one read.
SELECT a.record, m.created, m.updated, m.expires, m.record
FROM attributes a LEFT JOIN memories m ON m.attribute = a.id
WHERE a.person = :person AND a.current = 1 ORDER BY a.id;

-- name: memories_past
SELECT a.record, m.created, m.updated, m.expires, m.record
FROM attributes a LEFT JOIN memories m ON m.attribute = a.id
WHERE a.person = :person AND a.current = 0 ORDER BY a.id;

-- name: memories_version
-- What an absorption rests on: when it changed, it is done again.
SELECT id, current, content FROM attributes WHERE person = :person ORDER BY id;

-- name: memories_touch
-- What had lapsed and is said again lasts as long as what is new.
UPDATE memories SET updated = :now,
    expires = CASE WHEN expires <= :now THEN :expires ELSE expires END
WHERE attribute = :attribute;

-- name: people_lock
-- Whoever goes by what they read of a person takes this first: a shared hold cannot be raised to it
-- while another shares.
SELECT forgotten FROM people WHERE id = :person FOR UPDATE;

-- name: attributes_among
SELECT id FROM attributes WHERE id = ANY(:ids) AND person = :person;

-- name: memories_supported
SELECT record FROM judgments
WHERE person = :person AND question = 'supported' ORDER BY id;

-- name: memories_relevant
-- What a person said of their own memories and earlier messages.
SELECT j.attribute, j.answer, q.record FROM judgments j JOIN queries q ON q.id = j.query
WHERE j.person = :person AND j.question = 'relevant' AND j.judge_kind = 'person'
AND j.judge = :person AND j.attribute IS NOT NULL ORDER BY j.id;

-- name: memories_lapsed
SELECT attribute FROM memories WHERE expires IS NOT NULL AND expires <= :now
ORDER BY attribute LIMIT :size;

-- name: memories_older
SELECT attribute FROM memories WHERE person = :person AND updated < :before ORDER BY attribute;

-- name: memory_events_next
SELECT COALESCE(MAX(place), 0) + 1 FROM memory_events WHERE attribute = :attribute;

-- name: memory_events_put
INSERT INTO memory_events (attribute, place, person, at, record)
VALUES (:attribute, :place, :person, :at, :record);

-- name: memory_events_of
SELECT at, record FROM memory_events WHERE attribute = :attribute ORDER BY place;

-- name: memory_events_person
SELECT attribute, at, record FROM memory_events WHERE person = :person ORDER BY at, attribute, place;

-- name: memory_events_delete
DELETE FROM memory_events WHERE attribute = :attribute;

-- name: memory_choices_get
SELECT record FROM memory_choices WHERE person = :person;

-- name: memory_glance
-- What a person decided, and whether anything is known of them.
SELECT (SELECT record FROM memory_choices WHERE person = :person),
    EXISTS (SELECT 1 FROM attributes WHERE person = :person AND current = 1);

-- name: memory_choices_put
INSERT INTO memory_choices (person, record) VALUES (:person, :record)
ON CONFLICT (person) DO UPDATE SET record = excluded.record;

-- name: memory_choices_enrol
INSERT INTO memory_choices (person, record) VALUES (:person, :record)
ON CONFLICT (person) DO NOTHING;

-- name: memory_choices_all
SELECT person, record FROM memory_choices WHERE person > :after ORDER BY person LIMIT :size;

-- name: memory_receipts_put
INSERT INTO memory_receipts (id, person, at, record) VALUES (:id, :person, :at, :record)
ON CONFLICT (id) DO UPDATE SET record = excluded.record;

-- name: memory_receipts_get
SELECT person, record FROM memory_receipts WHERE id = :id;

-- name: memory_receipts_page
-- Latest first.
SELECT at, id, record FROM memory_receipts
WHERE person = :person AND at <= :before ORDER BY at DESC, id LIMIT :size;

-- name: memory_receipts_of
SELECT id, at, record FROM memory_receipts WHERE person = :person ORDER BY at, id;

-- name: conversations_older
-- By when something was last said in them; not while they wait to be learned from.
SELECT c.id, c.record FROM conversations c
WHERE c.person = :person AND c.source = :source AND c.at < :before AND NOT EXISTS (
    SELECT 1 FROM work w WHERE w.item = c.id AND w.state IN ('open', 'claimed')
);

-- name: judgments_queries
SELECT DISTINCT query FROM judgments WHERE person = :person AND query IS NOT NULL;

-- name: memory_receipts_older
DELETE FROM memory_receipts WHERE person = :person AND at < :before;

-- name: memory_traces_put
INSERT INTO memory_traces (person, kind, hash) VALUES (:person, :kind, :hash)
ON CONFLICT (person, kind, hash) DO NOTHING;

-- name: memory_traces_of
SELECT kind, hash FROM memory_traces WHERE person = :person;

-- name: memory_applications_put
INSERT INTO memory_applications (name, record) VALUES (:name, :record)
ON CONFLICT (name) DO UPDATE SET record = excluded.record;

-- name: memory_applications_get
SELECT record FROM memory_applications WHERE name = :name;

-- name: memory_applications_all
SELECT name, record FROM memory_applications ORDER BY name;

-- name: memory_keys_put
INSERT INTO memory_keys (id, application, person, hash, created, revoked, label)
VALUES (:id, :application, :person, :hash, :created, NULL, :label);

-- name: memory_keys_find
SELECT id, application, person FROM memory_keys WHERE hash = :hash AND revoked IS NULL;

-- name: memory_keys_all
SELECT id, application, person, created, revoked, label FROM memory_keys ORDER BY created, id;

-- name: memory_keys_revoke
UPDATE memory_keys SET revoked = :at WHERE id = :id AND revoked IS NULL;

-- name: memory_links_ended
SELECT ended FROM memory_links WHERE person = :person;

-- name: memory_links_end
INSERT INTO memory_links (person, ended) VALUES (:person, 1)
ON CONFLICT (person) DO UPDATE SET ended = memory_links.ended + 1;

-- What a person may download beside the records ------------------------------------------------

-- name: work_of
SELECT stage, item, state FROM work WHERE person = :person ORDER BY stage, id;

-- name: memory_keys_of
SELECT id, application, label, created FROM memory_keys WHERE person = :person ORDER BY id;

-- name: deleted_of
SELECT id FROM deleted WHERE person = :person ORDER BY id;

-- name: cache_count
SELECT COUNT(*) FROM cache_people WHERE person = :person;


-- What is changed where one memory is forgotten ------------------------------------------------

-- name: memories_of
SELECT attribute, record FROM memories WHERE person = :person ORDER BY attribute;

-- name: memories_rewrite
UPDATE memories SET record = :record WHERE attribute = :attribute;

-- name: memory_events_places
SELECT attribute, place, record FROM memory_events WHERE person = :person
ORDER BY attribute, place;

-- name: memory_events_rewrite
UPDATE memory_events SET record = :record WHERE attribute = :attribute AND place = :place;

-- name: queries_delete
DELETE FROM queries WHERE id = :id;

-- name: selections_delete
DELETE FROM selections WHERE id = :id;

-- name: work_content
UPDATE work SET content = :content WHERE item = :item AND person = :person;

-- name: work_delete_done
-- What was done of a person in every stage but one, so that it is done again.
DELETE FROM work WHERE person = :person AND stage <> :stage AND state <> 'claimed';

-- name: judgments_delete
DELETE FROM judgments WHERE id = :id;

-- name: attributes_revive
UPDATE attributes SET current = 1 WHERE id = :id;

-- name: forget_memories
DELETE FROM memories WHERE person = :person;

-- name: forget_memory_events
DELETE FROM memory_events WHERE person = :person;

-- name: forget_memory_choices
DELETE FROM memory_choices WHERE person = :person;

-- name: forget_memory_receipts
DELETE FROM memory_receipts WHERE person = :person;

-- name: forget_memory_traces
-- The person's own row is the tombstone that stays.
DELETE FROM memory_traces WHERE person = :person;

-- name: forget_memory_keys
DELETE FROM memory_keys WHERE person = :person;

-- Every query of human studies, by name: see `queries.sql`.

-- name: study_get
SELECT id, key, content, state, record FROM studies WHERE id = :study;

-- name: study_hold
-- Whoever gives out or takes back work holds the study's row, so that numbers are given once.
SELECT id FROM studies WHERE id = :study FOR UPDATE;

-- name: study_hold_all
SELECT id FROM studies ORDER BY id FOR UPDATE;

-- name: study_put
INSERT INTO studies (id, key, content, state, record)
VALUES (:study, :key, :content, :state, :record)
ON CONFLICT (id) DO UPDATE SET content = excluded.content, record = excluded.record;

-- name: study_state
UPDATE studies SET state = :state WHERE id = :study;

-- name: study_clear_items
DELETE FROM study_items WHERE study = :study;

-- name: study_clear_slots
DELETE FROM study_slots WHERE study = :study;

-- name: study_begun
SELECT COUNT(*) FROM study_annotators WHERE study = :study;

-- name: study_texts_put
-- A text that comes back is the latest again.
INSERT INTO study_texts (study, task, hash, number, text)
SELECT :study, :task, :hash, COALESCE(MAX(number), -1) + 1, :text
FROM study_texts WHERE study = :study AND task = :task
ON CONFLICT (study, task, hash) DO UPDATE SET number = excluded.number;

-- name: study_texts_get
SELECT task, hash, number, text FROM study_texts WHERE study = :study ORDER BY task, number;

-- name: study_text_last
SELECT hash FROM study_texts WHERE study = :study AND task = :task ORDER BY number DESC LIMIT 1;

-- name: study_items_put
INSERT INTO study_items (study, id, task, kind, place, person, apart, record)
VALUES (:study, :id, :task, :kind, :place, :person, :apart, :record);

-- name: study_parts_put
INSERT INTO study_parts (study, item, name, place, person, record)
VALUES (:study, :item, :name, :place, :person, :record);

-- name: study_slots_put
INSERT INTO study_slots (id, study, task, purpose, number, state, annotator, leased_until)
VALUES (:id, :study, :task, :purpose, :number, :state, :annotator, :until);

-- name: study_places_put
INSERT INTO study_places (slot, position, study, item, kind, side, subset)
VALUES (:slot, :position, :study, :item, :kind, :side, :subset);


-- Annotators -----------------------------------------------------------------------------------

-- name: study_annotator
SELECT id, number, band, state, consented, joined, seen FROM study_annotators
WHERE study = :study AND id = :annotator;

-- name: study_annotators
SELECT id, number, band, state, consented, joined, seen FROM study_annotators
WHERE study = :study ORDER BY number;

-- name: study_annotator_add
INSERT INTO study_annotators (id, study, number, band, state, joined, seen)
SELECT :annotator, :study, COALESCE(MAX(number), 0) + 1, :band, 'joined', :now, :now
FROM study_annotators WHERE study = :study;

-- name: study_bands
SELECT band, COUNT(*) FROM study_annotators WHERE study = :study GROUP BY band;

-- name: study_annotator_state
-- What has ended stays as it ended, but that answers may be withdrawn after a completed part.
UPDATE study_annotators SET state = :state, seen = :now
WHERE id = :annotator AND (state IN ('joined', 'working', 'paused')
    OR (state = 'completed' AND :state = 'withdrawn'));

-- name: study_annotator_consented
UPDATE study_annotators SET state = 'working', consented = :now, seen = :now
WHERE id = :annotator AND consented IS NULL AND state IN ('joined', 'paused');

-- name: study_annotator_seen
UPDATE study_annotators SET seen = :now WHERE id = :annotator;

-- name: study_identity_put
INSERT INTO study_identities (annotator, study, record) VALUES (:annotator, :study, :record)
ON CONFLICT (annotator) DO UPDATE SET record = excluded.record;

-- name: study_identity_get
SELECT record FROM study_identities WHERE annotator = :annotator;

-- name: study_identities_forget
DELETE FROM study_identities WHERE study = :study;


-- Giving out work ------------------------------------------------------------------------------

-- name: study_slots_of
SELECT id, task, purpose, number, state, leased_until FROM study_slots
WHERE study = :study AND annotator = :annotator ORDER BY task, purpose DESC, number;

-- name: study_training
SELECT id FROM study_items WHERE study = :study AND task = :task AND kind = 'training'
ORDER BY place;

-- name: study_slot_next
-- The first open slot with nothing in it that this annotator has seen, nor may see beside it.
SELECT s.id FROM study_slots s
WHERE s.study = :study AND s.task = :task AND s.purpose = 'work' AND s.state = 'open'
AND EXISTS (SELECT 1 FROM study_places w WHERE w.slot = s.id AND w.kind = 'work')
AND NOT EXISTS (
    SELECT 1 FROM study_places p
    JOIN study_items i ON i.study = p.study AND i.id = p.item
    JOIN study_items j ON j.study = i.study AND (j.id = i.id OR (i.apart <> '' AND j.apart = i.apart))
    JOIN study_places q ON q.study = j.study AND q.item = j.id
    JOIN study_slots t ON t.id = q.slot
    WHERE p.slot = s.id AND p.kind IN ('work', 'repeat') AND t.annotator = :annotator
)
ORDER BY s.number LIMIT 1;

-- name: study_left_out
SELECT 1 FROM study_exclusions WHERE annotator = :annotator AND undone IS NULL;

-- name: study_slot_take
UPDATE study_slots SET state = 'held', annotator = :annotator, leased_until = :until
WHERE id = :slot AND state = 'open';

-- name: study_slot_state
UPDATE study_slots SET state = :state WHERE id = :slot;

-- name: study_slot_lease
UPDATE study_slots SET leased_until = :until
WHERE annotator = :annotator AND state = 'held' AND leased_until IS NOT NULL;

-- name: study_slot_number
SELECT COALESCE(MAX(number), 0) + 1 FROM study_slots
WHERE study = :study AND task = :task AND purpose = 'work';

-- name: study_slots_expired
SELECT id, task FROM study_slots
WHERE study = :study AND purpose = 'work' AND state = 'held' AND leased_until < :now ORDER BY id;

-- name: study_slots_worked
SELECT id, task, state FROM study_slots
WHERE study = :study AND purpose = 'work' AND annotator = :annotator
AND state IN ('held', 'done', 'reclaimed') ORDER BY id FOR UPDATE;

-- name: study_training_end
UPDATE study_slots SET state = 'replaced' WHERE annotator = :annotator AND purpose = 'training';

-- name: study_judgments_forget
-- What was copied to the store of somebody's answers when the study was closed.
DELETE FROM judgments WHERE judge_kind = 'person' AND judge = :annotator;

-- name: study_declined
-- Parts of a slot's places that were declined.
SELECT position, part FROM study_answers
WHERE slot = :slot AND answer IN ('cannot_tell', 'uncomfortable') ORDER BY position, part;

-- name: study_part_names
SELECT name FROM study_parts WHERE study = :study AND item = :item ORDER BY place;

-- name: study_side_set
UPDATE study_places SET side = :side WHERE slot = :slot AND position = :position;


-- Work -----------------------------------------------------------------------------------------

-- name: study_places_of
SELECT position, item, kind, side, subset, shown, done, active_ms, idle_ms, opened FROM study_places
WHERE slot = :slot ORDER BY position;

-- name: study_item
SELECT id, task, kind, record FROM study_items WHERE study = :study AND id = :item;

-- name: study_parts
SELECT record FROM study_parts WHERE study = :study AND item = :item ORDER BY place;

-- name: study_place_hold
-- Held until the save is committed, so that the slot is not given to another meanwhile.
SELECT s.task, s.purpose, s.state, p.item, p.kind, p.subset, p.shown, p.done, p.active_ms, p.idle_ms
FROM study_slots s
JOIN study_places p ON p.slot = s.id
WHERE s.id = :slot AND s.study = :study AND s.annotator = :annotator AND p.position = :position
FOR UPDATE;

-- name: study_part_known
SELECT 1 FROM study_parts WHERE study = :study AND item = :item AND name = :part;

-- name: study_event_add
INSERT INTO study_events
    (annotator, id, study, slot, position, item, part, kind, seq, at, record)
VALUES
    (:annotator, :id, :study, :slot, :position, :item, :part, :kind, :seq, :now, :record)
ON CONFLICT (annotator, id) DO NOTHING;

-- name: study_event
SELECT slot, position, part, kind, record, at FROM study_events
WHERE annotator = :annotator AND id = :id;

-- name: study_answer_put
-- A click that arrives late does not undo a later one.
INSERT INTO study_answers
    (slot, position, part, study, item, annotator, answer, failure, note, guide, seq, at)
VALUES
    (:slot, :position, :part, :study, :item, :annotator, :answer, :failure, :note, :guide, :seq,
     :now)
ON CONFLICT (slot, position, part) DO UPDATE SET
    answer = excluded.answer, failure = excluded.failure, note = excluded.note,
    guide = excluded.guide, seq = excluded.seq, at = excluded.at
WHERE excluded.seq > study_answers.seq;

-- name: study_answers_of
SELECT position, part, answer, failure, note, seq, at FROM study_answers WHERE slot = :slot
ORDER BY position, part;

-- name: study_seq
SELECT COALESCE(MAX(seq), 0) FROM study_events WHERE annotator = :annotator;

-- name: study_place_shown
UPDATE study_places SET shown = :now
WHERE slot = :slot AND position = :position AND shown IS NULL;

-- name: study_place_opened
UPDATE study_places SET opened = opened + 1 WHERE slot = :slot AND position = :position;

-- name: study_place_time
UPDATE study_places SET active_ms = active_ms + :active, idle_ms = idle_ms + :idle
WHERE slot = :slot AND position = :position;

-- name: study_at_work
-- Since when somebody is shown pages, for how long they were at work, and when a slot was done.
SELECT MIN(p.shown), SUM(p.active_ms), MAX(CASE WHEN p.slot = :slot THEN p.done END)
FROM study_slots s JOIN study_places p ON p.slot = s.id WHERE s.annotator = :annotator;

-- name: study_place_done
UPDATE study_places SET done = :now
WHERE slot = :slot AND position = :position AND done IS NULL;

-- name: study_place_missing
-- Parts of a place that nobody has answered.
SELECT r.name FROM study_places p
JOIN study_parts r ON r.study = p.study AND r.item = p.item
LEFT JOIN study_answers a ON a.slot = p.slot AND a.position = p.position AND a.part = r.name
WHERE p.slot = :slot AND p.position = :position AND a.part IS NULL ORDER BY r.place;

-- name: study_slot_of
SELECT task, purpose, state FROM study_slots
WHERE id = :slot AND study = :study AND annotator = :annotator FOR UPDATE;

-- name: study_places_open
SELECT COUNT(*) FROM study_places WHERE slot = :slot AND done IS NULL;

-- name: study_marked
-- Answers of an annotator to what has a right one, with the part that says which.
SELECT s.task, a.slot, a.position, p.kind, a.answer, r.record FROM study_answers a
JOIN study_slots s ON s.id = a.slot
JOIN study_places p ON p.slot = a.slot AND p.position = a.position
JOIN study_parts r ON r.study = a.study AND r.item = a.item AND r.name = a.part
WHERE a.study = :study AND a.annotator = :annotator AND p.kind IN ('training', 'check', 'gold')
AND p.done IS NOT NULL ORDER BY a.slot, a.position, r.place;


-- Leaving --------------------------------------------------------------------------------------

-- name: study_events_withdraw
DELETE FROM study_events WHERE annotator = :annotator;

-- name: study_answers_withdraw
DELETE FROM study_answers WHERE annotator = :annotator;

-- name: study_delivery_add
INSERT INTO study_deliveries (id, study, at) VALUES (:id, :study, :now)
ON CONFLICT (id) DO NOTHING;

-- name: study_exclusion_add
INSERT INTO study_exclusions (id, study, annotator, reason, account, at)
VALUES (:id, :study, :annotator, :reason, :account, :now);

-- name: study_exclusion_undo
UPDATE study_exclusions SET undone = :now WHERE annotator = :annotator AND undone IS NULL;

-- name: study_exclusions
SELECT annotator, reason, account, at, undone FROM study_exclusions
WHERE study = :study ORDER BY at, id;

-- name: study_refusal_add
INSERT INTO study_refusals (study, reason, count, last) VALUES (:study, :reason, 1, :now)
ON CONFLICT (study, reason) DO UPDATE
SET count = study_refusals.count + 1, last = excluded.last;

-- name: study_refusals
SELECT reason, count FROM study_refusals WHERE study = :study ORDER BY reason;


-- Reading the whole ----------------------------------------------------------------------------

-- name: study_items_page
SELECT id, task, kind, record FROM study_items
WHERE study = :study AND id > :after ORDER BY id LIMIT :size;

-- name: study_parts_page
SELECT item, name, record FROM study_parts
WHERE study = :study AND item = ANY(:items) ORDER BY item, place;

-- name: study_given
-- Every answer that stands, with where and when it was given. No raw id, by construction.
SELECT a.item, a.part, s.task, p.kind, a.annotator, n.number, n.band, n.state, a.answer, a.failure,
    a.note, p.side, a.guide, a.at, p.shown, p.done, p.active_ms, p.idle_ms, p.opened, s.number,
    p.position, s.state
FROM study_answers a
JOIN study_places p ON p.slot = a.slot AND p.position = a.position
JOIN study_slots s ON s.id = a.slot
JOIN study_annotators n ON n.id = a.annotator
WHERE a.study = :study AND s.purpose = 'work'
ORDER BY a.item, a.part, n.number, p.position;

-- name: study_guesses
-- As with answers, those of a slot that was given to somebody else count no more.
SELECT e.annotator, e.slot, e.position, e.item, e.record, p.side, i.record, s.task
FROM study_events e
JOIN study_slots s ON s.id = e.slot AND s.state <> 'replaced'
JOIN study_places p ON p.slot = e.slot AND p.position = e.position
JOIN study_items i ON i.study = e.study AND i.id = e.item
WHERE e.study = :study AND e.kind = 'unblind' ORDER BY e.annotator, e.seq;

-- name: study_coverage
-- Every place of work, with how many parts its item has and how many were declined in it.
SELECT i.task, i.id, s.state, p.subset, p.done,
    (SELECT COUNT(*) FROM study_parts r WHERE r.study = i.study AND r.item = i.id),
    (SELECT COUNT(*) FROM study_answers a WHERE a.slot = p.slot AND a.position = p.position
        AND a.answer IN ('cannot_tell', 'uncomfortable')),
    (SELECT COUNT(*) FROM study_exclusions e
        WHERE e.annotator = s.annotator AND e.undone IS NULL)
FROM study_items i
JOIN study_places p ON p.study = i.study AND p.item = i.id AND p.kind = 'work'
JOIN study_slots s ON s.id = p.slot AND s.purpose = 'work'
WHERE i.study = :study AND i.kind = 'work' ORDER BY i.id;

-- name: study_replaced
SELECT id FROM study_slots WHERE study = :study AND annotator = :annotator AND state = 'replaced';

-- name: study_active
-- Milliseconds that each annotator was at work, practice included.
SELECT s.annotator, SUM(p.active_ms) FROM study_slots s JOIN study_places p ON p.slot = s.id
WHERE s.study = :study AND s.annotator IS NOT NULL GROUP BY s.annotator;

-- name: study_adjudication_add
INSERT INTO study_adjudications (id, study, item, part, answer, failure, reason, account, at)
VALUES (:id, :study, :item, :part, :answer, :failure, :reason, :account, :now);

-- name: study_adjudications
SELECT item, part, answer, failure, reason, account, at FROM study_adjudications
WHERE study = :study ORDER BY at, id;

-- name: study_account
SELECT role, hash FROM study_accounts WHERE name = :name;

-- name: study_account_put
INSERT INTO study_accounts (name, role, hash) VALUES (:name, :role, :hash)
ON CONFLICT (name) DO UPDATE SET role = excluded.role, hash = excluded.hash;

-- name: forget_study_items
-- After the parts: a page on which nobody else is goes, too, with the prompt that it was about.
DELETE FROM study_items WHERE person = :person OR (person IS NULL AND NOT EXISTS (
    SELECT 1 FROM study_parts p WHERE p.study = study_items.study AND p.item = study_items.id
));

-- name: study_places_subset
SELECT slot, position, study, item, subset FROM study_places WHERE subset IS NOT NULL;

-- name: study_place_subset
UPDATE study_places SET subset = :subset WHERE slot = :slot AND position = :position;

-- name: study_place_delete
DELETE FROM study_places WHERE slot = :slot AND position = :position;

-- name: study_silent
-- Annotators of whom no answer stands.
SELECT n.id FROM study_annotators n WHERE n.study = :study
AND NOT EXISTS (SELECT 1 FROM study_answers a WHERE a.annotator = n.id);

-- name: forget_study_parts
DELETE FROM study_parts WHERE person = :person;

-- name: study_clicks
SELECT COUNT(*) FROM study_events WHERE study = :study AND kind = 'answer';

-- name: study_guessed
SELECT DISTINCT s.task FROM study_events e JOIN study_slots s ON s.id = e.slot
WHERE e.study = :study AND e.annotator = :annotator AND e.kind = 'unblind'
UNION SELECT s.task FROM study_slots s
WHERE s.study = :study AND s.annotator = :annotator AND s.purpose = 'work' AND s.state = 'done'
AND NOT EXISTS (SELECT 1 FROM study_places p WHERE p.slot = s.id AND p.kind = 'work');

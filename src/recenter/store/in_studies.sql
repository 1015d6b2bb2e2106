-- What is taken out of studies when one conversation or attribute is removed: see `queries.sql`.

-- name: study_items_of
SELECT study, id, record FROM study_items WHERE person = :person;

-- name: study_items_that_show
-- A page of several people names nobody, and may show the question of one.
SELECT study, id, record FROM study_items WHERE person = :person OR person IS NULL;

-- name: study_parts_of
SELECT study, item, name, record FROM study_parts WHERE person = :person;

-- name: study_item_delete
DELETE FROM study_items WHERE study = :study AND id = :id;

-- name: study_item_rewrite
UPDATE study_items SET record = :record WHERE study = :study AND id = :id;

-- name: study_part_delete
DELETE FROM study_parts WHERE study = :study AND item = :item AND name = :name;

-- name: study_items_without_parts
DELETE FROM study_items WHERE (person = :person OR person IS NULL) AND NOT EXISTS (
    SELECT 1 FROM study_parts p WHERE p.study = study_items.study AND p.item = study_items.id
);

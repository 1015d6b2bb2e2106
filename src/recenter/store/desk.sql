-- Sessions of the researcher's side; one statement each, named, as in `queries.sql`.

-- name: study_logout_add
INSERT INTO study_logouts (id, at) VALUES (:id, :now) ON CONFLICT (id) DO NOTHING;

-- name: study_logouts_forget
DELETE FROM study_logouts WHERE at < :before;

-- name: study_logout
SELECT at FROM study_logouts WHERE id = :id;

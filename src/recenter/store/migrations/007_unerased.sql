-- Deletions whose freed space is not overwritten yet: one row for each, made with the deletion, so
-- that a process that dies in between leaves word of it.
CREATE TABLE unerased (
    id TEXT PRIMARY KEY
);

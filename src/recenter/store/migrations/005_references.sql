-- What benchmarks say is true of their people: planted preferences, personas, facts, and questions
-- with their answers. To check what was extracted, never read by an extractor. Goes with the person,
-- and with the conversation it was planted in.

CREATE TABLE person_references (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    conversation TEXT,
    content TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX person_references_person ON person_references (person, id);
CREATE INDEX person_references_conversation ON person_references (conversation);

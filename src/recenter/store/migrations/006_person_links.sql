-- How often all links to a person's page were ended: a link carries the number it was made under,
-- and opens nothing under another.
CREATE TABLE memory_links (
    person TEXT PRIMARY KEY REFERENCES people (id),
    ended BIGINT NOT NULL
);

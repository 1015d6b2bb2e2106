-- Tasks are given away in the order of this index, so that claiming one does not read the others:
-- those never tried come first, so that one that ends its process does not hold up the rest.
DROP INDEX work_next;
CREATE INDEX work_next ON work (stage, signature, state, attempts, id);

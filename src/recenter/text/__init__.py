"""Words and where they stand: quotes, clauses, and which words are the person's own."""

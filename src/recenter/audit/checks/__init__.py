"""One file per fault of a memory: entries in, findings out."""

"""Steps over a whole corpus: filters that count what they remove, and sampling of people."""

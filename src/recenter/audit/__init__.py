"""An audit of somebody else's memory store: which entries are sound, and what ails the rest."""

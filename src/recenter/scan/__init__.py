"""Find what could tell who somebody is in a text, and take it out without moving the rest."""

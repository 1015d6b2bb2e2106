"""Conversations from the formats people have them in, pseudonymised at the door."""

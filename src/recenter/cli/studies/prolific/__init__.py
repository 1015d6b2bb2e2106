"""The commands that recruit at Prolific."""

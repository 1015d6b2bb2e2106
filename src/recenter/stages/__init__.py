"""The stages as functions: records in, records out."""

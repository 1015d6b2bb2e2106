"""Statistics as plain functions on columns. Nothing here knows of people, models or files."""

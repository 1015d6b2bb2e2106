"""How the shipped weights were made; each module reads the study's data and writes one file."""

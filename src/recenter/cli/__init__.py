"""The command line: one file per verb, a few lines each."""

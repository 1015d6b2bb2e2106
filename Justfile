# What CI runs, by one word each.

# Tests; arguments go to pytest
test *args:
    scripts/test {{ args }}

# Style, types, imports
lint:
    scripts/lint

# Write the generated parts of the docs again
docs:
    scripts/docs

# Benchmarks: each prints its figures with their signature
bench *names:
    scripts/bench {{ names }}

# How often the intervals of stats/ hold a known truth, beside those that forget people
bench-stats:
    scripts/bench stats_coverage

# Make the report in the docs again, from the study's data
report:
    scripts/report

# Make the comparison of corpora in the docs again, from the study's data
compare:
    scripts/compare

# Photograph every page of a study and of a person again, for the docs (`person` for these alone)
screenshots *which:
    scripts/screenshots {{ which }}

# Kill imports and extractions for some minutes (--minutes M): nothing may be lost or doubled
soak *args:
    scripts/soak {{ args }}

# Serve memory while its endpoint, its database and its process fail (--minutes M)
soak-memory *args:
    scripts/soak memory {{ args }}

# Make the weights that ship again, from the study's data
train:
    scripts/train

# The weights, and every comparison that the docs show; goes on where it was stopped
train-all:
    scripts/train --all

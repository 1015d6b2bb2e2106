"""`python -m recenter`: the same as `recenter`."""

from recenter.cli.main import main

main(prog_name="recenter")

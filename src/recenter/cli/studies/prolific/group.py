"""The group `recenter study prolific`."""

from __future__ import annotations

from typing import ClassVar

import click

from recenter.cli.lazy import LazyGroup

_HERE = "recenter.cli.studies.prolific"


class _Steps(LazyGroup):
    """The steps of recruiting, in order."""

    commands_at: ClassVar = {
        "check": f"{_HERE}.drafting:check",
        "draft": f"{_HERE}.drafting:draft",
        "publish": f"{_HERE}.opening:publish",
        "pause": f"{_HERE}.opening:pause",
        "start": f"{_HERE}.opening:start",
        "stop": f"{_HERE}.opening:stop",
        "places": f"{_HERE}.opening:places",
        "status": f"{_HERE}.reviewing:status",
        "approve": f"{_HERE}.reviewing:approve",
        "reject": f"{_HERE}.reviewing:reject",
        "bonus": f"{_HERE}.paying:bonus",
        "settle": f"{_HERE}.paying:settle",
    }


@click.group(cls=_Steps)
def prolific() -> None:
    """Recruit at Prolific. What spends, pays or reaches people is only told without --yes."""

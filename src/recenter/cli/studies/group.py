"""The group `recenter study`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from recenter.cli.lazy import LazyGroup

_HERE = "recenter.cli.studies"


class _Steps(LazyGroup):
    """The steps of a study, in order."""

    commands_at: ClassVar[Mapping[str, str]] = {
        "new": f"{_HERE}.making:new",
        "pairs": f"{_HERE}.pairs:pairs",
        "scan": f"{_HERE}.making:scan",
        "plan": f"{_HERE}.making:plan",
        "serve": f"{_HERE}.serving:serve",
        "invite": f"{_HERE}.serving:invite",
        "account": f"{_HERE}.serving:account",
        "prolific": f"{_HERE}.prolific.group:prolific",
        "status": f"{_HERE}.ending:status",
        "export": f"{_HERE}.exporting:export",
        "import": f"{_HERE}.importing:import_",
        "close": f"{_HERE}.ending:close",
    }


@click.group(cls=_Steps)
def study() -> None:
    """Ask people: plan a study, serve its pages, see how it goes, export what they said."""

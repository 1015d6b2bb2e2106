"""The `recenter` command: its verbs, and how errors reach a person."""

from __future__ import annotations

import click

from recenter import __version__
from recenter.cli.lazy import LazyGroup
from recenter.cli.printable import printable, tolerate_any_terminal
from recenter.errors import RecenterError

COMMANDS = {
    "demo": "recenter.cli.demo:demo",
    "import": "recenter.cli.importing:import_",
    "plan": "recenter.cli.plan:plan",
    "extract": "recenter.cli.extract:extract",
    "load": "recenter.cli.load:load",
    "verify": "recenter.cli.verify:verify",
    "select": "recenter.cli.select:select",
    "respond": "recenter.cli.respond:respond",
    "judge": "recenter.cli.judge:judge",
    "serve": "recenter.cli.serve:serve",
    "key": "recenter.cli.keys:key",
    "page-link": "recenter.cli.page_link:page_link",
    "study": "recenter.cli.studies.group:study",
    "train": "recenter.cli.train:train",
    "evaluate": "recenter.cli.evaluate:evaluate",
    "finetune": "recenter.cli.finetune:finetune",
    "report": "recenter.cli.report:report",
    "compare": "recenter.cli.compare:compare",
    "compare-labels": "recenter.cli.compare_labels:compare_labels",
    "audit": "recenter.cli.audit:audit",
    "mcp": "recenter.cli.mcp:mcp",
    "people": "recenter.cli.people:people",
    "export": "recenter.cli.people:export",
    "forget": "recenter.cli.people:forget",
    "doctor": "recenter.cli.doctor:doctor",
    "setup": "recenter.cli.setup:setup",
}


class _Refusal(click.ClickException):
    """An error of Recenter, told in one line, with exit status 1."""

    def __init__(self, error: Exception) -> None:
        super().__init__(printable(str(error)))


class _Verbs(LazyGroup):
    """The commands of `COMMANDS`."""

    commands_at = COMMANDS

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what Recenter refuses becomes one line and exit status 1."""
        try:
            return super().invoke(ctx)
        except RecenterError as error:
            raise _Refusal(error) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _Refusal(error) from error


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="recenter")
def main() -> None:
    """Personalization that mostly stays quiet, shows its evidence, and is graded by people."""
    tolerate_any_terminal()

"""The reference page of the command line, from the commands' own help."""

from __future__ import annotations

import click

from recenter.cli.main import main


def reference() -> str:
    """Return Markdown with the help of every command, subcommands after their group."""
    root = click.Context(main, info_name="recenter", terminal_width=80)
    return "\n".join(_sections(main, root))


def _sections(command: click.Command, ctx: click.Context) -> list[str]:
    path = ctx.command_path
    text = [f"## {path}\n", "```text", command.get_help(ctx).strip(), "```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            if inner is not None:
                inside = click.Context(inner, parent=ctx, info_name=name, terminal_width=80)
                text += _sections(inner, inside)
    return text

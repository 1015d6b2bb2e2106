"""A run of the demo on a terminal: one table, and one person's receipts side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from recenter.demo.result import DemoResult
from recenter.demo.totals import totals
from recenter.demo.view import PersonView, PromptView, person_view

_NARROW = 76


def show(result: DemoResult, console: Console) -> None:
    """Print the run. All text of conversations is printed as text, without markup."""
    people = tuple(
        person_view(person, anchor=f"p{i}", all_conversations=False)
        for i, person in enumerate(result.people)
    )
    console.print()
    console.print(_line(("Recenter demo", "bold cyan"), (f"  {result.source}", "dim")))
    console.print(_summary(result, people))
    if people:
        console.print(_glance(people, traps=any(person.traps for person in people)))
        first = people[0]
        console.print()
        console.print(_line((first.name, "bold"), (f", {first.about}", "dim")))
        for prompt in first.prompts:
            console.print(_receipt(prompt, narrow=console.width < _NARROW))


def _line(*parts: tuple[str, str]) -> Text:
    return Text.assemble(*parts)


def _summary(result: DemoResult, people: Sequence[PersonView]) -> Text:
    t = totals(result, people)
    lines = [
        f"{t.statements} statements found in {t.turns} messages of {t.people} "
        f"{'person' if t.people == 1 else 'people'}, {t.accepted} accepted; "
        f"{t.located} of {t.quotes} quotes stand word for word in their messages."
    ]
    if t.traps:
        lines.append(f"{t.traps - t.fell_for} of {t.traps} traps not fallen for.")
    if t.prompts:
        lines.append(
            f"Used per message: {t.used / t.prompts:.1f} statements, "
            f"{t.added / t.prompts:.0f} characters. A plain top-10 memory: "
            f"{t.pushed / t.prompts:.1f} and {t.pushed_characters / t.prompts:.0f}."
        )
    return Text("\n".join(lines))


def _glance(people: Sequence[PersonView], *, traps: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("Used vs pushed", no_wrap=True)
    for prompt in people[0].prompts:
        table.add_column(prompt.kind, justify="right")
    table.add_column("Known", justify="right")
    if traps:
        table.add_column("Traps avoided", justify="right")
    for person in people:
        cells = [
            _line((str(len(p.used)), "bold cyan"), (f" vs {len(p.pushed)}", "dim"))
            for p in person.prompts
        ]
        row = [Text(person.name), *cells, Text(str(person.count("accepted")))]
        if traps:
            row.append(Text(f"{person.safe_traps} of {person.refusable_traps}"))
        table.add_row(*row)
    return table


def _receipt(prompt: PromptView, *, narrow: bool) -> RenderableType:
    title = _line((f" {prompt.kind}: ", "dim"), (f"{_short(prompt.text, 70)} ", "bold"))
    ours, theirs = _ours(prompt), _theirs(prompt)
    if narrow:
        body: RenderableType = Group(ours, Text(), theirs)
    else:
        grid = Table.grid(padding=(0, 3), expand=True)
        grid.add_column(ratio=1)
        grid.add_column(ratio=1)
        grid.add_row(ours, theirs)
        body = grid
    return Panel(body, title=title, title_align="left", box=box.ROUNDED, border_style="cyan")


def _ours(prompt: PromptView) -> Text:
    text = _line(("Recenter ", "bold cyan"), (f"uses {len(prompt.used)}", "dim"))
    for line in prompt.used:
        text.append(f"\n+ {line.text}")
        for quote in line.statement.quotes[:1]:
            text.append(f'\n  "{_short(quote.text, 90)}"', "yellow")
    if not prompt.used:
        text.append("\nNothing: the message goes to the model as it is.", "cyan")
        text.append(f"\n{prompt.note}" if prompt.note else "", "dim")
    if prompt.asked:
        text.append(f"\n? would ask about {len(prompt.asked)}", "dim")
    for line in prompt.held_back:
        text.append(f"\n- {line.text} {line.reason}", "dim")
    if prompt.withheld:
        more = " more" if prompt.held_back else ""
        text.append(f"\n- withheld {len(prompt.withheld)}{more}", "dim")
    if prompt.reply is not None:
        text.append(f"\n\n{prompt.model}: ", "bold")
        text.append(_short(prompt.reply, 400))
    return text


def _theirs(prompt: PromptView) -> Group:
    title = _line(
        ("Plain top-10 memory ", "bold"),
        (f"pushes {len(prompt.pushed)}, {prompt.pushed_characters} characters", "dim"),
    )
    lines = Table.grid(padding=(0, 1), expand=True)
    lines.add_column(justify="right", min_width=5, no_wrap=True, style="dim")
    lines.add_column(ratio=1, no_wrap=True, overflow="ellipsis", style="dim")
    for line in prompt.pushed:
        status = line.statement.status
        mark = "" if status == "accepted" else f"({status}) "
        lines.add_row(
            f"{line.score:.2f}", Text(mark + line.text, no_wrap=True, overflow="ellipsis")
        )
    return Group(title, lines)


def _short(text: str, limit: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"

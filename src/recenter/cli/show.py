"""Receipts as a person reads them on a terminal."""

from __future__ import annotations

from rich.console import Console

from recenter.cli.printable import plain
from recenter.records import Receipt, ReceiptLine


def show_receipt(receipt: Receipt) -> None:
    """Print what was used, asked and withheld, with the words it rests on."""
    console = Console(highlight=False)
    for title, style, lines in (
        ("used", "green", receipt.used),
        ("asked", "yellow", receipt.asked),
        ("withheld", "dim", receipt.withheld),
    ):
        if lines:
            console.print(f"[bold]{title}[/]")
        for line in lines:
            console.print(f"  [{style}]{_line(line)}[/]")
    if not receipt.used:
        console.print(f"Nothing is used. {plain(receipt.note or '')}".strip())
    elif receipt.note:
        console.print(plain(receipt.note))


def _line(line: ReceiptLine) -> str:
    score = "" if line.score is None else f"{line.score:.2f} "
    quotes = "".join(f'\n      "{quote}"' for quote in line.quotes)
    return plain(f"{score}{line.text} {line.reason}{quotes}")

"""What a person decides about their memory, the download, and being forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.responses import Response

from recenter import formats
from recenter.errors import InputError
from recenter.memory.keys import applications
from recenter.server.page.known import notice, report
from recenter.server.page.site import Asked, let_in, person_page
from recenter.stages.sensitive import TOPICS, Topic

_EXPLAINED: Mapping[Topic, tuple[str, str]] = {
    "health": ("Health", "Illness, medicine, disability, pregnancy, allergies, therapy."),
    "religion": ("Religion", "Faith, worship, and that you have none."),
    "politics": ("Politics", "Parties, votes, unions, protest."),
    "sexuality": ("Sexuality", "Whom you love, gender, intimate life."),
    "minors": ("Children", "Things about children, yours or others'."),
    "third_parties": ("Other people", "Things about family, friends and colleagues."),
    "finances": ("Money", "Income, debts, savings, benefits."),
    "crime": ("Crime", "Arrests, convictions, courts, and crimes suffered."),
    "ethnicity": ("Origin", "Ethnic group, skin colour, asylum and papers."),
}
_DAYS: Sequence[tuple[int, str]] = (
    (0, "Until I say otherwise"),
    (30, "30 days"),
    (90, "3 months"),
    (180, "6 months"),
    (365, "1 year"),
    (730, "2 years"),
)
_LONGEST = 36_500


class Choice(NamedTuple):
    """One thing to choose."""

    value: str
    label: str
    chosen: bool
    words: str = ""


def overview(asked: Asked) -> Response:
    """Show what was chosen, and what can be."""
    chosen = asked.mine.choices()
    days = chosen.keep_days or 0
    kept = dict(_DAYS) | ({} if days in dict(_DAYS) else {days: f"{days} days"})
    rules = {a.name: a.keep_days for a in applications(asked.site.engine.store.database)}
    return asked.page(
        "choices",
        topics=[Choice(t, _EXPLAINED[t][0], t in chosen.allowed, _EXPLAINED[t][1]) for t in TOPICS],
        local=[Choice(t, _EXPLAINED[t][0], t in chosen.allowed_local) for t in TOPICS],
        days=[Choice(str(n), label, n == days) for n, label in sorted(kept.items())],
        cloud=chosen.cloud,
        rule=rules.get(asked.visit.application),
        notice=notice(asked),
        forgotten=asked.mine.is_forgotten,
    )


def pause(asked: Asked) -> Response:
    """Pause memory, or let it go on."""
    paused = asked.said("paused") == "yes"
    asked.mine.choose(paused=paused)
    return asked.go("choices", done="paused" if paused else "going")


def topics(asked: Asked) -> Response:
    """Take which sensitive topics may be used, anywhere and by local models alone."""
    everywhere, local = (map(str, asked.form.getlist(name)) for name in ("topic", "local"))
    asked.mine.choose(allowed=list(everywhere), allowed_local=list(local))
    return asked.go("choices", done="topics")


def cloud(asked: Asked) -> Response:
    """Open or close memory to models that are run elsewhere."""
    asked.mine.choose(cloud=asked.said("cloud") == "yes")
    return asked.go("choices", done="cloud")


def keep(asked: Asked) -> Response:
    """Take how long things are kept."""
    days = asked.said("days")
    if not (days.isascii() and days.isdigit() and int(days) <= _LONGEST):
        raise InputError(f"days are a number up to {_LONGEST}.", field="days")
    asked.mine.choose(keep_days=int(days))
    return asked.go("choices", done="keep")


def end_links(asked: Asked) -> Response:
    """End every other way in: all links so far, and pages that were opened with one elsewhere."""
    asked.mine.end_links()
    gone = asked.go("choices", done="links")
    let_in(asked.site, gone, asked.visit._replace(ended=asked.mine.links_ended()))
    return gone


def download(asked: Asked) -> Response:
    """Give everything that is kept, as a file."""
    return Response(
        formats.encode(asked.mine.export()),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="what-is-known-of-me.json"'},
    )


def before_forgetting(asked: Asked) -> Response:
    """Say what goes, and ask once."""
    return asked.page(
        "forget-me",
        memories=len(asked.mine.memories()),
        any_answers=bool(asked.mine.receipts(first=0, size=1)),
    )


def forget(asked: Asked) -> Response:
    """Forget the person, and say what was removed."""
    if asked.said("sure") != "yes":
        return asked.go("forget-me")
    return asked.page("forgotten", report=report(asked.mine.forget_all()))


def leave(asked: Asked) -> Response:
    """Close the page in this browser."""
    left = person_page(asked.site, None, "left")
    asked.site.cookie().stop(left)
    return left

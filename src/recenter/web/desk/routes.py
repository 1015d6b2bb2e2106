"""The routes of the researcher's side, each with the roles that it is for."""

from __future__ import annotations

from starlette.routing import Route

from recenter.pages.forms import with_form
from recenter.web.desk import deciding, figures, overview, people
from recenter.web.desk.login import Door, log_out
from recenter.web.desk.staff import EVERYONE, RESEARCHERS, sent, shown, unknown


def desk_routes() -> list[Route]:
    """Return the routes below `/desk`; failures to log in are counted by them."""
    door = Door()
    number = "/annotators/{number:int}"
    return [
        Route("/login", door.ask),
        Route("/login", with_form(door.log_in), methods=["POST"]),
        Route("/logout", sent(log_out, EVERYONE), methods=["POST"]),
        Route("/", shown(overview.overview, RESEARCHERS)),
        Route("/export", shown(overview.export, RESEARCHERS)),
        Route("/agreement", shown(figures.figures, RESEARCHERS)),
        Route("/annotators", shown(people.everyone, RESEARCHERS)),
        Route(number, shown(people.one, RESEARCHERS)),
        Route(f"{number}/exclude", sent(people.exclude, RESEARCHERS), methods=["POST"]),
        Route(f"{number}/include", sent(people.include, RESEARCHERS), methods=["POST"]),
        Route("/disagreements", shown(deciding.differing, EVERYONE)),
        Route("/part", shown(deciding.part, EVERYONE)),
        Route("/part", sent(deciding.decide, EVERYONE), methods=["POST"]),
        Route("/{rest:path}", unknown, methods=["GET", "POST"]),
    ]

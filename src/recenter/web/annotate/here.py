"""Who is asking for an annotator's page, and where in the study they are."""

from __future__ import annotations

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request

from recenter.errors import RefusedError
from recenter.study.design import Task
from recenter.study.ledger import joining, reading
from recenter.study.ledger.desk import Annotator, Desk
from recenter.study.steps import Step, next_step
from recenter.web import sessions
from recenter.web.site import DAYS, Site, site_of


class Here(msgspec.Struct, frozen=True):
    """An annotator at the door of a page."""

    site: Site
    session: sessions.Session
    annotator: Annotator
    step: Step
    """Where the study has them."""

    @property
    def desk(self) -> Desk:
        """The study."""
        return self.site.desk

    @property
    def csrf(self) -> str:
        """What their forms carry."""
        return self.session.form_token(self.desk)

    @property
    def task(self) -> Task:
        """The task they are at.

        Raises:
            RefusedError: they are at none.
        """
        if self.step.task is None:
            raise RefusedError("this page is not yours just now.", status=409)
        return self.desk.study.task(self.step.task)


def here(request: Request) -> Here:
    """Return who asks, by their cookie.

    Raises:
        RefusedError: they have not come in.
    """
    site = site_of(request)
    session = sessions.current(request, site.desk, kind="annotator", days=DAYS)
    if session is None:
        raise RefusedError(
            "nobody is logged in here.", status=403, cure="Come in by the link you were given."
        )
    annotator = joining.find(site.desk, session.who)
    return Here(site, session, annotator, _step(site.desk, annotator))


def posted(request: Request, form: FormData) -> Here:
    """Return who sent a form, which has to be of their session.

    Raises:
        RefusedError: it is not.
    """
    asked = here(request)
    sessions.check_form(asked.session, asked.desk, form.get("csrf"))
    return asked


def _step(desk: Desk, annotator: Annotator) -> Step:
    slots = joining.held(desk, annotator.id)
    return next_step(desk.study, annotator, slots, guessed=reading.guessed(desk, annotator.id))

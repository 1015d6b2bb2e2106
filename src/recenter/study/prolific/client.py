"""Prolific's API, as far as a study needs it. Nothing is spent and nobody reached without a yes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

from recenter.errors import ConfigError, InputError, NotConfirmedError, PlatformError
from recenter.study.prolific.actions import Action, Rejection, check_rejection, describe
from recenter.study.prolific.bonuses import (
    Bonus,
    bonus_lines,
    check_bonuses,
    check_id,
    pay_once,
    refuse_paid,
    to_payment,
)
from recenter.study.prolific.draft import Recruitment, draft
from recenter.study.prolific.ledger import Entry, Ledger
from recenter.study.prolific.pay import check_currency, check_pay
from recenter.study.prolific.records import (
    Account,
    Cost,
    Study,
    Submission,
    read_account,
    read_bulk_bonus,
    read_cost,
    read_study,
    read_submission,
    read_submissions,
    read_total,
)
from recenter.study.prolific.transport import PROLIFIC, Transport, Waits

_PAGE = 100
_STEPS = {"publish": "PUBLISH", "pause": "PAUSE", "start": "START", "stop": "STOP"}


class Prolific:
    """One account at Prolific. The token is in no message, log line or `repr`.

    Its `plan_` methods only look and return an Action; `do` carries one out.
    """

    def __init__(
        self,
        token: str,
        *,
        ledger: Ledger | None = None,
        base_url: str = PROLIFIC,
        waits: Waits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take an API token, and a ledger where bonuses are to be paid.

        Raises:
            ConfigError: the token or the address cannot be used.
        """
        self._transport = Transport(base_url, token=token, waits=waits, sleep=sleep)
        self._ledger = ledger

    def __repr__(self) -> str:
        return f"Prolific(base_url={self._transport.base_url!r})"

    def me(self) -> Account:
        """Return whose token it is.

        Raises:
            PlatformError: the token is refused or Prolific cannot be reached; so for all methods.
        """
        return read_account(self._get("/api/v1/users/me/"))

    def study(self, study: str) -> Study:
        """Return a study as it stands."""
        return read_study(self._get(_of(study)))

    def cost(self, study: str) -> Cost:
        """Return what the rewards of all places of a study will have cost."""
        return read_cost(self._get(f"{_of(study)}cost/", is_projected="true"))

    def submission(self, submission: str) -> Submission:
        """Return one submission."""
        path = f"/api/v1/submissions/{check_id(submission, 'submission')}/"
        return read_submission(self._get(path))

    def submissions(self, study: str) -> tuple[Submission, ...]:
        """Return all submissions of a study, in the order in which they were begun."""
        check_id(study, "study")
        found: dict[str, Submission] = {}
        page = 1
        while True:
            rows = self._submissions_page(study, page)
            if not rows:
                return tuple(found.values())
            before = len(found)
            found |= {row.id: row for row in rows}
            # A page may repeat a row of the last one, where people return in between; not all.
            if len(found) == before:
                raise PlatformError(f"page {page} of the submissions repeats the ones before it.")
            page += 1

    def create_draft(self, recruitment: Recruitment) -> Study:
        """Make a draft, which nobody sees and which costs nothing.

        Raises:
            InputError: the recruitment cannot be used: see `draft`.
            OutcomeUnknownError: it may have been made.
        """
        body = draft(recruitment)
        return read_study(
            self._transport.call("POST", "/api/v1/studies/", body=body, repeatable=False)
        )

    def plan_publish(self, study: str, *, currency: str) -> Action:
        """Plan to let people in.

        Raises:
            InputError: it is no draft or lacks something, the account pays in another currency,
                or an hour is paid less than the minimum.
        """
        pays_in = check_currency(currency)
        found = self.study(study)
        _expect(found, "UNPUBLISHED")
        if found.ready is False:
            raise InputError(f"study {study} is not complete: see Prolific.", field="study")
        cost = self.cost(study)
        if cost.currency != pays_in:
            raise InputError(
                f"the account pays in {cost.currency}, not {pays_in}.", field="currency"
            )
        check_pay(found.reward, max(found.minutes, 1), pays_in)
        return Action(
            kind="publish",
            study=study,
            what=f'Publish study {study} "{found.name}"',
            people=found.places,
            cost=cost.total,
            currency=cost.currency,
        )

    def plan_pause(self, study: str) -> Action:
        """Plan to let nobody new in; who has begun can finish."""
        return self._plan_step(study, "pause", "Pause", ("ACTIVE",))

    def plan_start(self, study: str) -> Action:
        """Plan to let people in again."""
        return self._plan_step(study, "start", "Resume", ("PAUSED",))

    def plan_stop(self, study: str) -> Action:
        """Plan to end it: only more places make it active again."""
        return self._plan_step(study, "stop", "Stop", ("ACTIVE", "PAUSED"))

    def plan_places(self, study: str, places: int) -> Action:
        """Plan to have more places. A completed study recruits again.

        Raises:
            InputError: they are not more than there are; Prolific takes none back.
        """
        found = self.study(study)
        if isinstance(places, bool) or not isinstance(places, int) or places <= found.places:
            raise InputError(
                f"study {study} has {found.places} places; {places!r} is not more, and places "
                "are only ever added.",
                field="places",
            )
        added = places - found.places
        again = ", which recruits again" if found.status == "COMPLETED" else ""
        return Action(
            kind="raise_places",
            study=study,
            what=f'Raise study {study} "{found.name}" from {found.places} to {places} places'
            + again,
            people=added,
            cost=self._cost_of(found.reward, added),
            currency=self.cost(study).currency,
            places=places,
        )

    def plan_approve(self, study: str, submissions: Sequence[str]) -> Action:
        """Plan to pay people their reward, which publishing has already counted.

        Raises:
            InputError: a submission is not of this study, or does not wait for review.
        """
        self._waiting(study, submissions)
        return Action(
            kind="approve",
            study=study,
            what=f"Approve {len(submissions)} submissions of study {study}: their rewards are "
            "paid, which the cost of publishing held already",
            people=len(submissions),
            submissions=tuple(submissions),
        )

    def plan_reject(
        self, study: str, submissions: Sequence[str], *, rejection: str, message: str
    ) -> Action:
        """Plan not to pay people, with a reason and a message to each.

        Raises:
            InputError: the reason or the message cannot be used, a submission is not of this
                study, or does not wait for review.
        """
        reason: Rejection = check_rejection(rejection, message)
        self._waiting(study, submissions)
        return Action(
            kind="reject",
            study=study,
            what=f"Reject {len(submissions)} submissions of study {study} as {reason}: they are "
            f'not paid, and told "{message}"',
            people=len(submissions),
            submissions=tuple(submissions),
            rejection=reason,
            message=message,
        )

    def plan_bonuses(self, study: str, bonuses: Sequence[Bonus]) -> Action:
        """Set bonuses up at Prolific, which tells their cost and pays nothing, and plan to pay.

        Raises:
            ConfigError: the client has no ledger.
            InputError: a bonus cannot be paid.
            PaidBeforeError: one of them stands in the ledger.
            OutcomeUnknownError: they may have been set up; nothing was paid.
        """
        ledger = self._need_ledger()
        check_id(study, "study")
        check_bonuses(bonuses)
        refuse_paid(ledger, study, bonuses)
        set_up = read_bulk_bonus(
            self._transport.call(
                "POST",
                "/api/v1/submissions/bonus-payments/",
                body={"study_id": study, "csv_bonuses": bonus_lines(bonuses)},
                repeatable=False,
            )
        )
        currency = self.cost(study).currency
        payment = to_payment(study, bonuses, set_up, currency=currency)
        return Action(
            kind="pay_bonuses",
            study=study,
            what=f"Pay bonuses of study {study} (bulk payment {payment.bulk})",
            people=len(bonuses),
            cost=payment.total,
            currency=currency,
            payment=payment,
        )

    def do(self, action: Action, *, yes: bool = False) -> Study | tuple[Submission, ...] | Entry:
        """Carry out an action and return what came of it.

        Raises:
            NotConfirmedError: without a yes; the message says what would have been done.
            InputError: the study has changed, so that it is not what was planned.
            OutcomeUnknownError: it may have been done; look at the platform.
            PaidBeforeError: bonuses stand in the ledger.
        """
        if yes is not True:
            raise NotConfirmedError(
                f"not done without a yes: {describe(action)}.", cure="Pass yes=True to do it."
            )
        if action.kind == "pay_bonuses":
            return self._pay(action)
        if action.kind in ("approve", "reject"):
            return self._review(action)
        return self._change(action)

    def _change(self, action: Action) -> Study:
        """Carry out what concerns a study, if it still is what was planned."""
        self._check_unchanged(action)
        if action.kind == "raise_places":
            body: dict[str, object] = {"total_available_places": action.places}
            # To ask for the same number twice is to ask once.
            return read_study(
                self._transport.call("PATCH", _of(action.study), body=body, repeatable=True)
            )
        path, body = f"{_of(action.study)}transition/", {"action": _STEPS[action.kind]}
        return read_study(self._transport.call("POST", path, body=body, repeatable=False))

    def _check_unchanged(self, action: Action) -> None:
        if action.kind == "publish":
            now = self.plan_publish(action.study, currency=action.currency or "")
        elif action.kind == "raise_places":
            now = self.plan_places(action.study, action.places or 0)
        else:
            return
        if now != action:
            raise InputError(
                f"study {action.study} has changed since it was planned: it was "
                f"{describe(action)}, and now is {describe(now)}. Nothing was done.",
                cure="Plan again and look at it.",
            )

    def _review(self, action: Action) -> tuple[Submission, ...]:
        """Approve or reject one by one: asked again, Prolific passes over what it has done."""
        body: dict[str, object] = {"action": "APPROVE"}
        if action.kind == "reject":
            message = action.message or ""
            reason = check_rejection(action.rejection or "", message)
            body = {"action": "REJECT", "rejection_category": reason, "message": message}
        done: list[Submission] = []
        for submission in action.submissions:
            path = f"/api/v1/submissions/{check_id(submission, 'submission')}/transition/"
            try:
                data = self._transport.call("POST", path, body=body, repeatable=True)
                done.append(read_submission(data))
            except PlatformError as error:
                raise PlatformError(
                    f"{error} {len(done)} of {len(action.submissions)} were done before.",
                    status=error.status,
                    cure="It is safe to do the same action again.",
                ) from error
        return tuple(done)

    def _pay(self, action: Action) -> Entry:
        payment = action.payment
        if payment is None:
            raise InputError("there is no payment in it.", field="payment")
        path = f"/api/v1/bulk-bonus-payments/{check_id(payment.bulk, 'bulk')}/pay/"
        return pay_once(
            payment,
            self._need_ledger(),
            lambda: self._transport.call("POST", path, repeatable=False),
        )

    def _plan_step(
        self,
        study: str,
        kind: Literal["pause", "start", "stop"],
        verb: str,
        before: tuple[str, ...],
    ) -> Action:
        found = self.study(study)
        _expect(found, *before)
        what = f'{verb} study {study} "{found.name}"'
        return Action(kind=kind, study=study, what=what, people=found.places)

    def _waiting(self, study: str, submissions: Sequence[str]) -> None:
        if not submissions or len(set(submissions)) < len(submissions):
            raise InputError("there are none, or one stands twice.", field="submissions")
        found = {row.id: row.status for row in self.submissions(study)}
        for submission in submissions:
            status = found.get(submission, "not in this study")
            if status != "AWAITING REVIEW":
                raise InputError(
                    f"submission {submission} is {status}, not AWAITING REVIEW.",
                    field="submissions",
                )

    def _submissions_page(self, study: str, page: int) -> tuple[Submission, ...]:
        query = {"study": study, "ordering": "started_at"}
        query |= {"page_size": str(_PAGE), "page": str(page)}
        try:
            return read_submissions(self._get("/api/v1/submissions/", **query), study=study)
        except PlatformError as error:
            # Past the last page there may be an empty one or none.
            if error.status == 404 and page > 1:
                return ()
            raise

    def _cost_of(self, reward: int, places: int) -> int:
        body = {"reward": reward, "total_available_places": places}
        path = "/api/v1/study-cost-calculator/"
        return read_total(self._transport.call("POST", path, body=body, repeatable=True))

    def _need_ledger(self) -> Ledger:
        if self._ledger is None:
            raise ConfigError(
                "bonuses are paid only with a ledger, since Prolific pays as often as it is asked.",
                cure="Give the client ledger=FileLedger(path).",
            )
        return self._ledger

    def _get(self, path: str, **query: str) -> bytes:
        return self._transport.call("GET", path, query=query, repeatable=True)


def _of(study: str) -> str:
    return f"/api/v1/studies/{check_id(study, 'study')}/"


def _expect(study: Study, *statuses: str) -> None:
    if study.status not in statuses:
        raise InputError(
            f"study {study.id} is {study.status}, not {' or '.join(statuses)}.", field="study"
        )

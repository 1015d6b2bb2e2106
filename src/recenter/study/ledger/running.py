"""The researcher's side: how a study goes, who is left out, what is decided where people differ."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from recenter.errors import InputError, RefusedError
from recenter.records import Failure, Judgment, Record
from recenter.store import PutReport, Store
from recenter.store.database import Database, Transaction
from recenter.study.ledger.desk import Desk, State, annotator_of, parts_named
from recenter.study.ledger.joining import identity_of
from recenter.study.ledger.saving import give_back

Role = Literal["researcher", "adjudicator"]


class Coverage(Record, frozen=True):
    """How far the work of a task is. It is counted in decisions: one of one person on one part."""

    task: str
    items: int
    open: int
    """That nobody holds."""
    held: int
    """That somebody is at, or declined in what they are still at: others get it when they end."""
    done: int
    """That were handed in and count."""
    wanted: int
    """That were planned: parts of all items, times overlap."""


class Adjudication(Record, frozen=True):
    """What was decided of a part on which annotators differ. The last one stands."""

    item: str
    part: str
    answer: str
    failure: str | None
    reason: str
    account: str
    at: float


class Account(Record, frozen=True):
    """Who may log in on the researcher's side."""

    name: str
    role: Role
    hash: str
    """Of the password, by argon2."""


def coverage(desk: Desk) -> list[Coverage]:
    """Return how far the work of each task is."""
    parts: dict[str, dict[str, int]] = {task.name: {} for task in desk.study.tasks}
    counts: dict[str, Counter[str]] = {task.name: Counter() for task in desk.study.tasks}
    for task, item, state, only, done, size, declined, excluded in desk.database.rows(
        "study_coverage", study=desk.id
    ):
        parts[task][item] = int(size)
        named = parts_named(only)
        asked = int(size) if named is None else len(named)
        handed_in = done is not None
        if state == "open":
            counts[task]["open"] += asked
        if state == "held":
            counts[task]["held"] += int(declined) if handed_in else asked
        if state in ("held", "done", "reclaimed") and handed_in and not excluded:
            counts[task]["done"] += asked - int(declined)
    return [
        Coverage(
            task=task,
            items=len(sizes),
            open=counts[task]["open"],
            held=counts[task]["held"],
            done=counts[task]["done"],
            wanted=sum(sizes.values()) * desk.study.task(task).overlap,
        )
        for task, sizes in parts.items()
    ]


def clicks(desk: Desk) -> int:
    """Return how many answers were clicked in all, also those that were changed later."""
    ((count,),) = desk.database.rows("study_clicks", study=desk.id)
    return int(count)


def refusals(desk: Desk) -> Mapping[str, int]:
    """Return what was refused, by reason, with how often."""
    return {reason: int(n) for reason, n in desk.database.rows("study_refusals", study=desk.id)}


def exclude(desk: Desk, annotator: str, *, reason: str, account: str, replace: bool) -> None:
    """Leave somebody out of the figures; with `replace`, their work is given to others.

    Raises:
        InputError: no reason is given.
        RefusedError: nobody of this id takes part.
    """
    if not reason.strip():
        raise InputError("is empty.", field="reason", cure="Say why: it stands in the export.")

    def work(transaction: Transaction) -> None:
        transaction.rows("study_hold", study=desk.id)
        annotator_of(transaction, desk, annotator)
        transaction.run(
            "study_exclusion_add",
            id=f"exc_{secrets.token_hex(12)}",
            study=desk.id,
            annotator=annotator,
            reason=reason.strip(),
            account=account,
            now=desk.clock(),
        )
        if replace:
            give_back(transaction, desk, annotator)

    desk.database.transact(work)


def include(desk: Desk, annotator: str) -> None:
    """Take an exclusion back.

    Raises:
        RefusedError: their work was given to others meanwhile, so that there would be more
            answers than were planned; or nobody of this id was left out.
    """

    def work(transaction: Transaction) -> None:
        transaction.rows("study_hold", study=desk.id)
        who = annotator_of(transaction, desk, annotator)
        # Of these no answer counts, whoever was left out.
        silent = who.state in ("failed_checks", "withdrawn")
        if not silent and transaction.rows("study_replaced", study=desk.id, annotator=annotator):
            raise RefusedError(
                "their work was given to others; taking them back would pass the overlap.",
                status=409,
            )
        if not transaction.run("study_exclusion_undo", annotator=annotator, now=desk.clock()):
            raise RefusedError("nobody of this id is left out.", status=404)

    desk.database.transact(work)


def adjudicate(
    desk: Desk,
    item: str,
    part: str,
    *,
    answer: str,
    failure: Failure | None,
    reason: str,
    account: str,
    seen: float | None = None,
) -> None:
    """Decide a part of `supported` or `relevant`; taste is not decided.

    `seen` is when the decision was made that stood before whoever decides, None without one: they
    cannot take the place of one that they have not read.

    Raises:
        RefusedError: there is no such part, it is of `better`, or another decision stands by now.
        InputError: the answer is not on the scale.
    """

    def work(transaction: Transaction) -> None:
        rows = transaction.rows("study_item", study=desk.id, item=item)
        known = rows and transaction.rows("study_part_known", study=desk.id, item=item, part=part)
        if not known:
            raise RefusedError("there is no such decision in the study.", status=404)
        question = desk.study.task(rows[0][1]).asks
        if question.subject == "reply_pair":
            raise RefusedError("taste has no right answer; `better` is not decided.", status=409)
        question.check(answer)
        _refuse_unseen(transaction, desk, (item, part), seen)
        transaction.run(
            "study_adjudication_add",
            id=f"adj_{secrets.token_hex(12)}",
            study=desk.id,
            item=item,
            part=part,
            answer=answer,
            failure=failure if question.failures and answer not in question.positive else None,
            reason=reason.strip(),
            account=account,
            now=desk.clock(),
        )

    desk.database.transact(work)


def _refuse_unseen(
    transaction: Transaction, desk: Desk, where: tuple[str, str], seen: float | None
) -> None:
    transaction.rows("study_hold", study=desk.id)
    rows = transaction.rows("study_adjudications", study=desk.id)
    made = [at for item, part, *_, at in rows if (item, part) == where]
    if made[-1:] != ([] if seen is None else [seen]):
        raise RefusedError(
            "somebody else decided this meanwhile; nothing was saved.",
            status=409,
            cure="Go back, load the page again and read their reason.",
        )


def adjudications(desk: Desk) -> dict[tuple[str, str], Adjudication]:
    """Return what stands, by item and part."""
    fields = Adjudication.__struct_fields__
    rows = desk.database.rows("study_adjudications", study=desk.id)
    found = [Adjudication(**dict(zip(fields, row, strict=True))) for row in rows]
    return {(one.item, one.part): one for one in found}


def put_account(database: Database, account: Account) -> None:
    """Store who may log in; the same name again changes role and password."""
    database.transact(
        lambda t: t.run(
            "study_account_put", name=account.name, role=account.role, hash=account.hash
        )
    )


def account(database: Database, name: str) -> Account | None:
    """Return who may log in under a name."""
    rows = database.rows("study_account", name=name)
    return Account(name=name, role=rows[0][0], hash=rows[0][1]) if rows else None


def set_study_state(desk: Desk, state: State) -> None:
    """Open, pause or close a study: only an open one takes new annotators."""
    desk.database.transact(lambda t: t.run("study_state", study=desk.id, state=state))


def forget_identities(desk: Desk) -> tuple[int, bool]:
    """Erase the ids by which platforms know the annotators; return how many there were, and
    whether their bytes are overwritten, which a reader of the old file prevents.
    """

    def work(transaction: Transaction) -> int:
        # Who is coming in just now writes what they came with before, and not after.
        transaction.rows("study_hold", study=desk.id)
        transaction.leave_unerased()
        return transaction.run("study_identities_forget", study=desk.id)

    return desk.database.transact(work), desk.database.erase_after()


def replace_judgments(store: Store, desk: Desk, judgments: Iterable[Judgment]) -> PutReport:
    """Make these the judgments that the store has of the study's annotators."""
    made = list(judgments)

    def clear(transaction: Transaction, query: str) -> None:
        transaction.rows("study_hold", study=desk.id)
        for annotator, *_ in transaction.rows(query, study=desk.id):
            transaction.run("study_judgments_forget", annotator=annotator)

    desk.database.transact(lambda t: clear(t, "study_annotators"))
    report = store.put_judgments(made)
    # Whoever withdrew since the judgments were read has no answer any more.
    desk.database.transact(lambda t: clear(t, "study_silent"))
    return report


def identity(desk: Desk, annotator: str) -> Mapping[str, str] | None:
    """Return the ids of somebody as their platform knows them, for paying and rejecting.

    No export and no page calls this.
    """
    return desk.database.transact(lambda t: identity_of(t, annotator))

"""A draft of a study as Prolific wants it, from a record that says only what matters."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, Literal, get_args

import httpx
import msgspec

from recenter.errors import InputError
from recenter.records import Record
from recenter.study.design import Outcome
from recenter.study.prolific.pay import check_currency, check_pay
from recenter.study.prolific.records import Currency

Device = Literal["desktop", "tablet", "mobile"]

PARAMETERS = ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID")
"""What Prolific fills into the address: the person, the study and the submission."""

_CODE = re.compile(r"[A-Z0-9]{6,32}")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_TAG = re.compile(r"</?\s*([A-Za-z][A-Za-z0-9]*)")
_TAGS = frozenset(("b", "i", "em", "strong", "s", "u", "h1", "h2", "ol", "ul", "li", "p"))
_MOST = 10_000

_REVIEW: dict[str, Any] = {"action": "MANUALLY_REVIEW"}
_KINDS: dict[Outcome, tuple[str, str | None]] = {
    # None: the researcher looks at it; otherwise why the person is asked to give the place back.
    "completed": ("COMPLETED", None),
    "screened_out": ("SCREENED_OUT", "You do not fit what this study looks for."),
    "no_consent": ("NO_CONSENT", "You did not agree to take part."),
    "failed_checks": ("FAILED_ATTENTION_CHECK", None),
    "withdrawn": ("OTHER", None),
    "technical": ("OTHER", None),
    "full": ("OTHER", "The study was full when you arrived."),
}


class PaidScreenOut(Record, frozen=True):
    """A fixed reward for people who do not fit. Prolific gives it to some workspaces only."""

    reward: int
    """In pence or cents, less than that of the study."""
    people: int
    """How many may be screened out before the study pauses."""


class Recruitment(Record, frozen=True):
    """Whom to ask, to do what, for how long and for how much."""

    title: str
    description: str
    """For people to read before they begin; the few HTML tags that Prolific shows are allowed."""
    url: str
    """Of the study, https. The three parameters of Prolific are added where it has none."""
    places: int
    minutes: int
    reward: int
    """Of one person, in pence (GBP) or cents (USD): 450 is 4.50."""
    currency: Currency
    """Of the account. The platform is not told; it is held against what it says of the cost."""
    codes: Mapping[Outcome, str]
    """Completion code of each outcome: see `new_codes`."""
    internal_name: str | None = None
    project: str | None = None
    """Id of the project; without it the draft lands in the first one of the account."""
    filters: tuple[Mapping[str, Any], ...] = ()
    """Who may take part, as Prolific writes it; passed on as it is. Empty: everyone."""
    devices: tuple[Device, ...] = ("desktop",)
    paid_screen_out: PaidScreenOut | None = None
    signed: bool = False
    """Whether Prolific signs the address: see `tokens`. Some workspaces only."""


def new_codes() -> dict[Outcome, str]:
    """Return a code for each outcome that nobody can guess from another."""
    return {
        outcome: "".join(secrets.choice(_LETTERS) for _ in range(10))
        for outcome in get_args(Outcome)
    }


def draft(recruitment: Recruitment) -> dict[str, Any]:
    """Return the body that makes the draft.

    Raises:
        InputError: a field cannot be used, or an hour is paid less than Prolific's minimum.
    """
    _check_texts(recruitment)
    for field, least, most in (("places", 1, _MOST), ("minutes", 1, 1440), ("reward", 1, 10**6)):
        _check_number(getattr(recruitment, field), field, least, most)
    check_pay(recruitment.reward, recruitment.minutes, check_currency(recruitment.currency))
    body: dict[str, Any] = {
        "name": recruitment.title,
        "description": recruitment.description,
        "external_study_url": study_url(recruitment.url),
        "prolific_id_option": "url_parameters",
        "completion_codes": completion_codes(recruitment),
        "total_available_places": recruitment.places,
        "estimated_completion_time": recruitment.minutes,
        "reward": recruitment.reward,
        "device_compatibility": list(_devices(recruitment.devices)),
        "filters": msgspec.to_builtins(list(recruitment.filters)),
        "is_external_study_url_secure": recruitment.signed,
    }
    for field in ("internal_name", "project"):
        if (value := getattr(recruitment, field)) is not None:
            body[field] = value
    return body


def study_url(url: str) -> str:
    """Return the address with the three placeholders that Prolific fills in.

    Raises:
        InputError: it is not an https address, or has only some of them, or under other names.
    """
    bare = re.sub(r"\{\{%[A-Z_]+%\}\}", "x", url)
    try:
        parts = httpx.URL(bare)
    except httpx.InvalidURL as error:
        raise InputError(f"{url!r} is no address: {error}.", field="url") from None
    if parts.scheme != "https" or not parts.host or parts.fragment or parts.userinfo:
        raise InputError(
            f"{url!r} is not an https address without user name and fragment.",
            field="url",
            cure="People come from elsewhere: put the study behind https.",
        )
    wanted = [f"{name}={{{{%{name}%}}}}" for name in PARAMETERS]
    if all(part in re.split(r"[?&]", url)[1:] for part in wanted):
        return url
    if "{{%" in url or any(name in parts.params for name in PARAMETERS):
        raise InputError(
            f"{url!r} has some of Prolific's parameters, or under other names.",
            field="url",
            cure=f"Leave them all out, or write all of: {'&'.join(wanted)}.",
        )
    return f"{url}{'&' if parts.query else '?'}{'&'.join(wanted)}"


def completion_codes(recruitment: Recruitment) -> list[dict[str, Any]]:
    """Return what Prolific does at each code.

    Who completed, failed checks, withdrew or met a fault waits for the researcher, and nobody is
    paid or rejected without one. Who did not fit, did not agree or came too late is asked to give
    the place back, unless screening out is paid.

    Raises:
        InputError: an outcome has no code, a code cannot be used, or two are the same.
    """
    codes = recruitment.codes
    outcomes = get_args(Outcome)
    if set(codes) != set(outcomes):
        odd = sorted(set(codes) ^ set(outcomes))
        raise InputError(
            f"there has to be one code for each outcome ({', '.join(outcomes)}); "
            f"missing or unknown: {', '.join(odd)}.",
            field="codes",
        )
    for outcome, code in codes.items():
        if not _CODE.fullmatch(code):
            raise InputError(
                f"the code of {outcome}, {code!r}, is not 6 to 32 capital letters and digits.",
                field="codes",
            )
    if len(set(codes.values())) < len(codes):
        raise InputError("two outcomes have the same code.", field="codes", cure="Use new_codes().")
    return [_code(outcome, recruitment) for outcome in outcomes]


def _code(outcome: Outcome, recruitment: Recruitment) -> dict[str, Any]:
    kind, reason = _KINDS[outcome]
    paid = recruitment.paid_screen_out
    action = _REVIEW if reason is None else {"action": "REQUEST_RETURN", "return_reason": reason}
    if outcome == "screened_out" and paid is not None:
        _check_number(paid.reward, "paid_screen_out.reward", 1, recruitment.reward - 1)
        _check_number(paid.people, "paid_screen_out.people", 1, _MOST)
        kind = "FIXED_SCREENOUT"
        action = {
            "action": "FIXED_SCREEN_OUT_PAYMENT",
            "fixed_screen_out_reward": paid.reward,
            "slots": paid.people,
        }
    code = recruitment.codes[outcome]
    return {"code": code, "code_type": kind, "actions": [action], "actor": "participant"}


def _check_texts(recruitment: Recruitment) -> None:
    for field in ("title", "description"):
        if not getattr(recruitment, field).strip():
            raise InputError("it is empty; people decide by it.", field=field)
    tags = {tag.lower() for tag in _TAG.findall(recruitment.description)} - _TAGS
    if tags:
        raise InputError(
            f"Prolific does not show the tags {', '.join(sorted(tags))}; "
            f"it shows {', '.join(sorted(_TAGS))}.",
            field="description",
        )


def _check_number(value: object, field: str, least: int, most: int) -> None:
    # A float is refused however round: 4.5 for 4.50 pounds would be read as four pence.
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        money = " in pence or cents" if "reward" in field else ""
        raise InputError(
            f"{value!r} is not a whole number{money} from {least} to {most}.", field=field
        )


def _devices(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    known = get_args(Device)
    odd = [device for device in devices if device not in known]
    if odd or not devices:
        raise InputError(
            f"devices are some of {', '.join(known)}, not {', '.join(odd) or 'none'}.",
            field="devices",
        )
    return devices

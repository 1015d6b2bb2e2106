"""What the environment says of Prolific: secrets stand there and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from recenter.errors import ConfigError
from recenter.study.prolific.transport import PROLIFIC

TOKEN = "RECENTER_PROLIFIC_TOKEN"  # noqa: S105
ADDRESS = "RECENTER_PROLIFIC_URL"
HOOK_SECRET = "RECENTER_PROLIFIC_HOOK_SECRET"  # noqa: S105


def api_token(environ: Mapping[str, str]) -> str:
    """Return the API token.

    Raises:
        ConfigError: there is none.
    """
    token = environ.get(TOKEN, "").strip()
    if not token:
        raise ConfigError(
            f"there is no API token of Prolific: {TOKEN} is not set.",
            cure=f"Make one in Prolific's settings and put it into {TOKEN}.",
        )
    return token


def api_address(environ: Mapping[str, str]) -> str:
    """Return where Prolific's API is: https, or this machine."""
    return environ.get(ADDRESS) or PROLIFIC


def hook_secret(environ: Mapping[str, str]) -> str | None:
    """Return the secret that webhooks are signed with; None takes no webhooks."""
    return environ.get(HOOK_SECRET) or None

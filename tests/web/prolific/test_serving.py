"""What a server takes from its environment: addresses and secrets, where the study needs them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from recenter.study.ledger.desk import Desk
from recenter.web.serve import Serving, from_environment
from recenter.web.site import Site

URL = "https://study.example.com"


@pytest.mark.parametrize(
    ("recruitment", "keys", "hooks"),
    [
        ({}, True, True),
        ({"signed": "ignored"}, False, True),
        ({"kind": "links"}, False, False),
    ],
)
def test_keys_and_secret_are_there_where_people_come_from_prolific(
    recruiting: Callable[..., Desk],
    tmp_path: object,
    recruitment: dict[str, str],
    keys: bool,
    hooks: bool,
) -> None:
    desk = recruiting(**recruitment)
    serving = Serving(store=f"sqlite:///{tmp_path}/store.db", study=desk.id, url=URL)
    environ = {
        "RECENTER_STUDY_SERVER": msgspec.json.encode(serving).decode(),
        "RECENTER_PROLIFIC_HOOK_SECRET": "a secret",
        "RECENTER_PROLIFIC_URL": "http://127.0.0.1:9",
    }
    site: Site = from_environment(environ).state.site
    site.desk.database.close()
    assert (site.url, site.secure) == (URL, True)
    assert (site.keys is not None, site.hook_secret == "a secret") == (keys, hooks)

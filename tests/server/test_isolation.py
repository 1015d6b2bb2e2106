"""A key opens what is its own and nothing else: tried on every route that the server has."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi.routing import APIRoute

from recenter.memory import Memory
from recenter.memory.keys import find_key, revoke_key
from recenter.server.app import ROUTERS
from tests.server.serving import ASK, MEAT, NURSE, SAID, asking, key_of, served

OPEN = {"/healthz"}
"""Routes that need no key."""

BODIES: Mapping[str, dict[str, Any]] = {
    "POST /memories": {"user_id": "WHO", "messages": "I play chess every Sunday."},
    "POST /memories/dry-run": {"user_id": "WHO", "messages": "I play chess every Sunday."},
    "PATCH /memories/{memory_id}": {"text": "The user is a pilot."},
    "POST /memories/{memory_id}/review": {"review": "decline"},
    "POST /search": {"user_id": "WHO", "query": "How is it going?", "threshold": 0},
    "POST /context": {"user_id": "WHO", "messages": "How is it going?"},
    "POST /receipts/{receipt_id}/answer": {"yes": True},
    "POST /receipts/{receipt_id}/not-for-this": {"memory_id": "MEMORY"},
    "POST /receipts/{receipt_id}/should-have-used": {"memory_id": "MEMORY"},
    "PUT /people/{user_id}/choices": {"paused": True},
    "POST /people/{user_id}/link": {"hours": 1},
}
"""A good body of every route that takes one."""


class Route(NamedTuple):
    """One route as the server has it."""

    name: str
    method: str
    path: str
    ids: frozenset[str]
    """Names of the ids in its path or query."""
    takes_body: bool

    @property
    def is_by_id(self) -> bool:
        return bool(self.ids & {"memory_id", "receipt_id"})

    @property
    def is_by_person(self) -> bool:
        named = "user_id" in self.ids or "user_id" in BODIES.get(self.name, {})
        return named and not self.is_by_id


def routes() -> Iterator[Route]:
    """Walk what is served, so that no new route is forgotten here."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute), f"{route} is served past this test"
            given = {p.name for p in (*route.dependant.path_params, *route.dependant.query_params)}
            path = re.sub(r":\w+}", "}", route.path)
            for method in sorted(route.methods or ()):
                yield Route(
                    name=f"{method} {path}",
                    method=method,
                    path=path,
                    ids=frozenset(name for name in given if name.endswith("_id")),
                    takes_body=bool(route.dependant.body_params),
                )


ROUTES = list(routes())


class Ids(NamedTuple):
    """What a request names."""

    who: str
    memory: str
    receipt: str


_NUMBERS = itertools.count()
UNKNOWN = Ids("nobody", "att_0000", "rcp_0000")


def request(client: httpx.Client, route: Route, ids: Ids) -> httpx.Response:
    values = {"user_id": ids.who, "memory_id": ids.memory, "receipt_id": ids.receipt}
    path = route.path.format(**values)
    params = {"user_id": ids.who} if "user_id" in route.ids and "{user_id}" not in path else None
    if "{user_id}" in route.path:
        params = None
    body = None
    if route.takes_body:
        named = {"WHO": ids.who, "MEMORY": ids.memory}
        body = {name: named.get(v, v) for name, v in BODIES[route.name].items()}
    return client.request(route.method, path, params=params, json=body)


class Scene(NamedTuple):
    """Ada of the shop, and where to ask about her."""

    memory: Memory
    address: str
    ada: Ids

    @property
    def shop(self) -> Memory:
        return self.memory.of_application("shop")

    def state(self) -> Any:
        """Return all that is kept of Ada."""
        return self.shop.export(self.ada.who)

    def ask(self, key: str | None, route: Route, ids: Ids) -> httpx.Response:
        with asking(self.address, key) as client:
            return request(client, route, ids)

    def assert_untold(self, answer: httpx.Response) -> None:
        person = self.shop.person(self.ada.who)
        for secret in (NURSE, MEAT, "nurse", "secret", ASK, person, *self.ada[1:]):
            assert secret not in answer.text


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Memory, str]]:
    """A server for all tests here: what others ask changes nothing of Ada's, which is tested."""
    folder = tmp_path_factory.mktemp("isolation")
    config = {"home": str(folder), "store": f"sqlite:///{folder}/store.db"}
    with Memory(config) as memory, served(memory, living=False, per_minute=0) as address:
        yield memory, address


@pytest.fixture
def scene(running: tuple[Memory, str]) -> Scene:
    """A new Ada, so that each test has one of whom all is known."""
    memory, address = running
    name, shop = f"ada-{next(_NUMBERS)}", memory.of_application("shop")
    made = shop.add(SAID, user_id=name, metadata={"secret": "42-secret"})
    receipt = shop.context(ASK, user_id=name).receipt_id
    id = next(r["id"] for r in made["results"] if r["memory"] == NURSE)
    return Scene(memory, address, Ids(name, id, receipt))


def test_every_route_is_walked_and_every_body_known() -> None:
    assert {r.name for r in ROUTES if r.takes_body} == set(BODIES)
    known = {"user_id", "agent_id", "run_id", "memory_id", "receipt_id"}
    assert {id for r in ROUTES for id in r.ids} == known, "a new kind of id needs a check"


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
def test_nothing_opens_without_a_key(scene: Scene, route: Route) -> None:
    revoked = key_of(scene.memory, "shop")
    database = scene.memory.engine.store.database
    found = find_key(database, revoked)
    assert found is not None
    revoke_key(database, found.key, now=2.0)
    before = scene.state()
    for key in (None, "rk_wrong", revoked):
        answer = scene.ask(key, route, scene.ada)
        if route.path in OPEN:
            assert (answer.status_code, answer.text) == (200, "ok")
        else:
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            scene.assert_untold(answer)
    assert scene.state() == before


@pytest.mark.parametrize("whose", ["bank", "", "bank/ada", "shop/bob", "shop/nobody"])
@pytest.mark.parametrize("route", [r for r in ROUTES if r.is_by_id], ids=lambda r: r.name)
def test_an_id_of_another_is_as_one_that_does_not_exist(
    scene: Scene, route: Route, whose: str
) -> None:
    application, _, user = whose.partition("/")
    scene.memory.of_application(application).add("I play chess.", user_id=user or scene.ada.who)
    before = scene.state()
    key = key_of(scene.memory, application, user or None)
    answer, unknown = (scene.ask(key, route, ids) for ids in (scene.ada, UNKNOWN))
    assert (answer.status_code, answer.text) == (unknown.status_code, unknown.text)
    assert answer.status_code == 404
    assert scene.state() == before


@pytest.mark.parametrize("route", [r for r in ROUTES if r.is_by_person], ids=lambda r: r.name)
def test_the_same_name_in_another_application_is_another_person(scene: Scene, route: Route) -> None:
    before = scene.state()
    answer = scene.ask(key_of(scene.memory, "bank"), route, scene.ada)
    assert answer.status_code == 200
    scene.assert_untold(answer)
    assert scene.state() == before


@pytest.mark.parametrize("route", [r for r in ROUTES if r.is_by_person], ids=lambda r: r.name)
def test_the_key_of_a_person_opens_no_other_known_or_not(scene: Scene, route: Route) -> None:
    before = scene.state()
    key = key_of(scene.memory, "shop", "bob")
    answer, unknown = (scene.ask(key, route, ids) for ids in (scene.ada, UNKNOWN))
    assert (answer.status_code, answer.text) == (unknown.status_code, unknown.text)
    assert answer.status_code == 403
    assert scene.state() == before


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if not r.is_by_person and not r.is_by_id], ids=lambda r: r.name
)
def test_routes_about_nobody_tell_of_nobody(scene: Scene, route: Route) -> None:
    for key in (key_of(scene.memory, "bank"), key_of(scene.memory, "shop")):
        answer = scene.ask(key, route, scene.ada)
        assert answer.status_code == 200
        scene.assert_untold(answer)
    if route.path not in OPEN:
        own = key_of(scene.memory, "shop", scene.ada.who)
        assert scene.ask(own, route, scene.ada).status_code == 403


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
@pytest.mark.parametrize("whole", [True, False])
def test_its_own_are_opened(scene: Scene, route: Route, whole: bool) -> None:
    """So that the refusals above are refusals of what is there."""
    key = key_of(scene.memory, "shop", None if whole else scene.ada.who)
    answer = scene.ask(key, route, scene.ada)
    if not (route.is_by_id or route.is_by_person):
        return
    if route.path.endswith("/answer"):
        assert "asked nothing" in answer.json()["what"]
    else:
        assert answer.status_code == 200, answer.text


def test_who_was_learned_of_by_the_command_line_is_of_the_application_without_a_name(
    scene: Scene,
) -> None:
    """Nothing in the store says so of them: they are nobody's who has a name."""
    made = scene.memory.of_application("").add(SAID, user_id="eve")
    database = scene.memory.engine.store.database
    person = scene.memory.of_application("").person("eve")
    database.transact(lambda t: t.run("forget_memory_choices", person=person))
    path = f"/memories/{made['results'][0]['id']}"
    for application, status in (("shop", 404), ("bank", 404), ("", 200)):
        with asking(scene.address, key_of(scene.memory, application)) as client:
            assert client.get(path).status_code == status


def test_a_key_of_somebody_forgotten_opens_nothing(scene: Scene) -> None:
    who = scene.ada.who
    with asking(scene.address, key_of(scene.memory, "shop", who)) as client:
        assert client.delete(f"/people/{who}").status_code == 200
        assert client.get("/memories", params={"user_id": who}).status_code == 401


def test_a_pseudonym_opens_nobody_of_another_application(memory: Memory, address: str) -> None:
    shop = memory.of_application("shop")
    shop.add(SAID, user_id="ada")
    pseudonym = shop.person("ada")
    with asking(address, key_of(memory, "")) as client:
        for path in (f"/memories?user_id={pseudonym}", f"/people/{pseudonym}/export"):
            told = client.get(path)
            assert told.status_code == 403
            assert NURSE not in told.text

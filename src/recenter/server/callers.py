"""Who asks: the key of a request, and what of the store it opens.

A memory, a receipt or a person that a key does not open is answered exactly as one that does not
exist, or, for a person, in the same words whether they are known or not.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from recenter.errors import InputError, RefusedError
from recenter.memory import Memory, ledger
from recenter.memory.keys import Scope, find_key
from recenter.memory.records import Answered

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_LONGEST_NAME = 64
_NO_MEMORY = "there is no such memory."
bearer = HTTPBearer(auto_error=False, description="A key, made by `recenter key new`.")
"""Finds the key that a request comes with."""


class Caller(NamedTuple):
    """What a key opens."""

    scope: Scope
    memory: Memory
    """Of the key's application."""

    def user(self, user_id: str) -> str:
        """Return the id of a person of the application, if the key opens them.

        Raises:
            RefusedError: 403, the key is of one person, and not of this one; or the id is a
                pseudonym, which names people of every application, and not of this one.
        """
        person = self.memory.person(user_id)
        if person == user_id and not self.owns(person):
            raise RefusedError("this key does not open the memory of this person.", status=403)
        if self.scope.person not in (None, person):
            raise RefusedError(
                "this key opens the memory of one person, and not of this one.",
                status=403,
                cure="Use a key of the application, or of this person.",
            )
        return user_id

    def owns(self, person: str) -> bool:
        """Tell whether the key opens somebody, by pseudonym.

        Pseudonyms are hashes over the application and tell nobody which it was; the store
        remembers it with the choices of everyone whom an application had it learn of. Who has
        none there was learned of by the command line, whose application has the empty name.
        """
        if self.scope.person is not None:
            return self.scope.person == person
        database = self.memory.engine.store.database
        return ledger.choices(database, person).application == self.scope.application

    def memory_id(self, id: str) -> str:
        """Return the id of a memory, if the key opens it.

        Raises:
            RefusedError: 404, there is none, or it is somebody else's.
        """
        found = self.memory.engine.store.attribute(id) if _ID.fullmatch(id) else None
        if found is None or not self.owns(found.person):
            raise RefusedError(_NO_MEMORY, status=404)
        return id

    def memory_shown(self, id: str, user_id: str | None = None) -> dict[str, Any]:
        """Return a memory as it is told, if the key opens it and it is of this person.

        Raises:
            RefusedError: 404, there is none, or it is somebody else's.
        """
        found = self.memory.get(self.memory_id(id), user_id=user_id)
        if found is None:  # Of another, or forgotten since the line before.
            raise RefusedError(_NO_MEMORY, status=404)
        return found

    def receipt(self, id: str) -> Answered:
        """Return a receipt, if the key opens it.

        Raises:
            RefusedError: 404, there is none, or it is somebody else's.
        """
        found = self.memory.receipt(id) if _ID.fullmatch(id) else None
        if (
            found is None
            or found.application != self.scope.application
            or not self.owns(found.person)
        ):
            raise RefusedError("there is no such receipt.", status=404)
        return found


def caller_of(memory: Memory, key: str) -> Caller | None:
    """Return what a key opens; None for one that is not known or was revoked."""
    scope = find_key(memory.engine.reading.database, key)
    return None if scope is None else Caller(scope, memory.of_application(scope.application))


def require_caller(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Caller:
    """Return who asks; see `admitted`."""
    found = caller_of(request.app.state.memory, given.credentials) if given else None
    return admitted(request, found)


def only_known(request: Request, _: Annotated[Caller, Depends(require_caller)]) -> None:
    """Refuse what a route does not ask for in its address, or is told twice: misspelt, it would be
    passed over, and of two only the last would count.

    Raises:
        InputError: it names something else, or the same again.
    """
    known = [field.alias for field in request.scope["route"].dependant.query_params]
    for name in request.query_params:
        if name not in known:
            raise InputError(
                f"this route takes no such parameter; it takes {', '.join(known) or 'none'}.",
                field=name[:_LONGEST_NAME],
                cure="See /openapi.json.",
            )
        if len(request.query_params.getlist(name)) > 1:
            raise InputError("this must be said once.", field=name, cure="See /openapi.json.")


def admitted(request: Request, found: Caller | None) -> Caller:
    """Return who was found to ask, and count the request.

    Raises:
        RefusedError: 401 without a key that is known; 429 where it asked too often.
    """
    if found is None:
        raise no_key()
    request.state.key = found.scope.key
    if not request.app.state.limit.admits(found.scope.key):
        raise RefusedError("this key asked too often.", status=429)
    return found


def no_key() -> RefusedError:
    """Return how a request is refused that has no key that is known."""
    return RefusedError(
        "this needs a key that is known.",
        status=401,
        cure="Send the header `Authorization: Bearer rk_...`; `recenter key new` makes one.",
    )


def require_application(caller: Annotated[Caller, Depends(require_caller)]) -> Caller:
    """Return who asks, where the key is of the whole application.

    Raises:
        RefusedError: 403, the key is of one person.
    """
    if caller.scope.person is not None:
        raise RefusedError(
            "this key is of one person; this needs one of the application.", status=403
        )
    return caller


By = Annotated[Caller, Depends(require_caller)]
"""Parameter of a route that anybody with a key may ask."""
ByApplication = Annotated[Caller, Depends(require_application)]
"""Parameter of a route that is not for single people."""

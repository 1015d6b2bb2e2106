"""Give everything in a study other names, so that it cannot be joined with what it came from."""

from __future__ import annotations

import msgspec

from recenter.importers.pseudonym import pseudonym
from recenter.records import Evidence, Query
from recenter.study.export.snapshot import Placed, Snapshot
from recenter.study.items import Draft, Item, Part, Talk

_replace = msgspec.structs.replace


class Names:
    """Makes names that only the holder of the key can make again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def person(self, id: str) -> str:
        """Return the other name of a remembered person."""
        return self._made("per", id)

    def annotator(self, id: str) -> str:
        """Return the other name of an annotator."""
        return self._made("ann", id)

    def item(self, item: Item) -> Item:
        """Return an item with all its ids changed; what is about the same stays so."""
        return _replace(
            item,
            id=self._made("itm", item.id),
            person=self._maybe("per", item.person),
            parts=tuple(self._part(part) for part in item.parts),
            query=None if item.query is None else self._query(item.query),
            conversations=tuple(self._talk(talk) for talk in item.conversations),
            evidence=tuple(self._evidence(one) for one in item.evidence),
            reply=self._draft(item.reply),
            other=self._draft(item.other),
            apart=None,
        )

    def study(self, told: Snapshot) -> Snapshot:
        """Return a study under other names throughout."""
        return _replace(
            told,
            items={
                self._made("itm", id): Placed(
                    item=self.item(placed.item), task=placed.task, kind=placed.kind
                )
                for id, placed in told.items.items()
            },
            answers=tuple(
                _replace(
                    one,
                    item=self._made("itm", one.item),
                    annotator=self.annotator(one.annotator),
                )
                for one in told.answers
            ),
            annotators=tuple(_replace(one, id=self.annotator(one.id)) for one in told.annotators),
            exclusions=tuple(
                _replace(one, annotator=self.annotator(one.annotator)) for one in told.exclusions
            ),
            adjudications=tuple(
                _replace(one, item=self._made("itm", one.item)) for one in told.adjudications
            ),
        )

    def _part(self, part: Part) -> Part:
        return _replace(
            part,
            attribute=self._maybe("att", part.attribute),
            person=self._maybe("per", part.person),
            query=self._maybe("qry", part.query),
        )

    def _query(self, query: Query) -> Query:
        return _replace(
            query, id=self._made("qry", query.id), person=self._made("per", query.person)
        )

    def _talk(self, talk: Talk) -> Talk:
        return _replace(talk, id=self._made("con", talk.id))

    def _evidence(self, one: Evidence) -> Evidence:
        return _replace(one, conversation=self._made("con", one.conversation))

    def _draft(self, draft: Draft | None) -> Draft | None:
        return None if draft is None else _replace(draft, id=self._made("rep", draft.id))

    def _made(self, kind: str, id: str) -> str:
        return f"{kind}_{pseudonym(self._key, 'release', kind, id)}"

    def _maybe(self, kind: str, id: str | None) -> str | None:
        return None if id is None else self._made(kind, id)

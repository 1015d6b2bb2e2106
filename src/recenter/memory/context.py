"""What an application gets for a message: the decision, the receipt, and the messages to send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from recenter.memory.decide import Decided
from recenter.memory.messages import Messages, carrying, text_of
from recenter.memory.records import Outcome
from recenter.records import Receipt, ReceiptLine


class Context(NamedTuple):
    """Falsy where nothing is to be used: then the messages are those that came in."""

    decided: Decided
    messages: Messages

    def __bool__(self) -> bool:
        return self.decided.block is not None

    @property
    def decision(self) -> Outcome:
        """`use`, `nothing`, `ask`, or why memory stayed out of it."""
        return self.decided.answered.outcome

    @property
    def reason(self) -> str | None:
        """Why nothing is used; None where something is."""
        return self.decided.answered.receipt.note

    @property
    def selected(self) -> tuple[ReceiptLine, ...]:
        """What is used, best first, with reason, score and the person's own words."""
        return self.receipt.used

    @property
    def withheld(self) -> tuple[ReceiptLine, ...]:
        """What was considered and not used, with the reason."""
        return self.receipt.withheld

    @property
    def question(self) -> str | None:
        """One short question that the application may show, where the decision is `ask`."""
        return self.decided.answered.question

    @property
    def receipt(self) -> Receipt:
        """What is used, withheld and asked."""
        return self.decided.answered.receipt

    @property
    def receipt_id(self) -> str:
        """Under which the receipt is kept, for the person's page and for corrections."""
        return self.decided.answered.id

    def to_openai(self) -> Messages:
        """Return the messages to send: the very object that came in where nothing is used."""
        block = self.decided.block
        return self.messages if block is None else carrying(self.messages, block)

    def to_anthropic(self) -> dict[str, Any]:
        """Return `messages`, and `system` where there is one, for `client.messages.create`."""
        system = [text_of(m) for m in self.messages if _is_system(m)]
        rest = [dict(m) for m in self.to_openai() if not _is_system(m)]
        return {"messages": rest} | ({"system": "\n\n".join(system)} if system else {})


def _is_system(message: Mapping[str, Any]) -> bool:
    return message.get("role") in ("system", "developer")

"""Support judged by a chat model that reads the conversations."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recenter.models.base import ChatModel
from recenter.prompts import load_prompt
from recenter.provenance import Signature, digest
from recenter.questions import SUPPORTED
from recenter.records import Attribute, Conversation, Judgment
from recenter.stages.judge import judge_supported

_PROBABILITY = {"accept": 1.0, "uncertain": 0.5, "reject": 0.0}


class LLMVerifier(msgspec.Struct, frozen=True):
    """Puts the question `supported` to a model, in the words that people are asked in.

    The probability is the answer as a number, 1, 0.5 or 0: what models say of their own
    confidence is worth little, so they are not asked for it.
    """

    model: ChatModel

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.model.name

    @property
    def signature(self) -> Signature:
        """Names the model, the prompt and the wording of the question."""
        prompt = digest(load_prompt(SUPPORTED.prompt).hash, SUPPORTED.hash)
        return Signature(model=self.model.name, prompt=prompt)

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        """Return the judgment of the model; see `Verifier.verify`."""
        judgment = judge_supported(attribute, conversations, model=self.model)
        return msgspec.structs.replace(judgment, probability=_PROBABILITY[judgment.answer])

"""All stages on the people of the demo or on somebody's own export."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from recenter.config import Settings
from recenter.demo.data import Prompt
from recenter.demo.result import DemoResult, PersonResult, PromptResult
from recenter.demo.subjects import Subject, Subjects, exported, made_up
from recenter.demo.top10 import push
from recenter.demo.traps import trap_results
from recenter.models.base import ChatModel, Embedder
from recenter.models.load import load_embedder
from recenter.progress import Progress, Silent
from recenter.records import Attribute, Query, Selection
from recenter.stages.extract import Extractor
from recenter.stages.extract_embedded import EmbeddedExtractor
from recenter.stages.policy import Policy
from recenter.stages.select import Selector
from recenter.stages.select_trained import TrainedSelector
from recenter.stages.verify import Verifier
from recenter.stages.verify_rules import RulesVerifier
from recenter.store import open_store
from recenter.workspace import Reader, Workspace

EMBEDDER = "embedded:minilm"


class _Backends(msgspec.Struct, frozen=True, kw_only=True):
    extractor: Extractor
    embedder: Embedder
    verifier: Verifier
    selector: Selector
    chat: ChatModel | None


class _Clock:
    """Adds up the seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - begun


def run_demo(
    settings: Settings,
    *,
    chat: ChatModel | None = None,
    on: Path | None = None,
    person: str | None = None,
    prompts: Sequence[str] = (),
    store: str | None = None,
    progress: Progress | None = None,
) -> DemoResult:
    """Import, extract, verify, select and prepare replies, on the embedded models.

    Reads the people of the demo, or with `on` an export; `person` names one of the former, or
    whose export it is. `prompts` replace those that would be asked. The store is a temporary one
    unless `store` is the URL of another. Replies are written only where there is a chat model.

    Raises:
        InputError: there is no such person, or the export cannot be read.
        ModelError: the chat model gave no answer.
    """
    progress = progress or Silent()
    backends = _backends(settings, chat)
    clock = _Clock()
    with ExitStack() as stack:
        url = store or _temporary(stack)
        workspace = Workspace(stack.enter_context(open_store(url)))
        with clock("Import"):
            subjects = _subjects(
                settings, workspace, on=on, person=person, prompts=prompts, keep=store is not None
            )
            for subject in subjects.people:
                workspace.put_conversations(subject.conversations)
        progress.start("people" if len(subjects.people) > 1 else "person", len(subjects.people))
        people = []
        for subject in subjects.people:
            people.append(_person(subject, workspace, backends, clock))
            progress.advance()
    return DemoResult(
        people=tuple(people),
        made_up=on is None,
        source=subjects.source,
        models=_names(backends),
        seconds=dict(clock.seconds),
        skipped=subjects.skipped,
    )


def _backends(settings: Settings, chat: ChatModel | None) -> _Backends:
    embedder = load_embedder(EMBEDDER, settings)
    return _Backends(
        extractor=EmbeddedExtractor(embedder),
        embedder=embedder,
        verifier=RulesVerifier(),
        selector=TrainedSelector(embedder),
        chat=chat,
    )


def _temporary(stack: ExitStack) -> str:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="recenter-demo-"))
    return f"sqlite:///{Path(folder) / 'demo.db'}"


def _subjects(
    settings: Settings,
    workspace: Workspace,
    *,
    on: Path | None,
    person: str | None,
    prompts: Sequence[str],
    keep: bool,
) -> Subjects:
    if on is None:
        return made_up(person=person, prompts=prompts)
    return exported(
        on,
        person=person,
        prompts=prompts,
        settings=settings,
        keep=keep,
        known=lambda id: workspace.store.conversation(id) is not None,
    )


def _person(
    subject: Subject, workspace: Workspace, backends: _Backends, clock: _Clock
) -> PersonResult:
    with clock("Extract"):
        made = workspace.extract(Reader(backends.extractor, backends.embedder), people=[subject.id])
    with clock("Verify"):
        workspace.verify(backends.verifier, people=[subject.id])
    attributes = tuple(workspace.store.attributes(subject.id))
    accepted = {attribute.id for attribute in workspace.accepted(subject.id)}
    return PersonResult(
        id=subject.id,
        name=subject.name,
        about=subject.about,
        conversations=tuple(workspace.store.conversations(subject.id)),
        attributes=attributes,
        judgments=tuple(workspace.store.judgments(subject.id, question="supported")),
        dropped=made.dropped,
        prompts=tuple(
            _prompt(subject, prompt, attributes, workspace, backends, clock)
            for prompt in subject.prompts
        ),
        traps=trap_results(subject.traps, subject.sessions, attributes, accepted=accepted),
    )


def _prompt(
    subject: Subject,
    prompt: Prompt,
    attributes: Sequence[Attribute],
    workspace: Workspace,
    backends: _Backends,
    clock: _Clock,
) -> PromptResult:
    query = workspace.query(subject.id, prompt.text)
    with clock("Select"):
        selection = workspace.select(query, backends.selector, policy=Policy())
    with clock("Reply"):
        reply = workspace.respond(query, selection, model=backends.chat)
        generic = (
            workspace.respond(query, selection, model=backends.chat, arm="generic")
            if backends.chat and selection.used
            else None
        )
    with clock("Plain memory"):
        top10 = push(query, attributes, embedder=backends.embedder)
    return PromptResult(
        kind=prompt.kind,
        query=query,
        selection=selection,
        reply=reply,
        held_back=_held_back(query, selection, workspace, backends),
        generic=generic,
        top10=top10,
    )


def _held_back(
    query: Query, selection: Selection, workspace: Workspace, backends: _Backends
) -> tuple[str, ...]:
    """Ids that are wanted without the policy and not used with it."""
    wanted = backends.selector.select(query, workspace.accepted(query.person)).used
    return tuple(name for name in wanted if name not in selection.used)


def _names(backends: _Backends) -> dict[str, str]:
    return {
        "Import": "a temporary store",
        "Extract": _told(backends.extractor.name, backends.extractor.signature.model),
        "Verify": _told(backends.verifier.name, backends.verifier.signature.model),
        "Select": _told(backends.selector.name, backends.selector.signature.model),
        "Reply": backends.chat.name if backends.chat else "no model; messages and receipts only",
        "Plain memory": f"cosine of {backends.embedder.name}, the ten nearest",
    }


def _told(name: str, model: str | None) -> str:
    return f"{name} ({model})" if model else name

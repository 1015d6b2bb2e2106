from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recenter.config import Settings
from recenter.errors import (
    ChecksumError,
    ConfigError,
    MissingExtraError,
    ModelError,
    ModelHTTPError,
    ModelUnavailableError,
    UnreadableAnswerError,
)
from recenter.models import local
from recenter.models.base import ChatRequest
from recenter.models.load import load_chat
from recenter.models.local import LocalChat, LocalServer
from recenter.models.local_weights import weights_path
from recenter.records import Message
from tests import servers


def _ask(text: str, max_tokens: int = 12, **more: object) -> ChatRequest:
    messages = (Message(role="user", content=text),)
    return ChatRequest(messages=messages, max_tokens=max_tokens, **more)  # type: ignore[arg-type]


SHORT = "Answer with the single word yes."
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"enum": ["yes", "no"]}, "reason": {"type": "string"}},
    "required": ["answer", "reason"],
    "additionalProperties": False,
}


def _ends(pid: int) -> bool:
    """Whether a process that is not our child ends soon."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.llama
def test_free_text_is_the_same_again_and_as_a_stream(llama_chat: LocalChat) -> None:
    request = _ask(SHORT, 40)
    reply = llama_chat.chat(request)
    assert reply.text == llama_chat.chat(request).text == "".join(llama_chat.stream(request))
    assert reply.usage.prompt_tokens > 10
    assert reply.usage.completion_tokens > 0
    assert reply.usage.cost == 0
    assert llama_chat.name == "local:smollm2"


@pytest.mark.llama
def test_an_answer_satisfies_its_schema(llama_chat: LocalChat) -> None:
    data = llama_chat.chat(_ask("Is water wet? Say why.", 300, schema=SCHEMA)).data
    assert data["answer"] in ("yes", "no")
    assert set(data) == {"answer", "reason"}


@pytest.mark.llama
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_an_answer_that_is_cut_short_is_none(llama_chat: LocalChat, schema: object) -> None:
    with pytest.raises(UnreadableAnswerError, match="cut short"):
        llama_chat.chat(_ask("Tell a long story.", 5, schema=schema))
    with pytest.raises(UnreadableAnswerError, match="cut short"):
        list(llama_chat.stream(_ask("Tell a long story.", 5)))


@pytest.mark.llama
def test_a_prompt_beyond_the_context_is_refused(llama_chat: LocalChat) -> None:
    with pytest.raises(ModelHTTPError, match="exceeds the available context size") as caught:
        llama_chat.chat(_ask("word " * 5000))
    assert caught.value.status == 400


@pytest.mark.llama
def test_a_server_that_dies_is_named_and_started_again(llama_weights: Path) -> None:
    with LocalServer(llama_weights) as server:
        chat = LocalChat(server)
        chat.chat(_ask(SHORT, 40))
        first = server.pid
        assert first is not None
        stream = chat.stream(_ask("Tell a long story.", 2000))
        next(stream)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(ModelUnavailableError, match="server ended with status -9"):
            list(stream)
        assert chat.chat(_ask(SHORT, 40)).text
        second = server.pid
        assert second not in (None, first)
    assert server.pid is None


@pytest.mark.llama
@pytest.mark.parametrize("end", ["kill", "exit"])
def test_the_server_ends_with_its_parent(llama_weights: Path, end: str) -> None:
    program = f"""
import sys
from pathlib import Path
from recenter.models.local import LocalServer
server = LocalServer(Path({str(llama_weights)!r}))
server.endpoint()
print(server.pid, flush=True)
sys.stdin.readline()
"""
    command = [sys.executable, "-c", program]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as parent:  # type: ignore[call-overload]
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)
        if end == "kill":
            parent.kill()
        else:
            parent.stdin.write("\n")
            parent.stdin.flush()
        parent.wait(30)
    assert _ends(pid)


@pytest.mark.llama
def test_the_server_answers_only_its_owner(llama_weights: Path) -> None:
    with LocalServer(llama_weights) as server:
        endpoint = server.endpoint()
        assert endpoint.base_url.startswith("http://127.0.0.1:")
        chat = load_chat(f"http:m@{endpoint.base_url}", Settings(home=llama_weights.parent))
        with pytest.raises(ModelHTTPError) as caught:
            chat.chat(_ask("Hi"))
        assert caught.value.status == 401


@pytest.mark.llama
def test_the_name_starts_one_server_for_all(
    llama_weights: Path,
) -> None:
    settings = Settings(home=llama_weights.parents[1])
    first, second = (load_chat("local:smollm2", settings) for _ in range(2))
    assert isinstance(first, LocalChat)
    assert isinstance(second, LocalChat)
    assert first._server is second._server
    assert first._server.pid is None


def test_weights_that_are_missing_or_wrong_are_named(tmp_path: Path) -> None:
    servers.require("xllamacpp", "run: pip install 'recenter[local]'")
    with pytest.raises(ModelError, match="recenter setup local"):
        load_chat("local:smollm2", Settings(home=tmp_path))
    path = weights_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"GGUF")
    with pytest.raises(ChecksumError, match="Remove it"):
        load_chat("local:smollm2", Settings(home=tmp_path))


def test_a_server_that_cannot_start_tells_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.require("xllamacpp", "run: pip install 'recenter[local]'")
    monkeypatch.setattr(local, "check_weights", lambda path: None)
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF but no model")
    with LocalServer(path) as server:
        with pytest.raises(ModelUnavailableError, match=r"did not start\. .*(Error|error|fail)"):
            server.endpoint()
        assert server.pid is None


def test_the_extra_is_asked_for_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'recenter\[local\]'"):
        load_chat("local:smollm2", Settings(home=tmp_path))


def test_there_is_one_local_model(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="local:smollm2"):
        load_chat("local:llama", Settings(home=tmp_path))

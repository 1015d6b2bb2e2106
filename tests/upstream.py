"""A scripted server of OpenAI's and Anthropic's interfaces on this machine, which keeps each
request as it came.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

ANSWER = ("Sleep", " in a dark", " room. ☾")
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"town": "Bonn"}'},
}
ERRORS = {400: "invalid_request_error", 401: "invalid_api_key", 429: "rate_limit", 500: "server"}


class Seen(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Upstream:
    """What it was asked, and what it saw of the client since. The model's name says what it does:
    `tools`, `slow` (half a second), `endless`, `gzip`, `bomb` (packed a thousandfold), `unpacked`
    (which says that it is packed), `headers` (many and long ones), `cut` (its answer breaks off),
    `moved`, or a status such as `429`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[Seen] = []
        self.gone = threading.Event()
        """Set when a client hung up on an endless stream."""


def completion(model: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": "".join(ANSWER)}
    if model == "tools":
        message = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    return _made(model, "chat.completion") | {"choices": [choice], "usage": usage}


def chunks(model: str) -> Iterator[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in ANSWER]
    if model == "tools":
        deltas = [{"role": "assistant", "tool_calls": [{"index": 0, **CALL}]}]
    for delta in deltas:
        yield _chunk(model, [{"index": 0, "delta": delta, "finish_reason": None}])
    yield _chunk(model, [{"index": 0, "delta": {}, "finish_reason": "stop"}])
    yield _chunk(model, [])


def _chunk(model: str, choices: list[Any]) -> dict[str, Any]:
    return _made(model, "chat.completion.chunk") | {"choices": choices}


def response(model: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": "".join(ANSWER), "annotations": []}
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    return _made(model, "response") | {
        "created_at": 1,
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def message(model: str, *texts: str) -> dict[str, Any]:
    """Anthropic's answer: of texts, or of a call of a tool."""
    parts: list[dict[str, Any]] = [{"type": "text", "text": text} for text in texts]
    if model == "tools":
        parts = [{"type": "tool_use", "id": "call_1", "name": "weather", "input": {"town": "Bonn"}}]
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": parts,
        "stop_reason": "tool_use" if model == "tools" else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }


def message_events(model: str) -> Iterator[dict[str, Any]]:
    """The same, as it is streamed."""
    yield {"type": "message_start", "message": message("m")}
    yield {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "text", "text": ""},
    }
    for text in ANSWER:
        delta = {"type": "text_delta", "text": text}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    yield {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 4}}
    yield {"type": "message_stop"}


def _made(model: str, kind: str) -> dict[str, Any]:
    return {"id": "made_1", "object": kind, "created": 1, "model": model}


@contextlib.contextmanager
def scripted_upstream() -> Iterator[Upstream]:
    """Start it, and end it with all that it still says."""
    over = threading.Event()

    class Handler(_Handler):
        stop = over

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Handler.upstream = Upstream(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Handler.upstream
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: Upstream
    stop: threading.Event

    def do_GET(self) -> None:
        self._keep(b"")
        made = {"object": "list", "data": [{"id": "m", "object": "model", "created": 1}]}
        self._json(200, made)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._keep(body)
        try:
            asked = json.loads(body)
            model = asked["model"]
        except (ValueError, KeyError, TypeError):
            self._json(400, {"error": {"message": "unread", "type": ERRORS[400]}})
            return
        if model == "slow":
            self.stop.wait(0.5)
        if model == "moved":
            self._json(307, {}, ("Location", f"{self.upstream.url}/elsewhere"))
        elif model.isdigit():
            error = {"message": f"no: {model}", "type": ERRORS[int(model)], "code": "c"}
            self._json(int(model), {"error": error})
        elif asked.get("stream"):
            self._stream(model)
        elif self.path.endswith("/responses"):
            self._json(200, response(model))
        elif self._path.endswith("/count_tokens"):
            self._json(200, {"input_tokens": len(json.dumps(asked["messages"]))})
        elif self._path.endswith("/messages"):
            self._json(200, message(model, *ANSWER))
        else:
            self._json(200, completion(model))

    @property
    def _path(self) -> str:
        """Where it was asked; Anthropic's client says `?beta=true` for its newest."""
        return self.path.partition("?")[0]

    def _keep(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.upstream.seen.append(Seen(self.command, self.path, headers, body))

    def _json(self, status: int, made: Any, *more: tuple[str, str]) -> None:
        body = json.dumps(made).encode()
        model = made.get("model")
        if model in ("gzip", "bomb"):
            body = gzip.compress(body + b" " * (50_000_000 if model == "bomb" else 0), mtime=0)
        if model in ("gzip", "bomb", "unpacked"):
            more = (("Content-Encoding", "gzip"), *more)
        if model == "headers":
            more = (*(("X-Many", str(n)) for n in range(200)), ("X-Long", "x" * 60_000))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        missing = 9 if made.get("model") == "cut" else 0
        self.send_header("Content-Length", str(len(body) + missing))
        self.close_connection = self.close_connection or bool(missing)
        for name, value in more:
            self.send_header(name, value)
        self.send_header("X-Request-Id", "req_1")
        if status == 429:
            self.send_header("Retry-After", "7")
        try:
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # The client did not wait.

    def _stream(self, model: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            if self._path.endswith("/messages"):
                for made in message_events(model):
                    self._chunk(f"event: {made['type']}\ndata: {json.dumps(made)}\n\n".encode())
            else:
                for made in self._events(model):
                    self._chunk(f"data: {json.dumps(made)}\n\n".encode())
                self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")
        except OSError:
            self.upstream.gone.set()
            self.close_connection = True

    def _events(self, model: str) -> Iterator[dict[str, Any]]:
        if self.path.endswith("/responses"):
            where = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
            for place, text in enumerate(ANSWER):
                told = {"delta": text, "sequence_number": place, **where}
                yield {"type": "response.output_text.delta", **told}
            done = {"sequence_number": len(ANSWER), "response": response(model)}
            yield {"type": "response.completed", **done}
            return
        while model == "endless" and not self.stop.is_set():
            yield next(chunks(model))
            time.sleep(0.005)
        yield from chunks(model)

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

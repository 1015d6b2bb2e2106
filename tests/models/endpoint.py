"""A real server on this machine that answers as a test tells it to, well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Gives the answers of the server in order; the last one again and again."""

    protocol_version = "HTTP/1.1"
    server: Server
    body: Any

    def do_POST(self) -> None:
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.requests.append((self.path, dict(self.headers), self.body))
            number = min(len(self.server.requests), len(self.server.answers)) - 1
        self.server.answers[number](self)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: list[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.lock = threading.Lock()
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def bodies(self) -> list[Any]:
        return [body for _, _, body in self.requests]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is part of the tests."""


@contextmanager
def serving(*answers: Answer) -> Iterator[Server]:
    server = Server(list(answers))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def raw(
    data: bytes | str,
    *,
    status: int = 200,
    kind: str = "application/json",
    length: int | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Send bytes; with `length`, promise another number of them and hang up."""
    content = data.encode() if isinstance(data, str) else data

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = length is not None

    return answer


def reply(text: Any, *, finish: str | None = "stop", **more: Any) -> Answer:
    """A complete answer with 10 tokens asked and 5 given."""
    choice = {"message": {"role": "assistant", "content": text, **more}, "finish_reason": finish}
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    return raw(json.dumps({"choices": [choice], "usage": usage}))


def refusal(status: int, message: str, **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return raw(json.dumps({"error": {"message": message}}), status=status, headers=names)


def events(*data: str, done: bool = True) -> Answer:
    """Server-sent events as they are, with a comment and other line ends among them."""
    parts = [": still here\n\n", *(f"data: {each}\r\n\r\n" for each in data)]
    return raw("".join(parts) + ("data: [DONE]\n\n" if done else ""), kind="text/event-stream")


def piece(text: str | None, finish: str | None = None) -> str:
    return json.dumps({"choices": [{"delta": {"content": text}, "finish_reason": finish}]})


def stall(handler: Handler) -> None:
    """Say nothing until the test ends."""
    handler.server.ended.wait(30)
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True

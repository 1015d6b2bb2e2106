"""What fails in the server of a study is logged without what it says, which may quote somebody."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import msgspec

from recenter.study.ledger.desk import Desk
from recenter.web.serve import Serving
from tests.cli.test_serve import free_port, wait_for

SERVE = "import sys, msgspec; from recenter.web.serve import Serving, serve; "
SERVE += "serve(msgspec.json.decode(sys.argv[1], type=Serving))"


def test_a_fault_is_told_by_its_class_and_place(desk: Desk, tmp_path: Path) -> None:
    port = free_port()
    store = tmp_path / "store.db"
    serving = Serving(store=f"sqlite:///{store}", study=desk.id, port=port)
    command = [sys.executable, "-c", SERVE, msgspec.json.encode(serving).decode()]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as server:
        try:
            wait_for(server, f"http://127.0.0.1:{port}")
            with sqlite3.connect(store) as broken:
                broken.execute("DROP TABLE study_refusals")
            asked = httpx.get(f"http://127.0.0.1:{port}/s/{desk.id}/?link=Ada")
            assert asked.status_code == 500
            time.sleep(0.2)
        finally:
            server.terminate()
            told = server.communicate()[1]
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["error"] for line in lines if "error" in line] == ["StoreError"]
    assert "Traceback" not in told
    assert "no such table" not in told
    assert "Ada" not in told

"""The child process in which the local model runs: a llama.cpp server for its parent only.

Reads one line of JSON from standard input, prints one with its address, and ends when its parent
does: standard input then closes. Only `local` starts it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time


def main() -> None:
    """Serve the model until the parent closes standard input or is gone."""
    parent = os.getppid()
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    # Before the runtime is loaded: threads that wait busily starve whatever else runs here.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = asked["model"]
    params.n_ctx = asked["context"]
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 2
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [asked["key"]]
    params.offline = True
    # With a reused prompt the sums are rounded otherwise, and the same request answered otherwise.
    params.cache_prompt = False
    params.endpoint_slots = False
    params.ui = False
    params.use_jinja = True
    # Without it, this model repeats itself up to the last token in four replies of ten.
    params.sampling.penalty_repeat = 1.1
    params.verbosity = 0
    server = xllamacpp.Server(params)
    sys.stdout.write(json.dumps({"address": server.listening_address}) + "\n")
    sys.stdout.flush()
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def _end_with_input() -> None:
    # Nothing more is ever written: reading ends when the parent closes its end, or has gone.
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
